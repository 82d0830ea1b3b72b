"""Blogs and feeds that a page leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from hub.channels.feedentry import Document
from hub.channels.feedparse import Parser
from hub.channels.loose import Json, at, mapping, number, rows, string
from hub.discover.page import Page
from hub.discover.proposal import Proposal
from hub.errors import ChannelError, Malformed
from hub.web import Answer, Web

API = "https://api.w.org/"
MOST = 5  # feeds looked at from one page
FEEDLIKE = re.compile(r"/(feed|rss|atom|index)(\.xml|\.rss|\.atom|\.json|/?)$(?<!/index)(?<!/index/)", re.I)
OPEN = "this is a WordPress with an open API: posts, pages and comments with their parents"


def document(answer: Answer) -> Document | None:
    """The feed an answer is; None when it is none."""
    with Parser() as parser:
        try:
            return parser.read(answer)
        except Malformed:
            return None


def proposal(name: str, feed: Document, url: str, why: str) -> Proposal:
    """A feed as a channel: one that brings sound is a podcast."""
    heard = sum(any(medium.type == "audio" for medium in entry.media) for entry in feed.entries)
    kind = "podcast" if heard * 2 > len(feed.entries) else "feed"
    return Proposal("podcast" if kind == "podcast" and name == "feed" else name, kind, {"url": url}, why)


def wordpress(web: Web, page: Page) -> Json:
    """What a WordPress says of itself; {} when this is none or it keeps its API shut."""
    root = page.rel(API)
    if not root:
        return {}
    try:
        told = mapping(web.get(f"{root}{'&' if '?' in root else '?'}_fields=name,description,home,namespaces").json())
    except ChannelError:
        return {}
    spaces = at(told, "namespaces")
    return {**told, "root": root} if isinstance(spaces, list) and "wp/v2" in spaces else {}


def blog(web: Web, page: Page, told: Json) -> Iterator[Proposal]:
    """The blog as a channel, with those of its users who have written posts as the team."""
    if not told:
        return
    root = string(told, "root")
    try:
        users = rows(web.get(f"{root}wp/v2/users{'&' if '?' in root else '?'}_fields=id&per_page=100").json())
    except ChannelError:
        users = ()
    team = sorted(number(user, "id") for user in users if number(user, "id"))
    fields: dict[str, object] = {"url": string(told, "home") or page.url}
    yield Proposal("blog", "wordpress", fields | ({"team": team} if team else {}), OPEN)


def feeds(web: Web, page: Page) -> Iterator[Proposal]:
    """The feeds a page names in its head, else those it links to, each that says something new."""
    named = page.feeds()
    found = named or _linked(page)
    told: list[set[str]] = []
    with Parser() as parser:
        for url, title in list(found.items())[:MOST]:
            feed = _read(web, parser, url)
            pages = {entry.link or entry.id for entry in feed.entries}
            # Many pages name one feed once for each format.
            if (pages or named) and not any(len(pages & other) * 2 > len(pages) for other in told):
                told.append(pages)
                yield proposal("feed", feed, url, f"the page names this feed{f' “{title}”' if title else ''}")


def _read(web: Web, parser: Parser, url: str) -> Document:
    """A feed; an empty one when it cannot be read."""
    try:
        return parser.read(web.get(url))
    except ChannelError:
        return Document()


def _linked(page: Page) -> dict[str, str]:
    """What looks like a feed among the links of a page that names none."""
    return {url: words for url, words, _ in page.links() if FEEDLIKE.search(_path(url))}


def _path(url: str) -> str:
    try:
        return urlsplit(urljoin(url, "")).path
    except ValueError:
        return ""
