"""Forgetting: an item leaves the archive with its very names; only a nameless place in its conversation stays.

Its ids give way to a digest in every table, so that what others answered still hangs where it did. The journal keeps
the old id until the followers have heard that it is gone (`purge`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, bindparam, delete, func, select, update

from hub.model import Account, Item
from hub.store import Forgot, authors, codec, facts, journal, names, texts
from hub.store.database import chunks, each
from hub.store.reactions import drop
from hub.store.schema import counts, history, items, reactions, schema, versions
from hub.store.schema import journal as journal_table

NAMELESS = "forgotten:"  # begins what stands for a forgotten id
_TIES, _NAMED = ("parent", "root", "lost"), (items.c.parent_name, items.c.root_name)


def told(c: Connection, ids: Iterable[str]) -> list[Item]:
    """Every channel's version of the items, whether or not anybody sees it."""
    rows = each(c, select(versions.c.text, versions.c.digest), versions.c.item, ids)
    read = texts.read(c, {row.text: row.digest for row in rows if row.text is not None})
    return [codec.load(body) for _, body in sorted(read.items())]


def erase(c: Connection, ids: Collection[str]) -> Forgot:
    """Erase what every channel brought of the items, and what the networks count of them."""
    wiped = 0
    for chunk in chunks(ids):
        of = versions.c.item.in_(chunk)
        found = c.scalars(select(versions.c.text).where(of, versions.c.text.is_not(None))).all()
        keys = set(c.scalars(select(versions.c.author).where(of)))
        texts.wipe(c, found)
        c.execute(update(versions).where(of).values(text=None, digest="", author=""))
        authors.part(c, keys)
        wiped += len(found)
    known = names.of(c, ids)
    for chunk in chunks(known):
        for table in (counts, history):
            c.execute(delete(table).where(table.c.name.in_(chunk)))
    return Forgot(items=len(ids), texts=wiped, names=len(known))


def faces(c: Connection, forgotten: Callable[[Account], bool]) -> tuple[int, set[str]]:
    """Erase the likes and reposts of accounts: how many there were, and of which items."""
    rows = c.execute(select(reactions.c.name, reactions.c.type, reactions.c.actor, reactions.c.text)).all()
    gone = []
    for chunk in chunks(rows):
        read = texts.read(c, {row.text: "" for row in chunk})
        gone += [row for row in chunk if forgotten(Account(**codec.unpack(read[row.text]).get("account", {})))]
    return len(gone), drop(c, gone)


def rename(c: Connection, ids: Iterable[str]) -> None:
    """Put a nameless id in the place of each, wherever it stands; what hangs there is news."""
    new = _nameless(c, [id for id in ids if not id.startswith(NAMELESS)])
    if not new:
        return
    _retie(c, new)
    rows = [{"old": old, "new": now} for old, now in new.items()]
    for column in _holding():
        c.execute(update(column.table).where(column == bindparam("old")).values({column: bindparam("new")}), rows)
    journal.write(c, "item", sorted(new.values()))
    unname(c)


def unname(c: Connection) -> None:
    """A name left a table: its traces in the file are to be erased."""
    facts.put(c, facts.ERASING, "yes")
    facts.put(c, facts.NAMES, "yes")


def purge(c: Connection, heard: int) -> None:
    """Take out of the journal the ids of which nothing is left, as far as the followers have `heard`."""
    if not facts.get(c, facts.NAMES):
        return
    nobody = journal_table.c.id.not_in(select(items.c.id))
    left = (journal_table.c.what == "item") & (journal_table.c.seq <= heard) & nobody
    newest = c.scalar(select(func.max(journal_table.c.seq)).where(left))
    if newest is not None:
        c.execute(delete(journal_table).where(left))
        facts.put(c, facts.FLOOR, str(newest))


def _nameless(c: Connection, ids: Sequence[str]) -> dict[str, str]:
    """What stands for each id: a digest, and a number where that one was forgotten before."""
    new = {id: f"{NAMELESS}{codec.key(id)}" for id in ids}
    while taken := {row.id for row in each(c, select(items.c.id), items.c.id, new.values())}:
        new = {id: f"{now}+" if now in taken else now for id, now in new.items()}
    return new


def _retie(c: Connection, new: Mapping[str, str]) -> None:
    """Let what names the items as its parent or conversation lead to their new ids. Only names are indexed."""
    known = names.of(c, new)
    ask = select(items.c.id, items.c.parent, items.c.root, items.c.lost)
    found = {row.id: row for column in _NAMED for row in each(c, ask, column, known)}
    rows = [
        {"one": id, **{f"to_{key}": new.get(getattr(row, key), getattr(row, key)) for key in _TIES}}
        for id, row in found.items()
    ]
    if rows:
        values: dict[str, Any] = {key: bindparam(f"to_{key}") for key in _TIES}
        c.execute(update(items).where(items.c.id == bindparam("one")).values(values), rows)


def _holding() -> Sequence[Column[Any]]:
    """Every other column of the schema that holds ids of items; each has an index."""
    keys = [key.parent for table in schema.sorted_tables for key in table.foreign_keys if key.column is items.c.id]
    return [items.c.id, items.c.above, items.c.thread, *keys]
