"""Our own feed writers: Atom (RFC 4287) with threading (RFC 4685), RSS 2.0, and JSON Feed 1.1.

One list of plain entries makes all three, so that they cannot disagree. Pelican's writer leaves the description empty,
calls a tag: URI a permalink and knows neither languages nor replies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

ATOM, THR = "http://www.w3.org/2005/Atom", "http://purl.org/syndication/thread/1.0"
CONTENT, DC = "http://purl.org/rss/1.0/modules/content/", "http://purl.org/dc/elements/1.1/"
SLASH = "http://purl.org/rss/1.0/modules/slash/"
EPOCH = datetime(1990, 1, 1, tzinfo=UTC)  # RFC 4287 demands a date; an unknown one is the earliest we accept

for prefix, uri in (("", ATOM), ("thr", THR), ("content", CONTENT), ("dc", DC), ("slash", SLASH)):
    ET.register_namespace(prefix, uri)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedEntry:
    """One post or reply, with absolute addresses."""

    id: str
    url: str
    title: str
    html: str
    author: str
    author_url: str
    published: datetime | None
    edited: datetime | None
    language: str = ""
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    channel: str = ""
    origin: str = ""
    answers: tuple[str, str] = ("", "")  # (id, url) of what it replies to
    replies_feed: str = ""
    replies: int = 0
    replied: datetime | None = None  # when the newest reply was said


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedOf:
    """A feed's own facts; `base` is its address without the ending."""

    id: str
    title: str
    description: str
    home: str
    base: str
    language: str
    hub: str = ""  # of WebSub: tells readers at once
    older: str = ""  # address of the JSON feed that goes on


def _iso(when: datetime | None) -> str:
    return (when or EPOCH).isoformat(timespec="seconds")


def _updated(entry: FeedEntry) -> datetime:
    return max(entry.edited or EPOCH, entry.published or EPOCH)


def _sub(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, {name.replace("_", ":"): value for name, value in attributes.items() if value})
    element.text = text or None
    return element


def _bytes(root: ET.Element) -> bytes:
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def atom(feed: FeedOf, entries: list[FeedEntry]) -> bytes:
    root = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": feed.language} if feed.language else {})
    tag = f"{{{ATOM}}}".__add__
    _sub(root, tag("id"), feed.id)
    _sub(root, tag("title"), feed.title)
    _sub(root, tag("subtitle"), feed.description)
    _sub(root, tag("updated"), _iso(max(map(_updated, entries), default=EPOCH)))
    _sub(root, tag("link"), rel="self", type="application/atom+xml", href=f"{feed.base}.atom")
    _sub(root, tag("link"), rel="alternate", type="text/html", href=feed.home)
    if feed.hub:
        _sub(root, tag("link"), rel="hub", href=feed.hub)
    for entry in entries:
        root.append(_atom_entry(entry))
    return _bytes(root)


def _atom_entry(entry: FeedEntry) -> ET.Element:
    tag = f"{{{ATOM}}}".__add__
    out = ET.Element(tag("entry"), {"xml:lang": entry.language} if entry.language else {})
    _sub(out, tag("id"), entry.id)
    _sub(out, tag("title"), entry.title)
    author = _sub(out, tag("author"))
    _sub(author, tag("name"), entry.author)
    if entry.author_url:
        _sub(author, tag("uri"), entry.author_url)
    if entry.published:
        _sub(out, tag("published"), _iso(entry.published))
    _sub(out, tag("updated"), _iso(_updated(entry)))
    _sub(out, tag("link"), rel="alternate", type="text/html", href=entry.url)
    if entry.origin:
        _sub(out, tag("link"), rel="via", href=entry.origin)
    if entry.answers[0]:
        _sub(out, f"{{{THR}}}in-reply-to", ref=entry.answers[0], href=entry.answers[1], type="text/html")
    if entry.replies_feed:
        told = {f"{{{THR}}}count": str(entry.replies)}
        if entry.replied:
            told[f"{{{THR}}}updated"] = _iso(entry.replied)
        link = _sub(out, tag("link"), rel="replies", type="application/atom+xml", href=entry.replies_feed)
        link.attrib.update(told)
        _sub(out, f"{{{THR}}}total", str(entry.replies))
    for name in entry.tags:
        _sub(out, tag("category"), term=name)
    _sub(out, tag("content"), entry.html, type="html")
    return out


def rss(feed: FeedOf, entries: list[FeedEntry]) -> bytes:
    # RSS itself has no namespace. ElementTree knows one prefix of Atom for all documents, "", so here it is written out
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    channel = _sub(root, "channel")
    _sub(channel, "title", feed.title)
    _sub(channel, "link", feed.home)
    _sub(channel, "description", feed.description or feed.title)
    if feed.language:
        _sub(channel, "language", feed.language)
    if entries:
        _sub(channel, "lastBuildDate", format_datetime(max(map(_updated, entries))))
    _sub(channel, "atom:link", rel="self", type="application/rss+xml", href=f"{feed.base}.rss")
    if feed.hub:
        _sub(channel, "atom:link", rel="hub", href=feed.hub)
    for entry in entries:
        channel.append(_rss_item(entry))
    return _bytes(root)


def _rss_item(entry: FeedEntry) -> ET.Element:
    out = ET.Element("item")
    _sub(out, "title", entry.title)
    _sub(out, "link", entry.url)
    permalink = "true" if entry.id == entry.url else "false"
    _sub(out, "guid", entry.id, isPermaLink=permalink)
    if entry.published:
        _sub(out, "pubDate", format_datetime(entry.published))
    _sub(out, f"{{{DC}}}creator", entry.author)
    for name in entry.tags:
        _sub(out, "category", name)
    if entry.replies_feed:
        _sub(out, "comments", f"{entry.url}#replies")
        _sub(out, f"{{{SLASH}}}comments", str(entry.replies))
    _sub(out, f"{{{CONTENT}}}encoded", entry.html)
    return out


def json_feed(feed: FeedOf, entries: list[FeedEntry]) -> bytes:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.home,
        "feed_url": f"{feed.base}.json",
        "next_url": feed.older,
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        "items": [_json_item(entry) for entry in entries],
    }
    return json.dumps(_full(document), ensure_ascii=False, indent=1).encode() + b"\n"


def _full(value: Mapping[str, object]) -> dict[str, object]:
    """Without empty members, but for the list of items."""
    return {name: part for name, part in value.items() if part or name == "items"}


def _json_item(entry: FeedEntry) -> dict[str, object]:
    author = _full({"name": entry.author, "url": entry.author_url})
    ours = _full({"channel": entry.channel, "replies": entry.replies, "in_reply_to": entry.answers[0]})
    return _full(
        {
            "id": entry.id,
            "url": entry.url,
            "external_url": entry.origin,
            "title": entry.title,
            "content_html": entry.html or " ",
            "image": entry.images[0] if entry.images else "",
            "date_published": _iso(entry.published) if entry.published else "",
            "date_modified": _iso(entry.edited) if entry.edited else "",
            "authors": [author] if author else [],
            "tags": list(entry.tags),
            "language": entry.language,
            "_hub": ours,
        }
    )
