"""How complete conversations are: what networks count, what stands here, and why the rest does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, select

from hub.model import HELD, REASONS, Coverage
from hub.store import figures
from hub.store.database import chunks, each
from hub.store.figures import Counted
from hub.store.schema import counts, items, names, versions

_COLUMNS = ("id", "thread", "above", "copy_of", "mention", "channels", "hidden", "gone", "bare", "shown")


def of(c: Connection, group: Iterable[str], rows: Collection[Row[Any]]) -> tuple[Coverage, ...]:
    """Of one thread: `group` are the ids of its root and copies, `rows` all that hangs below one of them."""
    counted = figures.sums(figures.by_channel(c, group).values())
    return tuple(_coverage(counted, _answers(rows), _left(c, (row.id for row in rows if row.gone and not row.bare))))


def incomplete(c: Connection) -> Iterator[tuple[str, tuple[Coverage, ...]]]:
    """Every thread of which something is known to be missing, by its root. Reads all there is."""
    told = select(items.c.thread).join(names, names.c.item == items.c.id).join(counts, counts.c.name == names.c.name)
    told = told.where(counts.c.type == "replies", counts.c.value > 0, items.c.shown)
    hidden = select(items.c.thread).where(items.c.hidden != "", items.c.thread != "")
    for roots in chunks(sorted({*c.scalars(told.distinct()), *c.scalars(hidden.distinct())})):
        threads: dict[str, list[Row[Any]]] = {root: [] for root in roots}
        for row in each(c, select(*(items.c[column] for column in _COLUMNS)), items.c.thread, roots):
            threads[row.thread].append(row)
        for root, rows in threads.items():
            group = {root, *(row.id for row in rows if row.shown and _copied(row))}
            found = of(c, sorted(group), [row for row in rows if row.id != root and not _copied(row)])
            if any(row.id == root and row.shown for row in rows) and any(one.reported > one.shown for one in found):
                yield root, found


def _copied(row: Row[Any]) -> bool:
    return bool(row.copy_of) and bool(row.above == row.copy_of)


def _coverage(counted: Counted, replies: Collection[Row[Any]], left: Mapping[str, int]) -> Iterator[Coverage]:
    """Per channel, as far as its network counts, replies stand here, or a rule hides some."""
    standing = Counter(chain.from_iterable(row.channels.split("\n") for row in replies if row.shown))
    hidden: dict[str, Counter[str]] = {}
    for row in replies:
        if row.hidden and not row.gone:
            for channel in row.channels.split("\n"):
                hidden.setdefault(channel, Counter())[row.hidden] += 1
    for channel in sorted({*standing, *hidden, *(one for one, said in counted.items() if "replies" in said)}):
        rules = hidden.get(channel, Counter[str]())
        held = sum(many for rule, many in rules.items() if rule.startswith(HELD))
        told = {rule: many for rule, many in sorted(rules.items()) if not rule.startswith(HELD)}
        here, said = standing[channel], counted.get(channel, {})
        reported = max(said.get("replies", 0), here + sum(told.values()))
        why = figures.absent(said)
        why["gone"] = max(why.get("gone", 0), left.get(channel, 0))
        held = min(held, reported - here - sum(told.values()))
        absent = _shared(reported - here - sum(told.values()) - held, why)
        yield Coverage(channel=channel, shown=here, reported=reported, hidden=told, held=held, absent=absent)


def _shared(gap: int, why: Mapping[str, int]) -> dict[str, int]:
    """No more than are missing, the surest reasons first."""
    found: dict[str, int] = {}
    for reason in REASONS:
        if many := min(gap, why.get(reason, 0)):
            found[reason] = many
            gap -= many
    return found


def _left(c: Connection, gone: Iterable[str]) -> Mapping[str, int]:
    """How many of these each channel brought, before they were gone."""
    return Counter(row.channel for row in each(c, select(versions.c.channel), versions.c.item, gone))


def _answers(rows: Collection[Row[Any]]) -> Sequence[Row[Any]]:
    """Those of the rows that networks count as replies: not what hangs there because it links to the post."""
    below: dict[str, list[str]] = {}
    for row in rows:
        below.setdefault(row.above, []).append(row.id)
    beside = [row.id for row in rows if row.mention and row.above == row.mention]
    for id in beside:
        beside += below.get(id, ())
    apart = set(beside)
    return [row for row in rows if row.id not in apart]
