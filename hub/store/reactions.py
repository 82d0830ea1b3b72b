"""Likes, reposts, bookmarks and rsvps with a face: one of each type by each account."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.model import Account, Item, Reaction
from hub.store import Judge, codec, show_all, texts
from hub.store.database import chunks, each
from hub.store.schema import names, reactions
from hub.threads import moment

MOST = 200  # of one post that are read


def said(one: Reaction) -> Item:
    """A reaction as rules judge it. Its id tells no name, so that it may stand in content/rules.toml for ever."""
    id = f"{one.target}#{one.type}-{_actor(one.account)}"
    who = one.account
    return Item(id=id, url=who.url, channel=one.channel, kind=one.type, author=who, reply_to=one.target)


def save(c: Connection, channel: str, brought: Iterable[Reaction]) -> set[str]:
    """Keep reactions; the newest of an account counts, and one that was withdrawn goes. The items that have others."""
    moved = set()
    for one in brought:
        name = codec.key(one.target)
        actor = _actor(one.account)
        r = reactions.c
        this = (r.name == name) & (r.type == one.type) & (r.actor == actor)
        number, by = c.execute(select(r.text, r.channel).where(this)).one_or_none() or (None, channel)
        body = "" if one.withdrawn else codec.pack(one)
        if same := body == ("" if number is None else texts.read(c, {number: ""})[number]):
            if channel >= by:
                continue
            c.execute(update(reactions).where(this).values(channel=channel))
        moved.add(name)
        if same:
            continue
        texts.wipe(c, [number])
        c.execute(delete(reactions).where(this))
        if body:
            (number,) = texts.add(c, [body])
            keys = {"name": name, "type": one.type, "actor": actor, "channel": channel}
            c.execute(insert(reactions), {**keys, "text": number})
    return _targets(c, moved)


def of(c: Connection, ids: Collection[str]) -> tuple[Reaction, ...]:
    """What has a face at these items, the oldest first; of a great many the same ones each time."""
    found = [pair for pairs in _read(c, ids).values() for pair in pairs]
    order = {actor: (one.when is None, one.when.isoformat() if one.when else "", actor) for actor, one in found}
    return tuple(one for _, one in sorted(found, key=lambda pair: (order[pair[0]], pair[1].type)))


def avatars(c: Connection, ids: Collection[str], judge: Judge = show_all) -> dict[str, list[str]]:
    """Item → addresses of the faces it shows."""
    return {
        id: list(dict.fromkeys(one.account.avatar for _, one in pairs if not judge(said(one))))
        for id, pairs in _read(c, ids).items()
    }


def brought(c: Connection, channels: Collection[str]) -> list[Item]:
    """All that these channels brought, as rules judge it, the oldest first."""
    rows = list(each(c, select(reactions.c.text, reactions.c.channel), reactions.c.channel, channels))
    bodies = texts.read(c, {row.text: "" for row in rows})
    found = [_load(bodies[row.text], row.channel) for row in rows]
    return [said(one) for one in sorted(found, key=lambda one: (moment(one.when), one.target, said(one).id))]


def _read(c: Connection, ids: Collection[str]) -> dict[str, list[tuple[str, Reaction]]]:
    """Item → its first reactions, each with what stands for its account."""
    ask = select(reactions.c.text, reactions.c.type, reactions.c.actor, reactions.c.channel, names.c.item)
    ask = ask.join(names, names.c.name == reactions.c.name)
    found: dict[str, dict[tuple[str, str], Row[Any]]] = {}
    for row in each(c, ask, names.c.item, ids):
        found.setdefault(row.item, {})[row.type, row.actor] = row
    few = {id: [rows[key] for key in sorted(rows)[:MOST]] for id, rows in found.items()}
    bodies = texts.read(c, {row.text: "" for rows in few.values() for row in rows})
    return {id: [(row.actor, _load(bodies[row.text], row.channel)) for row in rows] for id, rows in few.items()}


def by(c: Connection, accounts: Iterable[Account]) -> set[str]:
    """The items that these accounts reacted to."""
    actors = {_actor(account) for account in accounts}
    return _targets(c, {row.name for row in each(c, select(reactions.c.name), reactions.c.actor, actors)})


def at(c: Connection, ids: Iterable[str]) -> set[str]:
    """Those of these items that have any."""
    ask = select(names.c.item).join(reactions, reactions.c.name == names.c.name).distinct()
    return {row.item for row in each(c, ask, names.c.item, ids)}


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


def _load(body: str, channel: str) -> Reaction:
    data = codec.unpack(body)
    account, when = Account(**data.get("account", {})), codec.when(data.get("when", ""))
    return Reaction(target=data["target"], type=data["type"], account=account, when=when, channel=channel)


def _targets(c: Connection, keys: Iterable[str]) -> set[str]:
    """The items that answer to these names."""
    return {row.item for row in each(c, select(names.c.item), names.c.name, keys)}
