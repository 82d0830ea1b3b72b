"""The socket for search: what any engine must do, and the plain values it speaks.

The index is a follower of the store: it keeps its own mark inside itself, in the same commit as its documents.
It can always be thrown away and made again from the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.model import Entry
from hub.query import Query


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A piece of text with what matched in it, as (start, end) offsets in characters."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One found item."""

    id: str
    url: str  # the address on this site, with the reply's fragment
    type: str  # post or reply
    channel: str
    author: str
    published: datetime | None
    language: str
    title: str  # of the post, or of the post it answers
    snippets: tuple[Snippet, ...] = ()
    score: float = 0.0
    handle: str = ""
    profile: str = ""  # the author's page at home
    origin: str = ""  # the item itself, at home
    parent: str = ""  # of a reply: the address of the post's page here


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """An answer: `partial` when the deadline cut it short; `note` says what the query could not mean."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    corrected: str = ""
    note: str = ""
    partial: bool = False
    parsed: str = ""  # the query as it was understood


class Index(Protocol):
    """The socket. `update` moves the mark to the last entry's seq in the same commit as the documents."""

    @property
    def mark(self) -> int: ...

    def update(self, entries: Iterable[Entry]) -> None: ...

    def search(self, query: Query) -> Results: ...

    def ids(self) -> frozenset[str]: ...
