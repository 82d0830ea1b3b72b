"""What a pull brings, written: items first, then what is gone, then lists that were read whole, and what is told."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from hub.model import Batch, Changes
from hub.store import Judge, channels, facts, figures, reactions, versions
from hub.store.transaction import Transaction


def write(c: Connection, channel: str, batch: Batch, judge: Judge, day: date | None = None, keep: int = 0) -> Changes:
    """One transaction's work; with a `day`, texts that may be kept `keep` days stay so long from it on."""
    work = Transaction(c, channel, judge)
    work.bring(batch.items)
    work.circle.tell(channel, batch.profiles)
    work.lose(batch.gone)
    for complete in batch.complete:
        work.claim(complete)
    if day and keep:
        versions.renew(c, channel, [item.id for item in batch.items], (day + timedelta(days=keep)).isoformat())
    counted = figures.save(c, channel, batch, day)
    faced = reactions.save(c, channel, batch.reactions)
    channels.move(c, channel, batch.cursor)
    changes = work.finish(counted, faced)
    facts.left(c, day, len(changes.gone) - len(changes.restored))
    return changes
