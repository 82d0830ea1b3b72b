"""Microformats as others publish them: the test suite of microformats.org and the pairs of granary, from ../shared."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hub.channels.loose import at, string, when
from hub.channels.mf2 import Reader, spoken
from hub.web import Answer, Seen

CORPORA = Path(os.environ.get("HUB_CORPORA") or Path(__file__).parents[3] / "shared/corpora")
if not CORPORA.is_dir():
    pytest.skip(f"the corpora are not at {CORPORA}; set HUB_CORPORA", allow_module_level=True)

SUITE, GRANARY, ROCKS = (CORPORA / name for name in ("microformats-tests", "granary", "webmention-rocks-discovery"))
VERBS = {"like": "like-of", "share": "repost-of", "rsvp-yes": "rsvp"}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


def page(reader: Reader, file: Path, url: str = "http://example.com/") -> Mapping[str, object]:
    return reader.read(Answer(status=200, url=url, headers={}, body=file.read_bytes(), seen=Seen()))


def settled(value: object) -> object:
    """White space and language marks aside, which say nothing about who wrote what."""
    if isinstance(value, dict):
        return {name: settled(part) for name, part in value.items() if name != "lang"}
    if isinstance(value, list):
        return [settled(part) for part in value]
    return " ".join(value.split()) if isinstance(value, str) else value


def properties(items: object) -> Iterator[tuple[str, str, object]]:
    """Every property of every object at the top: its place, name and values."""
    for place, entry in enumerate(items if isinstance(items, list) else []):
        for name, found in entry.get("properties", {}).items():
            yield f"{place} {entry['type']}", name, settled(found)


@pytest.mark.slow
def test_the_suite_of_microformats_2_is_read_as_it_says(reader: Reader) -> None:
    wanted = right = 0
    for file in (
        one for one in sorted((SUITE / "microformats-v2").rglob("*.html")) if one.with_suffix(".json").exists()
    ):
        there = list(properties(page(reader, file)["items"]))
        for one in properties(json.loads(file.with_suffix(".json").read_text("utf-8"))["items"]):
            wanted, right = wanted + 1, right + (one in there)
    assert wanted > 200
    assert right / wanted >= 0.95


def pairs() -> list[str]:
    """The answers, likes and reposts of granary that stand both as a page and as ActivityStreams."""
    found = []
    for file in sorted(GRANARY.glob("*.mf2.html")):
        told = activity(file.name.removesuffix(".mf2.html"))
        if told.exists() and target(json.loads(told.read_text("utf-8"), strict=False)):
            found.append(file.name.removesuffix(".mf2.html"))
    return found


def activity(stem: str) -> Path:
    """The activity of a stem; where they differ, the one made from its page."""
    made = GRANARY / f"{stem}.as-from-mf2.json"
    return made if made.exists() else GRANARY / f"{stem}.as.json"


def target(said: object) -> str:
    """What an activity answers, likes or shares."""
    answered = at(said, "inReplyTo", 0)
    named = string(answered, "url") or string(answered)
    return named or (string(said, "object", "url") if string(said, "verb") in VERBS else "")


@pytest.mark.parametrize("stem", pairs())
def test_a_page_says_the_same_as_its_activity(reader: Reader, stem: str) -> None:
    said = json.loads(activity(stem).read_text("utf-8"), strict=False)
    entry = spoken(page(reader, GRANARY / f"{stem}.mf2.html"), target(said))
    who = string(said, "actor", "url") or string(said, "author", "url")
    assert string(entry, "wm-property") == VERBS.get(string(said, "verb"), "in-reply-to")
    assert (string(entry, "url"), when(entry, "published")) == (string(said, "url"), when(said, "published"))
    assert string(entry, "author", "url") == who


def test_what_an_answer_says_is_its_text(reader: Reader) -> None:
    entry = spoken(page(reader, GRANARY / "comment.mf2.html"), "http://example.com/original/post")
    told = json.loads((GRANARY / "comment.as.json").read_text("utf-8"))
    text = html.unescape(re.sub(r"<[^>]*>", "", string(entry, "content", "html")))
    assert " ".join(text.split()) == told["content"]


@pytest.mark.slow
def test_pages_of_every_sort_are_read_without_an_accident(reader: Reader) -> None:
    files = sorted(ROCKS.glob("*.html"))
    assert len(files) > 20
    assert all("links" in page(reader, file) for file in files)
