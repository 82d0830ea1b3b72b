"""How a channel is, as `hub status` and `hub doctor` tell it: from its health, its settings and what it brought.

Pure, but for the secrets, which must be read to see that they are others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

from hub import pace
from hub.channels import Channel, Expiring, Metered
from hub.errors import SettingsError
from hub.model import Health, Left
from hub.settings import revealed, values
from hub.web import origin

SOON = timedelta(days=14)  # before a token ends, when it is told
FEW = 5  # pauses that make no rhythm yet
QUIET = timedelta(days=14)  # a shorter silence is none
MUCH = 3  # times its longest pause so far, and a channel is silent


@dataclass(frozen=True, kw_only=True, slots=True)
class Vitals:
    """What is told of a channel. `state`: ok, silent, failing, paused, gone or never asked; `notes` are sentences."""

    state: str
    notes: tuple[str, ...] = ()
    token_ends: datetime | None = None  # at the latest
    silent_days: int = 0
    left: Left | None = None
    kept_until: datetime | None = None  # what it brought becomes counts and links then


# what it was asked with


def seals(channel: Channel, folder: Path, env: Mapping[str, str]) -> tuple[str, str]:
    """Digests of its settings with their secrets, and of the secrets alone: "" for those that are not there."""
    try:
        asked, secrets = revealed(channel, folder, env)
    except SettingsError:
        return "", ""
    return _digest(sorted(values(asked).items())), _digest(secrets) if secrets else ""


def sealed(before: Health, channel: Channel, folder: Path, env: Mapping[str, str], now: datetime) -> Health:
    """The facts of a channel that was asked with the settings it has now."""
    seal, secret = seals(channel, folder, env)
    since = before.secret_since if secret and secret == before.secret else now if secret else None
    return replace(before, seal=seal, secret=secret, secret_since=since)


def requests(channel: Channel, known: Mapping[str, tuple[int, int]]) -> Left | None:
    """What the server of a channel told of its limit. `known`: by origin, as it was told."""
    address = str(getattr(channel, "service", "") or getattr(channel, "url", ""))
    found = known.get(origin(address)) if address.startswith(("http://", "https://")) else None
    return Left(what="requests", left=found[0], most=found[1]) if found else None


def _digest(value: object) -> str:
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


# how it is


def silence(said: Sequence[datetime], now: datetime) -> timedelta:
    """For how long a channel has been silent, far beyond its own habit; nothing while that is no news."""
    times = sorted(said)
    if len(times) <= FEW:
        return timedelta()
    quiet, longest = now - times[-1], max(after - before for before, after in pairwise(times))
    return quiet if quiet > max(QUIET, MUCH * longest) else timedelta()


def token_ends(channel: Channel, health: Health) -> datetime | None:
    """When the channel's token ends at the latest, counted from when it was used first."""
    if not (isinstance(channel, Expiring) and health.secret_since):
        return None
    return health.secret_since + timedelta(days=channel.token_days)


def of(channel: Channel, health: Health, said: Sequence[datetime], now: datetime) -> Vitals:
    """All that is to be told of a channel. `said`: when the brand last spoke there."""
    quiet = silence(said, now) if health.last_success else timedelta()
    days, good = channel.terms.keep_days, health.last_success
    left = channel.left(health.cursor, now) if isinstance(channel, Metered) else health.left
    found = Vitals(
        state=_state(health, quiet),
        token_ends=token_ends(channel, health),
        silent_days=quiet.days,
        left=left if left and left.most else None,
        kept_until=good + timedelta(days=days) if health.error and days and good else None,
    )
    return replace(found, notes=tuple(_notes(health, found, now)))


def _state(health: Health, quiet: timedelta) -> str:
    if pace.paused(health):
        return "paused"
    if health.error:
        return "gone" if health.error == pace.GONE else "failing"
    if not health.last_success:
        return "never asked"
    return "silent" if quiet else "ok"


def resume(health: Health) -> str:
    """How a channel that is not asked any more is asked again; "" for one that is."""
    name = health.channel
    if pace.paused(health):
        return (
            f"renew its credential or correct [channels.{name}], then hub update; to try it as it is: hub pull {name}"
        )
    if health.error == pace.GONE:
        return f"correct [channels.{name}] or take it out; to ask once more: hub pull {name}"
    return ""


def _notes(health: Health, found: Vitals, now: datetime) -> Iterator[str]:
    if how := resume(health):
        yield f"{'refused, so not asked any more' if found.state == 'paused' else 'gone for good'}: {how}"
    if health.error and health.last_success:
        until = f"until {found.kept_until:%Y-%m-%d}, then as counts and links" if found.kept_until else "as it was"
        yield f"what it brought up to {health.last_success:%Y-%m-%d} stays {until}"
    if found.token_ends and found.token_ends - now < SOON:
        days = max((found.token_ends - now).days, 0)
        yield f"its token ends in {days} days at the latest: make a new one before {found.token_ends:%Y-%m-%d}"
    if found.silent_days:
        yield f"nothing new for {found.silent_days} days, which is far longer than ever: is that so at its source?"
