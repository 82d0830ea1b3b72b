"""What the archive must read and write for hub.threads to say where items hang: the touched threads, never the archive.

A tie can only change the place of an item, of what hangs below it, and of the members of a circle it is in. All of a
circle can be reached upwards from each of its members, along the ties as they were or as they are. So everything above
the changed items is placed anew, and then only that hangs elsewhere which is below an item whose thread moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from hub.store.database import chunks, each
from hub.store.mentions import targets
from hub.store.names import holders
from hub.store.schema import items
from hub.threads import Node, Place, place, thread

_HEADS = or_(items.c.ours, items.c.crowned).label("heads")
_TIES = (items.c.copy_of, items.c.parent, items.c.root, items.c.mention)
_NODE = (items.c.id, items.c.published, _HEADS, *_TIES)


def resolve(c: Connection, ids: Collection[str]) -> dict[str, tuple[str, str, str, str]]:
    """(parent, root, lost, mention) of each item: who answers to what it names; `lost` is a parent only known to be
    gone, `mention` the post of the brand it links to where it names nothing."""
    ask = select(items.c.id, items.c.parent_name, items.c.root_name)
    named = {row.id: (row.parent_name, row.root_name) for row in each(c, ask, items.c.id, ids)}
    held = holders(c, {name for pair in named.values() for name in pair})
    known = {name: id for name, (id, bare) in held.items() if not bare}
    lost = {name: id for name, (id, bare) in held.items() if bare}
    free = [id for id, pair in named.items() if pair == ("", "")]
    linked = targets(c, free) if free else {}
    return {
        id: (known.get(parent, ""), known.get(root, ""), lost.get(parent, ""), linked.get(id, ""))
        for id, (parent, root) in named.items()
    }


def tie(c: Connection, ties: Mapping[str, tuple[str, str, str, str]]) -> None:
    """Write down whom the items' names lead to."""
    rows = [dict(zip(("one", "p", "r", "l", "m"), (id, *found), strict=True)) for id, found in ties.items()]
    if rows:
        change = update(items).where(items.c.id == bindparam("one"))
        told: dict[str, Any] = {
            "parent": bindparam("p"),
            "root": bindparam("r"),
            "lost": bindparam("l"),
            "mention": bindparam("m"),
        }
        c.execute(change.values(told), rows)


def places(c: Connection, changed: Mapping[str, Row[Any] | None]) -> dict[str, Place]:
    """The places of changed items (given as they were, None: new) and of all that their change can reach upwards.

    Nothing old can have come into a circle, or out of one, by items that nothing old is tied to.
    """
    if all(was is None for was in changed.values()):
        nodes = [_node(row) for row in each(c, select(*_NODE), items.c.id, changed)]
        around = {to for node in nodes for to in node.ties} - set(changed)
        ask = select(items.c.id, items.c.thread)
        return place(nodes, {row.id: row.thread for row in each(c, ask, items.c.id, around)})
    before = {
        to
        for was in changed.values()
        if was is not None
        for to in (was.parent, was.root, was.copy_of, was.mention)
        if to
    }
    return place([_node(row) for row in _above(c, {*changed, *before})])


def below(c: Connection, moved: Mapping[str, Place], settled: Collection[str]) -> dict[str, str]:
    """The threads of what hangs below moved items, as they are now; those settled already are left out."""
    children: dict[str, list[Row[Any]]] = {}
    for row in {row.id: row for row in _below(c, moved)}.values():
        children.setdefault(row.above, []).append(row)
    threads = {id: where.thread for id, where in moved.items()}
    order = list(threads)
    for above in order:
        for row in children.get(above, ()):
            if row.id not in settled and row.id not in threads:
                threads[row.id] = thread(row.id, row.heads, threads[above])
                order.append(row.id)
    return {id: now for id, now in threads.items() if id not in moved}


def hang(c: Connection, where: Mapping[str, Place]) -> None:
    """Write down where items hang."""
    rows = [{"one": id, "t": at.thread, "a": at.above, "j": at.joined} for id, at in where.items()]
    if rows:
        change = update(items).where(items.c.id == bindparam("one"))
        c.execute(change.values(thread=bindparam("t"), above=bindparam("a"), joined=bindparam("j")), rows)


def under(c: Connection, id: str) -> set[str]:
    """Everything that hangs below an item."""
    return {row.id for row in _below(c, [id])} if id else set()


def _node(row: Row[Any]) -> Node:
    return Node(row.id, row.published, row.heads, row.parent, row.root, row.copy_of, row.mention)


def _above(c: Connection, ids: Iterable[str]) -> list[Row[Any]]:
    """The items and all that can be reached from them along their ties."""
    found: dict[str, Row[Any]] = {}
    for chunk in chunks(ids):
        up = select(*_NODE).where(items.c.id.in_(chunk)).cte("up", recursive=True)
        step = select(*_NODE).join(up, items.c.id.in_((up.c.parent, up.c.root, up.c.copy_of, up.c.mention)))
        found.update({row.id: row for row in c.execute(select(up.union(step)))})
    return list(found.values())


def _below(c: Connection, ids: Iterable[str]) -> Iterator[Row[Any]]:
    """All that hangs below the items."""
    columns = (items.c.id, items.c.above, _HEADS)
    for chunk in chunks(ids):
        down = select(*columns).where(items.c.above.in_(chunk)).cte("down", recursive=True)
        step = select(*columns).join(down, items.c.above == down.c.id)
        yield from c.execute(select(down.union(step)))
