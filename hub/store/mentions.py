"""Mentions: what the public says of its own accord, answering nothing that it names.

One that links to a post of the brand hangs below it: below the earliest, where it links to several. Any other heads a
conversation of its own, which its channel's `publish` may hold until the brand has answered it (hub.store.gate). One in
the midst of other people's talk, answering what is not known, does so once the brand has answered it; with the setting
`mentions` at "all" also when it names an account of the brand; in any case when a person let it through. With "none"
only the last holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from hub.model import Item
from hub.store import codec, facts, gate, reading
from hub.store.database import chunks, each
from hub.store.names import of as names_of
from hub.store.schema import accounts, items, names, traces, versions
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


def let(c: Connection) -> set[str]:
    """Digests of the names of messages that a person let through."""
    return set(facts.get(c, facts.LET).split())


def heads(c: Connection, top: Row[Any], said: str) -> bool:
    """May an item that hangs below nothing, and is not the brand's, head a conversation?"""
    if top.gone or top.bare:
        return False
    free = said != NONE and _free(top)
    return free or (said != NONE and gate.heard(c, top.id)) or (said == ALL and _names_us(c, top)) or _is_let(c, top.id)


def unplaced(c: Connection, many: int) -> list[Item]:
    """Mentions that stand nowhere and that the brand has not answered, the newest first."""
    ask = select(items).where(items.c.thread == "", ~items.c.ours, items.c.text.is_not(None), items.c.hidden == "")
    rows = c.execute(ask.order_by(items.c.published.desc(), items.c.id.desc()).limit(many)).all()
    told = reading.load(c, rows)
    voices = ours(c, {key for item in told.values() for key in _links(item)})
    open_ = [row.id for row in rows if _free(row) or _links(told[row.id]) & voices]
    return [told[id] for id in open_ if not gate.heard(c, id)]


def ours(c: Connection, wanted: Collection[str]) -> set[str]:
    """Those of these names that an account of the brand answers to."""
    rows = list(each(c, select(accounts.c.name, accounts.c.author), accounts.c.name, wanted))
    us = {*facts.get(c, facts.TEAM).split(), *facts.get(c, facts.VOICES).split()}
    return {row.name for row in rows if row.author in us} | us & set(wanted)


def adrift(c: Connection) -> set[str]:
    """What the public said and stands nowhere."""
    return set(c.scalars(select(items.c.id).where(items.c.thread == "", items.c.above == "", ~items.c.ours)))


def hear(c: Connection, ids: Collection[str]) -> bool:
    """The brand said these: remember by which accounts. Is one among them by which it never spoke before?"""
    known = set(facts.get(c, facts.VOICES).split())
    ask = select(versions.c.author).where(versions.c.ours, versions.c.author != "").distinct()
    new = {row.author for row in each(c, ask, versions.c.item, ids)} - known
    if new:
        facts.put(c, facts.VOICES, "\n".join(sorted(known | new)))
    return bool(new)


def _free(row: Row[Any]) -> bool:
    """Does it name nothing that it answers?"""
    return not (row.parent_name or row.root_name)


def _names_us(c: Connection, top: Row[Any]) -> bool:
    """Does it link to an account of the brand?"""
    return any(ours(c, _links(item)) for item in reading.bodies(c, [top]).values())


def _is_let(c: Connection, id: str) -> bool:
    return bool(found := let(c)) and bool(found & names_of(c, [id]))


def _links(item: Item) -> set[str]:
    return {codec.key(link) for link in item.links} - {""}
