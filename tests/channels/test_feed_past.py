"""Posts that left a feed's window go when their pages do, and not because a site moved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.channels import Ask
from hub.channels.feed import Feed
from hub.channels.feed_past import TURN
from hub.model import Batch, Item
from hub.store.archive import Archive, open_archive
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
FEED = "https://ada.example/feed"


def page(number: int) -> str:
    return f"https://ada.example/{number:03}"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Fifty posts; the feed shows the newest two."""
    posts = [Item(id=page(n), url=page(n), channel="c", title=f"Post {n}", published=NOW, ours=True) for n in range(50)]
    answer = Item(id="x:1", url=page(1), channel="c", reply_to=page(1), root=page(1), published=NOW)
    with open_archive("", tmp_path) as archive:
        archive.save("c", Batch(items=(*posts, answer)))
        yield archive


def swept(archive: Archive, tmp_path: Path, states: dict[int, int], sweep: bool = True) -> set[str]:
    """A sweep while these pages answer so, and all others well; what is gone after it."""
    tape, asked = tmp_path / "tape.json", dict.fromkeys(range(50), 200) | states
    entries = "".join(f"<item><link>{page(n)}</link><title>Post {n}</title></item>" for n in (48, 49))
    world: dict[str, dict[str, object]] = {FEED: {"text": f"<rss version='2.0'><channel>{entries}</channel></rss>"}}
    world |= {page(n): {"status": status, "text": "a"} for n, status in asked.items()}
    exchanges = [{"request": {"url": url}, "response": response} for url, response in world.items()]
    tape.write_text(json.dumps({"origin": "made up for a test", "exchanges": exchanges}), "utf-8")

    def past(after: str, many: int) -> Sequence[Item]:
        return archive.after("c", after, many)

    before = kept(archive)
    with Web(agent="test", now=lambda: NOW, replay=tape, sleep=lambda _: None) as web:
        channel = replace(Feed("c", FEED), past=past)
        for batch in channel.pull(web, archive.health("c").cursor, Ask(now=NOW, sweep=sweep)):
            archive.save("c", replace(batch, items=()))
        archive_asked.append(sum(web.requests.values()) - 1)
    return before - kept(archive)


archive_asked: list[int] = []


def kept(archive: Archive) -> set[str]:
    return {record.item.id for record in archive.records()}


def test_a_page_that_is_gone_for_good_takes_its_post_along(archive: Archive, tmp_path: Path) -> None:
    assert swept(archive, tmp_path, {3: 410}) == {page(3)}


def test_a_page_that_is_not_there_twice_does(archive: Archive, tmp_path: Path) -> None:
    assert swept(archive, tmp_path, {3: 404}) == set()
    assert swept(archive, tmp_path, {3: 404}) == {page(3)}


def test_a_page_that_comes_back_stays(archive: Archive, tmp_path: Path) -> None:
    assert [swept(archive, tmp_path, {3: status}) for status in (404, 200, 404)] == [set()] * 3


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_what_nobody_can_say_is_no_word(archive: Archive, tmp_path: Path, status: int) -> None:
    assert [swept(archive, tmp_path, {3: status}) for _ in range(3)] == [set()] * 3


@pytest.mark.parametrize("status", [404, 410])
def test_a_site_that_moved_takes_nothing_along(archive: Archive, tmp_path: Path, status: int) -> None:
    everything = dict.fromkeys(range(50), status)
    assert [swept(archive, tmp_path, everything) for _ in range(3)] == [set()] * 3


def test_every_post_has_its_turn_and_each_sweep_asks_for_a_few(archive: Archive, tmp_path: Path) -> None:
    archive_asked.clear()
    assert [swept(archive, tmp_path, {3: 410, 47: 410}) for _ in range(3)] == [{page(3)}, set(), {page(47)}]
    assert max(archive_asked) <= TURN


def test_outside_of_a_sweep_no_page_is_asked_for(archive: Archive, tmp_path: Path) -> None:
    archive_asked.clear()
    assert swept(archive, tmp_path, {3: 410}, sweep=False) == set()
    assert archive_asked == [0]
