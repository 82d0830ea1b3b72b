"""The real feeds of the corpus, one channel each, through the whole program."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.blogserver import Blogs
from tests.e2e.folder import CORPORA, Folder, Ran, Snapshot

pytestmark = pytest.mark.slow
if not CORPORA.is_dir():
    pytest.skip(f"the corpora are not at {CORPORA}; set HUB_CORPORA", allow_module_level=True)

EXPECTED = {name: row["items"] for name, row in json.loads((CORPORA / "EXPECTED_ITEM_COUNTS.json").read_text()).items()}


def channel(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", Path(name).name.lower())


@dataclass(frozen=True)
class Twice:
    """What two updates of every feed came to."""

    server: Blogs
    first: Ran
    second: Ran
    items: list[dict[str, Any]]
    before: Snapshot
    after: Snapshot
    asked: Counter[str]
    addresses: set[str]
    redirects: int


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twice]:
    folder, log = Folder(tmp_path_factory.mktemp("real")), tmp_path_factory.mktemp("log") / "addresses"
    with Blogs() as server:
        urls = {name: server.put(f"/{channel(name)}", (CORPORA / name).read_bytes()) for name in EXPECTED}
        kind = {"kind": "feed", "comments": False}
        folder.settings({channel(name): {**kind, "url": url} for name, url in urls.items()})
        first, items, before = folder.update("--now", log=log), folder.export(), folder.output()
        server.forget()
        second = folder.update("--now", log=log)
        addresses = set(log.read_text().splitlines())
        redirects = folder.path / "output/_redirects"
        moved = len(redirects.read_text().splitlines()) if redirects.is_file() else 0
        yield Twice(server, first, second, items, before, folder.output(), server.asked(), addresses, moved)


def test_every_channel_brings_what_its_feed_holds(twice: Twice) -> None:
    brought = Counter(name for item in twice.items for name in item["channels"])
    assert twice.first.code == 0, twice.first.err
    assert brought == {channel(name): count for name, count in EXPECTED.items()}


def test_every_item_has_its_page(twice: Twice) -> None:
    threads = {item["thread_id"] for item in twice.items}
    pages = [path for path in twice.before if re.fullmatch(r"p/[^/]+/index\.html", path)]
    assert len(pages) - twice.redirects == len(threads)  # a copy that came first left an address that leads on
    assert twice.first.json["built"]["failed"] == []


def test_no_other_host_is_ever_asked(twice: Twice) -> None:
    assert {address for address in twice.addresses if not address.startswith('["127.0.0.1", ')} == set()
    assert len(twice.addresses) == 1


def test_a_second_update_adds_nothing(twice: Twice) -> None:
    assert twice.second.code == 0, twice.second.err
    counts = [(row["added"], row["edited"], row["gone"]) for row in twice.second.channels.values()]
    assert counts == [(0, 0, 0)] * len(EXPECTED)


def test_a_second_update_touches_no_file(twice: Twice) -> None:
    assert twice.after == twice.before


def test_a_second_update_asks_every_channel_once(twice: Twice) -> None:
    assert twice.asked == {f"/{channel(name)}": 1 for name in EXPECTED}
