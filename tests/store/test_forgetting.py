"""What is forgotten leaves the archive with its very name; what others said of it stays where it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.forgotten import without
from hub.model import Account, Batch, Reaction
from hub.store import Forgot
from hub.store.archive import Archive, open_archive
from tests.store.conftest import Fresh
from tests.store.said import bring, entries, item, post, tree, url, visible
from tests.store.test_erasing import left, marked

EVE = Account(name="Eve", handle="@eve@social.example", url="https://social.example/@eve", id=url("users/eve"))


def forget(archive: Archive, *names: str) -> Forgot:
    return archive.forget([url(name) for name in names], lambda account: account.id == EVE.id)


def test_neither_word_nor_name_of_a_forgotten_item_is_in_any_file(template: Path, tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite").write_bytes(template.read_bytes())
    with open_archive("", tmp_path) as archive:
        bring(archive, post("a"), marked("SECRET1", "SECRET"), item("c", root="a"))
        bring(archive, reactions=(Reaction(target=url("a"), type="like", account=replace(EVE, name="SECRET")),))
        forget(archive, "SECRET1")
        archive.unused()
        archive.purge(archive.seq)
        assert (archive.settle(), visible(archive), left(tmp_path, "SECRET")) == (True, ["a", "c"], set())


def test_no_channel_remembers_a_forgotten_name_and_it_keeps_all_else(archive: Archive) -> None:
    archive.save("talk", Batch(cursor={"known": {"1": [url("b"), "mark"], "2": [url("c")]}, "newest": 7}))
    archive.note(replace(archive.health("talk"), warnings=(f"no answer at {url('b')}", "slow"), message=url("b")))
    archive.forget((), lambda _: False, clean=lambda kept: without(kept, lambda text: url("b") in text))
    found = archive.health("talk")
    assert found.cursor == {"known": {"1": ["", "mark"], "2": [url("c")]}, "newest": 7}
    assert (found.warnings, found.message) == (("slow",), "")


def test_what_others_answered_stays_below_a_place_without_a_name(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a", author=EVE), item("c", to="b", at=1), item("d", to="c", at=2))
    bring(archive, item("b", to="a", author=EVE), channel="other")
    assert forget(archive, "b").texts == 2
    first, *rest = tree(archive, "a")
    assert (first.startswith("forgotten:"), first.endswith("†"), rest) == (True, True, [".c", "..d"])


def test_a_later_answer_to_what_was_forgotten_finds_its_place_too(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a", author=EVE))
    forget(archive, "b")
    bring(archive, item("c", to="b", root="a"))
    assert tree(archive, "a")[1:] == [".c"]


def test_followers_hear_of_it_before_the_name_leaves_the_journal(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a", author=EVE))
    mark = archive.seq
    forget(archive, "b")
    assert ("b", False, "") in entries(archive, mark)
    archive.purge(archive.seq)
    assert "b" not in [name for name, _, _ in entries(archive)]
    assert mark < archive.floor < archive.seq


def test_a_follower_that_has_not_heard_it_keeps_the_name_in_the_journal(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a", author=EVE))
    mark = archive.seq
    forget(archive, "b")
    archive.purge(mark)
    assert (("b", False, "") in entries(archive, mark), archive.floor) == (True, 0)


def test_likes_of_the_forgotten_go_and_those_of_others_stay(archive: Archive) -> None:
    likes = [Reaction(target=url("a"), type="like", account=one) for one in (EVE, replace(EVE, id=url("users/zoe")))]
    bring(archive, post("a"), reactions=tuple(likes))
    assert (forget(archive).reactions, forget(archive).reactions) == (1, 0)


def test_what_came_back_against_all_rules_can_be_forgotten_again(archive: Archive) -> None:
    for _ in range(3):
        bring(archive, post("a"), item("b", to="a", author=EVE), item("c", to="b"))
        assert forget(archive, "b").items == 1
    assert visible(archive) == ["a", "c"]


def test_an_account_is_asked_for_by_any_of_its_names(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a", author=EVE), item("c", to="a", author=replace(EVE, id=url("other"))))
    assert archive.said_by([EVE.id]) == (url("b"),)
    assert archive.said_by(["EVE@social.example"]) == (url("b"), url("c"))


@pytest.mark.parametrize("order", [0, 1], ids=["forgotten, then gone", "gone, then forgotten"])
def test_a_source_that_says_gone_as_well_alters_nothing(fresh: Fresh, order: int) -> None:
    archive = fresh()
    bring(archive, post("a"), item("b", to="a", author=EVE), item("c", to="b"))
    steps = [lambda: forget(archive, "b"), lambda: archive.save("blog", Batch(gone=(url("b"),)))]
    for step in steps[:: 1 - 2 * order]:
        step()
    assert tree(archive, "a")[1:] == [".c"]
