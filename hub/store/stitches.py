"""The brand's own posts in several parts: which answers to itself go on with a post, and stand with it as one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hub.store import reading
from hub.store.database import each
from hub.store.schema import items, versions
from hub.threads import Mark, goes_on, mark
from hub.tidy import text


def altered(c: Connection, roots: Iterable[str]) -> dict[str, bool]:
    """Of the threads with these roots the items that are parts now and were none (true), or the other way round."""
    roots = sorted(roots)
    heads = [row.id for row in each(c, _said().where(items.c.above == ""), items.c.id, roots)]
    copies = [row.id for row in each(c, _said().where(items.c.above == items.c.copy_of), items.c.copy_of, roots)]
    now = _parts(c, [*heads, *copies])
    old = select(items.c.id).where(items.c.part)
    was = {row.id for row in each(c, old, items.c.thread, roots)}
    return {id: id in now for id in now ^ was}


def _parts(c: Connection, heads: Collection[str]) -> set[str]:
    """All that goes on below these posts, one after the other."""
    tails = {row.id: row for row in each(c, _said(), items.c.id, heads)}
    found: set[str] = set()
    while tails:
        below = [
            row
            for row in each(c, _said().where(items.c.copy_of == ""), items.c.above, tails)
            if row.parent == row.above and row.channel == tails[row.above].channel
        ]
        marks = _marks(c, [*(tails[above] for above in {row.above for row in below}), *below])
        nexts: dict[str, Row[Any]] = {}
        for row in sorted(below, key=lambda row: (marks[row.id] is None, row.published, row.id)):
            if goes_on(tails[row.above], row, (marks[row.above], marks[row.id])):
                nexts.setdefault(row.above, row)
        tails = {row.id: row for row in nexts.values() if row.id not in found}
        found |= tails.keys()
    return found


def _marks(c: Connection, rows: Collection[Row[Any]]) -> dict[str, Mark | None]:
    """Which of several parts each says it is."""
    return {id: mark(text(item.html)) for id, item in reading.bodies(c, rows).items()}


def _said() -> Select[Any]:
    """What the brand said and may be shown, with its author."""
    version = (versions.c.item == items.c.id) & (versions.c.channel == items.c.channel)
    body = (items.c.text, items.c.digest, items.c.ours)
    ask = select(
        items.c.id, items.c.above, items.c.parent, items.c.published, items.c.channel, *body, versions.c.author
    )
    return ask.join(versions, version).where(items.c.ours, items.c.text.is_not(None), items.c.hidden == "")
