"""The brand's own posts in several parts: which answers to itself go on with a post, and stand with it as one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from hub.model import Item
from hub.store import reading
from hub.store.database import each
from hub.store.schema import items, versions
from hub.threads import Mark, goes_on, mark
from hub.tidy import text

PARTS = 30  # of a post that count for what it is


def altered(c: Connection, roots: Iterable[str]) -> dict[str, bool]:
    """Of the threads with these roots the items that are parts now and were none (true), or the other way round."""
    roots = sorted(roots)
    heads = [row.id for row in each(c, _said().where(items.c.above == ""), items.c.id, roots)]
    copies = [row.id for row in each(c, _said().where(items.c.above == items.c.copy_of), items.c.copy_of, roots)]
    now = {row.id for line in _lines(c, [*heads, *copies], _stays).values() for row in line}
    old = select(items.c.id).where(items.c.part)
    was = {row.id for row in each(c, old, items.c.thread, roots)}
    return {id: id in now for id in now ^ was}


def lines(c: Connection, heads: Collection[str]) -> dict[str, list[Item]]:
    """How these posts go on, each with its next parts, wherever they hang."""
    found = _lines(c, heads, bool, PARTS)
    read = reading.bodies(c, [row for line in found.values() for row in line])
    return {head: [read[row.id] for row in line] for head, line in found.items()}


def heads(c: Connection, ids: Iterable[str]) -> set[str]:
    """The posts that these may go on: the brand's own, up to which its answers to itself lead."""
    found: set[str] = set()
    at = set(ids)
    for _ in range(PARTS + 1):
        ask = select(items.c.id, items.c.parent).where(items.c.ours, items.c.text.is_not(None))
        rows = list(each(c, ask, items.c.id, at)) if at else []
        found |= {row.id for row in rows if not row.parent}
        at = {row.parent for row in rows if row.parent}
    return found


def _lines(
    c: Connection, heads: Collection[str], may: Callable[[Row[Any]], bool], most: int = 2**31
) -> dict[str, list[Row[Any]]]:
    """All that goes on below these posts, one after the other."""
    found: dict[str, list[Row[Any]]] = {}
    tails = {row.id: row for row in each(c, _said(), items.c.id, heads)}
    head = {id: id for id in tails}
    while tails and most:
        answers = each(c, _said(), items.c.parent, tails)
        below = [row for row in answers if row.channel == tails[row.parent].channel and may(row)]
        marks = _marks(c, [*(tails[above] for above in {row.parent for row in below}), *below])
        nexts: dict[str, Row[Any]] = {}
        for row in sorted(below, key=lambda row: (marks[row.id] is None, row.published, row.id)):
            if goes_on(tails[row.parent], row, (marks[row.parent], marks[row.id])):
                nexts.setdefault(row.parent, row)
        tails = {row.id: row for row in nexts.values() if row.id not in head}
        for row in tails.values():
            head[row.id] = head[row.parent]
            found.setdefault(head[row.id], []).append(row)
        most -= 1
    return found


def _stays(row: Row[Any]) -> bool:
    """Does it hang from what it answers, a copy of nothing?"""
    return bool(row.above == row.parent) and not row.copy_of


def _marks(c: Connection, rows: Collection[Row[Any]]) -> dict[str, Mark | None]:
    """Which of several parts each says it is."""
    return {id: mark(text(item.html)) for id, item in reading.bodies(c, rows).items()}


def _said() -> Select[Any]:
    """What the brand said and may be shown, with its author."""
    version = (versions.c.item == items.c.id) & (versions.c.channel == items.c.channel)
    body = (items.c.text, items.c.digest, items.c.ours)
    ask = select(
        items.c.id,
        items.c.above,
        items.c.copy_of,
        items.c.parent,
        items.c.published,
        items.c.channel,
        *body,
        versions.c.author,
    )
    return ask.join(versions, version).where(items.c.ours, items.c.text.is_not(None), items.c.hidden == "")
