"""The only place for what others wrote, and how it is erased.

SQLite's secure_delete zeroes what is deleted, but when a page of a table is rebalanced, copies of its rows stay in the
page's unused part, and no later delete finds them (one erased text in a thousand, measured on 3.40). So rows are only
ever added at the end, where SQLite does not rebalance, and erased by writing blanks of the same length over them, which
SQLite does in place. The room is won back by VACUUM once half of the file is blank: that cost is spread over all the
erasures that caused it. PostgreSQL deletes, and VACUUM clears the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from hub import gaps
from hub.store import facts
from hub.store.codec import digest
from hub.store.database import DamagedError, Database, chunks, each
from hub.store.schema import texts

WASTE = 4 * 2**20  # bytes of blanks that are not worth a VACUUM


def add(c: Connection, bodies: Sequence[str]) -> list[int]:
    """Keep texts; their numbers, in order."""
    first = (c.scalar(select(func.max(texts.c.id))) or 0) + 1
    numbers = list(range(first, first + len(bodies)))
    rows = [
        {"id": number, "size": len(body.encode()), "body": body, "wiped": False}
        for number, body in zip(numbers, bodies, strict=True)
    ]
    if rows:
        c.execute(insert(texts), rows)
    return numbers


def read(c: Connection, wanted: Mapping[int, str]) -> dict[int, str]:
    """Texts by number. Each must still have the digest it was kept with; "" is not checked."""
    found = {row.id: row.body for row in each(c, select(texts.c.id, texts.c.body), texts.c.id, wanted)}
    for number, known in wanted.items():
        if number not in found or (known and digest(found[number]) != known):
            raise DamagedError(f"text {number} is not what was kept")
    return found


def wipe(c: Connection, numbers: Iterable[int | None]) -> None:
    """Erase texts, and note that their traces must still leave the files."""
    gone = [number for number in numbers if number is not None]
    if not gone:
        return
    facts.put(c, facts.ERASING, "yes")
    if c.dialect.name == "sqlite":
        _blank(c, gone)
        return
    for chunk in chunks(gone):
        c.execute(delete(texts).where(texts.c.id.in_(chunk)))


def _blank(c: Connection, numbers: list[int]) -> None:
    """Write blanks over texts. The row's size may not change by a byte: then SQLite overwrites it where it lies."""
    sizes = list(each(c, select(texts.c.id, texts.c.size), texts.c.id, numbers))
    blanks = [{"number": row.id, "blank": " " * row.size} for row in sizes]
    if blanks:
        over = update(texts).where(texts.c.id == bindparam("number"))
        c.execute(over.values(body=bindparam("blank"), wiped=True), blanks)
    waste = int(facts.get(c, facts.WASTE) or 0)
    facts.put(c, facts.WASTE, str(waste + sum(row.size for row in sizes)))


def settle(database: Database, seconds: float) -> bool:
    """See to it that no erased text is left in the files; False when a reader was in the way.

    Ids of forgotten items may be left in unused room of the file, which is then cleared (hub.gaps).
    """
    with database.alone() as c:
        if database.sqlite:
            _compact(c)
            done, names = _truncate(c, seconds), facts.get(c, facts.NAMES)
        else:
            for table in ("texts", "versions", "items", "names", "journal", "accounts"):
                c.exec_driver_sql(f"VACUUM {table}")
            facts.put(c, facts.NAMES, "")
            return True
    return done and (not names or _cleared(database, seconds))


def _compact(c: Connection) -> None:
    """Win back the room of blanks when they are half of the file."""
    pages, size = (c.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    if int(facts.get(c, facts.WASTE) or 0) > max(WASTE, pages * size // 2):
        _vacuum(c)


def _vacuum(c: Connection) -> None:
    c.execute(delete(texts).where(texts.c.wiped))
    facts.put(c, facts.WASTE, "0")
    c.exec_driver_sql("VACUUM")


def _cleared(database: Database, seconds: float) -> bool:
    """Leave no trace of forgotten ids in the file. No connection of ours may be open meanwhile; the write that follows
    tells those of others that what they keep in memory is old."""
    database.close()
    clean = database.file is not None and gaps.clear(database.file)
    with database.alone() as c:
        if not clean:
            _vacuum(c)
        facts.put(c, facts.NAMES, "")
        return _truncate(c, seconds)


def _truncate(c: Connection, seconds: float) -> bool:
    """Bring everything into the one file; False when a reader was in the way."""
    c.exec_driver_sql(f"PRAGMA busy_timeout={int(seconds * 1000)}")
    busy = c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    c.exec_driver_sql("PRAGMA busy_timeout=5000")
    return not busy
