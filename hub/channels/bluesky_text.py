"""A post's text with its facets as HTML. Pure. Facets (app.bsky.richtext.facet) count bytes of UTF-8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from hub.channels.loose import Json, at, rows, string

APP = "https://bsky.app"


class Part(NamedTuple):
    """A stretch of the text; `link`, `mention` or `tag` say what it stands for."""

    text: str
    link: str = ""
    mention: str = ""
    tag: str = ""

    @property
    def html(self) -> str:
        to = self.link or (self.mention and f"{APP}/profile/{self.mention}")
        to = to or (self.tag and f"{APP}/hashtag/{quote(self.tag, safe='')}")
        # A link that runs over a line break would tear its paragraphs apart; a space at its end parts it from a word.
        text = escape(re.sub(r"\s+", " ", self.text) if to else self.text)
        return f'<a href="{escape(to)}">{text}</a>' if to else text


def parts(record: Json) -> list[Part]:
    """The text in order. A facet that lies outside of it, overlaps another or cuts a character says nothing."""
    text = at(record, "text")
    body = text.encode("utf-8", "replace") if isinstance(text, str) else b""
    found, end = list[Part](), 0
    for start, stop, feature in sorted(_spans(record), key=lambda span: span[:2]):
        if not end <= start < stop <= len(body):
            continue
        before, inside = _text(body[end:start]), _text(body[start:stop])
        if before is not None and inside is not None:
            link, mention, tag = (string(feature, name) for name in ("uri", "did", "tag"))
            found += [Part(before), Part(inside, link, mention, tag)]
            end = stop
    return [*found, Part(body[end:].decode("utf-8", "replace"))]


def html(found: list[Part]) -> str:
    """Paragraphs where the author left a line empty, line breaks where not."""
    whole = "".join(part.html for part in found).strip().replace("\r\n", "\n")
    paragraphs = (re.sub(r"\s*\n", "<br>", one) for one in re.split(r"\n\s*\n", whole))
    return "".join(f"<p>{one}</p>" for one in paragraphs if one)


def _spans(record: Json) -> Iterator[tuple[int, int, Json]]:
    for facet in rows(record, "facets"):
        start, stop = at(facet, "index", "byteStart"), at(facet, "index", "byteEnd")
        feature = next(iter(rows(facet, "features")), None)
        if feature and isinstance(start, int) and isinstance(stop, int):
            yield start, stop, feature


def _text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
