"""How soon the public is answered: what the manifest remembers of its messages and of the brand's first answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from hub.insight.answers import answers
from hub.insight.questions import asks
from hub.model import Item, Thread
from hub.pages import digest, sort_key
from hub.store import Store

# root, author (a digest), time, channel, time of the answer (None: none), is it a question (told of what was answered)
Row = tuple[str, str, str, str, str | None, bool]
PUT = "INSERT OR REPLACE INTO heard VALUES (?, ?, ?, ?, ?, ?, ?)"


def put(db: sqlite3.Connection, item: Item, root: str) -> None:
    """A message of the public, as long as no answer is known; nothing where the brand speaks."""
    if not item.ours:
        db.execute(PUT, (item.id, *_row(item, root, None)))


def everything(db: sqlite3.Connection, found: Mapping[str, str], store: Store) -> None:
    """Once everything is put: what of it was answered, and when."""
    rows = ((found[record.item.id], asks(record.item), record.item.id) for record in store.records(found))
    db.executemany("UPDATE heard SET answer=?, asks=? WHERE id=?", rows)


def thread(db: sqlite3.Connection, root: str, thread: Thread | None, changed: Collection[str]) -> set[str]:
    """The rows of a thread become what the store says; the times of what is another, or is answered at another time."""
    query = "SELECT id, root, author, sort, channel, answer, asks FROM heard WHERE root=?"
    old: dict[str, Row] = {ident: tuple(row) for ident, *row in db.execute(query, (root,))}
    new = dict(_told(thread)) if thread else {}
    db.executemany("DELETE FROM heard WHERE id=? AND root=?", [(ident, root) for ident in old.keys() - new.keys()])
    db.executemany(PUT, [(ident, *row) for ident, row in new.items() if old.get(ident) != row])
    moved = {row[2] for ident in {*changed} for row in (old.get(ident), new.get(ident)) if row}
    moved |= {row[2] for ident in old.keys() ^ new.keys() for row in (old.get(ident), new.get(ident)) if row}
    both = ((old[ident][4], new[ident][4]) for ident in old.keys() & new.keys())
    return moved | {when for pair in both if pair[0] != pair[1] for when in pair if when is not None}


def waits(db: sqlite3.Connection, first: str, end: str, channel: str = "") -> list[tuple[str, float | None]]:
    """(channel, seconds until the answer) of each message of these days; None where none came before their end."""
    query = "SELECT channel, sort, answer FROM heard WHERE sort >= ? AND sort < ? ORDER BY sort, id"
    return [
        (name, _between(sort, answer).total_seconds() if answer and answer < end else None)
        for name, sort, answer in db.execute(query, (first, end))
        if channel in ("", name)
    ]


def people(db: sqlite3.Connection, first: str, end: str, channel: str = "") -> int:
    """How many accounts said something in these days."""
    query = "SELECT count(DISTINCT author) FROM heard WHERE sort >= ? AND sort < ? AND (? = '' OR channel = ?)"
    return int(db.execute(query, (first, end, channel, channel)).fetchone()[0])


def waiting(db: sqlite3.Connection, first: str, end: str, channel: str, many: int) -> list[str]:
    """Ids of the newest messages of these days that had no answer at their end."""
    query = """SELECT id FROM heard WHERE sort >= ? AND sort < ? AND (? = '' OR channel = ?)
        AND (answer IS NULL OR answer >= ?) ORDER BY sort DESC, id DESC LIMIT ?"""
    return [ident for (ident,) in db.execute(query, (first, end, channel, channel, end, many))]


def delay(db: sqlite3.Connection, root: str) -> timedelta | None:
    """How long the first question of a conversation that was answered waited, or else the first message."""
    query = """SELECT sort, answer FROM heard WHERE root=? AND sort != '' AND answer IS NOT NULL
        ORDER BY asks DESC, sort, id LIMIT 1"""
    row = db.execute(query, (root,)).fetchone()
    return _between(*row) if row and row[1] else None


def _between(said: str, answer: str) -> timedelta:
    return max(datetime.fromisoformat(answer) - datetime.fromisoformat(said), timedelta(0))


def _told(thread: Thread) -> Iterator[tuple[str, Row]]:
    found = answers(thread)
    for item in (thread.root, *(reply.node for reply in thread.replies)):
        if isinstance(item, Item) and not item.ours:
            yield item.id, _row(item, thread.root.id, sort_key(found[item.id]) if item.id in found else None)


def _row(item: Item, root: str, answer: str | None) -> Row:
    who = item.author
    author = digest(who.id or who.url or who.handle or who.name)
    return root, author, sort_key(item), item.channel, answer, answer is not None and asks(item)
