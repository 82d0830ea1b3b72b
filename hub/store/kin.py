"""What the archive must read and write for hub.copies to say which posts are one piece: what a change reaches, no more.

A post is found by its traces: digests of the pages it links to and of what it says, near its own time, and of what it
calls its copies, at any time; kept only while it is the brand's and may be shown. A change can only alter the ties of
that post, and the choice of those it is or was tied to; so the groups of all these are made anew, as far as their ties
reach.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, or_, select, update

from hub.copies import LINKED, VERSION, Copy, Rulings, Tie, grouped, tie
from hub.pieces import Piece, piece
from hub.store import codec, facts, reading, stitches
from hub.store.database import chunks, each
from hub.store.schema import items, names, traces
from hub.threads import UNDATED, moment


def rulings(c: Connection) -> Rulings:
    """What people decided, as it was applied last."""
    kept = facts.get(c, facts.RULINGS)
    said = json.loads(kept) if kept else {}
    return Rulings(*(tuple(map(frozenset, said.get(what, ()))) for what in ("merges", "splits")))


def rule(c: Connection, said: Rulings) -> set[str]:
    """Keep what people decide now; the posts whose groups must be made anew: all, when they are told by new means."""
    made, before = settled(c), rulings(c)
    decided = {what: sorted(sorted(one) for one in getattr(said, what)) for what in ("merges", "splits")}
    facts.put(c, facts.RULINGS, codec.pack({**decided, "version": VERSION}))
    if not made:
        return set(c.scalars(select(items.c.id).where(items.c.ours, items.c.text.is_not(None))))
    other = {*before.merges, *before.splits} ^ {*said.merges, *said.splits}
    keys = {codec.digest(name) for one in other for name in one}
    return {row.item for row in each(c, select(names.c.item), names.c.name, keys)}


def settled(c: Connection) -> bool:
    """Were the groups that stand made by this version of hub.copies?"""
    kept = facts.get(c, facts.RULINGS)
    return bool(kept) and json.loads(kept).get("version") == VERSION


class Kin:
    """The posts around some that change."""

    def __init__(self, c: Connection, said: Rulings) -> None:
        self.c, self.rulings = c, said
        self.pieces: dict[str, Piece] = {}

    def near(self, ids: Iterable[str]) -> set[str]:
        """What has a trace or a name in common with these posts, as far as they are kept."""
        return {other for id in ids for other in self._near(id)}

    def write(self, ids: Collection[str]) -> None:
        """Keep the traces of these posts, in place of those before."""
        for chunk in chunks(ids):
            self.c.execute(delete(traces).where(traces.c.item.in_(chunk)))
        for id in ids:
            self.pieces.pop(id, None)
        rows = [
            {"key": codec.digest(trace), "item": one.id, "published": when}
            for one in self._read(ids).values()
            for trace, when in (
                dict.fromkeys(one.traces, moment(one.when)) | dict.fromkeys(one.syndicated, UNDATED)
            ).items()
        ]
        if rows:
            self.c.execute(insert(traces), rows)

    def groups(self, changed: Collection[str], before: Collection[str]) -> dict[str, Copy]:
        """The places of all whose group a change of these posts can have altered; `before`: what was near them."""
        start = self._read({*changed, *before})
        around = {other.id: other for found in self._look(start.values()).values() for other in _others(found)}
        beyond = {other.id: other for found in self._look(around.values()).values() for other in _others(found)}
        found = grouped(list({**beyond, **around, **start}.values()), self._look, self.rulings)
        return {id: Copy() for id in changed} | found

    def _look(self, some: Collection[Piece]) -> Mapping[str, list[Tie]]:
        near = {one.id: self._near(one.id) for one in some}
        known = self._read({other for others in near.values() for other in others})
        return {
            one.id: [
                found for id in sorted(near[one.id]) if id in known and (found := tie(one, known[id], self.rulings))
            ]
            for one in some
        }

    def _near(self, id: str) -> set[str]:
        own = self.c.execute(select(traces.c.key, traces.c.published).where(traces.c.item == id)).all()
        called = set(self.c.scalars(select(names.c.name).where(names.c.item == id)))
        keys = sorted({row.key for row in own} | called | self._beside(id))
        near = _around(min((row.published for row in own), default=UNDATED))
        found: set[str] = set()
        for chunk in chunks(keys):
            found.update(self.c.scalars(select(names.c.item).where(names.c.name.in_(chunk))))
            found.update(self.c.scalars(select(traces.c.item).where(traces.c.key.in_(chunk), near)))
        return found - {id}

    def _beside(self, id: str) -> set[str]:
        """The names of what a person joined to it."""
        if not self.rulings.merges:
            return set()
        one = self._read([id]).get(id)
        return {codec.digest(name) for name in self.rulings.beside(one)} if one else set()

    def _read(self, ids: Iterable[str]) -> dict[str, Piece]:
        """Those of the items that can be copies: the brand's own that may be shown."""
        wanted = set(ids)
        may = select(items).where(items.c.ours, items.c.text.is_not(None), items.c.hidden == "")
        rows = list(each(self.c, may, items.c.id, wanted - self.pieces.keys()))
        read = reading.bodies(self.c, rows)
        parts = stitches.lines(self.c, [row.id for row in rows if not row.parent_name])
        self.pieces.update((id, piece(item, parts.get(id, ()))) for id, item in read.items())
        return {id: self.pieces[id] for id in sorted(wanted & self.pieces.keys())}


def _others(found: Iterable[Tie]) -> Iterable[Piece]:
    return (one.other for one in found)


def _around(published: str) -> ColumnElement[bool]:
    """What can be a copy of a post of that time: what was said then, or names it, whenever that was."""
    if published == UNDATED:
        return traces.c.published == UNDATED
    when, far = datetime.fromisoformat(published), timedelta(seconds=LINKED)
    soon = (traces.c.published >= moment(when - far)) & (traces.c.published <= moment(when + far))
    return or_(traces.c.published == UNDATED, soon)


def note(c: Connection, found: Mapping[str, Copy], rows: Mapping[str, Row[Any]]) -> dict[str, Copy]:
    """Write down places in groups that differ from those before; returns them."""
    other = {
        id: at for id, at in found.items() if id in rows and (rows[id].copy_of, rows[id].tied_by) != (at.of, at.why)
    }
    if other:
        change = update(items).where(items.c.id == bindparam("one"))
        said = [{"one": id, "of": at.of, "why": at.why} for id, at in other.items()]
        c.execute(change.values(copy_of=bindparam("of"), tied_by=bindparam("why")), said)
    return other
