"""A feed's bytes as a Document, whatever they are: RSS, Atom and RDF by feedparser in a child process, JSON Feed here.

One child serves one pull and is started for the first document that needs it (about 70 ms, once). When a document takes
too long or too much, the child is killed and the next document gets a new one. The parent reads plain JSON, no more.
"""

from __future__ import annotations

from pathlib import Path

from hub.channels import jsonfeed
from hub.channels.child import Child
from hub.channels.feedentry import Document, Entry, Place
from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.errors import Malformed
from hub.model import Account, Media
from hub.web import Answer, shown


class Parser(Child):
    """Reads the feeds of one pull; a context manager, so that no child is left behind."""

    script = Path(__file__).with_name("feedchild.py")

    def read(self, answer: Answer) -> Document:
        """The feed in an answer. Malformed says why it is none."""
        if answer.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return jsonfeed.read(answer.json())
        if not answer.body.strip(b"\x00 \t\r\n"):
            raise Malformed(f"{shown(answer.url)} is empty, not a feed")
        found = self.ask({"type": _content_type(answer), "url": answer.url}, answer.body)
        if not string(found, "version") and not rows(found, "entries"):
            raise Malformed(f"{shown(answer.url)} is not a feed", where=string(found, "why"))
        return _document(found)


def _content_type(answer: Answer) -> str:
    """The type as served. text/* without a charset would mean US-ASCII (RFC 3023), which nobody means."""
    said = answer.headers.get("content-type", "")
    return said if "charset" in said.lower() else "application/xml"


def _document(found: Json) -> Document:
    return Document(
        title=string(found, "title"),
        page=string(found, "page"),
        language=string(found, "language"),
        author=_account(mapping(found, "author")),
        entries=tuple(_entry(row) for row in rows(found, "entries")),
        gone=_strings(found, "gone"),
    )


def _entry(row: Json) -> Entry:
    count = at(row, "count")
    return Entry(
        id=string(row, "id"),
        link=string(row, "link"),
        title=string(row, "title"),
        html=string(row, "html"),
        excerpt=at(row, "excerpt") is True,
        published=when(row, "published"),
        updated=when(row, "updated"),
        author=_account(mapping(row, "author")),
        tags=_strings(row, "tags"),
        language=string(row, "language"),
        names=_strings(row, "names"),
        syndication=_strings(row, "syndication"),
        replies=string(row, "replies"),
        count=count if isinstance(count, int) else -1,
        parent=_strings(row, "parent"),
        media=tuple(_medium(medium) for medium in rows(row, "media")),
        video=at(row, "video") is True,
        talks=tuple(map(_place, rows(row, "talks"))),
    )


def _place(row: Json) -> Place:
    account = string(row, "accountUrl") or string(row, "accountId")
    return Place(string(row, "protocol").lower(), string(row, "uri"), account)


def _medium(row: Json) -> Media:
    return Media(
        url=string(row, "url"),
        type=string(row, "type"),
        poster=string(row, "poster"),
        width=number(row, "width"),
        height=number(row, "height"),
        duration=number(row, "duration"),
    )


def _account(row: Json) -> Account:
    return Account(name=string(row, "name"), url=string(row, "url"))


def _strings(row: Json, name: str) -> tuple[str, ...]:
    found = at(row, name)
    return tuple(text for text in found if isinstance(text, str)) if isinstance(found, list) else ()
