"""What each channel brought of an item, and which version is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.model import Item
from hub.store import authors, codec, texts
from hub.store.database import chunks, each
from hub.store.schema import versions
from hub.threads import moment


def new(c: Connection, channel: str, brought: Mapping[str, Item]) -> dict[str, str]:
    """Those of the items that differ in meaning from what this channel brought before, as the text to keep."""
    ask = select(versions.c.item, versions.c.digest).where(versions.c.channel == channel, versions.c.text.is_not(None))
    known = {row.item: row.digest for row in each(c, ask, versions.c.item, brought)}
    bodies = {id: codec.dump(item) for id, item in brought.items()}
    return {id: body for id, body in bodies.items() if codec.digest(body) != known.get(id)}


def write(c: Connection, channel: str, brought: Mapping[str, Item], bodies: Mapping[str, str]) -> None:
    """Keep a channel's versions in place of the ones before."""
    _drop(c, channel, bodies)
    numbers = texts.add(c, list(bodies.values()))
    rows = [_row(channel, brought[id], number, bodies[id]) for id, number in zip(bodies, numbers, strict=True)]
    if rows:
        c.execute(insert(versions), rows)
        authors.meet(c, (brought[id].author for id in bodies))


def wipe(c: Connection, channel: str, ids: Iterable[str]) -> None:
    """Erase a channel's versions: only the shape of the conversation stays."""
    for chunk in chunks(ids):
        of = (versions.c.channel == channel) & versions.c.item.in_(chunk)
        texts.wipe(c, c.scalars(select(versions.c.text).where(of)).all())
        c.execute(update(versions).where(of).values(text=None, digest=""))


def live(c: Connection, channel: str, ids: Iterable[str]) -> list[str]:
    """Those of the ids that this channel brought and has not said to be gone."""
    ask = select(versions.c.item).where(versions.c.channel == channel, versions.c.text.is_not(None))
    return sorted(row.item for row in each(c, ask, versions.c.item, ids))


def held(c: Connection, channel: str, ids: Iterable[str]) -> dict[str, datetime | None]:
    """What a channel brought of these: when it was last written or edited; None for what it said to be gone."""
    ask = select(versions.c.item, versions.c.edited, versions.c.text).where(versions.c.channel == channel)
    rows = each(c, ask, versions.c.item, ids)
    return {row.item: _when(row.edited) if row.text is not None else None for row in rows}


def of(c: Connection, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """Every channel's version of each item."""
    found: dict[str, list[Row[Any]]] = {}
    for row in each(c, select(versions), versions.c.item, ids):
        found.setdefault(row.item, []).append(row)
    return found


def best(rows: Sequence[Row[Any]]) -> Row[Any]:
    """The one that is shown: the newest, whole before excerpt, the fuller kind; the digest decides what is left."""
    here = [row for row in rows if row.text is not None] or rows
    return max(here, key=lambda row: (row.edited, row.whole, row.rank, row.digest, row.channel))


def renew(c: Connection, channel: str, ids: Iterable[str], until: str) -> None:
    """What a channel has just brought may be kept until that day ("": for ever), however long it has been here."""
    for chunk in chunks(ids):
        of = (versions.c.channel == channel) & versions.c.item.in_(chunk) & versions.c.text.is_not(None)
        c.execute(update(versions).where(of, versions.c.until != until).values(until=until))


def over(c: Connection, today: date) -> dict[str, list[str]]:
    """Channel → what it brought that may be kept no longer."""
    ask = select(versions.c.channel, versions.c.item).where(
        versions.c.until != "", versions.c.until < today.isoformat()
    )
    found: dict[str, list[str]] = {}
    for row in c.execute(ask.order_by(versions.c.channel, versions.c.item)):
        found.setdefault(row.channel, []).append(row.item)
    return found


def said(c: Connection, channel: str, ids: Iterable[str]) -> dict[str, Item]:
    """A channel's own versions of these items, as far as it still brings them."""
    ask = select(versions.c.item, versions.c.text, versions.c.digest)
    ask = ask.where(versions.c.channel == channel, versions.c.text.is_not(None))
    rows = list(each(c, ask, versions.c.item, ids))
    read = texts.read(c, {row.text: row.digest for row in rows})
    return {row.item: codec.load(read[row.text]) for row in rows}


def after(c: Connection, channel: str, id: str, many: int) -> list[Item]:
    """Posts a channel brings whose ids come behind one, by id."""
    v = versions.c
    ask = select(v.item).where(v.channel == channel, v.text.is_not(None), v.parent_name == "", v.root_name == "")
    ids = c.scalars(ask.where(v.item > id).order_by(v.item).limit(many)).all()
    return [item for _, item in sorted(said(c, channel, ids).items())]


def _when(edited: str) -> datetime:
    return datetime.fromisoformat(edited) if edited else datetime.min.replace(tzinfo=UTC)


def _drop(c: Connection, channel: str, ids: Iterable[str]) -> None:
    for chunk in chunks(ids):
        of = (versions.c.channel == channel) & versions.c.item.in_(chunk)
        texts.wipe(c, c.scalars(select(versions.c.text).where(of)).all())
        c.execute(delete(versions).where(of))


def _row(channel: str, item: Item, number: int, body: str) -> dict[str, object]:
    latest = item.edited or item.published
    return {
        "item": item.id,
        "channel": channel,
        "text": number,
        "digest": codec.digest(body),
        "edited": moment(latest) if latest else "",
        "whole": not item.excerpt,
        "rank": codec.rank(item.kind),
        "published": moment(item.published),
        "ours": item.ours,
        "parent_name": codec.key(item.reply_to),
        "root_name": codec.key(item.root),
        "author": authors.key(item.author),
    }
