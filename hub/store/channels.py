"""What is known of channels and hosts: facts about pulls, stored with the channel and cleared by success."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from hub.model import Cursor, Health, Left
from hub.store import codec, journal
from hub.store.schema import channels, hosts, versions
from hub.threads import UNDATED

_TIMES = ("last_try", "last_success", "next_due", "last_sweep", "secret_since")


def health(c: Connection, channel: str) -> Health:
    """The facts of a channel, but for how many items it brings."""
    row = c.execute(select(channels).where(channels.c.name == channel)).one_or_none()
    facts = codec.unpack(row.facts) if row and row.facts else {}
    facts |= {key: codec.when(facts[key]) for key in _TIMES if key in facts}
    facts |= {"left": Left(**facts["left"])} if facts.get("left") else {}
    facts |= {"channel": channel, "warnings": tuple(facts.get("warnings", ()))}
    facts |= {"unread": tuple((first, end) for first, end in facts.get("unread", ()))}
    return Health(**facts, cursor=codec.unpack(row.cursor) if row and row.cursor else {})


def brings(c: Connection, channel: str) -> int:
    """How many items a channel still brings: all its versions are counted, so this is for those who ask."""
    found = select(func.count()).where(versions.c.channel == channel, versions.c.text.is_not(None))
    return c.scalar(found) or 0


def spoke(c: Connection, channel: str, many: int) -> list[datetime]:
    """When the brand's last posts there were published, the newest first."""
    v = versions.c
    ask = select(v.published).where(v.channel == channel, v.ours, v.parent_name == "", v.text.is_not(None))
    found = c.scalars(ask.where(v.published != UNDATED).order_by(v.published.desc()).limit(many))
    return [datetime.fromisoformat(one) for one in found]


def note(c: Connection, health: Health) -> None:
    """Keep the facts of a pull; followers hear of it when the channel is new, fails otherwise, works again, or has not
    been read for so long that its pages say so."""
    was = c.execute(select(channels).where(channels.c.name == health.channel)).one_or_none()
    known = codec.unpack(was.facts) if was and was.facts else None
    _write(c, health.channel, facts=codec.pack(replace(health, cursor={}, items=0)))
    told = (health.kind, health.error, health.stale)
    if known is None or (known.get("kind", ""), known.get("error", ""), known.get("stale", False)) != told:
        journal.write(c, "channel", [health.channel])


def move(c: Connection, channel: str, cursor: Cursor) -> None:
    """The channel's memory, right as of this transaction."""
    packed = codec.pack(dict(cursor))
    if c.scalar(select(channels.c.cursor).where(channels.c.name == channel)) != packed:
        _write(c, channel, cursor=packed)


def clean(c: Connection, cleaned: Callable[[Mapping[str, object]], Mapping[str, object]]) -> bool:
    """Keep what channels remember, and what went wrong with them, as `cleaned` leaves it. Did that alter anything?"""
    altered = False
    for row in c.execute(select(channels)).all():
        kept = {column: dict(cleaned(codec.unpack(getattr(row, column) or "{}"))) for column in ("cursor", "facts")}
        warnings = kept["facts"].get("warnings")
        if isinstance(warnings, list):
            kept["facts"]["warnings"] = [one for one in warnings if one]
        packed = {column: codec.pack(value) if getattr(row, column) else "" for column, value in kept.items()}
        if packed != {"cursor": row.cursor, "facts": row.facts}:
            _write(c, row.name, **packed)
            altered = True
    return altered


def waits(c: Connection) -> dict[str, datetime]:
    """Origin → the time before which it asked not to be bothered."""
    return {row.origin: datetime.fromisoformat(row.until) for row in c.execute(select(hosts).order_by(hosts.c.origin))}


def note_waits(c: Connection, said: Mapping[str, datetime]) -> None:
    """Replace what the hosts asked for."""
    if waits(c) == said:
        return
    c.execute(delete(hosts))
    if said:
        c.execute(insert(hosts), [{"origin": origin, "until": until.isoformat()} for origin, until in said.items()])


def _write(c: Connection, channel: str, **values: str) -> None:
    if not c.execute(update(channels).where(channels.c.name == channel).values(**values)).rowcount:
        c.execute(insert(channels), {"name": channel, **values})
