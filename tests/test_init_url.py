"""`hub init --url`: what a newcomer types, and what they are told."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub import log
from hub.cli import run
from tests.hostile.server import Hostile, page

pytestmark = pytest.mark.slow  # each looks at pages through the child that parses feeds
NOW = datetime(2026, 11, 22, tzinfo=UTC)
Typed = Callable[[str], tuple[int, str]]


@pytest.fixture
def init(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Typed]:
    """Exit code and what stands on stderr."""

    def call(url: str) -> tuple[int, str]:
        code = run(["--site", str(tmp_path), "--no-input", "init", "--url", url], lambda: NOW)
        return code, capsys.readouterr().err

    yield call
    log.stop()


@pytest.fixture
def site() -> Iterator[Hostile]:
    with Hostile() as site:
        yield site


def html(head: str = "", body: str = "") -> bytes:
    return page(f"<html lang=de><head><title>Kettles</title>{head}</head>{body}</html>".encode())


def feed(site: Hostile, *pages: str) -> bytes:
    items = "".join(f"<item><link>{site.url(path)}</link><title>{path}</title></item>" for path in pages)
    return page(f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode())


def settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "content/hub.toml").read_text("utf-8"))


def feeds(folder: Path) -> list[str]:
    return [table["url"] for table in settings(folder)["channels"].values() if table["kind"] == "feed"]


def alternate(*paths: str) -> str:
    return "".join(f"<link rel=alternate type='application/rss+xml' href='{path}'>" for path in paths)


def test_a_page_gives_its_name_its_language_and_its_feeds(init: Typed, site: Hostile, tmp_path: Path) -> None:
    site.routes |= {"/": html(alternate("/news", "/away")), "/news": feed(site, "/1")}
    code, said = init(site.url("/"))
    brand = settings(tmp_path)["brand"]
    assert (code, brand["name"], brand["language"]) == (0, "Kettles", "de")
    assert feeds(tmp_path) == [site.url("/news"), site.url("/away")]
    assert "is a private address: it is written into [network] allow" in said


def test_one_feed_in_two_formats_is_one_channel(init: Typed, site: Hostile, tmp_path: Path) -> None:
    site.routes |= {"/": html(alternate("/rss", "/atom", "/podcast")), "/podcast": feed(site, "/9")}
    site.routes |= {"/rss": feed(site, "/1", "/2", "/3"), "/atom": feed(site, "/2", "/3")}
    init(site.url("/"))
    assert feeds(tmp_path) == [site.url("/rss"), site.url("/podcast")]


def test_a_feed_that_is_only_linked_is_found_too(init: Typed, site: Hostile, tmp_path: Path) -> None:
    site.routes["/"] = html(body="<a href=/index.xml>RSS</a> <a href=/feed/>no feed</a> <a href=/index>home</a>")
    site.routes |= {"/index.xml": feed(site, "/1"), "/feed/": html()}
    init(site.url("/"))
    assert feeds(tmp_path) == [site.url("/index.xml")]


def test_the_address_of_a_feed_is_enough(init: Typed, site: Hostile, tmp_path: Path) -> None:
    site.routes["/news"] = feed(site, "/1")
    assert init(site.url("/news"))[0] == 0
    assert feeds(tmp_path) == [site.url("/news")]


ANSWERS = {
    "404": (page(b"", 404), 69, "answered 404"),
    "403": (page(b"", 403), 69, "ask whoever runs it"),
    "500": (page(b"", 500), 69, "answered 500"),
    "a page without feeds": (html(), 1, "is no feed and names none"),
    "nothing": (page(b""), 1, "is no feed and names none"),
    "a picture": (page(b"\x89PNG\r\n\x1a\n"), 1, "is no feed and names none"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_where_nothing_is_found_nothing_is_written_and_a_way_on_is_shown(
    init: Typed, site: Hostile, tmp_path: Path, what: str
) -> None:
    site.routes["/"], code, words = ANSWERS[what]
    ended, said = init(site.url("/"))
    assert (ended, words in said, "`hub init` without --url" in said) == (code, True, True)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_port_without_a_scheme_names_the_way_without_https(init: Typed, site: Hostile) -> None:
    typed = site.url("/").removeprefix("http://")
    code, said = init(typed)
    assert (code, f"write http://{typed}" in said) == (69, True)


WRONG = ["ftp://x.example/", "http://", "http://[::1", "http://127.0.0.1:99999/", "not a url", "/etc/passwd"]


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_no_address_is_a_mistake_in_the_command(init: Typed, typed: str) -> None:
    code, said = init(typed)
    assert (code, "is no http or https address" in said) == (64, True)
