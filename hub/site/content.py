"""Reading what people wrote in content/: Pelican's readers, and nothing of Pelican beyond them.

Pelican's link expander never sees any of it: `{static}` in a text would let it copy files from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined
from pelican.readers import MarkdownReader
from pelican.settings import DEFAULT_CONFIG

from hub.channels.local import Document, Reader, Unreadable
from hub.errors import Missing, SettingsError
from hub.pages import slug
from hub.settings import Settings
from hub.site.texts import OwnPage

JINJA: dict[str, Any] = {
    "autoescape": True,
    "auto_reload": False,  # each build reads its templates anew; none changes meanwhile
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
def markdown() -> MarkdownReader:
    return MarkdownReader({**DEFAULT_CONFIG, "MARKDOWN": MARKDOWN, "FORMATTED_FIELDS": []})


def reader(settings: Settings) -> Reader:
    """What the `local` channel reads with: a folder below content/, its files in the order of their names."""
    zone = ZoneInfo(settings.brand.timezone)

    def read(folder: Path) -> Iterator[Document | Unreadable]:
        base = settings.content / folder
        if not base.is_dir():
            raise Missing(f"there is no folder {base}", fix=f"make it: mkdir -p {base}")
        for path in sorted(base.rglob("*.md")):
            yield document(path, base, zone)

    return read


def document(path: Path, base: Path, zone: ZoneInfo) -> Document | Unreadable:
    """One Markdown file with its "Key: value" lines on top; naive times are the brand's clock."""
    place = path.relative_to(base.parent)
    try:
        html, meta = markdown().read(str(path))
    except ValueError as why:  # a date Pelican cannot read, a file that is not UTF-8
        return Unreadable(path=place, why=f"{why}; write it as 2026-11-05 14:05", line=_line(path, "date"))
    except OSError as why:
        return Unreadable(path=place, why=f"it cannot be read: {why.strerror}")
    return Document(
        path=place,
        title=str(meta.get("title", "")),
        html=html,
        date=_aware(meta.get("date"), zone),
        modified=_aware(meta.get("modified"), zone),
        tags=tuple(str(tag) for tag in meta.get("tags") or ()),
        language=str(meta.get("lang", "")),
        slug=str(meta.get("slug", "")),
        status=str(meta.get("status", "published")).strip().lower(),
        author=str(meta.get("author", "")),
        metadata={name: str(value) for name, value in sorted(meta.items())},
    )


def _aware(when: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Pelican's dates are naive or aware; ours are aware and in UTC."""
    if when is None:
        return None
    naive = datetime(when.year, when.month, when.day, when.hour, when.minute, when.second)
    return (when if when.tzinfo else naive.replace(tzinfo=zone)).astimezone(UTC)


def _line(path: Path, key: str) -> int:
    """The line of a file that begins with this key, 1 when none does."""
    lines = path.read_text("utf-8", "replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.lower().startswith(f"{key}:")), 1)


RESERVED = {"about", "archive", "assets", "channel", "feeds", "media", "p", "page", "privacy", "search", "sitemap"}
RESERVED |= {"transparency", "person", "people", "topic", "topics", "insights", "wall", "data"}


def own_pages(folder: Path) -> tuple[OwnPage, ...]:
    """content/pages/*.md, by their "Order" and title; drafts and hidden ones stay out. Raises SettingsError."""
    found: dict[str, tuple[str, str, OwnPage]] = {}
    for path in sorted(folder.rglob("*.md")) if folder.is_dir() else []:
        html, meta = _page(path)
        if str(meta.get("status", "published")).lower() == "published":
            title = str(meta.get("title") or path.stem.replace("-", " ").capitalize())
            page = OwnPage(
                slug=slug(str(meta.get("slug") or path.stem)) or "page",
                title=title,
                html=html,
                language=str(meta.get("lang", "")),
                summary=str(meta.get("summary", "")),
            )
            if page.slug in RESERVED or page.slug in found:
                why = f"the address /{page.slug}/ is taken"
                raise SettingsError(
                    "slug", why, where=f"{path}:{_line(path, 'slug')}", fix="give it another Slug: line"
                )
            found[page.slug] = (str(meta.get("order", "")), title, page)
    return tuple(page for _, _, page in sorted(found.values(), key=lambda row: row[:2]))


def _page(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        html, meta = markdown().read(str(path))
    except UnicodeDecodeError as why:
        raise SettingsError("", f"it is not UTF-8 ({why})", where=f"{path}:1", fix="save it as UTF-8") from why
    except ValueError as why:
        where = f"{path}:{_line(path, 'date')}"
        raise SettingsError("", str(why), where=where, fix="write the date as 2026-11-05 14:05") from why
    except OSError as why:
        raise SettingsError("", f"it cannot be read: {why.strerror}", where=str(path), fix=f"ls -l {path}") from why
    return html, meta
