"""Plain text, as many networks keep it, as HTML. What comes out is as untrusted as what went in. Pure."""

from __future__ import annotations

import re
from html import escape

LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?')\]]")


def paragraphs(text: str) -> str:
    """Text as HTML: a paragraph for what empty lines part, addresses linked."""
    blocks = (LINK.sub(r'<a href="\g<0>">\g<0></a>', escape(block)) for block in re.split(r"\n\s*\n", text.strip()))
    return "".join(f"<p>{re.sub(r'[ ]*' + chr(10), '<br>', block)}</p>" for block in blocks if block)
