"""The demo brand, read as plain JSON and XML: what it shows, and that it fits together."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from hub.channels import Ask, Channel
from hub.channels.bluesky import Bluesky
from hub.channels.discourse import Discourse
from hub.channels.feed import Feed
from hub.channels.mastodon import Mastodon
from hub.channels.newsletter import Newsletter
from hub.channels.twitter import Twitter
from hub.channels.wordpress import Wordpress
from hub.channels.youtube import Youtube
from hub.guard import resolve
from hub.mail import opener
from hub.model import Batch, Cursor
from hub.report import Wish
from hub.run import opened, update
from hub.scaling import scaled
from hub.settings import load
from hub.web import Web

CONTENT = Path(__file__).parents[1] / "content"
ATOM, THREAD, STONE = (
    "{http://www.w3.org/2005/Atom}",
    "{http://purl.org/syndication/thread/1.0}",
    "{http://purl.org/atompub/tombstones/1.0}",
)
SCRIPTS = {"ar": "[\u0600-\u06ff]", "ja": "[\u3040-\u30ff]", "de": r"\b(?:und|nicht|ich|der|ist)\b"}


@cache
def exchanges(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((CONTENT / "demo" / name).read_text("utf-8"))["exchanges"])


def rows(what: str) -> dict[int, dict[str, Any]]:
    """Every row the blog lists, whole."""
    answers = (x["response"]["json"] for x in exchanges("blog.json") if f"/wp/v2/{what}" in x["request"]["url"])
    return {row["id"]: row for answer in answers for row in answer if "link" in row and "author" in row}


def documents() -> list[ElementTree.Element]:
    return [ElementTree.fromstring(x["response"]["text"]) for x in exchanges("workshop.json")]


def entries(*, replies: bool) -> list[ElementTree.Element]:
    found = [entry for document in documents() for entry in document.iter(f"{ATOM}entry")]
    return [entry for entry in found if (entry.find(f"{THREAD}in-reply-to") is not None) == replies]


def notes() -> list[str]:
    texts = (path.read_text("utf-8") for path in sorted((CONTENT / "posts").glob("*.md")))
    return [text for text in texts if not re.search(r"^Status: (draft|hidden)$", text, re.M)]


def texts() -> Iterator[str]:
    yield from (row["content"]["rendered"] for row in (*rows("posts").values(), *rows("comments").values()))
    yield from (entry.findtext(f"{ATOM}content", "") for entry in (*entries(replies=False), *entries(replies=True)))
    yield from notes()


def depth(comment: dict[str, Any], every: dict[int, dict[str, Any]]) -> int:
    return 1 + depth(every[comment["parent"]], every) if comment["parent"] else 1


def test_there_are_at_least_sixty_posts_on_three_channels() -> None:
    counts = len(rows("posts")), len(entries(replies=False)), len(notes())
    assert all(there >= wanted for there, wanted in zip(counts, (34, 16, 10), strict=True))
    assert sum(counts) >= 60


def test_there_are_at_least_two_hundred_and_fifty_replies() -> None:
    assert len(rows("comments")) + len(entries(replies=True)) >= 250


@pytest.mark.parametrize(("language", "sign"), SCRIPTS.items())
def test_every_language_is_there_more_than_once(language: str, sign: str) -> None:
    assert sum(len(re.findall(sign, text)) >= 3 for text in texts()) >= 8


def test_one_conversation_is_long_and_another_one_deep() -> None:
    every = rows("comments")
    assert Counter(row["post"] for row in every.values()).most_common(1)[0][1] >= 60
    assert max(depth(row, every) for row in every.values()) == 7


def test_every_comment_has_its_post_and_its_parent_and_comes_after_both() -> None:
    posts, every = rows("posts"), rows("comments")
    for row in every.values():
        above = every[row["parent"]] if row["parent"] else posts[row["post"]]
        assert above["date_gmt"] < row["date_gmt"] < "2026-11-21", row["link"]
        assert row["parent"] == 0 or above["post"] == row["post"]


def test_every_parent_in_the_log_is_there_or_was_deleted() -> None:
    known = {entry.findtext(f"{ATOM}id") for entry in (*entries(replies=False), *entries(replies=True))}
    deleted = {stone.get("ref") for document in documents() for stone in document.iter(f"{STONE}deleted-entry")}
    named = {entry.find(f"{THREAD}in-reply-to").get("ref") for entry in entries(replies=True)}  # type: ignore[union-attr]
    assert named <= known | deleted
    assert len(deleted & named) == 1


def test_every_announced_number_of_replies_is_true() -> None:
    recorded = {x["request"]["url"]: x["response"]["text"] for x in exchanges("workshop.json")}
    links = [link for entry in entries(replies=False) for link in entry.iter(f"{ATOM}link")]
    for link in (link for link in links if link.get("rel") == "replies"):
        document = ElementTree.fromstring(recorded[str(link.get("href"))])
        assert len(list(document.iter(f"{ATOM}entry"))) == int(str(link.get(f"{THREAD}count")))


def test_every_list_of_the_blog_says_its_true_size() -> None:
    every = {"posts": len(rows("posts")), "comments": len(rows("comments"))}
    for exchange in exchanges("blog.json"):
        url, response = exchange["request"]["url"], exchange["response"]
        if "orderby=id" in url and "post=" not in url:
            assert int(response["headers"]["X-WP-Total"]) == every[url.split("/wp/v2/")[1].split("?")[0]]


def test_every_picture_is_recorded_and_can_be_read() -> None:
    recorded = {x["request"]["url"]: base64.b64decode(x["response"]["base64"]) for x in exchanges("pictures.json")}
    shown = {url for text in texts() for url in re.findall(r'<img[^>]+src="(https://[^"]+)"', text)}
    shown |= {row["author_avatar_urls"]["96"] for row in rows("comments").values() if row["author_avatar_urls"]}
    embedded = [row["_embedded"] for row in rows("posts").values()]
    shown |= {picture["source_url"] for around in embedded for picture in around.get("wp:featuredmedia", ())}
    assert shown <= recorded.keys()
    assert all(0 < scaled(body).width <= 960 for body in recorded.values())


def test_some_pictures_are_described_and_some_are_not() -> None:
    embedded = [row["_embedded"] for row in rows("posts").values()]
    described = [bool(one["alt_text"]) for around in embedded for one in around.get("wp:featuredmedia", ())]
    assert described.count(True) >= 10
    assert described.count(False) >= 3


def test_the_demo_stays_small() -> None:
    assert sum(path.stat().st_size for path in (CONTENT / "demo").iterdir()) <= 3 * 2**20


def test_the_critic_is_answered_and_stays_a_critic() -> None:
    every = rows("comments")
    asked = {row["id"] for row in every.values() if row["author_name"] == "Harald Quint"}
    answers = [row for row in every.values() if row["parent"] in asked and row["author"] in (2, 3, 4, 5, 6)]
    assert len(answers) >= 10
    assert any("not as good as the old one" in every[one]["content"]["rendered"] for one in asked)


KEY = "demo-key"  # no recording looks at it
KINDS = (
    Bluesky(name="bluesky", handle="tarnwick.example", language="en", watch_days=3650),
    Discourse(name="forum", url="https://forum.tarnwick.example/c/kettles/4", watch_days=3650),
    Mastodon(name="mastodon", url="https://social.tarnwick.example/@tarnwick", watch_days=3650),
    Twitter(name="x", handle="tarnwick_kettle", token=KEY, daily_usd=2.0, language="en", watch_days=3650),
    Youtube(name="youtube", account="@TarnwickKettles", api_key=KEY, language="en", watch_days=3650),
    Wordpress(name="blog", url="https://blog.tarnwick.example/", language="en"),
    Feed(name="workshop", url="https://workshop.tarnwick.example/feed.atom"),
    Newsletter("letter", sender="letter@tarnwick.example", path="demo/letters.mbox", post=opener(CONTENT, (), resolve)),
    load(CONTENT.parent, {}).channels["webmentions"],
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = [timedelta(), *(timedelta(days=days, hours=7) for days in (2, 11, 19, 24, 400))]


def pulled(channel: Channel, cursor: Cursor, ask: Ask) -> list[Batch]:
    web = Web(agent="test", now=lambda: ask.now, replay=CONTENT / "demo")
    return list(channel.pull(web, cursor, ask))


@pytest.mark.parametrize("channel", KINDS, ids=lambda channel: channel.name)
@pytest.mark.parametrize("after", LATER, ids=str)
def test_a_pull_finds_every_recording_it_asks_for(channel: Channel, after: timedelta) -> None:
    now = NOW + after
    first = pulled(channel, {}, Ask(now=now))
    again = [
        batch
        for ask in (Ask(now=now), Ask(now=now, recheck=True), Ask(now=now, recheck=True, sweep=True))
        for batch in pulled(channel, first[-1].cursor, ask)
    ]
    assert not [warning for batch in (*first, *again) for warning in batch.warnings]
    assert {item.id for batch in again for item in batch.items} <= {item.id for batch in first for item in batch.items}


@pytest.mark.parametrize("channel", KINDS, ids=lambda channel: channel.name)
def test_a_second_pull_brings_nothing(channel: Channel) -> None:
    ask = Ask(now=NOW)
    cursor = pulled(channel, {}, ask)[-1].cursor
    assert not [item for batch in pulled(channel, cursor, ask) for item in batch.items]


@pytest.mark.slow
def test_the_demo_is_built_whole_and_then_left_alone(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    with opened(load(tmp_path, {}), {}, lambda: NOW) as hub:
        first = update(hub, Wish(now=NOW))
        again = update(hub, Wish(now=NOW, recheck=True, sweep=True))
    assert first.exit_code == again.exit_code == 0
    recorded = len(exchanges("pictures.json")) + len(exchanges("pictures-of-networks.json"))
    assert (first.pictures, first.pictures_failed) == (recorded, 0)
    assert not [one for one in (*first.pulled, *again.pulled) if one.warnings]
    assert not [one for one in again.pulled if one.moved]
    assert again.built is not None
    assert not again.built.written
