"""One question to one opened index: what matches, in which order, counted by facet, with snippets."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

from hub import pages
from hub.index import Hit, Results
from hub.index.book import Book, Pick
from hub.index.document import Document, digest
from hub.index.matching import Part, layers
from hub.index.planning import FOREVER, Planner, Whole, nearest, seconds, within
from hub.index.snippets import snippets
from hub.index.words import asked
from hub.query import ANSWERED, Query, show, words

DEADLINE = 0.15  # seconds for matching; what is done with the matches takes less than as long again
FEW = 3  # hits below which near words are tried
VALUES = 50  # of one facet
LEAST = 0.001  # what a match is worth that no word weighs
STANDING = ("type", "channel", "language", "has")  # facets whose every value is told, also where it leaves nothing


class TimeUpError(Exception):
    """The deadline passed inside a search; what was found so far is the answer."""


@dataclass(frozen=True, slots=True)
class View:
    """The index at one moment, opened: volumes by name, and the time of the newest document."""

    stamp: tuple[int, int, int] = (-1, 0, 0)
    books: Mapping[str, Book] = field(default_factory=dict)
    newest: int = 0
    whole: Whole = field(default_factory=Whole)

    def find(self, id: str) -> Document | None:
        """The document or place with this id."""
        wanted = digest(id)
        for book in self.books.values():
            number = book.numbers_of.get(wanted)
            if number is not None:
                return book.kept(number)[0]
        return None


class Row(NamedTuple):
    """A match that may be shown: what it is ordered by, the volume and its number there."""

    score: float
    time: int
    order: int
    volume: str
    number: int


Found = dict[str, int]
"""Volume → documents, as bits."""


class Search:
    """A question being answered."""

    def __init__(self, view: View, query: Query, patience: float = DEADLINE) -> None:
        """`patience` is how many seconds it may take to find what matches."""
        self.view, self.query = view, query
        self.first = seconds(query.since) if query.since else 0
        self.last = seconds(query.until) if query.until else FOREVER
        self.patience = patience
        self.until = perf_counter() + patience
        self.partial = False
        self.picks: dict[tuple[str, int], Pick] = {}

    def check(self) -> None:
        """Raises when time is up."""
        if perf_counter() > self.until:
            raise TimeUpError

    def results(self) -> Results:
        """Exact hits; where they are fewer than three, those of near words stand behind them."""
        plan = Planner(self.view.whole).plan(self.query.tree)
        exact = self.run(plan)
        kept = self.passing(exact)
        if _size(kept) >= FEW or not self.query.text:
            return self.answer(exact, self.page([(kept, plan)]), _size(kept), plan)
        near = self.near()
        wider = Planner(self.view.whole, near).plan(self.query.tree) if near else None
        more = {name: bits & ~exact.get(name, 0) for name, bits in self.run(wider).items()}
        every = {name: more.get(name, 0) | exact.get(name, 0) for name in {**exact, **more}}
        behind, meant = self.passing(more), self.meant(near)
        rows = self.page([(kept, plan), (behind, wider)])
        found = self.answer(every, rows, _size(kept) + _size(behind), wider or plan)
        instead = meant if _size(behind) and not _size(kept) else ""
        return replace(found, suggestions=(meant,) if meant else (), corrected=instead)

    def alike(self, one: Document, many: int) -> tuple[Hit, ...]:
        """What shares most of its telling words with a document, itself left out."""
        plan = Planner(self.view.whole).alike(one)
        rows = self.best(self.run(plan), plan, many + 1)
        hits = [self.hit(row, frozenset()) for row in rows]
        return tuple(hit for hit in hits if hit.id != one.id)[:many]

    def run(self, plan: Part | None) -> Found:
        """Everything that matches a plan, the newest volumes first."""
        found: Found = {}
        try:
            for name, book in reversed(list(self.view.books.items())) if plan else ():
                found[name] = plan.bits(book, self.check) if plan else 0
        except TimeUpError:
            self.partial = True
        return found

    def near(self) -> dict[str, list[tuple[str, int]]]:
        """For each word asked for, the words it may be a typo of."""
        near: dict[str, list[tuple[str, int]]] = {}
        self.until = max(self.until, perf_counter() + self.patience)
        try:
            for term in self.single():
                if found := nearest(self.view.whole, term, self.check):
                    near[term] = found
        except TimeUpError:
            self.partial = True
        return near

    def single(self) -> dict[str, str]:
        """The words asked for that are one term, with how they were typed."""
        found = {}
        for word in words(self.query.tree):
            terms = asked(word.text)
            if len(terms) == 1:
                found[terms[0]] = word.text
        return found

    def meant(self, near: Mapping[str, list[tuple[str, int]]]) -> str:
        """The question with each unknown word replaced by the nearest known one; "" when nothing changes."""
        text = self.query.text
        for term, typed in self.single().items():
            if near.get(term) and not any(book.held("body", term) for book in self.view.books.values()):
                text = text.replace(typed, near[term][0][0], 1)
        return text if text != self.query.text else ""

    def passing(self, found: Found, but: str = "") -> Found:
        """The matches that pass every filter; those of the facet `but` do not count."""
        filters = [(facet, wanted) for facet, wanted in self.query.filters if facet != but]
        bounded = self.first or self.last < FOREVER
        if not filters and not bounded:
            return found
        passed = {}
        for name, bits in found.items():
            book = self.view.books[name]
            bits &= within(book, max(self.first, 1), self.last) if bounded and bits else -1
            for facet, wanted in filters:
                bits &= self.either(book, facet, wanted) if bits else 0
            passed[name] = bits
        return passed

    def either(self, book: Book, facet: str, wanted: tuple[str, ...]) -> int:
        """The documents of any of these values of a facet."""
        found = 0
        for value in wanted:
            if facet != "answered":
                found |= book.bits(facet, value)
            elif value in ANSWERED:
                found |= self.view.whole.answered(book) if value == "answered" else self.view.whole.unanswered(book)
        return found

    def answer(self, found: Found, rows: list[Row], total: int, plan: Part | None) -> Results:
        """The page asked for."""
        marks = frozenset(plan.marks()) if plan else frozenset()
        return Results(
            hits=tuple(self.hit(row, marks) for row in rows),
            total=total,
            facets={name: self.facet(name, found) for name in self.query.facets},
            note=self.query.note,
            partial=self.partial,
            parsed=show(self.query.tree),
        )

    def page(self, ranks: list[tuple[Found, Part | None]]) -> list[Row]:
        """The matches of one page: the first rank before the second, unless the order is by time."""
        last, rows = self.query.start + self.query.per_page, []
        for found, plan in ranks:
            rows += self.best(found, plan, last)
        if self.query.sort != "relevance":
            rows.sort(key=ORDERS[self.query.sort])
        return rows[self.query.start : last]

    def best(self, found: Found, plan: Part | None, many: int) -> list[Row]:
        """The first matches of an order. Only those that may be among them become rows: most of many do not."""
        order, rows, least = ORDERS[self.query.sort], list[Row](), 0.0
        for most, name, bits in self.layers(found, plan):
            if most < least:
                break
            book, pick = self.view.books[name], self.pick(name, bits)
            weights, facts = self.weights(book, pick, plan), book.facts
            if pick.many > many and not least:
                least = heapq.nlargest(many, weights)[-1]
            rows += [
                Row(weight, facts.time[number], facts.order[number], name, number)
                for number, weight in zip(pick.of(book.every), weights, strict=True)
                if weight >= least
            ]
            if len(rows) > many:
                rows = sorted(rows, key=order)[:many]
                least = rows[-1].score
        return sorted(rows, key=order)

    def layers(self, found: Found, plan: Part | None) -> list[tuple[float, str, int]]:
        """The matches in layers, (the most that one can weigh, volume, documents), the best first.

        A common word is in most messages, and those that lead are few: the rest is never scored.
        """
        if self.query.sort != "relevance":
            return [(math.inf, name, bits) for name, bits in found.items() if bits]
        made = []
        for name, bits in found.items():
            book = self.view.books[name]
            for most, layer in layers(plan, book, bits) if plan and bits else ():
                tiers = book.standing(self.view.newest).tiers if layer else ()
                made += [(max(most, LEAST) * high, name, layer & tier) for high, tier in tiers if layer & tier]
        return sorted(made, key=lambda layer: -layer[0])

    def pick(self, name: str, bits: int) -> Pick:
        """The documents of these bits; the same ones are asked for by the page and by each facet."""
        if (name, bits) not in self.picks:
            self.picks[name, bits] = Pick(bits, len(self.view.books[name]))
        return self.picks[name, bits]

    def weights(self, book: Book, pick: Pick, plan: Part | None) -> list[float]:
        """What the order wants first weighs most. For relevance: the newer the better, posts before replies."""
        times = pick.of(book.facts.time)
        if self.query.sort == "newest":
            return list(map(float, times))
        if self.query.sort == "oldest":
            return [float(FOREVER - time) if time else 0.0 for time in times]
        scores = plan.scores(book, pick) if plan else None
        standing = pick.of(book.standing(self.view.newest).values)
        if scores is None:
            return [LEAST * stands for stands in standing]
        return [(score or LEAST) * stands for score, stands in zip(scores, standing, strict=True)]

    def facet(self, name: str, found: Found) -> tuple[tuple[str, int], ...]:
        """How many hits each value leaves: other facets' filters count, its own do not."""
        counted: Counter[str | tuple[str, ...]] = Counter()
        for where, bits in self.passing(found, but=name).items():
            if name == "answered":
                sets = {value: self.either(self.view.books[where], name, (value,)) for value in ANSWERED}
                counted.update({value: (bits & group).bit_count() for value, group in sets.items()})
            elif bits:
                self.view.books[where].tally(name, bits, self.pick(where, bits), counted)
        for several in [value for value in counted if isinstance(value, tuple)]:
            for value in several:
                counted[value] += counted[several]
            del counted[several]
        for book in self.view.books.values() if name in STANDING else ():
            counted.update(dict.fromkeys(book.groups(name), 0))
        least = min(heapq.nlargest(VALUES, counted.values()), default=0)
        shown = [(str(value), count) for value, count in counted.items() if count >= least and value]
        shown = [(value, count) for value, count in shown if not value.startswith("is:")]
        return tuple(sorted(shown, key=lambda pair: (-pair[1], pair[0]))[:VALUES])

    def hit(self, row: Row, marks: frozenset[str]) -> Hit:
        """A match as it is shown. Address and heading are those its root has now."""
        kept, _ = self.view.books[row.volume].kept(row.number)
        root = kept if kept.root == kept.id else self.view.find(kept.root)
        page = root.address if root else ""
        reply = kept.type == "reply"
        return Hit(
            id=kept.id,
            url=page + (f"#{pages.anchor(kept.id)}" if reply else "") if page else kept.origin,
            type=kept.type,
            channel=kept.channel,
            author=kept.author,
            published=datetime.fromtimestamp(kept.time, UTC) if kept.time else None,
            language=kept.language,
            title=(root.heading if root else "") or kept.title,
            snippets=snippets(kept.text, kept.language, marks),
            score=round(row.score, 4),
            handle=kept.handle,
            profile=kept.profile,
            origin=kept.origin,
            parent=page if reply else "",
        )


ORDERS: Mapping[str, Callable[[Row], tuple[float, ...]]] = {
    "relevance": lambda row: (-row.score, -row.time, row.order),
    "newest": lambda row: (-row.time, row.order),
    "oldest": lambda row: (not row.time, row.time, row.order),
}


def _size(found: Found) -> int:
    return sum(bits.bit_count() for bits in found.values())
