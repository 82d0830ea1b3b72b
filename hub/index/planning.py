"""From a question's tree to parts that can be matched: which terms stand for a word, and how rare it is."""

from __future__ import annotations

import dataclasses
import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import takewhile
from math import log, log2

from whoosh.support.levenshtein import distance

from hub.index import words
from hub.index.book import Book
from hub.index.document import Document
from hub.index.matching import FIELDS, Both, Check, Known, OneOf, Part, Run, Terms, never
from hub.pages import topic
from hub.query import ANSWERED, All, Either, Field, Node, Not, Phrase, Word, period

STEM, BEGINS, NEAR = 0.6, 0.4, 0.25  # against the very word: its stem, a longer word, one typo
SAID = ("title", "body")
TELLING = 12  # words of a document that others are like it by
EXPANSIONS = 48  # words that one prefix or typo stands for at most


@dataclass(frozen=True, slots=True)
class Whole:
    """The opened volumes, and what weighs a word among all of them."""

    books: tuple[Book, ...] = ()
    documents: int = 1
    usual: tuple[float, float] = (1.0, 1.0)  # places of a title, of a text
    languages: frozenset[str] = frozenset()
    known: dict[str, int] = dataclasses.field(default_factory=dict)
    words: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    heard: dict[str, int] = dataclasses.field(default_factory=dict)

    def holds(self, term: str) -> int:
        """How many documents hold a term, at least."""
        if term not in self.known:
            self.known[term] = max(sum(book.held(field, term) for book in self.books) for field in FIELDS)
        return self.known[term]

    def spelled(self, letter: str, check: Check) -> set[str]:
        """Words of titles and texts that begin with a letter."""
        if letter not in self.words:
            found: set[str] = set()
            for book in self.books:
                check()
                found.update(*(book.lists[field].spelled(letter) for field in SAID if field in book.lists))
            self.words[letter] = found
        return self.words[letter]

    def beginning(self, prefix: str, many: int) -> list[str]:
        """The terms of titles and texts that begin so and stand most often, the same however the index is cut."""
        held: dict[str, dict[str, int]] = {field: {} for field in FIELDS}
        for field, found in held.items():
            for book in self.books:
                for term, docs in book.beginning(field, prefix):
                    found[term] = found.get(term, 0) + docs
        often = Counter(held["body"])
        often.update(held["title"])
        best = heapq.nsmallest(many, often, key=lambda term: (-often[term], term))
        self.known.update((term, max(found.get(term, 0) for found in held.values())) for term in best)
        return best

    def answered(self, book: Book) -> int:
        """What the public said in a volume and the brand answered: somewhere below it stands a word of the brand's."""
        if not self.heard:
            found: dict[int, list[int]] = {at: [] for at in range(len(self.books))}
            for at, number in self._above_ours():
                found[at].append(number)
            for at, one in enumerate(self.books):
                self.heard[one.folder.name] = one.bits_of(found[at]) & one.whole & ~one.bits("has", "is:ours")
        return self.heard[book.folder.name]

    def unanswered(self, book: Book) -> int:
        """What the public said in a volume without an answer by the brand."""
        return book.whole & ~book.bits("has", "is:ours") & ~self.answered(book)

    def _above_ours(self) -> Iterator[tuple[int, int]]:
        """All that stands above anything the brand said: the place of its volume, and its number there."""
        wanted = set().union(*(book.above_ours for book in self.books))
        found = wanted | {0}
        while wanted:
            id = wanted.pop()
            for at, book in enumerate(self.books):
                number = book.numbers_of.get(id)
                if number is not None:
                    yield at, number
                    wanted |= {book.facts.above[number]} - found
                    found.add(book.facts.above[number])

    def often(self, word: str) -> int:
        """How many titles and texts hold a word."""
        return sum(book.held(field, word) for book in self.books for field in SAID)


def usual(places: int, documents: int) -> float:
    """About how long texts are, to a fifth: a step that single messages do not move, so that what was weighed holds."""
    return 2.0 ** (round(4 * log2(places / documents)) / 4) if places and documents else 1.0


