"""From a query's tree to what it matches in one volume, with scores: BM25F over title, text and author.

Whoosh keeps the postings; its query objects and collectors are not used. They cannot be stopped inside a phrase or an
expansion, and the time-limited collector loses hits when filtered (RELIABILITY). Here every loop over postings asks
whether time is up, nothing recurses deeper than the query's sixteen brackets, and the numbers that weigh a word are
those of the whole index, so that neither the order of commits nor the cut into volumes moves a score.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import log
from typing import Protocol

from whoosh.support.levenshtein import distance

from hub.index import words
from hub.index.volume import Book, Check, Facts
from hub.query import All, Either, Field, Node, Not, Phrase, Word, period

FIELDS = {"title": 2.5, "body": 1.0, "author": 0.8}  # what a word found there weighs
STEM, BEGINS, NEAR = 0.6, 0.4, 0.25  # against the very word: its stem, a longer word, one typo
K, B = 1.2, 0.6
EXPANSIONS = 48  # words that one prefix or typo stands for at most
Scores = dict[int, float]


class Part(Protocol):
    """A part of a query, ready to be matched. `cost`: about how many documents it reads."""

    @property
    def cost(self) -> int: ...

    def find(self, book: Book, within: set[int] | None, check: Check) -> Scores: ...

    def marks(self) -> Iterator[str]:
        """The terms that count as found in a text."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """A word: any of its terms, as (field, term, weight)."""

    terms: tuple[tuple[str, str, float], ...]
    rarity: float
    average: dict[str, float]
    cost: int

    def find(self, book: Book, within: set[int] | None, check: Check) -> Scores:
        weighed: Scores = {}
        for field, term, weight in self.terms:
            lengths, usual = _lengths(book, field), self.average.get(field, 1.0)
            for number, count in book.counts(field, term, check):
                if within is None or number in within:
                    share = weight * count / (1 - B + B * lengths[number] / usual) if lengths else weight * count
                    weighed[number] = weighed.get(number, 0.0) + share
        return {number: self.rarity * held * (K + 1) / (held + K) for number, held in weighed.items()}

    def marks(self) -> Iterator[str]:
        return (term for _, term, _ in self.terms)


def _lengths(book: Book, field: str) -> list[int]:
    facts = book.facts
    return facts.title_length if field == "title" else facts.body_length if field == "body" else []


@dataclass(frozen=True, slots=True)
class Run:
    """Plain terms side by side."""

    terms: tuple[str, ...]
    rarity: float
    cost: int

    def find(self, book: Book, within: set[int] | None, check: Check) -> Scores:
        held: Scores = {}
        for field, weight in FIELDS.items():
            for number, times in self._field(book, field, within, check):
                held[number] = held.get(number, 0.0) + weight * times
        return {number: self.rarity * times * (K + 1) / (times + K) for number, times in held.items()}

    def _field(self, book: Book, field: str, within: set[int] | None, check: Check) -> Iterator[tuple[int, int]]:
        order = sorted(range(len(self.terms)), key=lambda place: book.frequency(field, self.terms[place]))
        among = within
        for place in order:
            held = {number for number, _ in book.counts(field, self.terms[place], check)}
            among = held if among is None else among & held
        starts: dict[int, set[int]] | None = None
        for place in order if among else ():
            found = book.places(field, self.terms[place], sorted(starts or among or ()), check)
            here = {number: {position - place for position in positions} for number, positions in found.items()}
            starts = here if starts is None else {number: at & starts[number] for number, at in here.items()}
            starts = {number: at for number, at in starts.items() if at}
            if not starts:
                break
        return ((number, len(at)) for number, at in (starts or {}).items())

    def marks(self) -> Iterator[str]:
        return iter(self.terms)


@dataclass(frozen=True, slots=True)
class Known:
    """A property of documents; weighs nothing."""

    holds: Callable[[Facts, int], bool]
    cost: int

    def find(self, book: Book, within: set[int] | None, check: Check) -> Scores:
        check()
        facts = book.facts
        return {n: 0.0 for n in (everything(book) if within is None else within) if self.holds(facts, n)}

    def marks(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Both:
    """Each of `parts`, none of `nots`. Without parts: everything but `nots`."""

    parts: tuple[Part, ...]
    nots: tuple[Part, ...]
    cost: int

    def find(self, book: Book, within: set[int] | None, check: Check) -> Scores:
        found: Scores | None = None
        for part in self.parts:
            scores = part.find(book, within, check)
            found = scores if found is None else {n: found[n] + score for n, score in scores.items()}
            within = set(found)
            if not found:
                return {}
        if found is None:
            found = dict.fromkeys(everything(book) if within is None else within, 0.0)
        for part in self.nots:
            for number in part.find(book, set(found), check):
                del found[number]
        return found

    def marks(self) -> Iterator[str]:
        return (mark for part in self.parts for mark in part.marks())


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of the parts."""

    parts: tuple[Part, ...]
    cost: int

    def find(self, book: Book, within: set[int] | None, check: Check) -> Scores:
        found: Scores = {}
        for part in self.parts:
            for number, score in part.find(book, within, check).items():
                found[number] = found.get(number, 0.0) + score
        return found

    def marks(self) -> Iterator[str]:
        return (mark for part in self.parts for mark in part.marks())


def everything(book: Book) -> Iterator[int]:
    """All that can be found in a volume: not its mere places."""
    return (number for number, type in enumerate(book.facts.type) if type)


