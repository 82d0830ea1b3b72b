"""What the networks count: kept in full, shown rounded to two significant digits, so that only news is news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, delete, insert, select, update

from hub.model import REASONS, Batch
from hub.store import Past, journal
from hub.store.codec import VOTES, key, votes
from hub.store.database import chunks, each
from hub.store.schema import counts, history, names

MOST = 2**63 - 1
ABSENT = "absent:"  # and one of REASONS: the type of a count
FOLLOWERS = "followers"  # the type of what is counted of the brand's own account
Counted = Mapping[str, Mapping[str, int]]


def figure(value: int) -> int:
    """A count as it is shown: 1,249 is 1,200."""
    step: int = 10 ** max(0, len(str(value)) - 2)
    return (value + step // 2) // step * step


def shown(type: str, value: int) -> int:
    """A figure as a page tells it: replies are exact, they count items."""
    return value if type == "replies" or type.startswith(ABSENT) else figure(value)


def save(c: Connection, channel: str, batch: Batch, day: date | None = None) -> set[str]:
    """Keep what a channel counted, on which day if that is told; the items of which a shown figure changed."""
    wanted = {(key(name), type): value for name, given in batch.counts.items() for type, value in given.items()}
    wanted |= {(key(item.id), type): value for item in batch.items for type, value in votes(item).items()}
    wanted |= {
        (key(name), f"{ABSENT}{why}"): given.get(why, 0) for name, given in batch.absent.items() for why in REASONS
    }
    wanted = {pair: min(max(value, 0), MOST) for pair, value in wanted.items() if pair[0]}
    ask = select(counts).where(counts.c.channel == channel)
    known = {(row.name, row.type): row.value for row in each(c, ask, counts.c.name, {name for name, _ in wanted})}
    for (name, type), value in wanted.items():
        if (name, type) not in known:
            if not value and type.startswith(ABSENT):
                continue
            c.execute(insert(counts), {"name": name, "channel": channel, "type": type, "value": value})
        elif known[name, type] != value:
            this = (counts.c.name == name) & (counts.c.channel == channel) & (counts.c.type == type)
            c.execute(update(counts).where(this).values(value=value))
    if day:
        news = {pair: value for pair, value in wanted.items() if known.get(pair) != value}
        _remember(c, channel, day, {pair: value for pair, value in news.items() if _is_figure(pair[1])})
    moved = [pair for pair, value in wanted.items() if shown(pair[1], value) != shown(pair[1], known.get(pair, 0))]
    if FOLLOWERS in {type for _, type in moved}:
        journal.write(c, "channel", [channel])
    return {row.item for row in each(c, select(names.c.item), names.c.name, {name for name, _ in moved})}


def _remember(c: Connection, channel: str, day: date, news: Mapping[tuple[str, str], int]) -> None:
    """The last count of a day stands for it."""
    h = history.c
    for name, type in news:
        c.execute(delete(history).where(h.name == name, h.channel == channel, h.type == type, h.day == day.isoformat()))
    rows = [
        {"name": name, "channel": channel, "type": type, "day": day.isoformat(), "value": value}
        for (name, type), value in news.items()
    ]
    if rows:
        c.execute(insert(history), rows)


def past(c: Connection, name: str) -> list[Past]:
    """What was counted of a thing, oldest first."""
    h = history.c
    ask = select(h.day, h.channel, h.type, h.value).where(h.name == key(name)).order_by(h.day, h.channel, h.type)
    return [Past(date.fromisoformat(row.day), row.channel, row.type, row.value) for row in c.execute(ask)]


def followers(c: Connection, channel: str) -> list[tuple[date, int]]:
    """How many followed on the days on which the count was another than before, as it is shown, oldest first."""
    h = history.c
    ask = select(h.day, h.value).where(h.channel == channel, h.type == FOLLOWERS).order_by(h.day, h.name)
    return [(date.fromisoformat(row.day), figure(row.value)) for row in c.execute(ask)]


def of(c: Connection, ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Every figure of items as it is shown; the highest, where several channels count the same."""
    found: dict[str, dict[str, int]] = {}
    for chunk in chunks(ids):
        ask = select(names.c.item, counts.c.type, counts.c.value).join(counts, counts.c.name == names.c.name)
        for row in c.execute(ask.where(names.c.item.in_(chunk))):
            mine = found.setdefault(row.item, {})
            mine[row.type] = max(mine.get(row.type, 0), shown(row.type, row.value))
    return found


def by_channel(c: Connection, ids: Iterable[str]) -> dict[str, dict[str, dict[str, int]]]:
    """What each channel counted of these items, in full."""
    found: dict[str, dict[str, dict[str, int]]] = {id: {} for id in ids}
    ask = select(names.c.item, counts.c.channel, counts.c.type, counts.c.value)
    for row in each(c, ask.join(counts, counts.c.name == names.c.name), names.c.item, found):
        mine = found[row.item].setdefault(row.channel, {})
        mine[row.type] = max(mine.get(row.type, 0), row.value)
    return found


def highest(counted: Counted) -> dict[str, int]:
    """The highest of each type over all channels."""
    types = {type for said in counted.values() for type in said}
    return {type: max(said.get(type, 0) for said in counted.values()) for type in types}


def together(counted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The figures of a post and its copies as one: sums of what is shown, so that they move when one of those does."""
    found: dict[str, int] = {}
    for one in counted:
        for type, value in one.items():
            found[type] = found.get(type, 0) + shown(type, value)
    return found


def sums(counted: Iterable[Counted]) -> dict[str, dict[str, int]]:
    """What each channel counted of a post and its copies."""
    found: dict[str, dict[str, int]] = {}
    for one in counted:
        for channel, said in one.items():
            mine = found.setdefault(channel, {})
            mine.update({type: mine.get(type, 0) + value for type, value in said.items()})
    return found


def public(counted: Mapping[str, int]) -> dict[str, int]:
    """The figures a page shows, without votes, which stand in their poll, and replies, which are counted here."""
    shown = {type: figure(value) for type, value in sorted(counted.items())}
    return {type: value for type, value in shown.items() if type != "replies" and _is_figure(type)}


def absent(counted: Mapping[str, int]) -> dict[str, int]:
    """What a channel said of replies that it did not bring: reason → how many at most."""
    return {why: counted[f"{ABSENT}{why}"] for why in REASONS if counted.get(f"{ABSENT}{why}")}


def _is_figure(type: str) -> bool:
    """Does it count something, and is neither a choice's votes nor a reason?"""
    return not type.startswith((VOTES, ABSENT))
