"""When a channel is asked again: functions of what is known of it and of `now`. Pure.

A channel that brings something is asked every quarter of an hour; each quiet pull doubles that, up to six hours. A
failure waits twice as long each time, up to a day; Retry-After is obeyed. Refused credentials pause a channel until its
settings are others; one without any is asked again after a day, and paused when it was refused PATIENCE times in a row.
A channel that is gone for good (410) is asked only on demand. A pull that takes too long ends at a batch and goes on at
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from hub.errors import HubError, Missing, RateLimited, Refused
from hub.model import Batch, Health, Terms

OFTEN = timedelta(minutes=15)
SELDOM = timedelta(hours=6)
DAY = timedelta(days=1)
LONGEST = timedelta(days=7)  # no wait is longer, whatever a server or a clock that jumped says
GONE = "Gone"
REFUSED = "Refused"
PATIENCE = 3
BUDGET = timedelta(minutes=15)  # of one pull, by the clock
SWEEP_BUDGET = timedelta(hours=1)  # some kinds begin a sweep anew each time, so it is given more
REMEMBERED = timedelta(days=366)  # how long it is known on which days a channel could not be read
MORE = "this took too long for one pull: more to come with the next"


def paused(health: Health) -> bool:
    """Was it refused for what only other settings can change?"""
    return health.error == REFUSED and (bool(health.secret) or health.failures >= PATIENCE)


def due(health: Health, now: datetime, seal: str = "") -> bool:
    """Is it time to ask this channel? A next time that only a clock set back can explain counts as now. What failed
    with other settings (their digest is the `seal`) is asked at once with these."""
    if health.error and health.seal and seal and seal != health.seal:
        return True
    if health.error == GONE or paused(health):
        return False
    if health.next_due is None or (health.last_try is not None and health.last_try > now):
        return True
    return not now < health.next_due <= now + LONGEST


def sweep_due(health: Health, terms: Terms, now: datetime) -> bool:
    """Is it time to ask about every id this channel ever brought? Never on its first pull, which sees them all."""
    if health.last_sweep is None:
        return False
    return not health.last_sweep <= now < health.last_sweep + timedelta(days=min(terms.sweep_days, 7))


def within(batches: Iterable[Batch], clock: Callable[[], datetime], sweep: bool) -> Iterator[Batch]:
    """The batches of a pull until its time is over: the last one says so, and its cursor is where the next goes on."""
    until = clock() + (SWEEP_BUDGET if sweep else BUDGET)
    for batch in batches:
        if clock() >= until:
            yield replace(batch, warnings=(*batch.warnings, MORE))
            return
        yield batch


def after_success(before: Health, now: datetime, *, moved: bool, swept: bool) -> Health:
    """The facts after a pull that ended well; `moved` when it altered anything. A sweep that was cut by its time goes
    on at once, and is due until it comes to its end."""
    wait = OFTEN if moved or before.failures or not before.next_due else min(2 * _last_wait(before), SELDOM)
    cut = MORE in before.warnings
    if cut and (moved or swept):
        wait = timedelta()
    sweep = now if (swept and not cut) or before.last_sweep is None else before.last_sweep
    spans = [(first, end) for first, end in unread(before, now.date()) if end > now.date() - REMEMBERED]
    return replace(
        before,
        last_try=now,
        last_success=now,
        next_due=now + wait,
        last_sweep=sweep,
        failures=0,
        error="",
        message="",
        stale=False,
        unread=tuple((first.isoformat(), end.isoformat()) for first, end in spans),
    )


def unread(health: Health, end: date) -> list[tuple[date, date]]:
    """Whole UTC days before `end` through which a channel failed: spans from a day up to and without another."""
    days = ((date.fromisoformat(first), date.fromisoformat(until) if until else end) for first, until in health.unread)
    return [(first, until) for first, until in days if first < until]


def after_failure(before: Health, now: datetime, why: Exception) -> Health:
    """The facts after a pull that failed. What came before the error is kept, and so is the time of the last sweep."""
    failures = before.failures + 1
    gone = isinstance(why, Missing) and why.forever
    error = GONE if gone else type(why).__name__
    wait = min(OFTEN * 2 ** min(failures - 1, 10), DAY)
    if isinstance(why, Refused):
        wait = DAY
    if isinstance(why, RateLimited):
        wait = max(min((why.until or now + wait) - now, LONGEST), timedelta())
    message = why.what if isinstance(why, HubError) else f"a bug in this kind: {type(why).__name__}: {why}"
    spans = before.unread
    if not (spans and spans[-1][1] == ""):
        read = before.last_success and before.last_success.date() == now.date()
        spans = (*spans, ((now + DAY if read else now).date().isoformat(), ""))
    return replace(
        before, last_try=now, next_due=now + wait, failures=failures, error=error, message=message, unread=spans
    )


def stale(health: Health, after: timedelta) -> bool:
    """Has a channel not been read for so long that visitors are told?"""
    if not health.error or health.last_try is None:
        return False
    return health.last_success is None or health.last_try - health.last_success > after


def _last_wait(health: Health) -> timedelta:
    if health.next_due is None or health.last_try is None:
        return OFTEN
    return max(health.next_due - health.last_try, OFTEN)
