"""Reads a whole site through the server as a browser would: every page, every link, every fragment."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import html5lib
import httpx2
from starlette.applications import Starlette

from hub.api import Limiter
from hub.serve import app

LINKS = {"href", "src", "poster", "action", "cite", "data"}


@dataclass(frozen=True)
class Page:
    """An answer of the site. `tree` is a browser's reading of an HTML page, else None, `faults` its errors."""

    status: int
    kind: str
    body: bytes
    tree: ElementTree.Element | None = None
    faults: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        return [element.attrib["id"] for element in self.elements() if "id" in element.attrib]

    def elements(self, tag: str = "") -> Iterator[ElementTree.Element]:
        if self.tree is not None:
            yield from (one for one in self.tree.iter(tag or None) if isinstance(one.tag, str))


@dataclass
class Site:
    """A site crawled from its root. `pages` by address without fragment, `links` as (from, to)."""

    root: str  # absolute address of the site, with a trailing slash
    pages: dict[str, Page] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)

    def html(self) -> dict[str, Page]:
        return {address: page for address, page in self.pages.items() if page.tree is not None}

    def path(self, address: str) -> str:
        """An address of the site as a path below its root."""
        return unquote(urldefrag(address).url.removeprefix(self.root))


def crawled(output: Path, index: Path, root: str) -> Site:
    """Everything that can be reached from the first page."""
    site = Site(root)
    served = app(output, index, prefix=urlsplit(root).path, limiter=Limiter(burst=100_000))
    asyncio.run(_crawl(site, served))
    return site


async def _crawl(site: Site, served: Starlette) -> None:
    transport, waiting = httpx2.ASGITransport(app=served), [site.root, urljoin(site.root, "404.html")]
    async with httpx2.AsyncClient(transport=transport) as client:
        while waiting:
            address = waiting.pop()
            if address not in site.pages:
                page = site.pages[address] = _page(await client.get(address))
                found = {urljoin(address, link) for link in _links(page)}
                ours = {link for link in found if link.startswith(site.root) or _same_host(link, site.root)}
                site.links |= {(address, link) for link in ours}
                waiting += sorted({urldefrag(link).url for link in ours})


def _same_host(link: str, root: str) -> bool:
    return urlsplit(link)[:2] == urlsplit(root)[:2]


def _page(answer: httpx2.Response) -> Page:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind != "text/html":
        return Page(answer.status_code, kind, answer.content)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parser.parse(answer.content)
    return Page(answer.status_code, kind, answer.content, tree, tuple(f"{at}: {name}" for at, name, _ in parser.errors))


def _links(page: Page) -> Iterator[str]:
    """Addresses in a page's elements; those of forms without their query."""
    for element in page.elements():
        yield from (element.attrib[name].strip() for name in LINKS & element.attrib.keys())
        yield from (part.split()[0] for part in element.attrib.get("srcset", "").split(",") if part.split())
