"""JSON Feed 1 and 1.1 as a Document. Pure. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

import html
import re

from hub.channels.feedentry import Document, Entry
from hub.channels.loose import Json, at, number, rows, string, when
from hub.errors import Malformed
from hub.model import Account, Media


def read(feed: object) -> Document:
    """A parsed JSON value as a feed; Malformed when it is none. Entries of a wrong shape are left out."""
    if not string(feed, "version").startswith(("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")):
        raise Malformed("this JSON is no JSON Feed: it has no version of jsonfeed.org", where="version")
    if not isinstance(at(feed, "items"), list):
        raise Malformed("this JSON Feed has no list of items", where="items")
    return Document(
        title=string(feed, "title"),
        page=string(feed, "home_page_url"),
        language=string(feed, "language"),
        author=_author(feed),
        entries=tuple(_entry(row) for row in rows(feed, "items")),
    )


def _entry(row: Json) -> Entry:
    full = string(row, "content_html") or paragraphs(string(row, "content_text"))
    return Entry(
        id=string(row, "id"),
        link=string(row, "url"),
        title=string(row, "title"),
        html=full or paragraphs(string(row, "summary")),
        excerpt=not full and bool(string(row, "summary")),
        published=when(row, "date_published") or when(row, "date_modified"),
        updated=when(row, "date_modified"),
        author=_author(row),
        tags=_strings(row, "tags"),
        language=string(row, "language"),
        links=tuple(filter(None, [string(row, "external_url")])),
        media=_media(row),
    )


def _author(row: object) -> Account:
    """The first author; version 1 had but one."""
    said = next(iter(rows(row, "authors")), None) or at(row, "author")
    return Account(name=string(said, "name"), url=string(said, "url"), avatar=string(said, "avatar"))


def _strings(row: Json, name: str) -> tuple[str, ...]:
    found = at(row, name)
    return tuple(text for text in found if isinstance(text, str)) if isinstance(found, list) else ()


def _media(row: Json) -> tuple[Media, ...]:
    """Attachments, and the picture of the entry where there are none."""
    found = [medium for attachment in rows(row, "attachments") if (medium := _medium(attachment))]
    picture = string(row, "image") or string(row, "banner_image")
    return tuple(found) or ((Media(url=picture),) if picture else ())


def _medium(attachment: Json) -> Media | None:
    url, kind = string(attachment, "url"), string(attachment, "mime_type").partition("/")[0]
    if not url or kind not in ("image", "video", "audio"):
        return None
    seconds = number(attachment, "duration_in_seconds")
    return Media(url=url, type=kind, alt=string(attachment, "title"), duration=seconds)


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line parts paragraphs, a line end stays one."""
    blocks = (html.escape(block.strip(), quote=False) for block in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks if block)
