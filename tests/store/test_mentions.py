"""Mentions: what links to a post hangs below it; any other heads a conversation as the setting says."""

import pytest

from hub.store.archive import Archive
from tests.store.said import bring, item, lose, post, tree, url, visible


def asked(archive: Archive, said: str) -> Archive:
    archive.welcome(said)
    bring(archive, item("q"), item("why", to="q"))
    return archive


@pytest.mark.parametrize(("said", "shown"), [("answered", []), ("all", ["q", "why"]), ("none", [])])
def test_the_setting_says_what_is_shown_unanswered(archive: Archive, said: str, shown: list[str]) -> None:
    assert visible(asked(archive, said)) == shown


@pytest.mark.parametrize(("said", "lines"), [("answered", ["why", ".a"]), ("all", ["why", ".a"]), ("none", None)])
def test_the_brands_answer_shows_the_question(archive: Archive, said: str, lines: list[str] | None) -> None:
    bring(asked(archive, said), post("a", to="why"))
    assert tree(archive, "q") == lines


def test_an_answer_that_was_there_first_shows_the_question_too(archive: Archive) -> None:
    archive.welcome("answered")
    bring(archive, post("a", to="why"))
    assert tree(archive, "a") == []
    bring(archive, item("q"), item("why", to="q"))
    assert (tree(archive, "q"), tree(archive, "a")) == (["why", ".a"], None)


def test_a_question_leaves_with_the_only_answer(archive: Archive) -> None:
    bring(asked(archive, "answered"), post("a", to="why"))
    lose(archive, "a")
    assert visible(archive) == []


def test_a_late_parent_takes_the_conversation_in(archive: Archive) -> None:
    archive.welcome("answered")
    bring(archive, item("q", to="p"), post("a", to="q"))
    assert tree(archive, "q") == ["a"]
    bring(archive, post("p"))
    assert tree(archive, "p") == ["q", ".a"]
    assert set(archive.redirects().values()) == {url("p")}


def test_what_links_to_a_post_hangs_below_it_even_when_it_was_there_first(archive: Archive) -> None:
    bring(archive, item("m", links=(url("p/page"), url("else"))), post("p"), item("n", links=(url("p"),)))
    assert tree(archive, "p") == ["m", "n"]
    lose(archive, "p")
    assert visible(archive) == []


def test_what_links_to_several_posts_hangs_below_the_earliest(archive: Archive) -> None:
    bring(archive, post("late", at=2), item("m", links=(url("late"), url("early"))))
    assert tree(archive, "late") == ["m"]
    bring(archive, post("early", at=1))
    assert (tree(archive, "early"), tree(archive, "late")) == (["m"], [])


def test_a_link_does_not_move_what_names_its_parent(archive: Archive) -> None:
    bring(archive, post("p"), post("o"), item("r", to="o", links=(url("p"),)))
    assert (tree(archive, "p"), tree(archive, "o")) == ([], ["r"])


def test_a_changed_setting_reaches_what_is_stored_and_the_same_again_does_not(archive: Archive) -> None:
    asked(archive, "none")
    archive.welcome("all")
    mark = archive.seq
    assert visible(archive) == ["q", "why"]
    archive.welcome("all")
    assert archive.seq == mark
    archive.welcome("answered")
    assert visible(archive) == []
