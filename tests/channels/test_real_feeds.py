"""Feeds nobody here wrote: real ones bring what they hold, faulty ones never end a pull otherwise than by Malformed."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.channels import Ask
from hub.channels.feed import Feed
from hub.channels.feedentry import Document
from hub.channels.feedparse import Parser
from hub.channels.loose import when
from hub.errors import ChannelError, Malformed
from hub.model import Item
from hub.web import Answer, Seen, Web

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
if not CORPORA.is_dir():
    pytest.skip(f"the corpora are not at {CORPORA}; set HUB_CORPORA", allow_module_level=True)

COUNTS = json.loads((CORPORA / "EXPECTED_ITEM_COUNTS.json").read_text())


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as parser:
        yield parser


def answer(body: bytes, kind: str = "") -> Answer:
    headers = {"content-type": kind} if kind else {}
    return Answer(status=200, url="https://feed.example/dir/feed", headers=headers, body=body, seen=Seen())


def pulled(body: bytes, tmp_path: Path, times: int = 1) -> list[list[Item]]:
    """What several pulls of a feed bring that changes its validators and says the same."""
    exchange = {"request": {"url": "https://feed.example/f"}, "response": {"base64": base64.b64encode(body).decode()}}
    (tmp_path / "tape.json").write_text(json.dumps({"origin": "corpus", "exchanges": [exchange]}))
    web = Web(agent="test", now=lambda: NOW, replay=tmp_path / "tape.json")
    found, cursor = [], {}
    for _ in range(times):
        batches = list(Feed("f", "https://feed.example/f", comments=False).pull(web, cursor, Ask(now=NOW)))
        cursor = {**batches[-1].cursor, "seen": {}} if batches else cursor
        found.append([item for batch in batches for item in batch.items])
    return found


@pytest.mark.parametrize("name", COUNTS)
def test_a_real_feed_brings_every_entry_under_an_id_of_its_own(name: str, tmp_path: Path) -> None:
    items = pulled((CORPORA / name).read_bytes(), tmp_path)[0]
    assert len({item.id for item in items}) == len(items) == COUNTS[name]["items"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in COUNTS if "kc0011" in name or "scriptingNews" in name or "authors" in name]
)
def test_feeds_without_ids_of_their_own_bring_the_same_ids_ten_times(name: str, tmp_path: Path) -> None:
    pulls = pulled((CORPORA / name).read_bytes(), tmp_path, times=10)
    assert all([item.id for item in pull] == [item.id for item in pulls[0]] for pull in pulls)


def packed(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((CORPORA / name / "cases.json").read_text())
    return found


def body(case: dict[str, str]) -> bytes:
    return base64.b64decode(case["base64"]) if "base64" in case else case["text"].encode("utf-8", "surrogatepass")


def read(parser: Parser, one: Answer) -> Document | None:
    try:
        return parser.read(one)
    except Malformed:
        return None


@pytest.mark.slow
@pytest.mark.parametrize("corpus", ["feedparser", "feedvalidator"])
def test_no_faulty_feed_is_more_than_malformed(corpus: str, parser: Parser) -> None:
    results = [read(parser, answer(body(case))) for case in packed(corpus)]
    assert sum(result is not None for result in results) > len(results) * 0.8


@pytest.mark.slow
def test_well_formed_feeds_keep_their_entries(parser: Parser) -> None:
    feeds = [
        case
        for case in packed("feedparser")
        if case["path"].startswith("wellformed/atom10") and "<entry" in case["text"]
    ]
    assert all(len(parser.read(answer(body(case))).entries) == case["text"].count("<entry") for case in feeds)


def pairs() -> list[Path]:
    return sorted((CORPORA / "gofeed" / "translator").rglob("*.xml"))


@pytest.mark.parametrize("path", pairs(), ids=lambda path: path.name)
def test_a_second_opinion_agrees_on_titles_links_ids_and_times(path: Path, parser: Parser) -> None:
    expected = json.loads(path.with_suffix(".json").read_text()).get("items") or []
    document = read(parser, answer(path.read_bytes())) or Document()
    ours = [{"title": one.title, "link": one.link, "guid": one.id, "at": one.published} for one in document.entries]
    theirs = [{**one, "at": when(one, "publishedParsed") or when(one, "updatedParsed")} for one in expected]
    assert [
        {name: one.get(name) or mine[name] for name in mine} for mine, one in zip(ours, theirs, strict=True)
    ] == ours


def dated(parser: Parser, text: str) -> datetime | None:
    feed = f"<rss version='2.0'><channel><item><title>x</title><pubDate>{text}</pubDate></item></channel></rss>"
    return parser.read(answer(feed.encode())).entries[0].published


def test_dates_are_understood_in_every_spelling_the_parser_knows(parser: Parser) -> None:
    vectors = [one for one in json.loads((CORPORA / "dates-feedparser/vectors.json").read_text()) if one["expected"]]
    read = [(dated(parser, one["input"]), datetime(*one["expected"][:6], tzinfo=UTC)) for one in vectors]
    assert all(found in (right, None) for found, right in read)
    # years of two digits without a day of the week, and a comma without a space, are nobody's and stay unknown
    assert sum(found is None for found, _ in read) <= 6


@pytest.mark.parametrize("text", ["2004", "22013", "2013-xx-27", "yesterday", "9999-12-31T23:59:59-99:99", ""])
def test_what_is_no_whole_date_is_no_date_and_never_todays(text: str, parser: Parser) -> None:
    found = dated(parser, text)
    assert found is None or (found.month, found.day) == (1, 1)


@pytest.mark.parametrize("path", sorted((CORPORA / "xml-bombs").glob("*.x*")), ids=lambda path: path.name)
def test_a_bomb_is_no_feed_and_costs_little(path: Path, parser: Parser) -> None:
    document = read(parser, answer(path.read_bytes()))
    assert document is None or not document.entries


def test_json_that_must_be_refused_is_malformed_and_nothing_else(parser: Parser) -> None:
    for path in sorted((CORPORA / "json-test-suite").rglob("*.json")):
        assert read(parser, answer(b'{"a":' + path.read_bytes() + b"}", "application/feed+json")) is None


@pytest.mark.parametrize("name", ["DaringFireball.html", "coco.html", "Subs.opml"])
def test_a_page_is_no_feed(name: str, tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match="is not a feed"):
        pulled((CORPORA / "feeds-real-netnewswire" / name).read_bytes(), tmp_path)
