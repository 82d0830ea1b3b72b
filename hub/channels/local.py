"""The brand's own posts: Markdown in content/posts/, read by whoever is handed in (Pelican's readers).

This page is their home: an item's `url` is "". Drafts, hidden posts and those of the future stay out; a file that is
deleted takes its post along; one that cannot be read keeps what it last said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from hub.channels import Ask
from hub.channels.loose import digest, mapping
from hub.errors import Malformed
from hub.model import Account, Batch, Complete, Cursor, Item, Terms
from hub.web import Web


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A file as its reader understood it. `path` is relative to the folder; times are aware."""

    path: Path
    title: str = ""
    html: str = ""
    date: datetime | None = None
    modified: datetime | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    slug: str = ""
    status: str = "published"  # published, draft, hidden
    author: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """A file its reader could not understand; `line` 0 when it cannot tell where."""

    path: Path
    why: str
    line: int = 0


Reader = Callable[[Path], Iterator[Document | Unreadable]]
"""Reads a folder, given relative to content/. Missing when there is no such folder: that is not an empty one."""


@dataclass(frozen=True, slots=True)
class Local:
    """A folder below content/."""

    name: str
    path: str = "posts"
    label: str = ""
    language: str = ""
    reader: Reader | None = None

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:  # noqa: ARG002
        """The posts whose file says something else than last time, and which files there are."""
        if self.reader is None:
            raise Malformed(f"nobody reads {self.path}", fix="this channel works inside a hub's folder only")
        before = mapping(cursor, "files")
        found = {name(file.path): file for file in self.reader(Path(self.path))}
        warnings = tuple(filter(None, (_fault(file) for file in found.values())))
        good = {id: file for id, file in found.items() if isinstance(file, Document) and not _fault(file)}
        good = {
            id: file for id, file in good.items() if file.status == "published" and file.date and file.date <= ask.now
        }
        here = {id: digest(repr(astuple(file))) for id, file in sorted(good.items())}
        kept = {id: said for id, said in before.items() if id in found and _fault(found[id])}
        if here | kept != before or warnings or ask.sweep:
            yield Batch(
                items=tuple(item(id, good[id], self) for id, said in here.items() if before.get(id) != said),
                complete=(Complete(ids=frozenset(here | kept)),),
                warnings=warnings,
                cursor={"files": here | kept},
            )


def name(path: Path) -> str:
    """The id of a file's post: the same for every brand and on every machine."""
    return f"urn:hub:local:{quote(path.with_suffix('').as_posix())}"


def item(id: str, file: Document, channel: Local) -> Item:
    """A file as an item."""
    return Item(
        id=id,
        url="",
        channel=channel.name,
        kind="article",
        author=Account(name=file.author),
        published=file.date,
        html=file.html,
        ours=True,
        title=file.title,
        tags=file.tags,
        language=file.language or channel.language,
        edited=file.modified if file.date and file.modified and file.modified > file.date else None,
    )


def _fault(file: Document | Unreadable) -> str:
    """What is wrong with a file, with its place; "" when nothing is."""
    if isinstance(file, Unreadable):
        return f"{file.path}{f':{file.line}' if file.line else ''}: {file.why}"
    missing = [what for what, there in (("title", file.title), ("date", file.date)) if not there]
    return f"{file.path}:1: it has no {' and no '.join(missing)}; add it on top of the file" if missing else ""
