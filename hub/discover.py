"""From one address to the channels found there: a blog, its feeds, what the site calls itself. Reads only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from hub.channels.feedparse import Parser
from hub.channels.loose import Json, at, mapping, number, plain, rows, string
from hub.errors import ChannelError, Malformed
from hub.web import Answer, Web

FEEDS = {
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
}
API = "https://api.w.org/"
MOST = 5  # feeds looked at from one page
FEEDLIKE = re.compile(r"/(feed|rss|atom|index)(\.xml|\.rss|\.atom|\.json|/?)$(?<!/index)(?<!/index/)", re.I)


class Proposal(NamedTuple):
    """A channel for content/hub.toml: its name, its kind, that kind's fields, and why we think so."""

    name: str
    kind: str
    fields: Mapping[str, object]
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What an address says of a brand."""

    name: str = ""
    language: str = ""
    description: str = ""
    icon: str = ""
    channels: tuple[Proposal, ...] = ()


def discover(web: Web, url: str) -> Found:
    """Look at an address. Raises ChannelError when it does not answer; finding nothing is no error."""
    answer = web.get(url)
    feed = _itself(answer)
    if feed:
        return feed
    page = BeautifulSoup(answer.body, "lxml")
    blog = _wordpress(web, answer, page)
    feeds = tuple(_feeds(web, page, answer.url)) if not blog else ()
    return Found(
        name=plain(blog, "name") or _meta(page, "og:site_name") or _title(page),
        language=_attribute(page.find("html"), "lang"),
        description=plain(blog, "description") or _meta(page, "description") or _meta(page, "og:description"),
        icon=_icon(page, answer.url),
        channels=(*_blog(web, answer, blog), *feeds),
    )


def _itself(answer: Answer) -> Found | None:
    """The address of a feed is a find by itself."""
    with Parser() as parser:
        try:
            feed = parser.read(answer)
        except Malformed:
            return None
    proposal = Proposal("feed", "feed", {"url": answer.url}, f"this address is a feed with {len(feed.entries)} entries")
    return Found(name=feed.title, language=feed.language, channels=(proposal,))


def _wordpress(web: Web, answer: Answer, page: BeautifulSoup) -> Json:
    """What a WordPress says of itself; {} when this is none or it keeps its API shut."""
    root = next((_attribute(link, "href") for link in page.find_all("link") if API in _rels(link)), "")
    header = answer.headers.get("link", "")
    if not root and API in header:
        root = header.partition("<")[2].partition(">")[0]
    if not root:
        return {}
    root = urljoin(answer.url, root)
    try:
        told = mapping(web.get(f"{root}{'&' if '?' in root else '?'}_fields=name,description,home,namespaces").json())
    except ChannelError:
        return {}
    spaces = at(told, "namespaces")
    return {**told, "root": root} if isinstance(spaces, list) and "wp/v2" in spaces else {}


def _blog(web: Web, answer: Answer, told: Json) -> Iterator[Proposal]:
    """The blog as a channel, with those of its users who have written posts as the team."""
    if not told:
        return
    root = string(told, "root")
    try:
        users = rows(web.get(f"{root}wp/v2/users{'&' if '?' in root else '?'}_fields=id&per_page=100").json())
    except ChannelError:
        users = ()
    team = sorted(number(user, "id") for user in users if number(user, "id"))
    fields: dict[str, object] = {"url": string(told, "home") or answer.url}
    why = "this is a WordPress with an open API: posts, pages and comments with their parents"
    yield Proposal("blog", "wordpress", fields | ({"team": team} if team else {}), why)


def _feeds(web: Web, page: BeautifulSoup, base: str) -> Iterator[Proposal]:
    """The feeds a page names in its head, else those it links to, each that says something new."""
    named = _named(page, base)
    found = named or _linked(page, base)
    told: list[set[str]] = []
    with Parser() as parser:
        for url, title in list(found.items())[:MOST]:
            pages = _pages(web, parser, url)
            # Many pages name one feed once for each format.
            if (pages or named) and not any(len(pages & other) * 2 > len(pages) for other in told):
                told.append(pages)
                name = "feed" if len(told) == 1 else f"feed{len(told)}"
                yield Proposal(name, "feed", {"url": url}, f"the page names this feed{f' “{title}”' if title else ''}")


def _pages(web: Web, parser: Parser, url: str) -> set[str]:
    """What a feed speaks of; nothing when it cannot be read."""
    try:
        return {entry.link or entry.id for entry in parser.read(web.get(url)).entries}
    except ChannelError:
        return set()


def _named(page: BeautifulSoup, base: str) -> dict[str, str]:
    """Address → title, without the feeds of comments: they are followed from the posts."""
    links = [link for link in page.find_all("link") if "alternate" in _rels(link) and _is_feed(link)]
    named = {urljoin(base, _attribute(link, "href")): _attribute(link, "title") for link in links if link.get("href")}
    return {url: title for url, title in named.items() if "comment" not in f"{url} {title}".lower()}


def _linked(page: BeautifulSoup, base: str) -> dict[str, str]:
    """What looks like a feed among the links of a page that names none."""
    links = ((urljoin(base, _attribute(link, "href")), link.get_text(" ", strip=True)) for link in page.find_all("a"))
    return {url: title for url, title in links if FEEDLIKE.search(urlsplit(url).path)}


def _is_feed(link: Tag) -> bool:
    """JSON Feed 1 called itself application/json, and so does everything else."""
    kind, words = _attribute(link, "type"), f"{_attribute(link, 'href')} {_attribute(link, 'title')}"
    return kind in FEEDS or (kind == "application/json" and "feed" in words.lower())


def _rels(link: Tag) -> list[str]:
    rel = link.get("rel")
    return [rel] if isinstance(rel, str) else list(rel or ())


def _attribute(tag: object, name: str) -> str:
    found = tag.get(name) if isinstance(tag, Tag) else ""
    return found.strip() if isinstance(found, str) else ""


def _meta(page: BeautifulSoup, name: str) -> str:
    tag = page.find("meta", attrs={"name": name}) or page.find("meta", attrs={"property": name})
    return _attribute(tag, "content")


def _title(page: BeautifulSoup) -> str:
    return " ".join(page.title.get_text().split()) if page.title else ""


def _icon(page: BeautifulSoup, base: str) -> str:
    links = (link for link in page.find_all("link") if {"icon", "apple-touch-icon"} & set(_rels(link)))
    return next((urljoin(base, href) for link in links if (href := _attribute(link, "href"))), "")
