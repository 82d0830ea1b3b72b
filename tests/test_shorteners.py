"""Short links of the brand's own posts are taken for where they lead: asked for once, and nobody looks there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.model import Batch, Item
from hub.shorteners import Shorteners
from hub.store.archive import Archive, open_archive
from hub.web import Web
from tests.hostile.server import Hostile, moved, page

WHOLE = "https://blog.example/kettle"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
NOTE = Item(
    id="https://b.example/1", url="https://b.example/1", channel="news", published=NOW, ours=True, html="<p>New</p>"
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive("", tmp_path) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile() as running:
        running.routes["/k"] = moved(WHOLE)
        running.routes["/twice"] = moved("/k")
        running.routes["/round"] = moved("/round")
        running.routes["/page"] = page(b"an advertisement")
        yield running


def pulled(
    archive: Archive, *links: str, ours: bool = True, hosts: tuple[str, ...] = ("127.0.0.1",)
) -> tuple[str, ...]:
    """The links of a post as they are kept after a pull that brings it with these."""
    with Web(agent="test", now=lambda: NOW, allow=("127.0.0.1",), sleep=lambda _: None) as web:
        batch = Batch(items=(replace(NOTE, links=links, ours=ours),))
        archive.save("news", Shorteners(archive, web, hosts).led(batch))
    kept = archive.item(NOTE.id)
    assert kept
    return kept.links


@pytest.mark.parametrize("path", ["/k", "/twice"])
def test_a_short_link_is_kept_as_where_it_leads(archive: Archive, server: Hostile, path: str) -> None:
    assert pulled(archive, WHOLE, server.url(path)) == (WHOLE, WHOLE)


def test_it_is_asked_for_once(archive: Archive, server: Hostile) -> None:
    assert [pulled(archive, server.url("/k")) for _ in range(3)] == [(WHOLE,)] * 3
    assert server.paths() == ["/k"]


@pytest.mark.parametrize("path", ["/round", "/page", "/nothing"])
def test_one_that_leads_nowhere_stays_and_is_not_asked_again(archive: Archive, server: Hostile, path: str) -> None:
    assert {pulled(archive, server.url(path)) for _ in range(2)} == {(server.url(path),)}
    assert len(server.paths()) <= 3


def test_what_the_public_says_is_not_asked_for(archive: Archive, server: Hostile) -> None:
    assert (pulled(archive, server.url("/k"), ours=False), server.paths()) == ((server.url("/k"),), [])


def test_a_note_with_a_short_link_to_a_piece_is_its_copy(archive: Archive, server: Hostile) -> None:
    said = "A kettle that sings when the water is ready for tea"
    piece = replace(NOTE, id=WHOLE, url=WHOLE, channel="blog", title=said, published=NOW - timedelta(hours=1))
    archive.save("blog", Batch(items=(piece,)))
    pulled(archive, server.url("/k"))
    thread = archive.thread(WHOLE)
    assert thread
    assert thread.ties == {NOTE.id: "links"}


def test_nobody_is_asked_where_the_settings_name_no_shortener(archive: Archive, server: Hostile) -> None:
    assert pulled(archive, server.url("/k"), hosts=()) == (server.url("/k"),)
    assert server.paths() == []
