"""Pictures: which ones visible items show, and what became of fetching them. Kept by the digest of their address;
the address itself stands only in the texts of the items that show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, select, update

from hub.model import Item
from hub.store import File, codec, journal, reactions, reading, texts
from hub.store.database import chunks, each
from hub.store.schema import files, items, shows
from hub.threads import moment


def follow(
    c: Connection, redrawn: Iterable[Row[Any]], shown: Mapping[str, Item], faces: Mapping[str, Iterable[str]]
) -> None:
    """Items have another face now, or none: keep account of the pictures they show, and of people's beside them."""
    ids = [row.id for row in redrawn]
    before = {row.key for row in each(c, select(shows.c.key), shows.c.item, ids)}
    for chunk in chunks(ids):
        c.execute(delete(shows).where(shows.c.item.in_(chunk)))
    urls = {id: {*codec.pictures(item), *filter(None, faces.get(id, ()))} for id, item in shown.items()}
    rows = [{"item": id, "key": codec.digest(url)} for id, found in urls.items() for url in sorted(found)]
    if rows:
        c.execute(insert(shows), rows)
    now = {row["key"] for row in rows}
    known = {row.key for row in each(c, select(files.c.key), files.c.key, now)}
    if now - known:
        c.execute(insert(files), [{"key": key} for key in sorted(now - known)])
    _recount(c, before | now)


def wanted(c: Connection, now: datetime, limit: int) -> list[str]:
    """Addresses of shown pictures that are not here and may be tried."""
    ask = select(files.c.key).where(files.c.shown, files.c.digest == "", files.c.not_before <= moment(now))
    keys = list(c.scalars(ask.order_by(files.c.not_before, files.c.key).limit(limit)))
    ask = select(shows.c.key, items.c.id, items.c.text, items.c.digest, items.c.ours).join_from(shows, items)
    by_key = {row.key: row for row in each(c, ask, shows.c.key, keys)}
    found = reading.bodies(c, {row.id: row for row in by_key.values()}.values())
    urls = {codec.digest(url): url for item in found.values() for url in codec.pictures(item)}
    if not urls.keys() >= set(keys):
        faces = reactions.avatars(c, list(found)).values()
        urls |= {codec.digest(url): url for avatars in faces for url in avatars}
    return [urls[key] for key in keys]


def read(c: Connection, url: str) -> File | None:
    """What is known of a picture."""
    row = c.execute(select(files.c.key, files.c.text).where(files.c.key == codec.digest(url))).one_or_none()
    if row is None or row.text is None:
        return None
    data = codec.unpack(texts.read(c, {row.text: ""})[row.text])
    told = {"url": url, "not_before": codec.when(data.get("not_before", "")), "forms": tuple(data.get("forms", ()))}
    return File(**{**data, **told})


def keep(c: Connection, file: File) -> None:
    """Remember a picture; when its bytes are other ones now, every item that shows it has changed."""
    key = codec.digest(file.url)
    was = c.execute(select(files.c.digest, files.c.text).where(files.c.key == key)).one_or_none()
    texts.wipe(c, [was.text] if was else [])
    (number,) = texts.add(c, [codec.pack(replace(file, url=""))])
    later = moment(file.not_before) if file.not_before else ""
    c.execute(delete(files).where(files.c.key == key))
    c.execute(insert(files), {"key": key, "digest": file.digest, "not_before": later, "text": number})
    _recount(c, [key])
    if file.digest != (was.digest if was else ""):
        journal.write(c, "item", sorted(c.scalars(select(shows.c.item).where(shows.c.key == key))))


def unused(c: Connection) -> list[str]:
    """Digests of pictures that nothing shows; forgets them."""
    rows = list(c.execute(select(files.c.key, files.c.digest, files.c.text).where(~files.c.shown)))
    texts.wipe(c, [row.text for row in rows])
    for chunk in chunks(row.key for row in rows):
        c.execute(delete(files).where(files.c.key.in_(chunk)))
    digests = {row.digest for row in rows} - {""}
    still = {row.digest for row in each(c, select(files.c.digest), files.c.digest, digests)}
    return sorted(digests - still)


def _recount(c: Connection, keys: Iterable[str]) -> None:
    """Note which pictures anything shows."""
    for chunk in chunks(keys):
        shown = exists().where(shows.c.key == files.c.key)
        c.execute(update(files).where(files.c.key.in_(chunk)).values(shown=shown))
