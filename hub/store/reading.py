"""What followers and visitors are told: shown versions, conversations, figures. Each call is one answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import Connection, Row, func, select, tuple_

from hub.model import Coverage, Entry, Item, Reply, Thread, Tombstone, Unknown
from hub.store import Record, codec, figures, journal, names, texts
from hub.store.database import CHUNK, each
from hub.store.schema import items
from hub.threads import Line, Spot, reading


class Kept(Protocol):
    """What leads from an item to its text."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> int | None: ...
    @property
    def digest(self) -> str: ...
    @property
    def ours(self) -> bool: ...


def rows(c: Connection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """What is known of items."""
    return {row.id: row for row in each(c, select(items), items.c.id, ids)}


def load(c: Connection, wanted: Iterable[Row[Any]]) -> dict[str, Item]:
    """The versions to show, by id, of those rows that have one."""
    found = bodies(c, [row for row in wanted if row.text is not None])
    polls = figures.of(c, [id for id, item in found.items() if item.poll])
    return {id: codec.with_votes(item, polls[id]) if id in polls else item for id, item in found.items()}


def bodies(c: Connection, wanted: Iterable[Kept]) -> dict[str, Item]:
    """Kept texts as items, by id. It is the brand's if any channel that brings it says so."""
    kept = list(wanted)
    read = texts.read(c, {row.text: row.digest for row in kept if row.text is not None})
    found = ((row, codec.load(read[row.text])) for row in kept if row.text is not None)
    return {row.id: item if item.ours == row.ours else replace(item, ours=row.ours) for row, item in found}


def item(c: Connection, name: str) -> Item | None:
    """The shown version of the item that answers to a name."""
    key = codec.key(name)
    held = names.holders(c, [key]).get(key)
    found = rows(c, [held[0]] if held else ())
    return next(iter(load(c, (row for row in found.values() if not row.hidden)).values()), None)


def entries(c: Connection, since: int, until: int) -> list[Entry]:
    """The next lines of the journal, each with the thing as it is now."""
    lines = journal.after(c, since, until)
    known = rows(c, (line.id for line in lines if line.what == "item"))
    shown = load(c, (row for row in known.values() if row.shown))
    where = {id: row.thread for id, row in known.items()}
    return [
        Entry(seq=line.seq, what=line.what, id=line.id)
        if line.what != "item"
        else Entry(seq=line.seq, what="item", id=line.id, item=shown.get(line.id), thread=where.get(line.id, ""))
        for line in lines
    ]


def records(c: Connection, past: tuple[str, str], ids: Collection[str] | None) -> list[tuple[tuple[str, str], Record]]:
    """The next visible items past a (published, id), each with its own, as many as one answer holds."""
    place = tuple_(items.c.published, items.c.id)
    ask = select(items).where(items.c.shown).order_by(items.c.published, items.c.id)
    if ids is None:
        found = list(c.execute(ask.where(place > tuple_(*past)).limit(CHUNK)))
    else:
        found = sorted(each(c, ask, items.c.id, ids), key=lambda row: (row.published, row.id))
    shown, counted = load(c, found), figures.of(c, [row.id for row in found])
    return [
        (
            (row.published, row.id),
            Record(
                item=shown[row.id],
                channels=tuple(row.channels.split("\n")),
                thread=row.thread,
                parent=row.above if row.thread != row.id else "",
                counts=figures.public(counted.get(row.id, {})),
            ),
        )
        for row in found
    ]


def thread(c: Connection, root: str) -> Thread | None:
    """The conversation under a root, at the cost of that conversation."""
    members = {row.id: row for row in c.execute(select(items).where(items.c.thread == root))}
    if root not in members or not members[root].shown:
        return None
    shown = load(c, (row for row in members.values() if row.shown))
    counted = figures.by_channel(c, root)
    return Thread(
        root=shown.pop(root),
        replies=tuple(_replies(root, members, shown)),
        coverage=tuple(_coverage(counted, [members[id].channel for id in shown])),
        channels=tuple(members[root].channels.split("\n")),
        counts=figures.public(figures.highest(counted)),
    )


def _replies(root: str, members: Mapping[str, Row[Any]], shown: Mapping[str, Item]) -> Iterator[Reply]:
    """The lines of a conversation."""
    replies = [row for row in members.values() if row.id != root]
    lines = [Line(row.id, row.above, row.published, row.shown, _gap(row)) for row in replies]
    named = sorted((row for row in replies if row.shown and _gap(row)), key=lambda row: (row.published, row.id))
    gaps = {_gap(row): row for row in reversed(named)}
    for step in reading(root, lines):
        node = _absent(gaps[step.spot.gap], shown) if step.spot.gap else shown.get(step.spot.id)
        row = members[step.spot.id]
        yield Reply(
            depth=step.depth,
            node=node or Tombstone(id=row.id, why="deleted" if row.gone else "hidden"),
            parent=_parent(step.above, gaps),
            joined=not step.spot.gap and row.joined,
        )


def hidden(c: Connection) -> dict[str, int]:
    """Rule id → how many items it hides."""
    ask = select(items.c.hidden, func.count()).where(items.c.hidden != "").group_by(items.c.hidden)
    return {row[0]: row[1] for row in c.execute(ask)}


def _gap(row: Row[Any]) -> str:
    """What stands for the parent an item names when that one is not here: the digest of that name."""
    return row.parent_name if row.joined and not row.parent else ""


def _absent(row: Row[Any], shown: Mapping[str, Item]) -> Tombstone | Unknown:
    """The line for a parent that is not here, from one of the replies that name it."""
    return Tombstone(id=row.lost) if row.lost else Unknown(name=shown[row.id].reply_to)


def _parent(above: Spot | None, gaps: Mapping[str, Row[Any]]) -> str:
    if above is None:
        return ""
    return gaps[above.gap].lost if above.gap else above.id


def _coverage(counted: Mapping[str, Mapping[str, int]], channels: list[str]) -> Iterator[Coverage]:
    """Per channel: replies that stand here, and those its network speaks of."""
    for channel in sorted({*channels, *(one for one, said in counted.items() if "replies" in said)}):
        reported = counted.get(channel, {}).get("replies", 0)
        yield Coverage(channel=channel, shown=channels.count(channel), reported=reported)
