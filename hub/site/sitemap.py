"""Sitemaps (sitemaps.org): one a month, so that a reply rewrites one month's; one of the standing pages; an index.

`lastmod` is what the pages themselves tell: when the newest thing on them was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from hub.pages import HOME, Page, base
from hub.site import insights, people
from hub.site.archives import month_path
from hub.site.shell import Addresses

if TYPE_CHECKING:
    from hub.site.make import Workshop

SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
LIMIT = 50_000  # addresses in a file; ours are so short that its 50 MiB hold them
Url = tuple[str, str]  # path, lastmod: "" when nothing says when


def files(shop: Workshop, page: Page) -> dict[str, bytes]:
    """The map of one month's threads, or, without a name, of the standing pages and the index of all maps."""
    if page.name:
        posts = shop.manifest.posts(page.name)
        return dict(maps(shop.at, page.name, [(post.address, _lastmod(shop, post.id, post.sort)) for post in posts]))
    made = dict(maps(shop.at, "pages", list(_standing(shop))))
    months = [path for month, many in shop.manifest.months() for path in paths(month, many)]
    root = ET.Element("sitemapindex", {"xmlns": SPACE})
    for path in (*made, *months):
        ET.SubElement(ET.SubElement(root, "sitemap"), "loc").text = shop.at.absolute(path)
    return {"sitemap.xml": _xml(root), **made}


def paths(name: str, many: int) -> Iterator[str]:
    """The files that so many addresses need."""
    for number in range(1, -(-many // LIMIT) + 1):
        yield f"sitemap/{name}-{number}.xml" if number > 1 else f"sitemap/{name}.xml"


def maps(at: Addresses, name: str, urls: list[Url]) -> Iterator[tuple[str, bytes]]:
    """The files of these addresses."""
    for number, path in enumerate(paths(name, len(urls))):
        root = ET.Element("urlset", {"xmlns": SPACE})
        for where, modified in urls[number * LIMIT : (number + 1) * LIMIT]:
            entry = ET.SubElement(root, "url")
            ET.SubElement(entry, "loc").text = at.absolute(where)
            if modified:
                ET.SubElement(entry, "lastmod").text = modified
        yield path, _xml(root)


def _standing(shop: Workshop) -> Iterator[Url]:
    """Every page that is no conversation's, and of use to who searches."""
    newest, months = shop.manifest.newest_of("list"), shop.manifest.newest_of("month")
    last = max(months.values(), default="")
    yield "", newest.get(HOME, "")
    yield from ((base(name), sort) for name, sort in newest.items() if name)
    yield from (("archive/", last), ("topics/", last))
    yield from (("people/", ""),) if shop.shell.people else ()
    yield from ((href, "") for _, href in people.team(shop))
    yield from ((path, "") for path in shop.texts.paths())
    day = insights.newest_day(shop.manifest.db)
    for name in ("", *shop.texts.settings.channels):
        yield from ((insights.path(name, days), day) for days in insights.RANGES)
    years: dict[str, str] = {}
    for month, sort in months.items():
        years[month[:4]] = max(sort, years.get(month[:4], ""))
        yield month_path(month), sort
    yield from ((month_path(year), sort) for year, sort in years.items() if year.isdigit())


def _lastmod(shop: Workshop, ident: str, sort: str) -> str:
    """The newest thing said in a thread."""
    return max(shop.manifest.last_reply(ident), sort)


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
