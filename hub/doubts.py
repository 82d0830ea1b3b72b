"""What a list lacks is asked for by its name before it counts as gone.

A list that came short, because a server filtered, cached or miscounted it, looks like one whose rows were deleted. So
of what a claim to be whole lacks, no more goes than the source does not show when it is asked for that alone. A few are
asked about each time: where none of them is there, the list is right about the others, too; where one is, it came
short, and what nobody asked about stays until the next list.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from hub.channels import Ask, Channel, Sure
from hub.channels.loose import digest
from hub.errors import ChannelError, RateLimited
from hub.model import Batch, Complete, Cursor
from hub.store import Store
from hub.tidy import identity
from hub.web import Web

FEW = 20  # items of one list that are asked about
MOST = 200  # items that one pull asks about
LACK = "a list that came lacks {} messages, and whether these are gone could not be asked: {}"

TOO_MANY = f"more lists than {MOST} questions can be sure of lack messages: what they lack stays until the next sweep"


@dataclass(slots=True)
class Doubts:
    """One pull's: `cursor` is what its channel knew when it began."""

    store: Store
    web: Web
    channel: Channel
    cursor: Cursor
    ask: Ask
    asked: int = 0
    told: set[str] = field(default_factory=set)  # what the source said in this pull not to be for everybody, or gone

    def settled(self, batch: Batch) -> Batch:
        """The batch, deleting no more than the source bears out. RateLimited where it wants to be asked later."""
        self.told |= set(map(identity, (*batch.gone, *(item.id for item in batch.items if item.private))))
        if not isinstance(self.channel, Sure):
            return replace(batch, gone=(*batch.gone, *batch.missing), missing=())
        gone = self._gone(self.channel, list(map(identity, batch.missing)))
        claims, warnings = list[Complete](), list[str](gone.lack)
        for claim in batch.complete:
            verdict = self._gone(self.channel, () if claim.sure else self._lacking(claim, batch))
            claims.append(replace(claim, ids=claim.ids | verdict.kept))
            warnings += verdict.lack
        return replace(
            batch,
            gone=(*batch.gone, *sorted(gone.lost)),
            missing=(),
            complete=tuple(claims),
            warnings=(*batch.warnings, *warnings),
        )

    def _lacking(self, claim: Complete, batch: Batch) -> Collection[str]:
        """What would go by a list alone."""
        come = {identity(item.id) for item in batch.items}
        return [id for id in self.store.lacking(self.channel.name, claim) if id not in come]

    def _gone(self, source: Sure, doubtful: Collection[str]) -> _Verdict:
        ids = [id for id in dict.fromkeys(doubtful) if id not in self.told]
        some = sorted(ids, key=lambda id: digest(self.ask.now.isoformat(), id))[:FEW]
        if not some:
            return _Verdict()
        if self.asked + len(some) > MOST:
            return _Verdict(kept=frozenset(ids), lack=(TOO_MANY,))
        self.asked += len(some)
        try:
            return _judged(ids, some, self._there(source, some))
        except RateLimited:
            raise
        except ChannelError as why:
            return _Verdict(kept=frozenset(ids), lack=(LACK.format(len(ids), why.what),))

    def _there(self, source: Sure, names: Sequence[str]) -> set[str]:
        """Those of the names that belong to something which the source still shows."""
        items = self.store.brought(self.channel.name, names)
        return set(source.still(self.web, self.cursor, self.ask, items)) if items else set()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Of what a list lacks: what stays, what is gone, and why nothing could be said."""

    kept: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    lack: tuple[str, ...] = ()


def _judged(ids: Collection[str], some: Collection[str], there: Collection[str]) -> _Verdict:
    """Those asked about that are not there are gone; with them the others, where nothing that was asked about is."""
    lost = frozenset(ids) if not there else frozenset(some) - frozenset(there)
    return _Verdict(kept=frozenset(ids) - lost, lost=lost)
