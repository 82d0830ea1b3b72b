"""One question to one opened index: what matches, in which order, counted by facet, with snippets."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from time import perf_counter
from typing import NamedTuple

from hub import pages
from hub.index import Hit, Results
from hub.index.document import Document
from hub.index.matching import Part, Planner, Scores, nearest, seconds
from hub.index.snippets import snippets
from hub.index.volume import CALENDAR, YEAR, Book, Facts
from hub.index.words import asked
from hub.query import Query, show, words

DEADLINE = 0.15  # seconds for matching; what is done with the matches takes less than as long again
FEW = 3  # hits below which near words are tried
LASTING = 0.4  # of a score stays however old the item is; the rest halves every year before the newest one
POST = 1.3
VALUES = 50  # of one facet
FOREVER = 1 << 40


class TimeUpError(Exception):
    """The deadline passed inside a search; what was found so far is the answer."""


@dataclass(frozen=True, slots=True)
class View:
    """The index at one moment, opened: volumes by name, and the time of the newest document."""

    stamp: tuple[int, int, int] = (-1, 0, 0)
    books: Mapping[str, Book] = field(default_factory=dict)
    newest: int = 0

    def find(self, id: str) -> Document | None:
        """The document or place with this id."""
        for book in self.books.values():
            number = book.find(id)
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


Found = dict[str, Scores]
"""Volume → number → score."""


class Search:
    """A question being answered."""

    def __init__(self, view: View, query: Query) -> None:
        self.view, self.query = view, query
        self.books = list(view.books.values())
        self.first = seconds(query.since) if query.since else 0
        self.last = seconds(query.until) if query.until else FOREVER
        self.until = perf_counter() + DEADLINE
        self.partial = False

    def check(self) -> None:
        """Raises when time is up."""
        if perf_counter() > self.until:
            raise TimeUpError

    def results(self) -> Results:
        """Exact hits; where they are fewer than three, those of near words stand behind them."""
        plan = Planner(self.books).plan(self.query.tree)
        exact = self.run(plan)
        kept = self.passing(exact)
        if _size(kept) >= FEW or not self.query.text:
            return self.answer(exact, kept, {}, plan)
        near = self.near()
        wider = Planner(self.books, near).plan(self.query.tree) if near else None
        more = {
            name: {number: score for number, score in scores.items() if number not in exact.get(name, ())}
            for name, scores in self.run(wider).items()
        }
        every = {name: more.get(name, {}) | exact.get(name, {}) for name in {**exact, **more}}
        return self.answer(every, kept, self.passing(more), wider or plan, self.meant(near))

    def run(self, plan: Part | None) -> Found:
        """Everything that matches a plan, the newest volumes first."""
        found: Found = {}
        try:
            for name, book in reversed(list(self.view.books.items())) if plan else ():
                found[name] = plan.find(book, None, self.check) if plan else {}
        except TimeUpError:
            self.partial = True
        return found

    def near(self) -> dict[str, list[tuple[str, int]]]:
        """For each word asked for, the words it may be a typo of."""
        near: dict[str, list[tuple[str, int]]] = {}
        self.until = max(self.until, perf_counter() + DEADLINE)
        try:
            for term in self.single():
                if found := nearest(self.books, term, self.check):
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
            if near.get(term) and not any(book.frequency("body", term) for book in self.books):
                text = text.replace(typed, near[term][0][0], 1)
        return text if text != self.query.text else ""

    def passing(self, found: Found, but: str = "") -> Found:
        """The matches that pass every filter; those of the facet `but` do not count."""
        passed = {}
        for name, scores in found.items():
            facts = self.view.books[name].facts
            numbers: Iterable[int] = scores
            if self.first or self.last < FOREVER:
                first, times = max(self.first, 1), facts.time
                numbers = [number for number in numbers if first <= times[number] < self.last]
            for facet, wanted in self.query.filters:
                if facet != but:
                    values = column(facet, facts)
                    numbers = [number for number in numbers if _among(values[number], wanted)]
            passed[name] = scores if numbers is scores else {number: scores[number] for number in numbers}
        return passed

    def answer(self, found: Found, kept: Found, behind: Found, plan: Part | None, meant: str = "") -> Results:
        """The page asked for. `behind` are the hits of near words."""
        marks = frozenset(plan.marks()) if plan else frozenset()
        return Results(
            hits=tuple(self.hit(row, marks) for row in self.page(kept, behind)),
            total=_size(kept) + _size(behind),
            facets={name: self.facet(name, found) for name in self.query.facets},
            suggestions=(meant,) if meant else (),
            corrected=meant if _size(behind) and not _size(kept) else "",
            note=self.query.note,
            partial=self.partial,
            parsed=show(self.query.tree),
        )

    def page(self, kept: Found, behind: Found) -> list[Row]:
        """The matches of one page; exact ones first unless the order is by time."""
        last = self.query.start + self.query.per_page
        if self.query.sort != "relevance":
            kept, behind = {name: kept.get(name, {}) | behind.get(name, {}) for name in {**kept, **behind}}, {}
        rows = self.first_rows(kept, last)
        if len(rows) < last:
            rows += self.first_rows(behind, last - len(rows))
        return rows[self.query.start :]

    def first_rows(self, found: Found, many: int) -> list[Row]:
        """The first matches of an order. Only those that may be among them become rows: most of many do not."""
        weights = {name: self.weights(self.view.books[name].facts, scores) for name, scores in found.items()}
        best = heapq.nlargest(many, chain.from_iterable(weights.values()))
        least = best[-1] if best else 0.0
        rows = []
        for name, scores in found.items():
            facts = self.view.books[name].facts
            for number, weight in zip(scores, weights[name], strict=True):
                if weight >= least:
                    rows.append(Row(weight, facts.time[number], facts.order[number], name, number))
        return sorted(rows, key=ORDERS[self.query.sort])[:many]

    def weights(self, facts: Facts, scores: Scores) -> list[float]:
        """What the order wants first weighs most. For relevance: the newer the better, posts before replies."""
        if self.query.sort == "newest":
            return [float(facts.time[number]) for number in scores]
        if self.query.sort == "oldest":
            return [float(FOREVER - facts.time[number]) if facts.time[number] else 0.0 for number in scores]
        age, fresh, post = (1 - LASTING) * 0.5 ** ((self.view.newest - CALENDAR) / YEAR), facts.fresh, facts.post
        weigh = (1.0, POST)
        pairs = scores.items()
        return [(score or 0.001) * (LASTING + age * fresh[number]) * weigh[post[number]] for number, score in pairs]

    def facet(self, name: str, found: Found) -> tuple[tuple[str, int], ...]:
        """How many hits each value leaves: other facets' filters count, its own do not."""
        combined: Counter[tuple[str, ...] | str] = Counter()
        for volume, numbers in self.passing(found, but=name).items():
            combined.update(map(column(name, self.view.books[volume].facts).__getitem__, numbers))
        counted: Counter[str] = Counter()
        for value, count in combined.items():
            for single in (value,) if isinstance(value, str) else value:
                counted[single] += count
        shown = (value for value in counted if value and not value.startswith("is:"))
        best = heapq.nsmallest(VALUES, shown, key=lambda value: (-counted[value], value))
        return tuple((value, counted[value]) for value in best)

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


def column(facet: str, facts: Facts) -> Sequence[str] | Sequence[tuple[str, ...]]:
    """A facet's value, or values, for each document of a volume."""
    found: Sequence[str] | Sequence[tuple[str, ...]] = getattr(facts, facet)
    return found


def _among(value: str | tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return value in wanted if isinstance(value, str) else not set(value).isdisjoint(wanted)


def _size(found: Found) -> int:
    return sum(map(len, found.values()))
