"""Lists that stand for themselves, the newest first: all posts of a site, all comments of a forum.

One conditional request for the first page answers what is new. It is walked down to what is known; the first time and
on a sweep to its end, and then what is not on it is gone. What leaves the first page without being pushed down is
missing at once. The cursor is small: it holds no more than the first page, and the names met while a whole walk lasts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hub.channels import Ask
from hub.channels.loose import Json, mapping, rows, string, texts
from hub.model import Batch, Complete, Cursor, Item
from hub.web import Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line: the name of what it tells, when it moved (what the list is sorted by), and the item, None when that is
    hidden or deleted."""

    name: str
    moved: str = ""
    item: Item | None = None
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page; `next` is where the following one lies, "" for none; `total` how many lines there are, -1 for unknown."""

    rows: tuple[Row, ...] = ()
    next: str = ""
    total: int = -1
    seen: Seen = field(default_factory=Seen)
    unchanged: bool = False

    @property
    def names(self) -> list[str]:
        return [row.name for row in self.rows]

    @property
    def oldest(self) -> str:
        return min((row.moved for row in self.rows if row.moved), default="")


class Shelf(Protocol):
    """What a network brings along: its list, page by page."""

    def page(self, where: str, seen: Seen | None = None) -> Page: ...


@dataclass(slots=True)
class Walk:
    """One pull of a list. `kind` and `under` narrow what a whole walk claims (see Complete)."""

    shelf: Shelf
    ask: Ask
    cursor: Cursor
    kind: str = ""
    under: str = ""
    state: dict[str, object] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """What is new, then as much of the rest as is wanted."""
        self.state = dict(self.cursor)
        anew = self.ask.sweep or self.ask.recheck or "page" not in self.state
        page = self.shelf.page("", None if anew else Seen.load(self.state.get("page")))
        if anew or not page.unchanged:
            yield self._first(page, anew)
        while walk := mapping(self.state, "walk"):
            yield self._next(self.shelf.page(string(walk, "next")), walk)

    def _first(self, page: Page, anew: bool) -> Batch:
        """The newest page. A walk that was under way begins again where that does not reach down to what is known."""
        top, walk = string(self.state, "top"), mapping(self.state, "walk")
        gap = page.next and (anew or page.oldest > top)
        if gap:
            until = "" if anew else string(walk, "until") if walk else top
            self.state["walk"] = {"next": page.next, "until": until, "met": page.names}
        elif walk:
            self.state["walk"] = {**walk, "met": [*texts(walk, "met"), *page.names]}
        lost = [] if not page.next else self._pushed_out(page)
        self.state |= {
            "page": page.seen.dump(),
            "top": max([top, *(row.moved for row in page.rows)]),
            "first": [{"name": row.name, "moved": row.moved} for row in page.rows],
        }
        claim = self._claim(page.names, page.total) if not page.next else ()
        if not page.next:
            self.state.pop("walk", None)
        return self._batch(page, lost, claim)

    def _next(self, page: Page, walk: Json) -> Batch:
        """A page further down."""
        met, until = texts(walk, "met"), string(walk, "until")
        circles = set(page.names) <= set(met)  # a list that goes round in circles ends
        met += page.names
        done = not page.next or circles or (until and page.oldest <= until)
        if done:
            del self.state["walk"]
        else:
            self.state["walk"] = {"next": page.next, "until": until, "met": met}
        whole = not page.next and not until and bool(page.rows or page.total >= 0)
        return self._batch(page, [], self._claim(met, page.total) if whole else ())

    def _pushed_out(self, page: Page) -> list[str]:
        """Names that stood on the first page, are newer than its last line, and stand there no more."""
        there = set(page.names)
        before = ((string(row, "name"), string(row, "moved")) for row in rows(self.state, "first"))
        return [name for name, moved in before if name not in there and page.oldest and moved > page.oldest]

    def _claim(self, names: list[str], total: int) -> tuple[Complete, ...]:
        """That this is all there is; not where lines shifted meanwhile, so that the number does not fit."""
        ids = frozenset(names)
        return (Complete(ids=ids, under=self.under, kind=self.kind),) if total in (-1, len(ids)) else ()

    def _batch(self, page: Page, lost: list[str], claims: tuple[Complete, ...]) -> Batch:
        return Batch(
            items=tuple(row.item for row in page.rows if row.item),
            gone=tuple(row.name for row in page.rows if row.item is None),
            missing=tuple(lost),
            complete=claims,
            counts={row.name: row.figures for row in page.rows if row.item and row.figures},
            cursor=dict(self.state),
        )
