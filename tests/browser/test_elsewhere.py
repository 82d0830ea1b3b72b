"""The conversation on a page of another origin, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Served, looked, node
from tests.browser.test_browser import checked

pytestmark = pytest.mark.browser
ARTICLE = "https://blog.example/article"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What a year taught us</title>
<meta name="viewport" content="width=device-width"><link rel="canonical" href="{about}">
<link rel="stylesheet" href="{hub}embed/talk.css"><script src="{hub}embed/talk.js" defer></script></head>
<body><main><h1>What a year taught us</h1>{talk}</main></body></html>"""
TAGS = "<hub-talk><a href='{hub}'>What people say</a></hub-talk>"


class Elsewhere(SimpleHTTPRequestHandler):
    """A page of the brand, with a policy that lets in the hub alone."""

    hub = ""

    def end_headers(self) -> None:
        asked = " ".join(f"{kind}-src {self.hub};" for kind in ("script", "style", "img", "connect"))
        self.send_header("Content-Security-Policy", f"default-src 'none'; {asked}")
        super().end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def elsewhere(every: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Another origin: pages with the component, with the piece included, and with nothing to show."""
    folder = tmp_path_factory.mktemp("elsewhere")
    piece = (every.output / "embed/blog.example/article/talk.htm").read_text("utf-8")
    tags = TAGS.format(hub=every.root)
    for name, about, talk in (("live", ARTICLE, tags), ("plain", ARTICLE, piece), ("none", f"{ARTICLE}s", tags)):
        (folder / f"{name}.html").write_text(PAGE.format(about=about, hub=every.root, talk=talk), "utf-8")
    handler = type("Handler", (Elsewhere,), {"hub": every.root})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(f"http://localhost:{server.server_port}/", folder)
    server.shutdown()
    thread.join(20)
    server.server_close()


@pytest.fixture(scope="module")
def live(elsewhere: Served) -> Any:
    return node("embed.mjs", f"{elsewhere.root}live.html")


def test_the_component_shows_the_conversation_of_its_page(live: Any) -> None:
    assert "Thank you, Ana. The new one has two pawls more." in live["text"]
    assert "cheap watches" not in live["text"]
    assert live["errors"] == []


def test_the_component_asks_the_hub_alone_and_leaves_nothing(live: Any, every: Served, elsewhere: Served) -> None:
    assert [url for url in live["requests"] if not url.startswith((every.root, elsewhere.root))] == []
    assert (live["frames"], live["cookies"], live["kept"], live["wide"]) == (0, [], 0, False)


def test_where_nothing_was_said_stands_what_stood_there(elsewhere: Served) -> None:
    assert node("embed.mjs", f"{elsewhere.root}none.html")["fallback"] == "What people say"


def test_a_piece_is_sound_on_the_page_that_includes_it(elsewhere: Served, tmp_path: Path) -> None:
    assert checked(elsewhere.output) == []
    for told in looked(elsewhere, tmp_path, ["live.html", "plain.html"]).values():
        assert [told[mode]["axe"] for mode in ("light", "phone")] == [[], []]
        assert told["phone"]["wide"] == []
