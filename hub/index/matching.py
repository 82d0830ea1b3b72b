"""What the parts of a question find in a volume: documents as bits, and scores, BM25F over title, text and author.

Whoosh's query objects and collectors are not used: they cannot be stopped inside a phrase or an expansion, and the
time-limited collector loses hits when filtered (RELIABILITY). Sets come first and are cheap; scores are made for those
documents alone that may be shown. The numbers that weigh a word are those of the whole index, so that neither the order
of commits nor the cut into volumes moves a score.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import add
from typing import Protocol

from hub.index.book import Book, Held, Pick
from hub.index.codec import Lists

FIELDS = {"body": 1.0, "title": 2.5, "author": 0.8}  # what a word found there weighs
K, B = 1.2, 0.6
NEARBY = 12  # of a longer posting the wanted documents are looked for one by one
Check = Callable[[], None]
"""Called now and then; raises when time is up."""


class Part(Protocol):
    """A part of a question, ready to be matched. `cost`: about how many documents it reads."""

    @property
    def cost(self) -> int: ...

    def bits(self, book: Book, check: Check) -> int:
        """The documents that it finds."""
        ...

    def scores(self, book: Book, pick: Pick) -> list[float] | None:
        """What it is worth in each of these documents; None when it weighs nothing anywhere."""
        ...

    def most(self) -> float:
        """No document is worth more."""
        ...

    def marks(self) -> Iterator[str]:
        """The terms that count as found in a text."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """A word: any of its terms, as (term, weight), in any of these fields, as (name, weight)."""

    terms: tuple[tuple[str, float], ...]
    fields: tuple[tuple[str, float], ...]
    prefix: str  # that most of the terms begin with; "" when they are few
    rarity: float
    usual: tuple[float, float]  # places of a title, of a text
    cost: int

    def bits(self, book: Book, check: Check) -> int:
        return self.held(book, check).bits

    def held(self, book: Book, check: Check) -> Held:
        return book.part((self.terms, self.fields, self.usual), lambda: self.find(book, check))

    def find(self, book: Book, check: Check) -> Held:
        check()
        named = [(field, boost, book.lists[field]) for field, boost in self.fields if field in book.lists]
        rows = tuple((name, at, weight * boost) for name, boost, lists in named for at, weight in self.among(lists))
        docs = chain.from_iterable(book.lists[field].row(at)[0] for field, at, _ in rows)
        return Held(book.bits_of(list(docs)), rows=rows)

    def among(self, lists: Lists) -> list[tuple[int, float]]:
        """The numbers of its terms in a field, with what each weighs."""
        found = [(lists.find(term), weight) for term, weight in self.terms if not self.longer(term)]
        if self.prefix:
            wanted, names = {term: weight for term, weight in self.terms if self.longer(term)}, lists.names
            found += [(at, wanted[names[at]]) for at in lists.span(self.prefix) if names[at] in wanted]
        return [(at, weight) for at, weight in found if at >= 0]

    def longer(self, term: str) -> bool:
        """Is it one of those that a prefix stands for?"""
        return bool(self.prefix) and term.startswith(self.prefix)

    def scores(self, book: Book, pick: Pick) -> list[float]:
        worth = dict.fromkeys(pick.of(book.every), 0.0)
        for field, at, weight in self.held(book, never).rows:
            docs, counts = book.lists[field].row(at)
            norm = book.norm(field, self.usual[field == "body"], B)
            for number, count in _shared(docs, counts, worth):
                worth[number] += weight * count * norm[number]
        return [self.rarity * held * (K + 1) / (held + K) for held in worth.values()]

    def most(self) -> float:
        return self.rarity * (K + 1)

    def marks(self) -> Iterator[str]:
        return (term for term, _ in self.terms)


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
        return Held(book.bits_of(worth), worth={number: held * (K + 1) / (held + K) for number, held in worth.items()})

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

    def scores(self, book: Book, pick: Pick) -> list[float]:
        worth = self.held(book, never).worth
        return [self.rarity * held for held in map(worth.get, pick.of(book.every), repeat(0.0))]

    def most(self) -> float:
        return self.rarity * (K + 1)

    def marks(self) -> Iterator[str]:
        return iter(self.terms)


def _met(begins: set[int], step: int, places: array[int]) -> set[int]:
    """Which of a few beginnings have one of many places so many steps on."""
    return {place - step for place in {begin + step for begin in begins}.intersection(places)}


def _shared(docs: array[int], counts: array[int], wanted: Mapping[int, float]) -> Iterator[tuple[int, int]]:
    """Which of the wanted documents a posting names, and how often each holds the term."""
    if len(docs) <= NEARBY * len(wanted):
        yield from ((number, count) for number, count in zip(docs, counts, strict=True) if number in wanted)
        return
    at, last = 0, len(docs)
    for number in wanted:
        at = bisect_left(docs, number, at)
        if at < last and docs[at] == number:
            yield number, counts[at]


def never() -> None:
    """There is time."""


@dataclass(frozen=True, slots=True)
class Known:
    """A property of documents; weighs nothing."""

    holds: Callable[[Book], int]
    cost: int

    def bits(self, book: Book, check: Check) -> int:
        check()
        return self.holds(book) & book.whole

    def scores(self, book: Book, pick: Pick) -> None:  # noqa: ARG002  the same for all
        return None

    def most(self) -> float:
        return 0.0

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

    def scores(self, book: Book, pick: Pick) -> list[float] | None:
        return _sum(self.parts, book, pick)

    def most(self) -> float:
        return sum(part.most() for part in self.parts)

    def marks(self) -> Iterator[str]:
        return (mark for part in self.parts for mark in part.marks())


def layers(plan: Part, book: Book, bits: int) -> Iterator[tuple[float, int]]:
    """These documents by the most that each can be worth: of alternatives, those with the rarest word can be worth all
    of them, those that hold only the commonest but little.
    """
    if not isinstance(plan, OneOf):
        yield plan.most(), bits
        return
    parts = sorted(plan.parts, key=lambda part: part.most())
    for at in range(len(parts), 0, -1):
        inside = bits & parts[at - 1].bits(book, never)
        yield sum(part.most() for part in parts[:at]), inside
        bits &= ~inside


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

    def scores(self, book: Book, pick: Pick) -> list[float] | None:
        return _sum(self.parts, book, pick)

    def most(self) -> float:
        return sum(part.most() for part in self.parts)

    def marks(self) -> Iterator[str]:
        return (mark for part in self.parts for mark in part.marks())


def _sum(parts: Sequence[Part], book: Book, pick: Pick) -> list[float] | None:
    """What the parts are worth together, in each document that holds them."""
    total: list[float] | None = None
    for part in parts:
        scores = part.scores(book, pick)
        if scores is not None:
            total = list(map(add, total, scores)) if total else scores
    return total
