"""A channel is a place the brand speaks; a kind is the import path of a class that can pull one.

`feed` means `hub.channels.feed:Feed`; `acme.forum:Forum` works from any installed package. There is no registry.

A kind is a frozen dataclass whose fields are its settings (`[channels.NAME]` in content/hub.toml). `pull` is a
generator: each batch carries the cursor that is right once that batch is saved, so what came before an error is kept.
It asks two questions at two costs: "what is new from us?" and "who answered lately?".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import ClassVar, Protocol, runtime_checkable

from hub.errors import SettingsError
from hub.model import Batch, Cursor, Item, Left, Price, Terms
from hub.web import Web


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What this pull is for: `now` is the pull time; `recheck` asks every watched post whatever its count says
    (`hub update --now`); `sweep` asks about every id this channel ever brought (due by terms, or `--all`)."""

    now: datetime
    recheck: bool = False
    sweep: bool = False


class Channel(Protocol):
    """The socket. `name` is the settings' name of the channel, always the first field."""

    terms: ClassVar[Terms]

    @property
    def name(self) -> str: ...

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]: ...


@runtime_checkable
class Sure(Protocol):
    """A channel whose source can be asked for single items, so that nothing is gone because a list lacks it."""

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:
        """Ids of those of these items that the source still shows to everybody. A ChannelError where it does not
        say, so that they stay."""
        ...


@runtime_checkable
class Priced(Protocol):
    """A channel whose answers cost money says what its next pull will cost, without asking anybody."""

    def price(self, cursor: Cursor, ask: Ask) -> Price: ...


def priced(channel: Channel, cursor: Cursor, ask: Ask) -> Price | None:
    """What a pull will cost, where answers are paid for."""
    return channel.price(cursor, ask) if isinstance(channel, Priced) else None


@runtime_checkable
class Tried(Protocol):
    """A channel whose first question costs money has one for nothing that tells whether it is let in."""

    def attempt(self, web: Web) -> None: ...


@runtime_checkable
class Metered(Protocol):
    """A channel that may ask only so much a day says how much of it is left."""

    def left(self, cursor: Cursor, now: datetime) -> Left: ...


@runtime_checkable
class Expiring(Protocol):
    """A channel whose token ends after so many days, whoever made it."""

    token_days: ClassVar[int]


def kind(path: str) -> type[Channel]:
    """The class behind a kind's import path."""
    module, _, name = path.partition(":")
    if not name:
        module, name = f"hub.channels.{path}", path.title()
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as why:
        raise SettingsError("kind", f"there is no kind {path!r} ({why})", fix="use a kind named in README") from why
    return found  # type: ignore[no-any-return]
