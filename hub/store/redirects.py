"""Addresses that once led to a thread which is part of another now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from hub.pages import address
from hub.store import journal, reading
from hub.store.database import chunks, each
from hub.store.schema import items, redirects


def read(c: Connection) -> dict[str, str]:
    """Old address → the root it is under now, of those whose thread is shown."""
    root = items.alias()
    ask = select(redirects.c.address, items.c.thread).join(items, items.c.id == redirects.c.item)
    ask = ask.join(root, (root.c.id == items.c.thread) & root.c.shown).order_by(redirects.c.address)
    return {row.address: row.thread for row in c.execute(ask)}


def follow(c: Connection, before: Mapping[str, Row[Any] | None], changed: Mapping[str, Row[Any]]) -> None:
    """Lead from the addresses of merged threads to where they are now; drop those that are threads again, or gone."""
    known = list(each(c, select(redirects), redirects.c.item, changed))
    merged = [row for id, row in changed.items() if _merged(before[id], row)]
    heads = [row for row in changed.values() if row.shown and row.thread == row.id]
    addresses = {id: address(item) for id, item in reading.load(c, [*merged, *heads]).items()}
    again = {addresses[row.id] for row in heads}
    new = {addresses[row.id]: row.id for row in merged if addresses[row.id] not in again}
    gone = {row.address for row in known if changed[row.item].gone}
    for chunk in chunks({*again, *gone, *new}):
        gone.update(c.scalars(delete(redirects).where(redirects.c.address.in_(chunk)).returning(redirects.c.address)))
    if new:
        c.execute(insert(redirects), [{"address": at, "item": id} for at, id in new.items()])
    journal.write(c, "redirect", sorted({*gone, *new, *(row.address for row in known)}))


def _merged(was: Row[Any] | None, row: Row[Any]) -> bool:
    """Was it a root that a page showed, and hangs below another now?"""
    return was is not None and was.shown and was.thread == was.id != row.thread != "" and row.text is not None
