"""What `hub export` writes, read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import tidy
from hub.commands.ask import exported_line
from hub.errors import DataError
from hub.imports import Target, jsonl
from hub.model import Account, Choice, Emoji, Item, Media, Poll, Rating
from hub.store import Record

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORD = st.text(max_size=12)
URL = st.sampled_from(["", "https://a.example/1", "https://b.example/ä"])
MOMENT = st.none() | st.datetimes(datetime(1991, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))
ITEM = st.builds(
    Item,
    id=st.sampled_from(["https://a.example/1", "urn:x:1", "at://did:plc:a/app.bsky.feed.post/1"]),
    url=URL,
    channel=st.just("talk"),
    kind=st.sampled_from(["note", "article", "question"]),
    author=st.builds(Account, name=WORD, handle=WORD, url=URL, avatar=URL, id=URL, automated=st.booleans()),
    published=MOMENT,
    edited=MOMENT,
    html=st.text(max_size=60),
    ours=st.booleans(),
    title=WORD,
    reply_to=URL,
    root=URL,
    quotes=st.tuples(URL),
    links=st.tuples(URL, URL),
    aliases=st.tuples(URL),
    media=st.lists(st.builds(Media, url=URL, alt=WORD, width=st.integers(0, 99)), max_size=2).map(tuple),
    poll=st.none()
    | st.builds(Poll, choices=st.tuples(st.builds(Choice, title=WORD)), closes=MOMENT, multiple=st.booleans()),
    emojis=st.lists(st.builds(Emoji, code=st.just("wave"), url=URL), max_size=1).map(tuple),
    rating=st.none() | st.builds(Rating, value=st.floats(0, 5)),
    warning=WORD,
    sensitive=st.booleans(),
    tags=st.tuples(WORD),
    language=st.sampled_from(["", "de", "en-GB"]),
    excerpt=st.booleans(),
    unsearchable=st.booleans(),
)


@given(ITEM)
def test_an_item_comes_back_as_it_was_kept(given: Item) -> None:
    kept = tidy.item(given, NOW)
    line = json.loads(json.dumps(exported_line(Record(item=kept, channels=("talk",), thread=kept.id))))
    assert tidy.item(jsonl.item(line, Target(channel="")), NOW) == kept


def test_an_export_for_the_public_brings_addresses_only_and_says_so(tmp_path: Path) -> None:
    line = {"id": "https://a.example/1", "url": "https://a.example/1", "channel": "x", "published": None}
    (tmp_path / "hub.jsonl").write_text(json.dumps(line) + "\n")
    found = jsonl.read(tmp_path / "hub.jsonl", Target(channel=""))
    assert (found.items, found.skipped) == ((), {"an address without a text": 1})


def test_a_line_that_is_cut_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "hub.jsonl").write_text('{"id": "https://a.example/1", "html": "x", "channel": "x"}\n{"id": ')
    with pytest.raises(DataError, match=r"hub\.jsonl:2: this is no line of `hub export`"):
        jsonl.read(tmp_path / "hub.jsonl", Target(channel=""))
