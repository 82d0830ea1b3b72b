"""Mentions: what the public says of its own accord, answering nothing that it names.

One that links to a post of the brand hangs below it: below the earliest, where it links to several. Any other heads a
conversation of its own once the brand has answered it, or at once, or never: the setting `mentions` says which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, Row, delete, insert, select

from hub.model import Item
from hub.store import codec, facts
from hub.store.database import chunks, each
from hub.store.schema import items, names, traces
from hub.threads import moment

ANSWERED, ALL, NONE = "answered", "all", "none"
_FREE = (~items.c.ours, items.c.parent_name == "", items.c.root_name == "")  # names nothing that it answers


def policy(c: Connection) -> str:
    """Which mentions head conversations of their own; none in an archive that was never told."""
    return facts.get(c, facts.MENTIONS) or NONE


def write(c: Connection, touched: Collection[str], free: Mapping[str, Item]) -> None:
    """Keep where these link to; nothing of the others that were touched."""
    for chunk in chunks(touched):
        c.execute(delete(traces).where(traces.c.item.in_(chunk)))
    rows = [
        {"key": key, "item": id, "published": moment(item.published)}
        for id, item in free.items()
        for key in sorted({codec.key(link) for link in item.links} - {""})
    ]
    if rows:
        c.execute(insert(traces), rows)


def linking(c: Connection, wanted: Collection[str]) -> set[str]:
    """The mentions that link to one of these names."""
    ask = select(traces.c.item).join(items, items.c.id == traces.c.item).where(*_FREE)
    return {row.item for row in each(c, ask, traces.c.key, wanted)}


def targets(c: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The post of the brand that each of these hangs below because it links to it."""
    post = items.alias()
    ask = select(traces.c.item, post.c.id, post.c.published).join(items, items.c.id == traces.c.item)
    ask = ask.join(names, names.c.name == traces.c.key).join(post, post.c.id == names.c.item)
    ask = ask.where(*_FREE, post.c.ours, ~post.c.bare)
    found: dict[str, tuple[str, str]] = {}
    for row in each(c, ask, traces.c.item, ids):
        rank = (row.published, row.id)
        found[row.item] = min(found.get(row.item, rank), rank)
    return {id: at for id, (_, at) in found.items()}


def tops(c: Connection, ids: Iterable[str]) -> set[str]:
    """The uppermost item above each of these, themselves included."""
    found: set[str] = set()
    for chunk in chunks(ids):
        up = select(items.c.id, items.c.above).where(items.c.id.in_(chunk)).cte("up", recursive=True)
        whole = up.union(select(items.c.id, items.c.above).join(up, items.c.id == up.c.above))
        found.update(c.scalars(select(whole.c.id).where(whole.c.above == "")))
    return found


def heads(c: Connection, top: Row[object], said: str) -> bool:
    """May an item that hangs below nothing, and is not the brand's, head a conversation?"""
    if top.gone or top.bare or said == NONE:
        return False
    if said == ALL and not (top.parent_name or top.root_name):
        return True
    down = select(items.c.id, items.c.ours, items.c.gone).where(items.c.above == top.id).cte("down", recursive=True)
    step = select(items.c.id, items.c.ours, items.c.gone).join(down, items.c.above == down.c.id)
    whole = down.union(step)
    return c.scalar(select(whole.c.id).where(whole.c.ours, ~whole.c.gone).limit(1)) is not None
