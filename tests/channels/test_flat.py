"""Flat lists: what is pushed down is not missing, what vanished is, and a walk that is cut goes on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels import Ask
from hub.channels.flat import Page, Row, Walk
from hub.model import Batch, Item
from hub.web import Seen

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class List:
    """A list of numbers, the greatest first, three a page; `counts` says how many there are."""

    lines: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    counts: bool = True
    asked: int = 0

    def page(self, where: str, seen: Seen | None = None) -> Page:
        self.asked += 1
        start, lines = int(where or 0), sorted(self.lines, reverse=True)
        some = lines[start : start + 3]
        mark = Seen(digest=repr(some))
        total = len(lines) if self.counts else -1
        rows = tuple(Row(name=f"x:{n}", moved=f"{n:03}", item=None if n in self.hidden else item(n)) for n in some)
        more = str(start + 3) if start + 3 < len(lines) else ""
        return Page(rows=rows, next=more, total=total, seen=mark, unchanged=bool(seen and seen == mark))


def item(number: int) -> Item:
    return Item(id=f"x:{number}", url=f"x:{number}", channel="list")


def walk(shelf: List, before: list[Batch] | None = None, steps: int = 99, **ask: bool) -> list[Batch]:
    cursor: dict[str, Any] = json.loads(json.dumps(before[-1].cursor)) if before else {}
    walking = Walk(shelf, Ask(now=NOW, **ask), cursor).batches()
    return [batch for batch, _ in zip(walking, range(steps), strict=False)]


def ids(batches: list[Batch]) -> set[int]:
    return {int(one.id[2:]) for batch in batches for one in batch.items}


def gone(batches: list[Batch]) -> set[int]:
    return {int(name[2:]) for batch in batches for name in batch.gone}


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(41, 60)), st.integers(1, 5))
def test_however_a_walk_is_cut_everything_comes(old: set[int], new: set[int], steps: int) -> None:
    shelf, batches, came = List([*old]), list[Batch](), set[int]()
    for _ in range(30):
        part = walk(shelf, batches, steps)
        came, batches = came | ids(part), part or batches
        shelf.lines = [*(old | new)]
    assert came == old | new
    assert walk(shelf, batches) == []


def test_news_are_read_down_to_what_is_known(tmp_path: object) -> None:
    shelf = List([*range(1, 31)])
    before = walk(shelf)
    shelf.lines, shelf.asked = [*range(1, 36)], 0
    assert ids(walk(shelf, before)) == {35, 34, 33, 32, 31, 30}
    assert shelf.asked == 2


def test_what_is_pushed_down_stays_and_what_vanished_is_missing() -> None:
    shelf = List([*range(1, 31)])
    before = walk(shelf)
    shelf.lines = [n for n in range(1, 32) if n != 29]
    assert [name for batch in walk(shelf, before) for name in batch.missing] == ["x:29"]


def test_a_sweep_says_what_is_left() -> None:
    shelf = List([*range(1, 11)])
    before = walk(shelf)
    shelf.lines.remove(2)
    (claim,) = [one for batch in walk(shelf, before, sweep=True) for one in batch.complete]
    assert claim.ids == {f"x:{n}" for n in range(1, 11) if n != 2}


def test_a_list_that_shifted_while_it_was_read_claims_nothing() -> None:
    shelf = List([*range(1, 11)])
    first = walk(shelf, steps=1)
    shelf.lines.remove(9)
    assert not any(batch.complete for batch in walk(shelf, first))


@pytest.mark.parametrize("counts", [True, False])
def test_what_is_hidden_is_named_as_gone(counts: bool) -> None:
    batches = walk(List([1, 2, 3, 4], hidden={2, 4}, counts=counts))
    assert (ids(batches), gone(batches)) == ({1, 3}, {2, 4})
