"""Mentions: what links to a post hangs below it; any other heads a conversation as the setting says."""

from itertools import permutations

import pytest

from hub.model import HELD, Account, Batch, Item
from hub.store.archive import Archive
from tests.store.said import bring, item, lose, post, tree, url, visible


def asked(archive: Archive, said: str) -> Archive:
    archive.welcome(said)
    bring(archive, item("q"), item("why", to="q"))
    return archive


@pytest.mark.parametrize(("said", "shown"), [("answered", ["q", "why"]), ("all", ["q", "why"]), ("none", [])])
def test_what_answers_nothing_is_shown_unless_the_setting_says_never(
    archive: Archive, said: str, shown: list[str]
) -> None:
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
    archive.welcome("none")
    assert visible(archive) == []


# where a channel holds what the public says


def gate(item: Item) -> str:
    return "" if item.ours else f"{HELD}{item.channel}"


def hold(archive: Archive, *items: Item) -> Archive:
    archive.save("blog", Batch(items=items), gate)
    return archive


def held(archive: Archive) -> list[str]:
    return sorted(item.html for _, item in archive.waiting(HELD))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_brands_answer_lifts_the_hold_on_what_it_answers_in_any_order(archive: Archive, order: list[int]) -> None:
    archive.welcome("answered")
    said = (item("q"), item("why", to="q"), post("a", to="why"))
    hold(archive, item("other", to="q"), item("b", to="other"))
    for number in order:
        hold(archive, said[number])
    assert (tree(archive, "q"), held(archive)) == (["why", ".a"], ["<p>b</p>", "<p>other</p>"])


def test_a_held_question_is_held_again_when_the_only_answer_leaves(archive: Archive) -> None:
    archive.welcome("answered")
    hold(archive, item("q"), post("a", to="q"))
    assert visible(archive) == ["a", "q"]
    lose(archive, "a")
    assert (visible(archive), held(archive)) == ([], ["<p>q</p>"])


def test_a_reply_below_a_post_is_let_through_by_its_answer_too(archive: Archive) -> None:
    hold(archive, post("p"), item("r", to="p"), item("s", to="p"))
    hold(archive, post("a", to="r"))
    assert tree(archive, "p") == ["r", ".a"]


def test_what_a_person_hides_stays_hidden_though_the_brand_answered(archive: Archive) -> None:
    hold(archive, post("p"), item("r", to="p"), post("a", to="r"))
    archive.rejudge(lambda one: "mine" if one.id == url("r") else gate(one), "other rules")
    assert tree(archive, "p") == ["r‡", ".a"]
    archive.rejudge(gate, "the rules before")
    assert tree(archive, "p") == ["r", ".a"]


# in the midst of other people's talk

BRAND = Account(name="Acme", id="https://acme.example/@acme", url="https://acme.example/@acme")


def beside(name: str, **more: object) -> Item:
    """Somebody's answer to somebody else, of whom nothing is known, that names the brand."""
    return item(name, to="stranger", links=(BRAND.url,), **more)


@pytest.mark.parametrize(("said", "shown"), [("answered", ["p"]), ("all", ["b", "p"]), ("none", ["p"])])
def test_who_names_the_brand_in_a_talk_of_others_is_shown_where_all_mentions_are(
    archive: Archive, said: str, shown: list[str]
) -> None:
    archive.welcome(said)
    bring(archive, post("p", author=BRAND), beside("b"), item("c", to="stranger"))
    assert visible(archive) == shown


def test_it_is_the_same_when_the_brand_first_spoke_later(archive: Archive) -> None:
    archive.welcome("all")
    bring(archive, beside("b"))
    assert visible(archive) == []
    bring(archive, post("p", author=BRAND))
    assert visible(archive) == ["b", "p"]


def test_who_names_somebody_of_the_team_named_the_brand(archive: Archive) -> None:
    archive.welcome("all")
    bring(archive, beside("b"))
    archive.recruit([BRAND.id])
    assert visible(archive) == ["b"]


def test_the_team_is_told_of_mentions_that_stand_nowhere(archive: Archive) -> None:
    archive.welcome("answered")
    bring(archive, post("p", author=BRAND), beside("b"), item("c", to="stranger"), beside("d"), post("a", to="d"))
    assert [one.id for one in archive.unplaced(9)] == [url("b")]


def test_without_mentions_the_team_is_told_of_those_that_the_brand_did_not_answer(archive: Archive) -> None:
    bring(asked(archive, "none"), item("x"), post("a", to="x"))
    assert [one.id for one in archive.unplaced(9)] == [url("q")]


def test_a_mention_that_a_person_let_through_is_shown_and_leaves_again(archive: Archive) -> None:
    bring(archive, post("p", author=BRAND), beside("b"))
    for let, shown in (([url("b")], ["b", "p"]), ([], ["p"])):
        archive.welcome("answered", let)
        assert visible(archive) == shown
