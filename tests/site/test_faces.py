"""Who liked, reposted or kept a post, by name."""

from __future__ import annotations

from dataclasses import replace

import mf2py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model import Account, Batch, Reaction
from hub.rules import parse
from hub.store import File
from hub.store.archive import open_archive
from tests.site.conftest import Folder, post, reply

P5, P6 = "https://blog.example/?p=5", "https://blog.example/?p=6"
ANA = Account(name="Ana", id="https://ana.example/", url="https://ana.example/", avatar="https://ana.example/me.png")
BEN = Account(name="Ben", id="https://ben.example/")
BLOCK = '[[hide]]\nid = "b-1"\nreason = "spam"\naccount = "https://ana.example/"\n'


def like(who: Account = ANA, target: str = P5, kind: str = "like", **more: bool) -> Reaction:
    return Reaction(target=target, type=kind, account=who, **more)


def react(folder: Folder, *reactions: Reaction) -> list[str]:
    """What is written when these come in."""
    folder.store.save("mentions", Batch(reactions=reactions), folder.rules.judge)
    return folder.build().written


@pytest.fixture
def liked(folder: Folder) -> Folder:
    folder.save(post(5), post(6), reply(1, P5))
    folder.build()
    react(
        folder,
        like(),
        like(kind="repost"),
        like(replace(ANA, name="Ben", id="https://ben.example/", url="", avatar="")),
    )
    return folder


def test_a_reader_of_microformats_finds_who_liked_and_who_reposted(liked: Folder) -> None:
    (entry,) = mf2py.parse(doc=liked.page(P5))["items"][:1]
    for kind, names in (("like", ["Ana", "Ben"]), ("repost", ["Ana"])):
        authors = [one["properties"]["author"][0] for one in entry["properties"][kind]]
        assert sorted(author["properties"]["name"][0] for author in authors) == names


def test_a_like_rewrites_the_page_of_its_post_alone(liked: Folder) -> None:
    written = react(liked, like(target=P6))
    assert [path.partition("-6-")[2] for path in written if path.startswith("p/")] == [written[0].partition("-6-")[2]]
    assert not [path for path in written if path.startswith(("feeds/", "channel/", "archive/"))]


def test_the_same_like_again_writes_nothing(liked: Folder) -> None:
    before = liked.store.seq
    assert react(liked, like()) == []
    assert liked.store.seq == before


def test_a_like_that_is_taken_back_leaves(liked: Folder) -> None:
    react(liked, like(withdrawn=True), like(kind="repost", withdrawn=True))
    assert "Ana" not in liked.page(P5)
    assert "Ben" in liked.page(P5)


def test_an_account_that_is_hidden_reacts_to_nothing(liked: Folder) -> None:
    liked.rules = parse(BLOCK, "rules.toml")
    liked.store.rejudge(liked.rules.judge, liked.rules.digest)
    liked.build()
    assert "Ana" not in liked.page(P5)


def test_what_is_forgotten_leaves_page_and_archive(liked: Folder) -> None:
    liked.store.forget((), lambda account: account.name == "Ana")
    liked.build()
    assert "Ana" not in liked.page(P5)


def test_a_face_is_fetched_and_goes_with_the_like(liked: Folder) -> None:
    assert liked.store.wanted(liked.now) == [ANA.avatar]
    liked.store.keep(File(url=ANA.avatar, digest="d1"))
    react(liked, like(withdrawn=True), like(kind="repost", withdrawn=True))
    assert liked.store.unused() == ["d1"]


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(5)))
def test_faces_stand_in_one_order_whatever_came_first(tmp_path_factory, order: list[int]) -> None:
    told = []
    for numbers in (range(5), order):
        store = open_archive("", tmp_path_factory.mktemp("hub"))
        store.save("blog", Batch(items=(post(5),)))
        for number in numbers:
            store.save("mentions", Batch(reactions=(like(replace(ANA, id=f"https://n{number}.example/")),)))
        told.append(store.thread(P5).reactions)
        store.close()
    assert told[0] == told[1]
