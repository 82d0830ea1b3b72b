"""Which of the brand's pictures say in words what they show: what the manifest remembers of its messages with some."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from hub.model import Item, Thread
from hub.pages import sort_key

Row = tuple[str, str, int, int]  # time, channel, pictures, those without a description
PUT = "INSERT OR REPLACE INTO pictured VALUES (?, ?, ?, ?, ?, ?)"


def put(db: sqlite3.Connection, item: Item, root: str) -> None:
    """A message; nothing unless it is the brand's and has pictures."""
    if row := _row(item):
        db.execute(PUT, (item.id, root, *row))


def thread(db: sqlite3.Connection, root: str, thread: Thread | None) -> set[str]:
    """The rows of a thread become what the store says; the times of what is another."""
    query = "SELECT id, sort, channel, pictures, bare FROM pictured WHERE root=?"
    old: dict[str, Row] = {ident: tuple(row) for ident, *row in db.execute(query, (root,))}
    new = {item.id: row for item in _messages(thread) if (row := _row(item))} if thread else {}
    db.executemany("DELETE FROM pictured WHERE id=? AND root=?", [(ident, root) for ident in old.keys() - new.keys()])
    other = [ident for ident in {**old, **new} if old.get(ident) != new.get(ident)]
    db.executemany(PUT, [(ident, root, *new[ident]) for ident in other if ident in new])
    return {row[0] for ident in other for row in (old.get(ident), new.get(ident)) if row}


def pictures(db: sqlite3.Connection, first: str, end: str, channel: str = "") -> tuple[int, int]:
    """How many pictures the brand showed in these days, and how many of them without a description."""
    query = """SELECT coalesce(sum(pictures), 0), coalesce(sum(bare), 0) FROM pictured
        WHERE sort >= ? AND sort < ? AND (? = '' OR channel = ?)"""
    many, bare = db.execute(query, (first, end, channel, channel)).fetchone()
    return int(many), int(bare)


def _messages(thread: Thread) -> Iterator[Item]:
    yield from (thread.root, *thread.copies)
    yield from (part for line in thread.parts.values() for part in line)
    yield from (reply.node for reply in thread.replies if isinstance(reply.node, Item))


def _row(item: Item) -> Row | None:
    shown = [medium for medium in item.media if medium.type == "image"] if item.ours else []
    return (sort_key(item), item.channel, len(shown), sum(not medium.alt for medium in shown)) if shown else None
