"""What a page says of its brand: names, links with how much they are worth, endpoints. The door to the HTML parser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from hub.channels.loose import at, rows, string
from hub.web import Answer

FEEDS = {
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
}
FRAME = ("header", "footer", "nav", "aside")  # where a page speaks of the whole site
LINK_HEADER = re.compile(r"""<([^<>]*)>\s*((?:;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^\s",;]+)\s*)*)""")
REL = re.compile(r"""\brel\s*=\s*(?:"([^"]*)"|([^\s",;]+))""", re.I)
DISQUS = re.compile(r"//([a-z0-9-]+)\.disqus\.com/(?:embed|count)\.js")


class Page:
    """An HTML page that was asked for, with its headers."""

    def __init__(self, answer: Answer) -> None:
        self.url = answer.url
        self.headers = answer.headers
        self.soup = BeautifulSoup(answer.body, "lxml")
        base = self.soup.find("base", href=True)
        self.base = urljoin(answer.url, attribute(base, "href")) if base else answer.url

    # what it is called

    @property
    def title(self) -> str:
        return " ".join(self.soup.title.get_text().split()) if self.soup.title else ""

    @property
    def language(self) -> str:
        return attribute(self.soup.find("html"), "lang")

    @property
    def icon(self) -> str:
        links = (link for link in self.soup.find_all("link") if {"icon", "apple-touch-icon"} & set(rels(link)))
        return next((self._absolute(link) for link in links if link.get("href")), "")

    @property
    def generator(self) -> str:
        """The program that made the page, where it says so."""
        return self.meta("generator")

    def meta(self, name: str) -> str:
        """The content of a meta tag by its name or property."""
        tag = self.soup.find("meta", attrs={"name": name}) or self.soup.find("meta", attrs={"property": name})
        return attribute(tag, "content")

    @cached_property
    def card(self) -> Tag | None:
        """The h-card that stands for the page: one of its addresses is the page's own or is declared by rel=me.

        https://microformats.org/wiki/representative-h-card-parsing
        """
        mine = {_same(self.url), *(_same(url) for url in self.me)}
        cards = self.soup.select(".h-card, .vcard")
        return next((card for card in cards if {_same(url) for url in self._card_urls(card)} & mine), None)

    def said(self, part: str) -> str:
        """The text of a property of the h-card ("p-name"); its whole text where it has no such parts."""
        found = self.card.select_one(f".{part}") if self.card else None
        return " ".join(found.get_text(" ").split())[:200] if found else ""

    # where it points

    @cached_property
    def me(self) -> list[str]:
        """Addresses that the page declares to be its own by rel=me, in a tag or in a header."""
        found = [self._absolute(link) for link in self.soup.find_all(["a", "link"], href=True) if "me" in rels(link)]
        return list(dict.fromkeys([*self.header("me"), *found]))

    def declared(self) -> Iterator[tuple[str, str]]:
        """Addresses of the brand itself, each with what says so."""
        yield from ((url, "the page declares it its own (rel=me)") for url in self.me)
        if self.card:
            yield from ((url, "the page's h-card names it") for url in self._card_urls(self.card))
        yield from ((url, "the page's description of its publisher names it (sameAs)") for url in self._same_as())
        handle = self.meta("twitter:site").lstrip("@")
        if handle:
            yield f"https://x.com/{handle}", "the page names this account (twitter:site)"

    def links(self) -> Iterator[tuple[str, str, bool]]:
        """Every other link: address, words, and whether it stands in the page's frame."""
        for link in self.soup.find_all("a", href=True):
            words = link.get_text(" ", strip=True) or attribute(link, "title") or attribute(link, "aria-label")
            yield self._absolute(link), words, link.find_parent(FRAME) is not None

    def feeds(self) -> dict[str, str]:
        """Feeds named in the head: address → title, without those of comments: they are followed from the posts."""
        links = [link for link in self.soup.find_all("link", href=True) if "alternate" in rels(link) and _is_feed(link)]
        named = {self._absolute(link): attribute(link, "title") for link in links}
        return {url: title for url, title in named.items() if "comment" not in f"{url} {title}".lower()}

    def rel(self, name: str) -> str:
        """The first address of a relation: headers first, then tags in order. An empty one is the page itself."""
        tags = (link for link in self.soup.find_all(["link", "a"]) if name in rels(link) and link.has_attr("href"))
        return next(iter([*self.header(name), *map(self._absolute, tags)]), "")

    def header(self, name: str) -> list[str]:
        """Addresses of a relation in the Link headers (RFC 8288)."""
        found = LINK_HEADER.findall(self.headers.get("link", ""))
        return [urljoin(self.url, url) for url, told in found if name in _told(told)]

    @property
    def disqus(self) -> str:
        """The short name of the Disqus forum whose comments stand below the pages."""
        scripts = " ".join(attribute(tag, "src") or tag.get_text() for tag in self.soup.find_all("script"))
        found = DISQUS.search(scripts)
        return found[1] if found else ""

    def _absolute(self, link: Tag) -> str:
        try:
            return urljoin(self.base, attribute(link, "href"))
        except ValueError:
            return ""

    def _card_urls(self, card: Tag) -> list[str]:
        own = [card] if {"u-url", "url"} & set(card.get_attribute_list("class")) or card.name == "a" else []
        return [self._absolute(link) for link in [*own, *card.select("a.u-url, a.url, link.u-url")] if link.get("href")]

    def _same_as(self) -> Iterator[str]:
        """sameAs of an organisation or person in JSON-LD. https://schema.org/sameAs"""
        for script in self.soup.find_all("script", type="application/ld+json"):
            try:
                told = json.loads(script.get_text())
            except (ValueError, RecursionError):
                continue
            nodes = [*rows(told), *rows(told, "@graph"), *rows([told]), *rows([at(told, "publisher")])]
            for node in nodes:
                if str(at(node, "@type")).strip("[]'").split("'")[0] in ("Organization", "Person", "Brand", "WebSite"):
                    same = at(node, "sameAs")
                    yield from [string(one) for one in (same if isinstance(same, list) else [same]) if string(one)]


def rels(link: Tag) -> list[str]:
    """The relations of a link, in lower case."""
    rel = link.get("rel")
    return [one.lower() for one in ([rel] if isinstance(rel, str) else list(rel or ()))]


def attribute(tag: object, name: str) -> str:
    """An attribute's text; "" where there is none."""
    found = tag.get(name) if isinstance(tag, Tag) else ""
    return found.strip() if isinstance(found, str) else ""


def _told(parameters: str) -> list[str]:
    found = REL.search(parameters)
    return (found[1] or found[2] or "").lower().split() if found else []


def _is_feed(link: Tag) -> bool:
    """JSON Feed 1 called itself application/json, and so does everything else."""
    kind, words = attribute(link, "type"), f"{attribute(link, 'href')} {attribute(link, 'title')}"
    return kind in FEEDS or (kind == "application/json" and "feed" in words.lower())


def _same(url: str) -> str:
    """An address without what two spellings of it may differ in."""
    return (
        url.partition("#")[0].rstrip("/").removeprefix("https://").removeprefix("http://").removeprefix("www.").lower()
    )
