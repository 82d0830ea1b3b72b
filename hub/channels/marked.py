"""Markdown as networks write it (Lemmy), as HTML. What comes out is as untrusted as what went in.

CommonMark by a parser that takes time in proportion to the text, however many brackets stand in it.
"""

from __future__ import annotations

import re
from html import escape

LONGEST = 50_000  # characters: what Lemmy lets a post have
ADDRESS = re.compile(r"\bhttps?://[^\s<>()\[\]\"]+[^\s<>()\[\]\"'.,;:!?]")


def html(text: str) -> str:
    """Markdown as HTML. Tags in it are text, addresses in it are links, a line that ends is a line that ends."""
    from markdown_it import MarkdownIt  # here, because nothing needs it to say what kinds there are

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    tokens = reader.parse(text[:LONGEST])
    for token in tokens:
        inside = 0
        for child in token.children or ():
            inside += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            if child.type == "text" and not inside and "://" in child.content:
                child.type, child.content = "html_inline", _linked(child.content)
    return str(reader.renderer.render(tokens, reader.options, {})).strip()


def _linked(text: str) -> str:
    """Text as HTML, its addresses as links."""
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        address = escape(found[0])
        parts += [escape(text[end : found.start()], quote=False), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*parts, escape(text[end:], quote=False)])
