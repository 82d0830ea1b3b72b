"""What a channel holds until a person has looked at it, and what lifts that: the brand's own word below it.

`held` remembers the verdict, `hidden` is what it comes to. So the hold comes back when the last answer leaves, whatever
came first, and no rule must be asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, text, update

from hub.model import HELD
from hub.store.database import chunks, each
from hub.store.schema import items

_ANY = select(items.c.id).where(text("held != ''"))
_PLACE = (items.c.id, items.c.above)
_VOICE = (items.c.ours, ~items.c.gone, items.c.hidden == "")  # what the brand says, and is not taken back


def verdict(rule: str) -> tuple[str, str]:
    """(hidden, held) of an item that a rule hides ("": none)."""
    return rule, rule if rule.startswith(HELD) else ""


def rule(row: Row[Any]) -> str:
    """The verdict on an item, whether or not an answer has lifted it."""
    return str(row.held or row.hidden)


def held(c: Connection) -> set[str]:
    """All that is held, or was until the brand answered it."""
    return set(c.scalars(_ANY))


def turned(c: Connection, touched: Mapping[str, Row[Any] | None]) -> dict[str, str]:
    """Held items, among the touched or above them (also as those were before) → what is to hide them now, where that
    is something else."""
    if c.scalar(_ANY.limit(1)) is None:
        return {}
    was = {row.above for row in touched.values() if row is not None} - {""}
    found = {row.id: row for row in each(c, select(items), items.c.id, above(c, {*touched, *was})) if row.held}
    below = answered(c, {row.thread for row in found.values()} - {""})
    below |= {id for id, row in found.items() if not row.thread and heard(c, id)}
    now = {id: "" if id in below else row.held for id, row in found.items()}
    return {id: hidden for id, hidden in now.items() if hidden != found[id].hidden}


def answered(c: Connection, threads: Collection[str]) -> set[str]:
    """What stands above a word of the brand in these threads."""
    ask = select(*_PLACE).where(*_VOICE, items.c.above != "")
    return above(c, {row.above for row in each(c, ask, items.c.thread, threads)})


def heard(c: Connection, id: str) -> bool:
    """Does a word of the brand stand below this item?"""
    down = select(items.c.id).where(items.c.above == id).cte("down", recursive=True)
    whole = down.union(select(items.c.id).join(down, items.c.above == down.c.id))
    ask = select(items.c.id).join(whole, whole.c.id == items.c.id).where(*_VOICE)
    return c.scalar(ask.limit(1)) is not None


def above(c: Connection, ids: Iterable[str]) -> set[str]:
    """These items and all above them."""
    found: set[str] = set()
    for chunk in chunks(ids):
        up = select(*_PLACE).where(items.c.id.in_(chunk)).cte("up", recursive=True)
        whole = up.union(select(*_PLACE).join(up, items.c.id == up.c.above))
        found.update(c.scalars(select(whole.c.id)))
    return found


def write(c: Connection, rows: Iterable[Mapping[str, str]]) -> None:
    """Write down what hides items (`one`: the id), and with it the verdict where that is told."""
    told = list(rows)
    if told:
        columns: dict[str, Any] = {key: bindparam(key) for key in told[0] if key != "one"}
        c.execute(update(items).where(items.c.id == bindparam("one")).values(columns), told)
