"""What a channel brings that is not on a list of which it is said to be whole: a question, that alters nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from hub.model import Complete
from hub.store import codec, names, weave
from hub.store.database import each
from hub.store.schema import names as names_table
from hub.store.schema import versions


def lacking(c: Connection, channel: str, complete: Complete) -> set[str]:
    """Ids of what the channel brings and what is not on that list."""
    kept = {codec.key(id) for id in complete.ids}
    reply = {"post": False, "reply": True}.get(complete.kind)
    rows = _brought(c, channel, codec.key(complete.under) if complete.under else "")
    listed = (row for row in rows if reply in (None, bool(row.parent_name or row.root_name)))
    return {row.item for row in listed if row.name not in kept}


def _brought(c: Connection, channel: str, under: str) -> Iterator[Row[Any]]:
    """What the channel brings, with the name of each; below the conversation of that name, or all of it."""
    tables = versions, names_table
    v, n = (table.c for table in tables)
    ask = select(v.item, v.parent_name, v.root_name, n.name)
    ask = ask.join_from(*tables, (n.item == v.item) & (n.channel == v.channel) & n.own)
    ask = ask.where(v.channel == channel, v.text.is_not(None))
    return each(c, ask, v.item, _below(c, under)) if under else iter(c.execute(ask))


def _below(c: Connection, under: str) -> set[str]:
    """Items that hang below the one of this name, or are tied to it, or wait for it. Never that item itself."""
    head, _ = names.holders(c, [under]).get(under, ("", True))
    named = names.naming(c, {under, *names.of(c, [head])})
    return (named | weave.under(c, head)) - {head}
