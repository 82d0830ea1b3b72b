"""Likes, reposts, bookmarks and rsvps with a face: one of each type by each account."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from hub.model import Account, Reaction
from hub.store import codec, texts
from hub.store.database import chunks, each
from hub.store.schema import names, reactions

MOST = 200  # of one post that are read


def save(c: Connection, brought: Iterable[Reaction]) -> set[str]:
    """Keep reactions; the newest of an account counts, and one that was withdrawn goes. The items that have others."""
    moved = set()
    for one in brought:
        name = codec.key(one.target)
        actor = _actor(one.account)
        r = reactions.c
        this = (r.name == name) & (r.type == one.type) & (r.actor == actor)
        number = c.scalar(select(r.text).where(this))
        body = "" if one.withdrawn else codec.pack(one)
        if body == ("" if number is None else texts.read(c, {number: ""})[number]):
            continue
        moved.add(name)
        texts.wipe(c, [number])
        c.execute(delete(reactions).where(this))
        if body:
            (number,) = texts.add(c, [body])
            c.execute(insert(reactions), {"name": name, "type": one.type, "actor": actor, "text": number})
    return _targets(c, moved)


def of(c: Connection, ids: Collection[str]) -> tuple[Reaction, ...]:
    """What has a face at these items, the oldest first; of a great many the same ones each time."""
    found = [pair for pairs in _read(c, ids).values() for pair in pairs]
    order = {actor: (one.when is None, one.when.isoformat() if one.when else "", actor) for actor, one in found}
    return tuple(one for _, one in sorted(found, key=lambda pair: (order[pair[0]], pair[1].type)))


def avatars(c: Connection, ids: Collection[str]) -> dict[str, list[str]]:
    """Item → addresses of the faces it shows."""
    return {id: list(dict.fromkeys(one.account.avatar for _, one in pairs)) for id, pairs in _read(c, ids).items()}


def _read(c: Connection, ids: Collection[str]) -> dict[str, list[tuple[str, Reaction]]]:
    """Item → its first reactions, each with what stands for its account."""
    ask = select(reactions.c.text, reactions.c.type, reactions.c.actor, names.c.item)
    ask = ask.join(names, names.c.name == reactions.c.name)
    found: dict[str, dict[tuple[str, str], int]] = {}
    for row in each(c, ask, names.c.item, ids):
        found.setdefault(row.item, {})[row.type, row.actor] = row.text
    few = {id: sorted(rows.items())[:MOST] for id, rows in found.items()}
    bodies = texts.read(c, {text: "" for rows in few.values() for _, text in rows})
    return {id: [(actor, _load(bodies[text])) for (_, actor), text in rows] for id, rows in few.items()}


def by(c: Connection, accounts: Iterable[Account]) -> set[str]:
    """The items that these accounts reacted to."""
    actors = {_actor(account) for account in accounts}
    return _targets(c, {row.name for row in each(c, select(reactions.c.name), reactions.c.actor, actors)})


def every(c: Connection) -> set[str]:
    """All items that have any."""
    return set(c.scalars(select(names.c.item).join(reactions, reactions.c.name == names.c.name).distinct()))


def forget(c: Connection, names: Iterable[str]) -> None:
    """Drop what was said to items that are gone."""
    for chunk in chunks(names):
        texts.wipe(c, c.scalars(select(reactions.c.text).where(reactions.c.name.in_(chunk))).all())
        c.execute(delete(reactions).where(reactions.c.name.in_(chunk)))


def drop(c: Connection, gone: Iterable[Row[Any, Any, Any, Any]]) -> set[str]:
    """Erase these; the items that have fewer now."""
    rows = list(gone)
    texts.wipe(c, [row.text for row in rows])
    for row in rows:
        r = reactions.c
        c.execute(delete(reactions).where((r.name == row.name) & (r.type == row.type) & (r.actor == row.actor)))
    return _targets(c, {row.name for row in rows})


def _actor(account: Account) -> str:
    return codec.digest(account.id or account.url or account.handle)


def _load(body: str) -> Reaction:
    data = codec.unpack(body)
    account, when = Account(**data.get("account", {})), codec.when(data.get("when", ""))
    return Reaction(target=data["target"], type=data["type"], account=account, when=when)


def _targets(c: Connection, keys: Iterable[str]) -> set[str]:
    """The items that answer to these names."""
    return {row.item for row in each(c, select(names.c.item), names.c.name, keys)}
