"""What a write comes to: what is shown now, what the followers must hear of, and what was altered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hub.model import Changes
from hub.store import Judge, files, journal, names, reactions, reading, redirects
from hub.store.database import chunks, each
from hub.store.schema import items

Rows = dict[str, Row[Any]]
Before = dict[str, Row[Any] | None]


def settle(c: Connection, before: Before, counted: Iterable[str], faced: Iterable[str], judge: Judge) -> Changes:
    """Show and journal what changed since the rows were `before`, items of which a shown figure moved, and such that
    other people reacted to, as far as these may be seen."""
    after = _show(c, before)
    changed = {id: after[id] for id, was in before.items() if _told(was) != _told(after[id])}
    moved = {id for id, row in changed.items() if _thread(before[id]) != row.thread}
    left = {_thread(before[id]) for id in moved} - {""}
    others = {id: row for id, row in reading.rows(c, faced).items() if row.shown}
    figures = {*others, *(id for id, row in reading.rows(c, counted).items() if row.shown)}
    redrawn = others | {id: row for id, row in changed.items() if _face(before[id]) != _face(row)}
    shown = [row for row in redrawn.values() if row.shown]
    faces = reactions.avatars(c, [row.id for row in shown], judge)
    files.follow(c, redrawn.values(), reading.load(c, shown), faces)
    redirects.follow(c, before, changed)
    reactions.forget(c, names.of(c, [id for id, row in changed.items() if row.gone]))
    journal.write(c, "item", sorted({*changed, *left, *figures}))
    return _changes(before, after)


def _show(c: Connection, before: Before) -> Rows:
    """Decide what stands on a page: what is neither gone nor hidden, in a thread whose root is neither."""
    after = reading.rows(c, before)
    turned = [id for id, was in before.items() if _heads(was) != _heads(after[id])]
    for row in each(c, select(items), items.c.thread, turned):
        before.setdefault(row.id, row)
        after[row.id] = row
    heads = {**after, **reading.rows(c, {row.thread for row in after.values()} - {*after, ""})}
    stand = {id: _alive(row) and row.thread != "" and _alive(heads[row.thread]) for id, row in after.items()}
    stand |= {id: False for id, row in after.items() if reading.echoes(row)}
    other = [id for id, row in after.items() if row.shown != stand[id]]
    for shown in (True, False):
        for chunk in chunks(id for id in other if stand[id] is shown):
            c.execute(update(items).where(items.c.id.in_(chunk)).values(shown=shown))
    return {**after, **reading.rows(c, other)}


def _alive(row: Row[Any] | None) -> bool:
    return row is not None and row.text is not None and not row.hidden


def _heads(row: Row[Any] | None) -> bool:
    """Does the item carry a thread that can be shown?"""
    return row is not None and row.thread == row.id and _alive(row)


def _thread(row: Row[Any] | None) -> str:
    return row.thread if row is not None else ""


def _face(row: Row[Any] | None) -> int | None:
    """The text a page shows."""
    return row.text if row is not None and row.shown else None


def _told(row: Row[Any] | None) -> tuple[object, ...]:
    """All of an item that a reader can tell apart; nothing while it is on no page and below none."""
    if row is None or not row.thread:
        return ()
    place = (
        row.thread,
        row.above,
        row.joined,
        bool(row.parent),
        row.lost,
        row.copy_of,
        row.tied_by,
        row.mention,
        row.part,
        row.shown,
    )
    return (*place, row.digest, row.channel, row.channels, row.ours) if row.shown else (*place, row.gone)


def _changes(before: Mapping[str, Row[Any] | None], after: Rows) -> Changes:
    """What was altered, in the order it came."""
    pairs = [(id, was, after[id]) for id, was in before.items()]
    here = [(id, was, row) for id, was, row in pairs if _alive(row)]
    return Changes(
        added=tuple(id for id, was, _ in here if was is None or was.bare),
        edited=tuple(id for id, was, row in here if was is not None and _alive(was) and was.digest != row.digest),
        gone=tuple(id for id, was, row in pairs if _alive(was) and not _alive(row)),
        restored=tuple(id for id, was, _ in here if was is not None and not was.bare and not _alive(was)),
    )
