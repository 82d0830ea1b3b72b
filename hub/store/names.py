"""Who answers to which name. Kept as digests: so a gone item answers to its names without a word of its text.

Where several claim a name, one holds it, whatever came first: never one that was only ever named as gone; an item's own
id before any address; the brand's before others'; then the smallest (published, id), undated last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, func, insert, or_, select

from hub.model import Item
from hub.store.codec import names as names_of_item
from hub.store.database import chunks, each
from hub.store.schema import items, names, versions


def of(c: Connection, ids: Iterable[str]) -> set[str]:
    """All names these items answer to."""
    return {row.name for row in each(c, select(names.c.name), names.c.item, ids)}


def write(c: Connection, channel: str, said: Mapping[str, Item]) -> None:
    """What a channel says its items answer to, in place of what it said before."""
    for chunk in chunks(said):
        c.execute(delete(names).where(names.c.channel == channel, names.c.item.in_(chunk)))
    rows = [
        {"name": name, "item": id, "channel": channel, "own": own}
        for id, item in said.items()
        for name, own in names_of_item(item).items()
    ]
    if rows:
        c.execute(insert(names), rows)


def holders(c: Connection, wanted: Iterable[str], channel: str = "") -> dict[str, tuple[str, bool]]:
    """Who holds each name: (item, whether that one is bare). With `channel`: among what that channel brought."""
    order = (items.c.bare, names.c.own.desc(), items.c.ours.desc(), items.c.published, items.c.id)
    place = func.row_number().over(partition_by=names.c.name, order_by=order).label("place")
    claims = select(names.c.name, items.c.id, items.c.bare, place).join(items, items.c.id == names.c.item)
    if channel:
        claims = claims.join(versions, (versions.c.item == items.c.id) & (versions.c.channel == channel))
    found: dict[str, tuple[str, bool]] = {}
    for chunk in chunks(set(wanted) - {""}):
        claimed = claims.where(names.c.name.in_(chunk)).subquery()
        rows = c.execute(select(claimed.c.name, claimed.c.id, claimed.c.bare).where(claimed.c.place == 1))
        found.update({row.name: (row.id, row.bare) for row in rows})
    return found


def naming(c: Connection, wanted: Iterable[str]) -> set[str]:
    """The items that name one of these as their parent or their conversation."""
    found: set[str] = set()
    for chunk in chunks(wanted):
        named = or_(items.c.parent_name.in_(chunk), items.c.root_name.in_(chunk))
        found.update(c.scalars(select(items.c.id).where(named)))
    return found
