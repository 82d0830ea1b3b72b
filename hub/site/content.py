"""Reading what people wrote in content/: Pelican's readers, and nothing of Pelican beyond them.

Pelican's link expander never sees any of it: `{static}` in a text would let it copy files from anywhere.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from pelican.readers import MarkdownReader
from pelican.settings import DEFAULT_CONFIG

from hub.pages import slug
from hub.site.texts import OwnPage

VERSION = "1"  # of what pages look like beyond theme and settings: moving it makes every page due once

JINJA: dict[str, Any] = {
    "autoescape": True,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "undefined": StrictUndefined,
    "extensions": ["jinja2.ext.i18n"],
}

# no code highlighting: its classes would need styles of their own, and its lexers have been slow on hostile text
MARKDOWN = {
    "extension_configs": {"markdown.extensions.extra": {}, "markdown.extensions.meta": {}},
    "output_format": "html5",
}


@cache
def reader() -> MarkdownReader:
    return MarkdownReader({**DEFAULT_CONFIG, "MARKDOWN": MARKDOWN, "FORMATTED_FIELDS": []})


def own_pages(folder: Path) -> tuple[OwnPage, ...]:
    """content/pages/*.md, by their "Order" and title; drafts and hidden ones stay out."""
    found = []
    for path in sorted(folder.rglob("*.md")) if folder.is_dir() else []:
        html, meta = reader().read(str(path))
        if str(meta.get("status", "published")).lower() == "published":
            title = str(meta.get("title") or path.stem.replace("-", " ").capitalize())
            page = OwnPage(
                slug=slug(str(meta.get("slug") or path.stem)) or "page",
                title=title,
                html=html,
                language=str(meta.get("lang", "")),
                summary=str(meta.get("summary", "")),
            )
            found.append((str(meta.get("order", "")), title, page))
    return tuple(page for _, _, page in sorted(found, key=lambda row: row[:2]))
