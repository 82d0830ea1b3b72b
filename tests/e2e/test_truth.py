"""One truth for machines: what mf2, JSON-LD, Atom, RSS and JSON Feed say is what the store holds, on every page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import feedparser
import html5lib
import mf2py
import pytest

from hub.model import Item, Thread
from hub.pages import address, anchor
from hub.settings import load
from hub.site.allowed import allowed
from hub.site.logos import withheld
from hub.store import Store
from hub.store.archive import open_archive
from tests.browser import states
from tests.e2e.test_demo import HOST, laid

pytestmark = pytest.mark.slow
XHTML = "{http://www.w3.org/1999/xhtml}"
ACTIONS = {"LikeAction": "likes", "ShareAction": "reposts", "ViewAction": "views", "BookmarkAction": "bookmarks"}
Said = tuple[str, datetime | None]  # author and time


@dataclass(frozen=True)
class Told:
    """A site and what its store holds: threads by the address of their page, items by id."""

    output: Path
    threads: Mapping[str, Thread]
    items: Mapping[str, Item]
    counts: Mapping[str, Mapping[str, int]]
    replies: Counter[str]  # visible ones, by the id of the root

    def files(self, pattern: str) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.output.rglob(pattern)):
            yield path.relative_to(self.output).as_posix(), path.read_bytes()

    def posts(self) -> Iterator[tuple[str, Thread, bytes]]:
        for place, thread in self.threads.items():
            yield place, thread, (self.output / place.removeprefix(HOST) / "index.html").read_bytes()


def read(output: Path, store: Store) -> Told:
    records = list(store.records())
    roots = {record.thread for record in records if record.thread}
    threads = {HOST + address(found.root): found for root in roots if (found := store.thread(root))}
    replies = Counter(thread.root.id for thread in threads.values() for _ in heard(thread))
    counts = {record.item.id: record.counts for record in records}
    return Told(output, threads, {record.item.id: record.item for record in records}, counts, replies)


@pytest.fixture(scope="module", params=["demo", "states"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    path = tmp_path_factory.mktemp(request.param) / "hub"
    if request.param == "demo":
        path.mkdir()
        laid(path, HOST)
        store = open_archive("", path / ".hub")
    else:
        store = states.laid(path, HOST).store
    yield read(path / "output", allowed(store, withheld(load(path, {}))))
    store.close()


def heard(thread: Thread) -> list[Item]:
    """The replies that can be read."""
    return [reply.node for reply in thread.replies if isinstance(reply.node, Item)]


def said(item: Item) -> Said:
    """As pages say it: of what terms keep off them no more than whether it was the brand."""
    if item.withheld:
        return "Wheels & Co" if item.ours else "Somebody on X", item.published
    return item.author.name or item.author.handle or "Unnamed", item.published


def piece(thread: Thread) -> Said:
    """Of a post with copies: the author of the fullest one, the time of the earliest."""
    return said(thread.shown)[0], thread.root.published


def when(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# microformats


def cited(thing: dict[str, Any]) -> tuple[str, Said]:
    """Address, author and time of an h-entry or h-cite."""
    one = thing["properties"]
    author = one["author"][0]["properties"]["name"][0]
    return one.get("url", [""])[0], (author, when(one.get("published", [""])[0]))


def test_microformats_of_a_post_are_its_author_time_and_replies(told: Told) -> None:
    for place, thread, body in told.posts():
        (entry,) = mf2py.parse(doc=body.decode(), url=place)["items"]
        assert cited(entry) == (place, piece(thread))
        shown = Counter(cited(one) for one in entry["properties"].get("comment", []))
        known = Counter((one.url, said(one)) for one in heard(thread))
        assert shown == known if len(heard(thread)) < 150 else shown <= known, place


def test_microformats_of_a_list_are_messages_as_the_store_has_them(told: Told) -> None:
    lists, here = 0, {place: piece(thread) for place, thread in told.threads.items()}
    here |= {anchor(one.id): said(one) for thread in told.threads.values() for one in heard(thread)}
    for path, body in told.files("index.html"):
        for feed in mf2py.parse(doc=body.decode(), url=HOST + path.removesuffix("index.html"))["items"]:
            for entry in feed.get("children", []) if "h-feed" in feed["type"] else []:
                place, known = cited(entry)
                assert known == here[place.partition("#")[2] or place], path
                lists += 1
    assert lists > len(told.threads)


def test_further_pages_of_a_conversation_hold_all_its_replies_and_no_other(told: Told) -> None:
    for place, thread, body in told.posts():
        folder = told.output / place.removeprefix(HOST)
        bodies = [body, *(path.read_bytes() for path in sorted(folder.glob("*/**/index.html")))]
        entries = [entry for one in bodies for entry in mf2py.parse(doc=one.decode(), url=place)["items"]]
        assert {cited(entry) for entry in entries} == {(place, piece(thread))}
        found = {cited(one) for entry in entries for one in entry["properties"].get("comment", [])}
        assert found == {(one.url, said(one)) for one in heard(thread)}, place


# JSON-LD


def described(body: bytes) -> Iterator[dict[str, Any]]:
    """The things that the data blocks of a page describe."""
    for script in html5lib.parse(body, namespaceHTMLElements=False).iter("script"):
        if script.get("type") == "application/ld+json":
            whole = json.loads(script.text or "")
            yield from whole.get("@graph", [whole])


def comments(thing: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All that are there; of what was deleted no more is told than that."""
    for comment in thing.get("comment", []):
        yield from [comment] if "creativeWorkStatus" not in comment else []
        yield from comments(comment)


