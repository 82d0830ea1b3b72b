"""The child that runs feedparser: bytes of a feed in, plain JSON out. Started by feedparse.py, never imported by it.

A feed is the most hostile thing this program reads, and a parser that hangs or swells cannot be stopped from within. So
it works in a process of its own, without our environment, with a limit of memory for all and of processor time for each
document; whatever happens to it, the update goes on.
"""

from __future__ import annotations

import html
import json
import mimetypes
import re
import resource
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import feedparser
from feedparser.datetimes import _date_handlers
from feedparser.datetimes.iso8601 import _parse_date_iso8601
from feedparser.mixin import _FeedParserMixin
from lxml import etree  # type: ignore[import-untyped]

CPU = 5  # seconds for one document
MEMORY = 256 * 2**20  # bytes of address space
ENTRIES = 5_000  # the first ones of a document: feeds put the newest on top
TEXT = 300_000  # characters of one text
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"  # RFC 6721
SOCIAL = ".//{*}socialInteract"  # Podcasting 2.0: https://podcasting2.org/docs/podcast-namespace/tags/socialInteract
TAG = re.compile(r"<[^<>]*>")
BEGUN = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
ENDED = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")
REFERENCE = re.compile(rb"&(?:amp;)?#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
REFERENCES = re.compile(rb"(?:&(?:amp;)?#(?:[xX][0-9a-fA-F]+|[0-9]+);?)+")
BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
CUT = re.compile(r"(?:…|\.\.\.)\s*\]?\W*\Z|(?:read more|continue reading|weiterlesen|lire la suite)\W*\Z", re.I)

MAIL = re.compile(r"[<(]?\S+@[^\s<>()]+[>)]?")
MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((.*)\)")

WHOLE_DATE = re.compile(r"\s*\d{4}-?(?:\d\d-?\d\d|\d{3})(?!\d)")

# RFC 4685 came after feedparser's own table; without this the prefix would be whatever the document calls it.
_FeedParserMixin.namespaces["http://purl.org/syndication/thread/1.0"] = "thr"


def _whole_date(text: str) -> Any:
    """ISO 8601 last, and only for whole dates: feedparser's reader takes a month it cannot read from today's clock."""
    return _parse_date_iso8601(text) if WHOLE_DATE.match(text) else None


_date_handlers.remove(_parse_date_iso8601)
_date_handlers.append(_whole_date)


def main() -> None:
    """Answer one line of JSON for each question: a line of JSON {"size", "type", "url"}, then `size` bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        ask = json.loads(line)
        body = sys.stdin.buffer.read(ask["size"])
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + CPU, resource.RLIM_INFINITY))
        sys.stdout.buffer.write(json.dumps(_answer(body, ask)).encode() + b"\n")
        sys.stdout.buffer.flush()


def _answer(body: bytes, ask: Mapping[str, Any]) -> dict[str, object]:
    """The document, or why there is none: an exception must not take the child along."""
    try:
        return document(body, ask["type"], ask["url"])
    except BROKEN as why:
        return {"why": f"the parser failed: {type(why).__name__}: {why}"[:500]}


def document(body: bytes, content_type: str, url: str) -> dict[str, object]:
    """A feed as plain values; "why" says what the parser stumbled over, "version" is "" for what is no feed."""
    body = _mended(body)
    read = feedparser.parse(
        # A string could be taken for an address or a path, and fetched; bytes never are.
        _head(body),
        response_headers={"content-type": content_type, "content-location": url},
        sanitize_html=False,  # everything passes tidy later
    )
    feed, entries = read.feed, list(read.entries[:ENTRIES])
    if read.bozo and entries and _cut_off(body):
        entries.pop()
    talks = _talks(body, len(entries)) if b"socialInteract" in body else [{} for _ in entries]
    return {
        "version": read.get("version") or "",
        "why": _why(read),
        "title": _plain(feed, "title", read.get("version") or ""),
        "page": _text(feed, "link"),
        "language": _text(feed, "language"),
        "author": _author(feed),
        "gone": _gone(body) if b"deleted-entry" in body else [],
        "entries": [
            _entry(entry, read.get("version") or "") | talk for entry, talk in zip(entries, talks, strict=True)
        ],
    }


def _mended(body: bytes) -> bytes:
    """Only references to characters there are: halves of a pair are joined, others become U+FFFD."""
    return REFERENCES.sub(_valid, body)


def _valid(run: re.Match[bytes]) -> bytes:
    said = "".join(_character(*found.groups()) for found in REFERENCE.finditer(run[0]))
    text = said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    start = b"&amp;#" if run[0].startswith(b"&amp;") else b"&#"
    return run[0] if text == said and "\ufffd" not in said else b"".join(b"%b%d;" % (start, ord(one)) for one in text)


def _character(hexadecimal: bytes | None, decimal: bytes | None) -> str:
    digits = (hexadecimal or decimal or b"").lstrip(b"0")
    code = int(digits, 16 if hexadecimal else 10) if 0 < len(digits) < 9 else 0
    return chr(code) if 0 < code <= sys.maxunicode else "\ufffd"


def _head(body: bytes) -> bytes:
    """The first entries of a document that holds too many, and its end, so that it stays well-formed."""
    begun = next(islice(BEGUN.finditer(body), ENTRIES, None), None)
    ended = deque(ENDED.finditer(body), maxlen=1) if begun else None
    return body[: begun.start()] + body[max(ended[0].end(), begun.start()) :] if begun and ended else body


def _cut_off(body: bytes) -> bool:
    """Whether the last entry was begun and never ended: half an entry is none."""
    plain = body.replace(b"\x00", b"")  # so that UTF-16 reads like ASCII
    begun = max((found.start() for found in BEGUN.finditer(plain)), default=-1)
    return begun > max((found.start() for found in ENDED.finditer(plain)), default=-1)


def _why(read: Mapping[str, Any]) -> str:
    error = read.get("bozo_exception")
    if not read.get("bozo") or error is None:
        return ""
    if hasattr(error, "getLineNumber"):
        return f"line {error.getLineNumber()} column {error.getColumnNumber()}: {error.getMessage()}"
    return str(error)


def _gone(body: bytes) -> list[str]:
    """Ids of entries the feed says were deleted. feedparser keeps only the last one, so they are read here."""
    root = _tree(body)
    return [] if root is None else [ref for mark in root.iter(TOMBSTONES) if (ref := mark.get("ref"))]


def _talks(body: bytes, count: int) -> list[dict[str, object]]:
    """Where each entry is talked about. feedparser keeps only the last place of an entry, so they are read here."""
    root = _tree(body)
    found = [] if root is None else list(root.iter("item"))[:count]
    places = [[dict(mark.attrib) for mark in item.iterfind(SOCIAL)] for item in found]
    return [{"talks": row} for row in places] if len(places) == count else [{} for _ in range(count)]


def _tree(body: bytes) -> Any:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(body, parser)


def _entry(entry: Mapping[str, Any], version: str) -> dict[str, object]:
    body, kind = _body(entry)
    count = next((found for found in _counts(entry) if found.isdigit()), "")
    parent = entry.get("thr_in-reply-to")
    parent = parent if isinstance(parent, Mapping) else {}
    return {
        "id": _text(entry, "id"),
        "link": _text(entry, "feedburner_origlink") or _text(entry, "link"),
        "title": _plain(entry, "title", version),
        "html": body,
        "excerpt": kind == "summary" and bool(CUT.search(_stripped(body[-600:]))),
        "published": _moment(entry, "published") or _moment(entry, "created") or _moment(entry, "updated"),
        "updated": _moment(entry, "updated") if version.startswith("atom") else "",
        "author": _author(entry),
        "tags": [tag for tag in map(_tag, entry.get("tags") or ()) if tag],
        "language": _language(entry),
        "names": [name for name in (_text(entry, "comments"), _text(entry, "link")) if name],
        "syndication": _same(entry),
        "replies": _text(entry, "wfw_commentrss") or _replies(entry),
        "count": int(count[:9]) if count else -1,
        "parent": [name for name in (_text(parent, "ref"), _text(parent, "href")) if name],
        "media": _media(entry),
        "video": bool(_text(entry, "yt_videoid")),
    }


def _text(values: Mapping[str, Any], name: str) -> str:
    # dict.get, because feedparser's own get() answers "updated" with "published" and warns about it
    found = dict.get(values, name) if isinstance(values, dict) else values.get(name)
    return found.strip()[:TEXT] if isinstance(found, str) else ""


def _plain(values: Mapping[str, Any], name: str, version: str) -> str:
    """A title as text. Only Atom says whether it is markup; in RSS entities are commonly escaped twice."""
    text = _text(values, name)
    kind = (values.get(f"{name}_detail") or {}).get("type", "")
    if kind != "text/plain":
        return _stripped(text)
    return text if version.startswith("atom") else html.unescape(text)


def _stripped(text: str) -> str:
    return html.unescape(TAG.sub("", text)).strip()


def _body(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The fullest text as HTML, and whether it was called content or summary."""
    for kind, parts in (("content", entry.get("content") or ()), ("summary", [entry.get("summary_detail") or {}])):
        found = [part for part in parts if _text(part, "value")]
        found.sort(key=lambda part: "html" not in _text(part, "type"))
        if found and _text(found[0], "type") == "text/plain":
            return _paragraphs(_text(found[0], "value")), kind
        if found:
            return _text(found[0], "value"), kind
    return "", ""


def _paragraphs(text: str) -> str:
    blocks = (html.escape(block.strip(), quote=False) for block in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks if block)


def _moment(entry: Mapping[str, Any], name: str) -> str:
    """A time feedparser understood, as ISO 8601 in UTC."""
    parts = dict.get(entry, f"{name}_parsed") if isinstance(entry, dict) else None
    try:
        return datetime(*parts[:6]).replace(tzinfo=UTC).isoformat() if parts else ""
    except (ValueError, TypeError):
        return ""


def _author(values: Mapping[str, Any]) -> dict[str, str]:
    """A name and an address; an address of mail is nobody's business.

    RSS writes "jo@example.coffee (Jo)", where feedparser takes "ee (Jo" for the name: so it is taken apart here.
    """
    detail, said = values.get("author_detail") or {}, _text(values, "author")
    name = _text(detail, "name")
    if "@" in said and not _text(detail, "href"):
        named = MAIL_AND_NAME.fullmatch(said)
        name = named[1] if named else MAIL.sub("", said)
    return {"name": name.strip(), "url": _text(detail, "href")}


def _tag(tag: Mapping[str, Any]) -> str:
    return _text(tag, "label") or _text(tag, "term")


def _language(entry: Mapping[str, Any]) -> str:
    parts = [*(entry.get("content") or ()), entry.get("summary_detail") or {}, entry.get("title_detail") or {}]
    return next((found for part in parts if (found := _text(part, "language"))), "")


def _counts(entry: Mapping[str, Any]) -> Iterator[str]:
    """How many replies there are: slash:comments, thr:total, thr:count on the link."""
    yield _text(entry, "slash_comments")
    yield _text(entry, "thr_total")
    yield from (_text(link, "thr:count") for link in entry.get("links") or () if _text(link, "rel") == "replies")


def _same(entry: Mapping[str, Any]) -> list[str]:
    """Where the feed says an entry stands too, or came from."""
    links = (link for link in entry.get("links") or () if _text(link, "rel") in ("canonical", "syndication"))
    return [address for link in links if (address := _text(link, "href"))]


def _replies(entry: Mapping[str, Any]) -> str:
    """The feed of replies (RFC 4685 §4): a link that is a feed, not a page."""
    links = (link for link in entry.get("links") or () if _text(link, "rel") == "replies")
    return next((_text(link, "href") for link in links if "xml" in _text(link, "type")), "")


def _media(entry: Mapping[str, Any]) -> list[dict[str, object]]:
    """Enclosures and Media RSS: films, sounds and pictures; a thumbnail is a poster, else a picture."""
    enclosures = [link for link in entry.get("links") or () if _text(link, "rel") == "enclosure"]
    found = {media["url"]: media for media in map(_medium, [*(entry.get("media_content") or ()), *enclosures]) if media}
    posters = [_text(thumb, "url") for thumb in entry.get("media_thumbnail") or () if _text(thumb, "url")]
    films = [media for media in found.values() if media["type"] != "image"]
    for media in films[:1]:
        media["poster"] = next(iter(posters), "") or _text(entry.get("image") or {}, "href")
    if not found and posters:
        return [{"url": posters[0], "type": "image"}]
    return list(found.values())[:50]


def _medium(said: Mapping[str, Any]) -> dict[str, object] | None:
    url = _text(said, "url") or _text(said, "href")
    mime = _text(said, "type") or mimetypes.guess_type(url.partition("?")[0])[0] or ""
    kinds = (mime.partition("/")[0], _text(said, "medium"))
    kind = next((kind for kind in ("image", "video", "audio") if kind in kinds), "")
    if not url or not kind:
        return None
    return {"url": url, "type": kind, **{name: _text(said, name) for name in ("width", "height", "duration")}}


if __name__ == "__main__":
    main()
