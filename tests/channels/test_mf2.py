"""Microformats as others publish them: the test suite of microformats.org, from ../shared."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hub.channels.mf2 import Reader
from hub.web import Answer, Seen

CORPORA = Path(os.environ.get("HUB_CORPORA") or Path(__file__).parents[3] / "shared/corpora")
if not CORPORA.is_dir():
    pytest.skip(f"the corpora are not at {CORPORA}; set HUB_CORPORA", allow_module_level=True)

SUITE, ROCKS = (CORPORA / name for name in ("microformats-tests", "webmention-rocks-discovery"))


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


@pytest.mark.slow
def test_pages_of_every_sort_are_read_without_an_accident(reader: Reader) -> None:
    files = sorted(ROCKS.glob("*.html"))
    assert len(files) > 20
    assert all("links" in page(reader, file) for file in files)
