"""Feeds over several pulls: which entry is which item, and which comment feeds are asked for when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels import Ask
from hub.channels.feed import Feed
from hub.channels.feedentry import Document, Entry
from hub.channels.feedids import Memory, identify
from hub.errors import RateLimited
from hub.model import Batch
from hub.web import Web

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://f.example/feed"


def talk(post: str) -> str:
    return f"https://f.example/{post}/comments"


def rss(*items: str) -> str:
    spaces = "xmlns:wfw='http://wellformedweb.org/CommentAPI/' xmlns:slash='http://purl.org/rss/1.0/modules/slash/'"
    return f"<rss version='2.0' {spaces}><channel><title>F</title><link>https://f.example/</link>{''.join(items)}</channel></rss>"


def entry(name: str, count: int | None = None, days: int = 1) -> str:
    date = f"<pubDate>{(NOW - timedelta(days=days)):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
    comments = f"<wfw:commentRss>{talk(name)}</wfw:commentRss>" + (
        f"<slash:comments>{count}</slash:comments>" if count is not None else ""
    )
    return f"<item><guid>https://f.example/{name}</guid><title>{name}</title>{date}{comments}</item>"


class World:
    """What the feeds say now, and a channel that keeps its cursor."""

    def __init__(self, folder: Path) -> None:
        self.tape, self.answers = folder / "tape.json", dict[str, Mapping[str, object]]()
        self.cursor: Mapping[str, object] = {}
        self.asked: list[str] = []
        self.channel, self.now = Feed("f", URL), NOW

    def says(self, url: str, *items: str, **answer: object) -> None:
        self.answers[url] = {"text": rss(*items), **answer}

    def pull(self, **ask: bool) -> list[Batch]:
        exchanges = [{"request": {"url": url}, "response": response} for url, response in self.answers.items()]
        self.tape.write_text(json.dumps({"origin": "made up for a test", "exchanges": exchanges}))
        web = Logged(agent="test", now=lambda: self.now, replay=self.tape, sleep=lambda _: None)
        batches = list(self.channel.pull(web, self.cursor, Ask(now=self.now, **ask)))
        self.cursor = json.loads(json.dumps(batches[-1].cursor)) if batches else self.cursor
        self.asked = web.log
        return batches


class Logged(Web):
    """The client, and what was asked of it."""

    def get(self, url: str, **rest: object):  # type: ignore[no-untyped-def]
        self.__dict__.setdefault("log", []).append(url)
        return super().get(url, **rest)  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def names(batches: list[Batch]) -> list[str]:
    return [item.id for batch in batches for item in batch.items]


def test_comment_feeds_are_read_once_where_comments_are_announced(world: World) -> None:
    world.says(URL, entry("none", 0), entry("two", 2), entry("old", 1, days=900))
    world.says(talk("two"), "<item><guid>https://f.example/two#1</guid></item>")
    world.says(talk("old"))
    world.pull()
    assert world.asked == [URL, talk("two"), talk("old")]


def test_later_only_watched_posts_whose_count_moved_are_asked_about(world: World) -> None:
    world.says(URL, entry("still", 1), entry("moved", 1), entry("old", 1, days=900))
    for name in ("still", "moved", "old"):
        world.says(talk(name))
    world.pull()
    world.says(URL, entry("still", 1), entry("moved", 2), entry("old", 2, days=900))
    world.pull()
    assert world.asked == [URL, talk("moved")]


def test_without_a_count_a_lively_talk_is_asked_about_often_and_a_quiet_one_once_a_day(world: World) -> None:
    world.says(URL, entry("hot"), entry("cool", days=20), entry("old", days=900))
    for name, minutes in (("hot", 20), ("cool", 20 * 1440), ("old", 900 * 1440)):
        date = f"<pubDate>{NOW - timedelta(minutes=minutes):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        world.says(talk(name), f"<item><guid>https://f.example/{name}#1</guid>{date}</item>")
    rounds = []
    for minutes in (0, 0, 16, 1441):
        world.now = NOW + timedelta(minutes=minutes)
        world.pull()
        rounds.append(world.asked[1:])
    assert rounds == [[talk("hot"), talk("cool"), talk("old")], [], [talk("hot")], [talk("hot"), talk("cool")]]


def test_a_comment_feed_without_a_count_that_is_not_there_is_not_asked_for_again(world: World) -> None:
    world.says(URL, entry("a"))
    world.says(talk("a"), status=404)
    world.pull()
    world.now += timedelta(days=2)
    world.says(URL, entry("a"), entry("b", 0))
    world.pull()
    assert world.asked == [URL]


def test_a_quiet_pull_is_one_request_and_no_batch(world: World) -> None:
    world.says(URL, entry("a", 1))
    world.says(talk("a"))
    world.pull()
    assert world.pull() == []
    assert world.asked == [URL]


def test_an_old_post_with_a_new_reply_is_watched_again(world: World) -> None:
    world.says(URL, entry("old", 1, days=900))
    world.says(talk("old"), entry("reply", days=2))
    world.pull()
    world.pull(recheck=True)
    assert world.asked == [URL, talk("old")]


def test_a_sweep_asks_every_comment_feed(world: World) -> None:
    world.says(URL, entry("a", 1, days=900), entry("b", 0))
    for name in ("a", "b"):
        world.says(talk(name))
    world.pull()
    world.pull(sweep=True)
    assert world.asked == [URL, talk("a"), talk("b")]


@pytest.mark.parametrize("answer", [{"status": 404}, {"status": 500}, {"text": "<html>"}, {"fault": "timeout"}])
def test_a_comment_feed_that_fails_is_a_warning(world: World, answer: Mapping[str, object]) -> None:
    world.says(URL, entry("a", 1))
    world.says(talk("a"), **answer)
    batches = world.pull()
    assert names(batches) == ["https://f.example/a"]
    assert len(batches[-1].warnings) == 1


def test_a_comment_feed_that_is_gone_for_good_is_left_in_silence(world: World) -> None:
    world.says(URL, entry("a", 1))
    world.says(talk("a"), status=410)
    assert not any(batch.warnings or batch.gone for batch in world.pull())


def test_a_comment_feed_that_did_not_answer_is_asked_again(world: World) -> None:
    world.says(URL, entry("a", 1))
    world.says(talk("a"), status=500)
    world.pull()
    world.pull()
    assert talk("a") in world.asked


def test_a_rate_limit_ends_the_pull_after_what_came(world: World) -> None:
    world.says(URL, entry("a", 1))
    world.says(talk("a"), status=429, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimited):
        world.pull()


@pytest.mark.parametrize("more", [{"ours": False}, {"language": "de"}])
def test_settings_that_changed_reach_what_is_known(world: World, more: dict[str, Any]) -> None:
    world.says(URL, entry("a", 1))
    world.says(talk("a"), "<item><guid>https://f.example/a#1</guid></item>")
    world.pull()
    world.channel = Feed("f", URL, **more)
    assert names(world.pull()) == ["https://f.example/a", "https://f.example/a#1"]
    assert world.pull() == []


def test_a_new_address_is_not_asked_with_the_old_ones_validators(world: World) -> None:
    world.says(URL, entry("a"), headers={"ETag": "1"})
    world.pull()
    world.channel = Feed("f", f"{URL}/2")
    world.says(f"{URL}/2", entry("a"), entry("b"), headers={"ETag": "1"})
    assert names(world.pull()) == ["https://f.example/a", "https://f.example/b"]


def test_a_talk_that_is_read_and_out_of_sight_is_forgotten(world: World) -> None:
    world.says(URL, entry("old", 1, days=900), entry("new", 1))
    for name in ("old", "new"):
        world.says(talk(name))
    world.pull()
    world.says(URL, entry("b", 0))
    world.pull()
    assert list(world.cursor["posts"]) == ["https://f.example/new", "https://f.example/b"]  # type: ignore[call-overload]


def test_what_leaves_the_window_is_not_deleted(world: World) -> None:
    world.says(URL, entry("a"), entry("b"))
    world.pull()
    world.says(URL, entry("b"))
    assert not any(batch.gone or batch.complete for batch in world.pull())


def test_one_guid_for_two_entries_keeps_the_first_and_parts_the_second(world: World) -> None:
    first, second = (
        f"<item><guid>https://f.example/same</guid><title>{title}</title></item>" for title in ("one", "two")
    )
    world.says(URL, first)
    assert names(world.pull()) == ["https://f.example/same"]
    world.says(URL, first, second)
    both = names(world.pull())
    assert both[0] == "https://f.example/same" != both[1]
    world.says(URL, second)
    assert names(world.pull()) == both[1:]


def test_a_feed_that_changes_its_ids_brings_the_same_items(world: World) -> None:
    def turn(session: int) -> str:
        return (
            f"<item><guid>https://f.example/a?s={session}</guid><link>https://f.example/a</link><title>a</title></item>"
        )

    world.says(URL, turn(1))
    before = names(world.pull())
    for session in (2, 3):
        world.says(URL, turn(session))
        assert names(world.pull()) == before


def test_an_entry_without_an_address_stands_on_the_page_of_its_feed(world: World) -> None:
    world.says(URL, "<item><guid isPermaLink='false'>n1</guid><description>Hi</description></item>")
    item = world.pull()[0].items[0]
    assert item.id == f"{URL}#n1"
    assert item.url.startswith("https://f.example/#")


def test_counts_of_replies_are_reported(world: World) -> None:
    world.says(URL, entry("a", 7))
    world.says(talk("a"))
    assert world.pull()[0].counts == {"https://f.example/a": {"replies": 7}}


ENTRIES = st.lists(
    st.builds(
        Entry,
        id=st.sampled_from(["", "1", "urn:x:2"]),
        link=st.sampled_from(["", "https://a/"]),
        title=st.text("ab", max_size=1),
    ),
    max_size=6,
)


@given(ENTRIES)
def test_ids_are_unique_and_the_same_at_the_next_reading(entries: list[Entry]) -> None:
    document = Document(address=URL, entries=tuple(entries))
    first, memory = identify(document, Memory())
    again, _ = identify(document, memory)
    assert len({name for name, _ in first}) == len(first)
    assert [name for name, _ in again] == [name for name, _ in first]


@given(ENTRIES, st.randoms())
def test_the_order_of_entries_does_not_change_their_ids(entries: list[Entry], random: object) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    ids = [
        {name for name, _ in identify(Document(address=URL, entries=tuple(some)), Memory())[0]}
        for some in (entries, shuffled)
    ]
    assert ids[0] == ids[1]


FORM = "<description>&lt;form action='https://f.example/wp-login.php?action=postpass'&gt;&lt;/form&gt;</description>"


def test_a_post_behind_a_password_goes_with_its_talk_and_comes_back(world: World) -> None:
    post, name = entry("a", 1), "https://f.example/a"
    world.says(URL, post.replace("<title>", f"{FORM}<title>"))
    world.says(talk("a"))
    (batch,) = world.pull(recheck=True)
    assert ([item.private for item in batch.items], batch.gone, batch.complete[0].under) == ([True], (name,), name)
    world.says(URL, post)
    assert [item.private for item in world.pull()[0].items] == [False]
    assert world.asked == [URL, talk("a")]
