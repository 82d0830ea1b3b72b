"""One message under two names: an address that one channel knows by, and an id that its own network gives it.

A webmention of a toot goes by the toot's address, and the network's own channel brings that toot, too. Such an item is
a version of the other: it hangs from that one as its copy, is not shown, and what answers it stands below the other. It
is none where somebody else wrote it (a link of the brand's has the address of what it leads to), where one channel
brings both, or while the other waits for what it answers. The brand's own posts are hub.copies' business.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from hub.copies import SAME, Copy
from hub.model import Item
from hub.store import authors, names, reading
from hub.store.database import each
from hub.store.schema import items
from hub.store.schema import names as names_table
from hub.tidy.urls import name


def near(c: Connection, ids: Collection[str], called: Collection[str]) -> set[str]:
    """These items, and all whose own id is one of these names, or one that these items answer to."""
    own = select(names_table.c.item).where(names_table.c.own)
    return {*ids, *(row.item for row in each(c, own, names_table.c.name, {*called, *names.of(c, ids)}))}


def known(c: Connection) -> list[str]:
    """All that can be another."""
    return sorted(c.scalars(select(items.c.id).where(~items.c.ours, ~items.c.bare)))


def found(c: Connection, ids: Collection[str]) -> dict[str, Copy]:
    """Those of the items that the public wrote, each with the one that it is, if it is one."""
    rows = {id: row for id, row in reading.rows(c, ids).items() if not (row.ours or row.bare)}
    claims = _claims(c, rows)
    others = reading.rows(c, {other for some in claims.values() for other in some})
    said = reading.bodies(c, {**others, **{id: rows[id] for id in claims}}.values())
    same = {id: Copy() for id in rows}
    for id, some in claims.items():
        fit = [others[one] for one in some if _is(rows[id], others[one], said)]
        if fit:
            same[id] = Copy(min(fit, key=lambda row: (not row.ours, row.published, row.id)).id, SAME)
    return same


def _claims(c: Connection, rows: Mapping[str, Row[Any]]) -> dict[str, set[str]]:
    """What other channels bring that answers to the id of one of these."""
    own, other = names_table.alias(), items.alias()
    ask = select(own.c.item, names_table.c.channel, other.c.id, other.c.channels)
    ask = ask.join(names_table, (names_table.c.name == own.c.name) & ~names_table.c.own)
    ask = ask.join(other, other.c.id == names_table.c.item)
    ask = ask.where(own.c.own, other.c.id != own.c.item, other.c.text.is_not(None))
    claims: dict[str, set[str]] = {}
    for row in each(c, ask, own.c.item, rows):
        if row.channel in row.channels.split("\n") and row.channel not in rows[row.item].channels.split("\n"):
            claims.setdefault(row.item, set()).add(row.id)
    return claims


def _is(row: Row[Any], other: Row[Any], said: Mapping[str, Item]) -> bool:
    """Is what goes by the other's address that one? What is gone has no author any more to tell them apart."""
    if not (other.parent or other.root) and (other.parent_name or other.root_name):
        return False
    if row.id not in said:
        return True
    return _one_voice(said[row.id], said[other.id])


def _one_voice(a: Item, b: Item) -> bool:
    """Did one account write both, or may it be so, as one of them names none?"""
    if a.withheld or b.withheld:
        return bool({name(a.id)} & _linked(b) or {name(b.id)} & _linked(a))
    one, other = authors.names(a.author), authors.names(b.author)
    return bool(one & other) if one and other else a.ours == b.ours


def _linked(item: Item) -> set[str]:
    return {name(link) for link in item.links}
