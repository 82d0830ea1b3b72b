"""What a page says of its brand, and where it takes Webmentions."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from hub.answer import Answer, Seen
from hub.discover.page import Page

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
ROCKS = sorted((CORPORA / "webmention-rocks-discovery").glob("webmention_rocks_test_*.html"))
NONE = pytest.param(Path("the corpus webmention-rocks-discovery"), marks=pytest.mark.skip(reason="corpora are missing"))


def page(body: str | bytes, url: str = "https://brand.example/about", **headers: str) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(Answer(status=200, url=url, headers=headers, body=raw, seen=Seen()))


@pytest.mark.parametrize("file", ROCKS or [NONE], ids=lambda file: file.stem)
def test_the_endpoint_of_every_captured_page_is_found(file: Path) -> None:
    number = int(re.sub(r"\D", "", file.stem))
    url = f"https://webmention.rocks/test/{number}"
    headers = {name.lower(): text for name, text in json.loads(file.with_suffix(".json").read_text()).items()}
    found = page(file.read_bytes(), url, **headers).rel("webmention")
    right = {15: url, 21: f"{url}/webmention?query=yes"}.get(number, f"{url}/webmention")
    assert found == right or (number not in (15, 21) and found.startswith(f"{right}/"))


def test_a_card_stands_for_the_page_when_its_address_is_the_pages_own() -> None:
    cards = "<a class='h-card' href='https://other.example/'>Somebody</a>"
    ours = "<a class='p-name u-url' href='/about/'>Kettles</a> <a class=u-url href='//k.example'></a>"
    cards += f"<div class=h-card>{ours}</div>"
    assert page(cards).said("p-name") == "Kettles"
    assert [url for url, _ in page(cards).declared()] == ["https://brand.example/about/", "https://k.example"]


def test_a_card_of_somebody_else_says_nothing_of_the_brand() -> None:
    found = page("<div class=h-card><a class='p-name u-url' href='https://other.example/'>Ann</a></div>")
    assert (found.said("p-name"), list(found.declared())) == ("", [])


def test_rel_me_counts_in_tags_and_in_headers() -> None:
    found = page("<a rel='noopener ME' href='https://a.example/@us'>", link='<https://b.example/@us>; rel="me"')
    assert found.me == ["https://b.example/@us", "https://a.example/@us"]


def test_a_publisher_names_its_accounts_in_json_ld() -> None:
    told = {"@graph": [{"@type": "Organization", "sameAs": ["https://x.com/us"]}, {"@type": "Article", "sameAs": "x"}]}
    found = page(f"<script type='application/ld+json'>{json.dumps(told)}</script><script type='application/ld+json'>{{")
    assert [url for url, _ in found.declared()] == ["https://x.com/us"]


def test_links_in_the_frame_are_told_from_those_in_the_text() -> None:
    found = page("<footer><p><a href=/a>A</a></p></footer><main><a href=/b>B</a></main>").links()
    assert [(words, framed) for _, words, framed in found] == [("A", True), ("B", False)]


def test_a_base_address_holds_for_links() -> None:
    found = page("<base href='https://cdn.example/x/'><link rel=alternate type='application/rss+xml' href=feed>")
    assert list(found.feeds()) == ["https://cdn.example/x/feed"]
