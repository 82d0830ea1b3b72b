"""Likes, reposts, bookmarks and rsvps with a face: one of each type by each account."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from hub.model import Reaction
from hub.store import codec, texts
from hub.store.database import chunks
from hub.store.schema import reactions


def save(c: Connection, brought: Iterable[Reaction]) -> None:
    """Keep reactions; the newest of an account counts, and one that was withdrawn goes."""
    for one in brought:
        actor = codec.digest(one.account.id or one.account.url or one.account.handle)
        r = reactions.c
        this = (r.name == codec.key(one.target)) & (r.type == one.type) & (r.actor == actor)
        texts.wipe(c, c.scalars(select(r.text).where(this)).all())
        c.execute(delete(reactions).where(this))
        if one.withdrawn:
            continue
        (number,) = texts.add(c, [codec.pack(one)])
        row = {"name": codec.key(one.target), "type": one.type, "actor": actor, "text": number}
        c.execute(insert(reactions), row)


def forget(c: Connection, names: Iterable[str]) -> None:
    """Drop what was said to items that are gone."""
    for chunk in chunks(names):
        texts.wipe(c, c.scalars(select(reactions.c.text).where(reactions.c.name.in_(chunk))).all())
        c.execute(delete(reactions).where(reactions.c.name.in_(chunk)))