class Planner:
    """Makes a query's tree ready for a set of volumes. `near` maps a word to words that it may be a typo of."""

    def __init__(self, whole: Whole, near: dict[str, list[tuple[str, int]]] | None = None) -> None:
        self.whole, self.near = whole, near or {}

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
                return inner and Both((), (inner,), self.whole.documents)
            case Either(parts):
                found = tuple(part for part in map(self.plan, parts) if part)
                return OneOf(found, sum(part.cost for part in found)) if found else None
            case All(parts):
                return self._all(parts)

    def alike(self, one: Document) -> Part | None:
        """The words that tell most of a document: often in it, seldom elsewhere, but somewhere."""
        found, _ = words.places(f"{one.title} {one.text}", one.language)
        held = {term: self.whole.holds(term) for term in found if term[0] not in "~#" and len(term) > 1}
        weights = {term: len(found[term]) * self._rarity(known) for term, known in held.items() if known > 1}
        telling = heapq.nsmallest(TELLING, weights, key=lambda term: (-weights[term], term))
        parts = tuple(self._weigh({term: 1.0}, FIELDS) for term in telling)
        return OneOf(parts, sum(part.cost for part in parts)) if parts else None

    def _all(self, nodes: tuple[Node, ...]) -> Part | None:
        pairs = [(self.plan(node.part if isinstance(node, Not) else node), isinstance(node, Not)) for node in nodes]
        wanted = sorted((part for part, negated in pairs if part and not negated), key=lambda part: part.cost)
        nots = tuple(part for part, negated in pairs if part and negated)
        if nodes and not wanted and not nots:
            return None
        return Both(tuple(wanted), nots, min((part.cost for part in wanted), default=self.whole.documents))

    def _terms(self, asked: tuple[str, ...], *, prefix: bool = False, inflected: bool = True) -> Part | None:
        if not asked:
            return None
        if len(asked) > 1:
            known = [self.whole.holds(term) for term in asked]
            return Run(asked, sum(map(self._rarity, known)), min(known))
        word = asked[0]
        weighed = {word: 1.0}
        if inflected and word[0] != "#" and not words.unspaced(word):
            weighed |= {form: STEM for form in words.forms(word, self._tongues(word)) if form != word}
            weighed |= {near: NEAR**edits for near, edits in self.near.get(word, ())}
        starts = prefix or (words.unspaced(word) and len(word) == 1)
        if starts:
            weighed |= {longer: BEGINS for longer in self.whole.beginning(word, EXPANSIONS) if longer not in weighed}
        return self._weigh(weighed, FIELDS, word if starts else "")

    def _tongues(self, word: str) -> frozenset[str]:
        """The languages a word may be inflected in. What stands nowhere is a word of those alone that say another form.

        Else a typo is taken for an inflection: "expresso" is a form of "express" to an Italian, and meant is espresso.
        """
        tongues = self.whole.languages
        return tongues if self.whole.often(word) else frozenset(one for one in tongues if self._says(one, word))

    def _says(self, tongue: str, word: str) -> bool:
        """Does any message of a language hold another form of a word?"""
        forms = words.forms(word, frozenset({tongue}))
        part = self._weigh(dict.fromkeys(forms, 1.0), dict.fromkeys(SAID, 1.0)) if forms else None
        books = self.whole.books if part else ()
        return any(part.bits(book, never) & book.bits("language", tongue) for book in books if part)

    def _weigh(self, weighed: dict[str, float], fields: dict[str, float], prefix: str = "") -> Terms:
        known = [self.whole.holds(term) for term in weighed]
        terms, named = tuple(weighed.items()), tuple(fields.items())
        return Terms(terms, named, prefix, self._rarity(max(known)), self.whole.usual, sum(known))

    def _rarity(self, known: int) -> float:
        return log(1 + (self.whole.documents - known + 0.5) / (known + 0.5))

    def _field(self, name: str, value: str) -> Part | None:
        if name == "from":
            parts = tuple(self._weigh({term: 1.0}, {"author": 1.0}) for term in words.asked(value))
            return Both(parts, (), min(part.cost for part in parts)) if parts else None
        if name == "is" and value in ANSWERED:
            return Known(self.whole.answered if value == "answered" else self.whole.unanswered, self.whole.documents)
        return Known(_property(name, value), self.whole.documents)


def _property(name: str, value: str) -> Callable[[Book], int]:
    named = period(value)
    first = seconds(named[0]) if named else 0
    match name:
        case "channel":
            return lambda book: _any(book, "channel", lambda one: one.lower() == value)
        case "type":
            return lambda book: book.bits("type", value)
        case "lang":
            return lambda book: book.bits("language", words.language(value))
        case "topic":
            return lambda book: book.bits("topic", topic(value))
        case "before":
            return lambda book: within(book, 1, first)
        case "after":
            return lambda book: within(book, max(first, 1), FOREVER)
        case "is":
            return lambda book: book.bits("has", f"is:{value}")
        case _:
            return lambda book: book.bits("has", value)


FOREVER = 1 << 40


def within(book: Book, first: int, last: int) -> int:
    """The documents of a time, in seconds: from `first` on, before `last`. Months count whole where they can."""
    found, times = 0, book.facts.time
    for month, bits in book.sets("month"):
        begin, end = _span(month)
        if first <= begin and end <= last:
            found |= bits
        elif begin < last and first < end:
            found |= book.bits_of([at for at in book.groups("month")[month] if first <= times[at] < last])
    return found


@lru_cache(maxsize=4_000)
def _span(month: str) -> tuple[int, int]:
    first, last = period(month) or (date.min, date.max)
    return seconds(first), seconds(last)


def _any(book: Book, facet: str, holds: Callable[[str], bool]) -> int:
    found = 0
    for value in book.groups(facet):
        found |= book.bits(facet, value) if holds(value) else 0
    return found


def seconds(day: date) -> int:
    """The beginning of a day in UTC, in seconds since 1970."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def nearest(whole: Whole, word: str, check: Check) -> list[tuple[str, int]]:
    """Words of the index that this may be a typo of, nearest and most frequent first: (word, edits).

    One edit for 4 to 7 letters, two from 8 on, two letters that changed places being one; the first letter is right.
    Where there are none, words that end otherwise: inflections of a word that the index does not hold.
    """
    edits = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if not edits:
        return []
    least, most, letters, held = len(word) - edits, len(word) + edits, set(word), whole.spelled(word[0], check)
    fit = (other for other in held if least <= len(other) <= most and other != word)
    likely = (other for other in fit if len(letters.symmetric_difference(other)) <= 2 * edits)
    far = {other: steps for other in likely if (steps := distance(word, other, edits)) <= edits}
    if not far and word not in held:
        far = {other: 2 for other in held if _akin(word, other)}
    often = {other: whole.often(other) for other in far}
    return [(other, far[other]) for other in heapq.nsmallest(8, far, key=lambda one: (far[one], -often[one], one))]


def _akin(one: str, other: str) -> bool:
    """Do they begin alike, four letters or more, and end in three others at most?"""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return shared > 3 and max(len(one), len(other)) - shared < 4