def counted(thing: dict[str, Any]) -> dict[str, int]:
    """What the networks count, by our words for it."""
    rows = thing.get("interactionStatistic", [])
    return {ACTIONS[row["interactionType"].rpartition("/")[2]]: row["userInteractionCount"] for row in rows}


def stated(thing: dict[str, Any]) -> Said:
    return thing["author"]["name"], when(thing.get("datePublished", ""))


def test_structured_data_of_a_post_is_its_author_time_replies_and_counts(told: Told) -> None:
    for place, thread, body in told.posts():
        (entity,) = [one["mainEntity"] for one in described(body) if "mainEntity" in one]
        assert (entity["url"], stated(entity)) == (place, piece(thread))
        assert entity["commentCount"] == len(heard(thread))
        shown = {kind: many for kind, many in thread.counts.items() if kind in ACTIONS.values() and many}
        assert counted(entity) == shown
        found = Counter(map(stated, comments(entity)))
        assert found <= Counter(map(said, heard(thread)))
        assert found.total() >= min(len(heard(thread)), 40), place


def test_structured_data_of_a_list_names_the_posts_that_stand_there(told: Told) -> None:
    for path, body in told.files("index.html"):
        things = [one.get("mainEntity", one) for one in described(body)]
        for listing in (one for one in things if one["@type"] == "ItemList" and not path.startswith("archive/")):
            tree = mf2py.parse(doc=body.decode(), url=HOST + path.removesuffix("index.html"))["items"]
            entries = [cited(entry)[0] for feed in tree for entry in feed.get("children", [])]
            assert [one["url"] for one in listing["itemListElement"]] == entries, path


def test_an_embedded_post_names_its_author(told: Told) -> None:
    pieces = {told.output / place.removeprefix(HOST) / "oembed.json": thread for place, thread, _ in told.posts()}
    found = {file: said(thread.shown)[0] for file, thread in pieces.items() if file.exists()}
    assert found
    assert {file: json.loads(file.read_bytes())["author_name"] for file in found} == found


# feeds


def entries(path: str, body: bytes) -> Iterator[tuple[str, Said, int | None]]:
    """Id, author with time, and number of replies of each entry of a feed."""
    if path.endswith(".json"):
        for item in json.loads(body)["items"]:
            author = item["authors"][0]["name"]
            yield item["id"], (author, when(item.get("date_published", ""))), item["_hub"].get("replies")
        return
    for entry in feedparser.parse(body).entries:
        time = entry.get("published_parsed")
        count = entry.get("thr_total", entry.get("slash_comments"))
        yield entry.id, (entry.author, datetime(*time[:6], tzinfo=UTC) if time else None), int(count) if count else None


def kinds(told: Told) -> Iterator[tuple[str, bytes]]:
    files = chain(told.files("*.atom"), told.files("*.rss"), told.files("*.json"))
    told_there = (pair for pair in files if pair[0].startswith(("feeds/", "p/")))
    return ((path, body) for path, body in told_there if not path.endswith(("activity.json", "oembed.json")))


def credited(item: Item) -> str:
    """The author in a feed; of what others say on X a feed may hold the place alone."""
    return "X" if item.channel == "x" and not item.ours else said(item)[0]


def test_every_feed_tells_authors_and_times_of_the_store(told: Told) -> None:
    pieces = {thread.root.id: (credited(thread.shown), thread.root.published) for thread in told.threads.values()}
    for path, body in kinds(told):
        for ident, (author, time), _ in entries(path, body):
            item = told.items[ident]
            name, published = pieces.get(ident) or (credited(item), item.published)
            assert author == name, path
            assert time == (published and published.replace(microsecond=0)), path


def test_every_feed_of_posts_counts_their_replies(told: Told) -> None:
    for path, body in kinds(told):
        if not path.startswith("p/") and "feeds/replies" not in path:
            for ident, _, count in entries(path, body):
                assert (count or 0) == told.replies[ident], (path, ident)


def test_the_three_kinds_of_a_feed_tell_the_same(told: Told) -> None:
    for path, body in told.files("*.atom"):
        if path.startswith("feeds/"):
            base = path.removesuffix("atom")
            others = [
                list(entries(base + kind, (told.output / (base + kind)).read_bytes())) for kind in ("rss", "json")
            ]
            assert [[one[:2] for one in other] for other in others] == [[one[:2] for one in entries(path, body)]] * 2


# ActivityStreams, and the wall


def test_the_activity_of_a_post_is_its_author_time_and_replies(told: Told) -> None:
    for place, thread, _ in told.posts():
        data = json.loads((told.output / place.removeprefix(HOST) / "activity.json").read_bytes())
        name, published = piece(thread)
        assert (data["id"], when(data.get("published", ""))) == (place, published)
        assert data.get("attributedTo", {}).get("name", name) == name  # absent where terms keep words out of JSON
        assert data.get("replies", {}).get("totalItems", 0) == len(heard(thread)), place


def test_the_wall_turns_what_the_store_holds(told: Told) -> None:
    rows = json.loads((told.output / "wall/feed.json").read_bytes())["items"]
    pieces = {thread.root.id: piece(thread) for thread in told.threads.values()}
    known = [pieces.get(row["id"]) or said(told.items[row["id"]]) for row in rows]
    assert [(row["name"], when(row["iso"])) for row in rows] == known
    assert rows
