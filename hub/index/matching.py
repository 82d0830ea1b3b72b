"""What the parts of a question find in a volume: documents as bits, and scores, BM25F over title, text and author.

Whoosh's query objects and collectors are not used: they cannot be stopped inside a phrase or an expansion, and the
time-limited collector loses hits when filtered (RELIABILITY). Sets come first and are cheap; scores are made for those
documents alone that may be shown. The numbers that weigh a word are those of the whole index, so that neither the order
of commits nor the cut into volumes moves a score.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add
from typing import Protocol

from hub.index.book import Book, Held, dense

FIELDS = {"title": 2.5, "body": 1.0, "author": 0.8}  # what a word found there weighs
K, B = 1.2, 0.6
Check = Callable[[], None]
"""Called now and then; raises when time is up."""


class Part(Protocol):
    """A part of a question, ready to be matched. `cost`: about how many documents it reads."""

    @property
    def cost(self) -> int: ...

    def bits(self, book: Book, check: Check) -> int:
        """The documents that it finds."""
        ...

    def scores(self, book: Book, numbers: Sequence[int]) -> list[float] | None:
        """What it is worth in each of these documents; None when it weighs nothing anywhere."""
        ...

    def marks(self) -> Iterator[str]:
        """The terms that count as found in a text."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """A word: any of its terms, as (field, term, weight)."""

    terms: tuple[tuple[str, str, float], ...]
    rarity: float
    usual: tuple[float, float]  # places of a title, of a text
    cost: int

    def bits(self, book: Book, check: Check) -> int:
        return self.held(book, check).bits

    def held(self, book: Book, check: Check) -> Held:
        return book.part((self.terms, self.usual), lambda: self.find(book, check))

    def find(self, book: Book, check: Check) -> Held:
        check()
        worth: dict[int, float] = {}
        for field, term, weight in self.terms:
            lists = book.lists.get(field)
            at = lists.find(term) if lists else -1
            if lists is None or at < 0:
                continue
            docs, counts = lists.row(at)
            if field == "author":
                shares: Iterator[float] = (weight * count for count in counts)
            else:
                norm = book.norm(field, self.usual[field == "body"], B)
                shares = (weight * count * norm[number] for number, count in zip(docs, counts, strict=True))
            if worth:
                for number, share in zip(docs, shares, strict=True):
                    worth[number] = worth.get(number, 0.0) + share
            else:
                worth = dict(zip(docs, shares, strict=True))
        bits = book.bits_of(worth)
        return Held(bits, dense({number: held * (K + 1) / (held + K) for number, held in worth.items()}, book.size))

    def scores(self, book: Book, numbers: Sequence[int]) -> list[float]:
        return _weighed(self.held(book, _never), self.rarity, numbers)

    def marks(self) -> Iterator[str]:
        return (term for _, term, _ in self.terms)


@dataclass(frozen=True, slots=True)
class Run:
    """Plain terms side by side."""

    terms: tuple[str, ...]
    rarity: float
    cost: int

    def bits(self, book: Book, check: Check) -> int:
        return self.held(book, check).bits

    def held(self, book: Book, check: Check) -> Held:
        return book.part(self.terms, lambda: self.find(book, check))

    def find(self, book: Book, check: Check) -> Held:
        worth: dict[int, float] = {}
        for field, weight in FIELDS.items():
            check()
            for number, times in self.starts(book, field).items():
                worth[number] = worth.get(number, 0.0) + weight * times
        return Held(book.bits_of(worth), {number: held * (K + 1) / (held + K) for number, held in worth.items()})

    def starts(self, book: Book, field: str) -> Counter[int]:
        """How often the run begins in each document."""
        lists = book.lists.get(field)
        found = [lists.find(term) for term in self.terms] if lists else [-1]
        if lists is None or min(found) < 0:
            return Counter()
        rows: list[tuple[int, array[int]]] = [(step, lists.where(at)) for step, at in enumerate(found)]
        rows.sort(key=lambda row: len(row[1]))
        (step, places), *others = rows
        begins = {place - step for place in places}
        for step, places in others:
            begins &= (
                {place - step for place in places} if len(places) < 4 * len(begins) else _met(begins, step, places)
            )
        return Counter(place >> 16 for place in begins)

    def scores(self, book: Book, numbers: Sequence[int]) -> list[float]:
        return _weighed(self.held(book, _never), self.rarity, numbers)

    def marks(self) -> Iterator[str]:
        return iter(self.terms)


def _met(begins: set[int], step: int, places: array[int]) -> set[int]:
    """Which of a few beginnings have one of many places so many steps on."""
    return {place - step for place in {begin + step for begin in begins}.intersection(places)}


def _weighed(held: Held, rarity: float, numbers: Sequence[int]) -> list[float]:
    if isinstance(held.worth, dict):
        return [rarity * worth for worth in map(held.worth.get, numbers, repeat(0.0))]
    return [rarity * worth for worth in map(held.worth.__getitem__, numbers)]


def _never() -> None:
    """There is time."""


@dataclass(frozen=True, slots=True)
class Known:
    """A property of documents; weighs nothing."""

    holds: Callable[[Book], int]
    cost: int

    def bits(self, book: Book, check: Check) -> int:
        check()
        return self.holds(book) & book.whole

    def scores(self, book: Book, numbers: Sequence[int]) -> None:  # noqa: ARG002  the same for all
        return None

    def marks(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Both:
    """Each of `parts`, none of `nots`. Without parts: everything but `nots`."""

    parts: tuple[Part, ...]
    nots: tuple[Part, ...]
    cost: int

    def bits(self, book: Book, check: Check) -> int:
        found = book.whole
        for part in self.parts:
            found &= part.bits(book, check)
            if not found:
                return 0
        for part in self.nots:
            found &= ~part.bits(book, check)
        return found

    def scores(self, book: Book, numbers: Sequence[int]) -> list[float] | None:
        return _sum(self.parts, book, numbers)

    def marks(self) -> Iterator[str]:
        return (mark for part in self.parts for mark in part.marks())


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of the parts."""

    parts: tuple[Part, ...]
    cost: int

    def bits(self, book: Book, check: Check) -> int:
        found = 0
        for part in self.parts:
            found |= part.bits(book, check)
        return found

    def scores(self, book: Book, numbers: Sequence[int]) -> list[float] | None:
        return _sum(self.parts, book, numbers)

    def marks(self) -> Iterator[str]:
        return (mark for part in self.parts for mark in part.marks())


def _sum(parts: Sequence[Part], book: Book, numbers: Sequence[int]) -> list[float] | None:
    """What the parts are worth together, in each document that holds them."""
    total: list[float] | None = None
    for part in parts:
        scores = part.scores(book, numbers)
        if scores is not None:
            total = list(map(add, total, scores)) if total else scores
    return total
