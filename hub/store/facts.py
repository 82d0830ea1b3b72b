"""The few things the archive must remember of itself."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, delete, insert, select

from hub.store.schema import facts

ERASING = "erasing"  # "yes" while traces of erased texts may still be in the files
WASTE = "waste"  # bytes of blanks among the texts
TEAM = "team"  # keys of the accounts that speak for the brand, one a line
NAMES = "names"  # "yes" while ids of forgotten items may still be in the journal or in unused room of the file
FLOOR = "floor"  # the newest number that was taken out of the journal: who has not heard it must begin anew
RULES = "rules"  # digest of the rules that were applied last
MENTIONS = "mentions"  # which mentions head conversations (hub.store.mentions)
LET = "let"  # digests of the names of messages that a person let through, one a line
VOICES = "voices"  # keys of the accounts by which the brand ever spoke, one a line
PEOPLE = "people"  # digests of the names of accounts that the operator calls one person's, as it was applied last
RULINGS = "rulings"  # what people decided of copies, and by which version of hub.copies it was applied


REMOVED = "removed:"  # and a month: how many messages left in it


def get(c: Connection, key: str) -> str:
    """What is remembered, "" for nothing."""
    return c.scalar(select(facts.c.value).where(facts.c.key == key)) or ""


def put(c: Connection, key: str, value: str) -> None:
    """Remember; "" forgets."""
    c.execute(delete(facts).where(facts.c.key == key))
    if value:
        c.execute(insert(facts), {"key": key, "value": value})


def left(c: Connection, day: date | None, many: int) -> None:
    """So many messages more left in the month of this day, if one is told; what came back counts against them."""
    if day and many:
        key = f"{REMOVED}{day:%Y-%m}"
        total = max(0, int(get(c, key) or 0) + many)
        put(c, key, str(total) if total else "")


def beginning(c: Connection, start: str) -> dict[str, str]:
    """All that is remembered under keys that begin so, by the rest of the key."""
    rows = c.execute(select(facts.c.key, facts.c.value).where(facts.c.key.startswith(start, autoescape=True)))
    return {row.key.removeprefix(start): row.value for row in rows}
