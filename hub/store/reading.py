"""What followers and visitors are told: shown versions, conversations, figures. Each call is one answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import Connection, Row, func, or_, select, tuple_

from hub.copies import SAME, fullest
from hub.model import Entry, Item, Reply, Thread, Tombstone, Unknown
from hub.store import Record, codec, coverage, figures, journal, names, reactions, texts
from hub.store.database import CHUNK, each
from hub.store.schema import items
from hub.threads import Line, Spot, reading

_NO_TWIN = or_(items.c.tied_by != SAME, items.c.above != items.c.copy_of)  # told by no other name


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
    where = {id: {"thread": row.thread, "above": row.above} for id, row in known.items()}
    return [
        Entry(seq=line.seq, what=line.what, id=line.id)
        if line.what != "item"
        else Entry(seq=line.seq, what="item", id=line.id, item=shown.get(line.id), **where.get(line.id, {}))
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
    groups = _groups(c, (row.id for row in found if row.thread == row.id))
    parts = _parts_of(c, (row.id for row in found if row.thread == row.id))
    every = {row.id: row for rows in (found, *groups.values(), *parts.values()) for row in rows}
    shown, counted = load(c, every.values()), figures.of(c, every)
    return [
        (
            (row.published, row.id),
            _record(group, parts.get(row.id, ()), shown, [counted.get(one.id, {}) for one in group]),
        )
        for row in found
        for group in [[row, *groups.get(row.id, ())]]
    ]


def _record(
    group: Sequence[Row[Any]],
    parts: Iterable[Row[Any]],
    shown: Mapping[str, Item],
    counted: Iterable[Mapping[str, int]],
) -> Record:
    """An item as it is exported; a root with its copies and with how they go on."""
    row, *copies = group
    return Record(
        item=shown[row.id],
        channels=_channels(group),
        brought=_channels([row]),
        thread=row.thread,
        parent=row.above if row.thread != row.id else "",
        counts=figures.public(figures.together(counted)),
        copy=copied(row),
        part=row.part,
        copies=tuple(shown[one.id] for one in copies),
        ties={one.id: one.tied_by for one in copies},
        face=_face([shown[one.id] for one in group]),
        parts=_going_on((one.id for one in group), parts, shown),
    )


def _groups(c: Connection, roots: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """The visible copies of these roots, in order."""
    found: dict[str, list[Row[Any]]] = {}
    for row in each(c, select(items).where(items.c.shown), items.c.copy_of, roots):
        if copied(row):
            found.setdefault(row.copy_of, []).append(row)
    return {root: sorted(rows, key=lambda row: (row.published, row.id)) for root, rows in found.items()}


def _parts_of(c: Connection, roots: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """The visible parts of the threads with these roots."""
    found: dict[str, list[Row[Any]]] = {}
    for row in each(c, select(items).where(items.c.part, items.c.shown), items.c.thread, roots):
        found.setdefault(row.thread, []).append(row)
    return found


def _going_on(heads: Iterable[str], rows: Iterable[Row[Any]], shown: Mapping[str, Item]) -> dict[str, tuple[Item, ...]]:
    """Root or copy → its parts in order."""
    after = {row.above: row.id for row in rows}
    found: dict[str, tuple[Item, ...]] = {}
    for head in heads:
        line, at = [], head
        while at := after.get(at, ""):
            line.append(shown[at])
        if line:
            found[head] = tuple(line)
    return found


def _channels(group: Iterable[Row[Any]]) -> tuple[str, ...]:
    """Every channel that brings a post or one of its copies."""
    return tuple(sorted({name for row in group for name in row.channels.split("\n")}))


def _face(group: Sequence[Item]) -> Item | None:
    best = fullest(group) if len(group) > 1 else group[0]
    return best if best is not group[0] else None


def copied(row: Row[Any]) -> bool:
    """Is it shown with the post of which it is a copy?"""
    return bool(row.copy_of) and bool(row.above == row.copy_of)


def echoes(row: Row[Any]) -> bool:
    """Is it a copy of a reply, or what another channel brings too: said already, come back from elsewhere?"""
    return copied(row) and (row.copy_of != row.thread or row.tied_by == SAME)


def thread(c: Connection, root: str) -> Thread | None:
    """The conversation under a root, at the cost of that conversation."""
    members = {row.id: row for row in c.execute(select(items).where(items.c.thread == root))}
    if root not in members or not members[root].shown:
        return None
    shown = load(c, (row for row in members.values() if row.shown))
    copies = sorted(
        (row for row in members.values() if row.shown and copied(row)), key=lambda row: (row.published, row.id)
    )
    group = [members[root], *copies]
    told = [shown.pop(row.id) for row in group]
    counted = figures.by_channel(c, (row.id for row in group)).values()
    replies = [row for row in members.values() if row.id != root and not copied(row)]
    parts = _going_on([row.id for row in group], [row for row in replies if row.part and row.shown], shown)
    return Thread(
        root=told[0],
        copies=tuple(told[1:]),
        replies=tuple(_replies(root, members, shown)),
        coverage=coverage.of(c, [row.id for row in group], replies),
        channels=_channels(group),
        counts=figures.public(figures.together(map(figures.highest, counted))),
        ties={row.id: row.tied_by for row in copies},
        face=_face(told),
        parts=parts,
        reactions=reactions.of(c, [row.id for row in group]),
    )


def _replies(root: str, members: Mapping[str, Row[Any]], shown: Mapping[str, Item]) -> Iterator[Reply]:
    """The lines of a conversation."""
    same = {row.id: row.copy_of for row in members.values() if copied(row)}
    same |= {row.id: _begun(row, members, same) for row in members.values() if row.part}
    replies = [row for row in members.values() if row.id != root and row.id not in same]
    lines = [Line(row.id, _first(row.above, same), row.published, row.shown, _gap(row)) for row in replies]
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
            mention=not step.spot.gap and bool(row.mention) and bool(row.above == row.mention),
        )


def _begun(row: Row[Any], members: Mapping[str, Row[Any]], same: Mapping[str, str]) -> str:
    """What a part goes on with; of a copy, that of which it is one."""
    while row.part:
        row = members[row.above]
    return _first(row.id, same)


def _first(id: str, same: Mapping[str, str]) -> str:
    """What stands for an item that is not told by itself."""
    while id in same:
        id = same[id]
    return id


def waiting(c: Connection, prefix: str) -> list[tuple[str, Item]]:
    """What a rule whose id begins so hides, with that id, the oldest first."""
    begun = items.c.hidden.startswith(prefix, autoescape=True)
    ask = select(items).where(begun, items.c.text.is_not(None), _NO_TWIN)
    found = c.execute(ask.order_by(items.c.published, items.c.id)).all()
    said = load(c, found)
    return [(row.hidden, said[row.id]) for row in found]


def newest(c: Connection, many: int) -> list[Item]:
    """What the public said last, as far as it is shown, the newest first."""
    ask = select(items).where(items.c.shown, ~items.c.ours).order_by(items.c.published.desc(), items.c.id.desc())
    found = c.execute(ask.limit(many)).all()
    said = load(c, found)
    return [said[row.id] for row in found]


def hidden(c: Connection) -> dict[str, int]:
    """Rule id → how many items it hides."""
    ask = select(items.c.hidden, func.count()).where(items.c.hidden != "", _NO_TWIN).group_by(items.c.hidden)
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
