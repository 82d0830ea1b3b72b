"""Who liked, reposted or kept a post, by name."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import mf2py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model import Account, Batch, Health, Reaction
from hub.rules import parse
from hub.store import File
from hub.store.archive import open_archive
from hub.store.reactions import said
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


# where a channel holds what the public says


def held(folder: Folder, *reactions: Reaction, mode: str = "hold", rules: str = "") -> str:
    """The page of a post to which these came by a channel that holds them."""
    folder.rules = replace(parse(rules, "rules.toml"), publish={"mentions": mode})
    folder.save(post(5))
    react(folder, *reactions)
    return folder.page(P5)


def test_a_held_like_is_a_number_without_name_address_or_picture(folder: Folder) -> None:
    page = held(folder, like(), like(BEN), like(BEN, kind="repost"))
    assert ("2 likes" in page, "1 repost" in page) == (True, True)
    assert [word for word in ("Ana", "Ben", "ana.example", "By name", "u-like") if word in page] == []
    assert folder.store.wanted(folder.now) == []


def test_a_like_that_was_let_through_has_its_face_among_the_number(folder: Folder) -> None:
    let = f'[[show]]\nid = "s-1"\nreason = "known"\nitem = "{said(like()).id}"\n'
    page = held(folder, like(), like(BEN), rules=let)
    assert ("Ana" in page, "Ben" in page, "2 likes" in page, "and 1 more" in page) == (True, False, True, True)
    assert folder.store.wanted(folder.now) == [ANA.avatar]


def test_where_the_known_are_shown_the_likes_of_such_an_account_are(folder: Folder) -> None:
    known = '[[show]]\nid = "s-1"\nreason = "known"\naccount = "https://ana.example/"\n'
    page = held(folder, like(), like(BEN), mode="known", rules=known)
    assert ("Ana" in page, "Ben" in page) == (True, False)


def test_a_like_from_a_channel_that_holds_nothing_stands_beside(folder: Folder) -> None:
    held(folder, like())
    folder.store.save("other", Batch(reactions=(like(BEN),)), folder.rules.judge)
    folder.build()
    assert ("Ben" in folder.page(P5), "Ana" in folder.page(P5)) == (True, False)


def test_likes_of_before_belong_to_the_channel_that_brings_such(tmp_path: Path) -> None:
    with open_archive("", tmp_path) as archive:
        archive.save("blog", Batch(items=(post(5),)))
        archive.save("pings", Batch(reactions=(like(),)))
        archive.note(Health(channel="pings", kind="webmention"))
    with sqlite3.connect(tmp_path / "archive.sqlite") as db:
        db.execute("ALTER TABLE reactions DROP COLUMN channel")
        db.execute("UPDATE alembic_version SET version_num = '0012'")
    db.close()
    with open_archive("", tmp_path) as archive:
        assert [one.channel for one in archive.thread(P5).reactions] == ["pings"]


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