class Planner:
    """Makes a query's tree ready for a set of volumes. `near` maps a word to words that it may be a typo of."""

    def __init__(self, books: list[Book], near: dict[str, list[tuple[str, int]]] | None = None) -> None:
        self.books, self.near = books, near or {}
        facts = [book.facts for book in books]
        self.documents = sum(len(book) for book in books) or 1
        self.average = {
            "title": sum(sum(fact.title_length) for fact in facts) / self.documents or 1.0,
            "body": sum(sum(fact.body_length) for fact in facts) / self.documents or 1.0,
        }
        self.languages = frozenset(tag for fact in facts for tag in set(fact.language))

    def plan(self, node: Node) -> Part | None:
        """The part for a node; None when nothing in it can be searched (mere punctuation)."""
        match node:
            case Word(text, prefix):
                return self._terms(words.asked(text), prefix=prefix)
            case Phrase(text):
                return self._terms(words.asked(text), inflected=False)
            case Field(name, value):
                return self._field(name, value)
            case Not(part):
                inner = self.plan(part)
                return inner and Both((), (inner,), self.documents)
            case Either(parts):
                found = tuple(part for part in map(self.plan, parts) if part)
                return OneOf(found, sum(part.cost for part in found)) if found else None
            case All(parts):
                return self._all(parts)

    def _all(self, nodes: tuple[Node, ...]) -> Part | None:
        pairs = [(self.plan(node.part if isinstance(node, Not) else node), isinstance(node, Not)) for node in nodes]
        wanted = sorted((part for part, negated in pairs if part and not negated), key=lambda part: part.cost)
        nots = tuple(part for part, negated in pairs if part and negated)
        if nodes and not wanted and not nots:
            return None
        return Both(tuple(wanted), nots, min((part.cost for part in wanted), default=self.documents))

    def _terms(self, asked: tuple[str, ...], *, prefix: bool = False, inflected: bool = True) -> Part | None:
        if not asked:
            return None
        if len(asked) > 1:
            known = [self._known(term) for term in asked]
            return Run(asked, sum(map(self._rarity, known)), min(known))
        word = asked[0]
        weighed = {word: 1.0}
        if inflected and word[0] != "#" and not words.unspaced(word):
            weighed |= {form: STEM for form in words.forms(word, self.languages) if form != word}
            weighed |= {near: NEAR**edits for near, edits in self.near.get(word, ())}
        if prefix or (words.unspaced(word) and len(word) == 1):
            weighed |= {longer: BEGINS for longer in self._beginning(word) if longer not in weighed}
        return self._weigh(weighed, FIELDS)

    def _weigh(self, weighed: dict[str, float], fields: dict[str, float]) -> Terms:
        terms = tuple(
            (field, term, boost * weight) for term, weight in weighed.items() for field, boost in fields.items()
        )
        known = max(self._known(term) for term in weighed)
        cost = sum(self._known(term) for term in weighed)
        return Terms(terms, self._rarity(known), self.average, cost)

    def _known(self, term: str) -> int:
        """How many documents hold a term, at least."""
        return max(sum(book.frequency(field, term) for book in self.books) for field in FIELDS)

    def _rarity(self, known: int) -> float:
        return log(1 + (self.documents - known + 0.5) / (known + 0.5))

    def _beginning(self, prefix: str) -> list[str]:
        """The most frequent terms that begin so, the same however the index is cut."""
        found: dict[str, int] = {}
        for book in self.books:
            for field in ("body", "title"):
                for term in book.beginning(field, prefix):
                    found[term] = found.get(term, 0) + book.frequency(field, term)
        return heapq.nsmallest(EXPANSIONS, found, key=lambda term: (-found[term], term))

    def _field(self, name: str, value: str) -> Part | None:
        if name == "from":
            parts = tuple(self._weigh({term: 1.0}, {"author": 1.0}) for term in words.asked(value))
            return Both(parts, (), min(part.cost for part in parts)) if parts else None
        return Known(_property(name, value), self.documents)


def _property(name: str, value: str) -> Callable[[Facts, int], bool]:
    named = period(value)
    first = seconds(named[0]) if named else 0
    match name:
        case "channel":
            return lambda facts, n: facts.channel[n].lower() == value
        case "type":
            return lambda facts, n: facts.type[n] == value
        case "lang":
            return lambda facts, n: facts.language[n] == words.language(value)
        case "topic":
            return lambda facts, n: value.casefold() in facts.topic[n]
        case "before":
            return lambda facts, n: 0 < facts.time[n] < first
        case "after":
            return lambda facts, n: facts.time[n] >= max(first, 1)
        case "is":
            return lambda facts, n: f"is:{value}" in facts.has[n]
        case _:
            return lambda facts, n: value in facts.has[n]


def seconds(day: date) -> int:
    """The beginning of a day in UTC, in seconds since 1970."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def nearest(books: Iterable[Book], word: str, check: Check) -> list[tuple[str, int]]:
    """Words of the index that this may be a typo of, nearest and most frequent first: (word, edits).

    One edit for 4 to 7 letters, two from 8 on; the first letter is right.
    """
    edits = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if not edits:
        return []
    letters, held = set(word), Counter[str]()
    for book in books:
        check()
        for other, count in book.words(word[0], range(len(word) - edits, len(word) + edits + 1)):
            held[other] += count
    likely = (other for other in held if other != word and len(letters ^ set(other)) <= 2 * edits)
    far = {other: distance(word, other, edits) for other in likely}
    best = heapq.nsmallest(8, far, key=lambda other: (far[other], -held[other], other))
    return [(other, far[other]) for other in best if far[other] <= edits]
