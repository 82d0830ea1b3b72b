"""One piece, cross-posted, is one thread: whatever came first, until a person or a deletion says otherwise."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from hub.copies import Rulings
from hub.model import Batch, Item
from hub.store import show_all
from hub.store.archive import Archive
from tests.copies.labelled import said
from tests.store.conftest import Fresh
from tests.store.said import line, whole

STORY = "From Friday the night tram runs again between the harbour and Elm Hill\nevery twenty minutes until four."
WORDS = "It is official: the night tram comes back on Friday, all night long!"
BLOG = said("blog", 1, STORY, timedelta(), title="The night tram is back")
TOOT = said("mastodon", 1, WORDS, timedelta(minutes=5), BLOG.url)
SKY = said("bluesky", 1, WORDS, timedelta(minutes=6))
TWEET = said("x", 1, "Night tram!", timedelta(minutes=9), f"{BLOG.url}?utm_source=x")
COPIES = (BLOG, TOOT, SKY, TWEET)


def answer(to: Item, name: str, **more: object) -> Item:
    more = {"id": f"https://a.example/{name}", "reply_to": to.id, "ours": False} | more
    return said(str(more.pop("channel", to.channel)), 1, name, timedelta(hours=len(name)), **more)


TALK = (answer(BLOG, "on the blog"), answer(TOOT, "tooted"), answer(SKY, "in the blue"), answer(TWEET, "on x"))


def bring(archive: Archive, *items: Item) -> None:
    for item in items:
        archive.save(item.channel, Batch(items=(item,)))


def lose(archive: Archive, item: Item) -> None:
    archive.save(item.channel, Batch(gone=(item.id,)))


def ties(archive: Archive) -> dict[str, str]:
    """Channel of each copy → what says that it is one; none when the article stands alone."""
    found = archive.thread(BLOG.id)
    return {item.channel: found.ties[item.id] for item in found.copies} if found else {}


def roots(archive: Archive) -> list[str]:
    return [record.item.channel for record in archive.records() if record.thread == record.item.id]


@pytest.fixture
def full(archive: Archive) -> Archive:
    bring(archive, *COPIES, *TALK)
    return archive


def test_a_piece_in_four_places_is_one_thread_with_one_conversation(full: Archive) -> None:
    assert ties(full) == {"mastodon": "links", "bluesky": "words", "x": "links"}
    found = full.thread(BLOG.id)
    assert [line(reply) for reply in found.replies] == [
        f"https://a.example/{name}" for name in ("on x", "tooted", "in the blue", "on the blog")
    ]
    assert found.channels == ("blog", "bluesky", "mastodon", "x")


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "order", [pytest.param(o, marks=() if n % 5 == 0 else pytest.mark.slow) for n, o in enumerate(permutations(COPIES))]
)
def test_the_order_of_arrival_never_matters(fresh: Fresh, order: tuple[Item, ...]) -> None:
    told, plain = fresh(), fresh()
    bring(told, TALK[1], *order[:2], *TALK[2:], *order[2:], TALK[0])
    bring(plain, *COPIES, *TALK)
    assert whole(told) == whole(plain)
    assert len(roots(told)) == 1


def test_the_address_of_what_turns_out_to_be_a_copy_leads_to_the_whole(archive: Archive) -> None:
    bring(archive, TOOT, TALK[1])
    assert archive.thread(TOOT.id)
    bring(archive, BLOG)
    assert set(archive.redirects().values()) == {BLOG.id}


def test_the_fullest_version_is_shown_whoever_was_first(archive: Archive) -> None:
    early = said("mastodon", 1, WORDS, timedelta(minutes=-5), BLOG.url)
    bring(archive, BLOG, early)
    found = archive.thread(early.id)
    assert (found.root.id, found.shown.id) == (early.id, BLOG.id)
    assert next(one.shown.id for one in archive.records() if one.thread == one.item.id) == BLOG.id


def test_a_deleted_copy_leaves_and_the_others_stay_together(full: Archive) -> None:
    lose(full, TOOT)
    assert ties(full) == {"x": "links"}
    assert roots(full) == ["blog", "bluesky"]


def test_a_deleted_root_leaves_its_copies_as_a_thread(full: Archive) -> None:
    lose(full, BLOG)
    found = full.thread(TOOT.id)
    assert {item.channel for item in found.copies} <= {"bluesky", "x"}
    assert "https://a.example/tooted" in [line(reply) for reply in found.replies]


def test_of_a_gone_post_no_trace_is_kept(full: Archive) -> None:
    for item in COPIES:
        lose(full, item)
    with full.database.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM traces").scalar() == 0


def test_one_line_splits_for_good_and_without_it_they_join_again(full: Archive) -> None:
    split = Rulings(splits=(frozenset({TWEET.url, BLOG.url}),))
    full.rejudge(show_all, "split", split)
    bring(full, *(said("x", 1, f"Night tram! {n}", timedelta(minutes=9), BLOG.url) for n in range(3)), TWEET)
    assert ties(full) == {"mastodon": "links", "bluesky": "words"}
    full.rejudge(show_all, "none")
    assert ties(full)["x"] == "links"


def test_a_rule_that_was_there_first_gives_the_same(archive: Archive, full: Archive, fresh: Fresh) -> None:
    rulings = Rulings(splits=(frozenset({TOOT.url}),))
    other = fresh()
    other.rejudge(show_all, "split", rulings)
    bring(other, *TALK, *reversed(COPIES))
    full.rejudge(show_all, "split", rulings)
    assert whole(other) == whole(full)


def test_the_brands_answer_come_back_from_another_network_is_told_once(full: Archive) -> None:
    mine = answer(TALK[0], "we", ours=True)
    echo = answer(TALK[1], "echo", ours=True, aliases=(mine.url,), channel="x")
    below = answer(echo, "thanks for that", channel="x")
    bring(full, echo, below, mine)
    names = [line(reply) for reply in full.thread(BLOG.id).replies]
    assert "..https://a.example/thanks for that" in names
    assert not [name for name in names if "echo" in name]


LATE = timedelta(days=45)
EPISODE = said("letter", 4, "Mara Lind stays after the last train.", timedelta(), title="Episode 58")
LATER = said("mastodon", 4, "You can talk about it here!", LATE)
NAMING = {
    "podcast:socialInteract": {"aliases": (LATER.id, LATER.url)},
    "u-syndication": {"syndication": (LATER.url,)},
    "a name of another server": {"syndication": (LATER.id,)},
}


@pytest.mark.parametrize("names", NAMING.values(), ids=list(NAMING))
@pytest.mark.parametrize("first", [0, 1])
def test_an_episode_and_the_post_it_names_six_weeks_later_are_one(
    archive: Archive, names: dict[str, tuple[str, ...]], first: int
) -> None:
    both = (replace(EPISODE, **names), answer(LATER, "tooted")), (LATER,)
    bring(archive, *both[first], *both[1 - first])
    found = archive.thread(EPISODE.id)
    assert (found.ties, [line(reply) for reply in found.replies]) == (
        {LATER.id: "named"},
        ["https://a.example/tooted"],
    )


def test_where_a_post_names_its_copy_no_longer_they_part(archive: Archive) -> None:
    bring(archive, replace(EPISODE, syndication=(LATER.url,)), LATER, EPISODE)
    assert archive.thread(EPISODE.id).copies == ()


def test_a_reply_of_the_public_asks_nothing_about_copies(archive: Archive) -> None:
    bring(archive, *COPIES)
    mark = archive.seq
    bring(archive, TALK[0])
    assert [one.id for one in archive.changed(mark)] == [TALK[0].id]
