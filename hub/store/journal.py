"""The journal: each thing that changed, once, at its newest sequence number. Followers read it from their mark."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Row, delete, func, insert, select

from hub.store.database import CHUNK, chunks
from hub.store.schema import journal


def seq(c: Connection) -> int:
    """The newest sequence number. A row only leaves for a newer one, so it never falls."""
    return c.scalar(select(func.max(journal.c.seq))) or 0


def write(c: Connection, what: str, ids: Iterable[str]) -> None:
    """Each of these things has changed."""
    for chunk in chunks(dict.fromkeys(ids)):
        first = seq(c) + 1
        c.execute(delete(journal).where(journal.c.what == what, journal.c.id.in_(chunk)))
        c.execute(insert(journal), [{"seq": first + at, "what": what, "id": id} for at, id in enumerate(chunk)])


def after(c: Connection, since: int, until: int) -> list[Row[tuple[int, str, str]]]:
    """The next rows past a mark, as many as one answer holds."""
    ask = select(journal.c.seq, journal.c.what, journal.c.id)
    inside = (journal.c.seq > since) & (journal.c.seq <= until)
    return list(c.execute(ask.where(inside).order_by(journal.c.seq).limit(CHUNK)))
