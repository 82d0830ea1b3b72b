"""Texts as exports write them, as HTML. Pure."""

from __future__ import annotations

import re
from html import escape

BLOCK = re.compile(
    r"\s*</?(?:address|article|aside|blockquote|details|div|dl|figure|footer|form|h[1-6]|header|hr|iframe|ol|p|pre"
    r"|section|table|ul|video|!--)",
    re.I,
)
PRE = re.compile(r"(<pre[\s>].*?</pre>)", re.S | re.I)


def paragraphs(text: str) -> str:
    """What an editor keeps: HTML in which an empty line parts paragraphs and a line's end is a line's end."""
    text = text.replace("\r\n", "\n").strip()
    if "<!-- wp:" in text or re.search(r"<p[\s>]", text):
        return text
    pieces = PRE.split(text)
    return "\n".join(piece if at % 2 else _parted(piece) for at, piece in enumerate(pieces) if piece.strip())


def _parted(text: str) -> str:
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "\n".join(part if BLOCK.match(part) else f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)


def bare(text: str) -> str:
    """Text that is no HTML, as HTML."""
    return paragraphs(escape(text, quote=False))
