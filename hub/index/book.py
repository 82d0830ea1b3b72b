"""An open volume: its postings in memory, what is known of each document, sets of documents as the bits of a number.

Everything derived from it is kept: a volume never changes.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hub.index import volume
from hub.index.codec import Lists
from hub.index.document import Document, load

DAY = 86_400  # seconds
YEAR = 365.25 * DAY
LASTING = 0.4  # of a score stays however old the item is; the rest halves every year before the newest one
POST = 1.3
KEPT = 512  # parts of questions remembered
TIERS = (1.0, 0.75, 0.55, 0.0)  # of what age and kind do to a score: documents from each of these on
FEW = 24  # bits that are found one by one
_PLAIN = bytes.maketrans(b"01", b"\0\1")
T = TypeVar("T")


class Held(NamedTuple):
    """What a part of a question finds in a volume: the documents as bits, and what tells how much each is worth."""

    bits: int = 0
    rows: tuple[tuple[str, int, float], ...] = ()  # postings: the field, the number of the term, what it weighs
    worth: Mapping[int, float] = {}  # by document, where it was worked out already


class Standing(NamedTuple):
    """What age and kind do to the score of each document, and the documents by it: (the most, which), from the top."""

    values: list[float]
    tiers: list[tuple[float, int]]


class Pick:
    """Some documents of a volume, ready to be looked up in its columns."""

    __slots__ = ("many", "mask", "numbers")

    def __init__(self, bits: int, size: int) -> None:
        self.many = bits.bit_count()
        self.numbers: Sequence[int] | None = _lowest(bits) if self.many < FEW else None
        self.mask = b"" if self.numbers is not None else f"{bits:b}"[::-1].encode().translate(_PLAIN)
        if self.numbers is None and self.many * 4 < size:
            self.numbers = list(compress(range(size), self.mask))

    def of(self, column: Sequence[T]) -> Iterator[T]:
        """What a column has for each of them, in rising order."""
        return compress(column, self.mask) if self.numbers is None else map(column.__getitem__, self.numbers)


class Facts(NamedTuple):
    """What is known of each document of a volume by number, read at once."""

    type: list[str]
    channel: list[str]
    person: list[str]
    language: list[str]
    topic: list[tuple[str, ...]]
    has: list[tuple[str, ...]]
    day: list[str]  # 2026-11-05, "" when unknown
    month: list[str]  # 2026-11
    time: list[int]  # seconds since 1970, 0 when unknown
    order: list[int]  # settles ties the same way wherever a document stands
    title_length: list[int]
    body_length: list[int]
    above: list[int]  # the digest of the id of what it hangs from


class Book:
    """An open volume."""

    def __init__(self, folder: Path, prove: Callable[[], None]) -> None:
        """`prove` raises SearchError when a byte is not as it was written; asked before much is read."""
        self.folder, self._prove = folder, prove
        self.reader = volume.opened(folder)
        self.size = int(self.reader.doc_count_all())
        #: the number of each document and place, by the digest of its id
        self.numbers_of = {digest: number for number, digest in enumerate(volume.digests(folder))}
        self.every = range(self.size)
        self.kept_parts: dict[object, Held] = {}
        self._kept = self.reader.column_reader("kept") if self.size else None
        self._groups: dict[str, dict[str, list[int]]] = {}
        self._sets: dict[str, list[tuple[str, int]]] = {}
        self._bits: dict[tuple[str, str], int] = {}
        self._many: dict[str, int] = {}
        self._norms: dict[tuple[str, float], list[float]] = {}
        self._standing: tuple[int, Standing] = (-1, Standing([], []))

    def __len__(self) -> int:
        return self.size

    def close(self) -> None:
        self._kept = None
        self.reader.close()

    def kept(self, number: int) -> tuple[Document, str]:
        """A document as it was kept, and the digest of its meaning."""
        if self._kept is None:
            raise IndexError(number)
        with volume.sound(self.folder):
            return load(zlib.decompress(self._kept[number]))

    def ids(self) -> Iterator[str]:
        """Ids of all that can be found."""
        return iter(self.lists["id"].names if "id" in self.lists else ())

    def warm(self, newest: int, usual: tuple[float, float], share: float) -> None:
        """Read and work out what every question needs, unless it is at hand or the volume was closed."""
        if self._kept is not None and self.lists is not None:
            self.standing(newest)
            self.norm("title", usual[0], share)
            self.norm("body", usual[1], share)
            for facet in ("type", "channel", "language", "topic", "has", "month"):
                self.sets(facet)
            self.values("person")
            self.above_ours  # noqa: B018  as below
            for lists in self.lists.values():
                lists.begins  # noqa: B018  worked out when first asked for

    @cached_property
    def sound(self) -> bool:
        """Is every byte as it was written? Raises SearchError when one is not."""
        self._prove()
        return True

    @cached_property
    def lists(self) -> Mapping[str, Lists]:
        """The postings of each field."""
        self.sound  # noqa: B018  raises when it is not
        reader = self.reader
        with volume.sound(self.folder):
            found: Mapping[str, Lists] = reader.codec().terms_reader(reader.storage(), reader.segment()).lists
        return found

    @cached_property
    def facts(self) -> Facts:
        """What is known of each document."""
        self.sound  # noqa: B018  raises when it is not
        with volume.sound(self.folder):
            return self._read()

    def _read(self) -> Facts:
        times = self._numbers("time")
        return Facts(
            type=self._text("type"),
            channel=self._text("channel"),
            person=self._text("person"),
            language=self._text("language"),
            topic=self._list("topics"),
            has=self._list("has"),
            day=[_day(seconds // DAY) for seconds in times],
            month=[_day(seconds // DAY)[:7] for seconds in times],
            time=times,
            order=self._numbers("order"),
            title_length=self._numbers("title_length"),
            body_length=self._numbers("body_length"),
            above=self._numbers("above"),
        )

    def _text(self, name: str) -> list[str]:
        known: dict[bytes, str] = {}
        return [known.setdefault(raw, raw.decode()) for raw in self._column(name, b"")]

    def _list(self, name: str) -> list[tuple[str, ...]]:
        known: dict[str, tuple[str, ...]] = {"": ()}
        return [known.get(text) or known.setdefault(text, tuple(text.split("\n"))) for text in self._text(name)]

    def _numbers(self, name: str) -> list[int]:
        return list(self._column(name, 0))

    def _column(self, name: str, default: object) -> Iterable[Any]:
        if not self.reader.has_column(name):  # a volume of places alone
            return [default] * self.size
        return list(self.reader.column_reader(name))

    # terms
    def held(self, field: str, term: str) -> int:
        """How many documents hold a term in a field."""
        return self.lists[field].held(term) if field in self.lists else 0

    def beginning(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Terms of a field that begin so, with how many documents hold each."""
        return self.lists[field].beginning(prefix) if field in self.lists else iter(())

    def norm(self, field: str, usual: float, share: float) -> list[float]:
        """For each document: what divides how often it holds a term, the more the longer its field is."""
        if field == "author":
            return [1.0] * self.size
        key = (field, usual)
        if key not in self._norms:
            lengths = self.facts.title_length if field == "title" else self.facts.body_length
            self._norms = {known: norm for known, norm in self._norms.items() if known[0] != field}
            self._norms[key] = [1 / (1 - share + share * length / usual) for length in lengths]
        return self._norms[key]

    def part(self, key: object, make: Callable[[], Held]) -> Held:
        """What a part of a question finds here, remembered."""
        found = self.kept_parts.get(key)
        if found is None:
            if len(self.kept_parts) >= KEPT:
                self.kept_parts.clear()
            found = self.kept_parts[key] = make()
        return found

    # sets of documents
    @cached_property
    def whole(self) -> int:
        """All that can be found: not the mere places."""
        return self.bits_of([number for number, type in enumerate(self.facts.type) if type])

    @cached_property
    def above_ours(self) -> set[int]:
        """The digests of the ids of what the brand's own words hang from."""
        return set(Pick(self.bits("has", "is:ours"), self.size).of(self.facts.above)) - {0}

    def bits_of(self, numbers: Collection[int]) -> int:
        """These documents as bits."""
        if len(numbers) < FEW:
            return sum(1 << number for number in set(numbers))
        signs = bytearray(b"0") * self.size
        for number in numbers:
            signs[number] = 49
        return int(signs[::-1], 2)

    def groups(self, facet: str) -> dict[str, list[int]]:
        """The documents of each value of a facet."""
        if facet not in self._groups:
            found: dict[str, list[int]] = {}
            for number, value in enumerate(getattr(self.facts, facet)):
                for one in (value,) if isinstance(value, str) else value:
                    found.setdefault(one, []).append(number)
            found.pop("", None)
            self._groups[facet] = found
        return self._groups[facet]

    def sets(self, facet: str) -> list[tuple[str, int]]:
        """The documents of each value of a facet, as bits."""
        if facet not in self._sets:
            self._sets[facet] = [(value, self.bits(facet, value)) for value in self.groups(facet)]
        return self._sets[facet]

    def bits(self, facet: str, value: str) -> int:
        """The documents of one value of a facet."""
        key = (facet, value)
        if key not in self._bits:
            self._bits[key] = self.bits_of(self.groups(facet).get(value, ()))
        return self._bits[key]

    def values(self, facet: str) -> int:
        """How many values of a facet there are."""
        if facet not in self._many:
            self._many[facet] = len(set(getattr(self.facts, facet)))
        return self._many[facet]

    def tally(self, facet: str, bits: int, pick: Pick, counted: Counter[str | tuple[str, ...]]) -> None:
        """Count these documents, given both ways, by the values of a facet, or by all of them where it has several."""
        if pick.many < 4 * self.values(facet):
            counted.update(pick.of(getattr(self.facts, facet)))
            return
        for value, group in self.sets(facet):
            if count := (bits & group).bit_count():
                counted[value] += count

    def standing(self, newest: int) -> Standing:
        """What age and kind do to scores. Age counts from the day of the newest message: one more moves nothing."""
        today = newest // DAY * DAY
        if self._standing[0] != today:
            times, types = self.facts.time, self.facts.type
            kinds = {"post": POST}
            values = [
                kinds.get(type, 1.0) * (LASTING + (1 - LASTING) * 0.5 ** (max(today - time, 0) / YEAR))
                for time, type in zip(times, types, strict=True)
            ]
            self._standing = (today, Standing(values, list(self._tiers(values))))
        return self._standing[1]

    def _tiers(self, values: list[float]) -> Iterator[tuple[float, int]]:
        above = math.inf
        for least in TIERS:
            inside = [number for number, value in enumerate(values) if least <= value < above]
            if inside:
                yield max(values[number] for number in inside), self.bits_of(inside)
            above = least


def _lowest(bits: int) -> list[int]:
    """The documents of a few bits, in rising order."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


@lru_cache(maxsize=20_000)
def _day(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d") if day else ""
