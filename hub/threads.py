"""What hangs from what, and in which order it is read. Pure: plain values in, plain values out, no recursion.

An item is tied to at most one other: a copy to the post it is a copy of, any other to the parent it names where that
one is known, else to the conversation's root where the network gives one, else to a post of the brand it links to. Ties
that run in a circle are cut at their smallest member. What is tied to nothing is a root when it may head a talk: what
the brand said, and mentions (hub.store.mentions). Anything else waits for what it answers, and is on no page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

UNDATED = "~"  # sorts after every date


def moment(published: datetime | None) -> str:
    """A time as text that sorts; undated comes last. Always with microseconds, so that equal times are equal."""
    return published.astimezone(UTC).isoformat(timespec="microseconds") if published else UNDATED


# where an item hangs


@dataclass(frozen=True, slots=True)
class Node:
    """An item and its possible ties: ids of known items, "" where it names none or one that is not known."""

    id: str
    moment: str
    heads: bool  # may it be a root?
    parent: str = ""
    root: str = ""
    copy: str = ""  # what it is a copy of (hub.copies)
    mention: str = ""  # the post of the brand it links to, where it answers nothing

    @property
    def ties(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(to for to in (self.copy, self.parent, self.root, self.mention) if to and to != self.id)
        )

    @property
    def rank(self) -> tuple[str, str]:
        return self.moment, self.id


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item hangs: the thread's root ("" while it waits), the item above it ("" for none), and whether only
    the network's word for the conversation ties it there."""

    thread: str
    above: str
    joined: bool


def place(nodes: Collection[Node], known: Mapping[str, str] | None = None) -> dict[str, Place]:
    """The place of every node. Ties lead to other nodes or to `known` items, whose threads are given and stay."""
    by_id, threads = {node.id: node for node in nodes}, dict(known or {})
    ties = _uncircled(by_id)
    for start in by_id:
        line = [start] if start not in threads else []
        while line and (above := ties[line[-1]]) and above not in threads:
            line.append(above)
        for id in reversed(line):
            threads[id] = thread(id, by_id[id].heads, threads[ties[id]] if ties[id] else "")
    return {
        id: Place(
            threads[id], ties[id], joined=bool(ties[id]) and ties[id] not in (node.parent, node.copy, node.mention)
        )
        for id, node in by_id.items()
    }


def thread(id: str, heads: bool, above: str) -> str:
    """The thread of an item under one whose thread is `above` ("" when that one waits, or there is none)."""
    return above or (id if heads else "")


def _uncircled(nodes: Mapping[str, Node]) -> dict[str, str]:
    """The tie each node keeps. In a circle the smallest node falls back to its next tie, until no circle is left.

    Circles share no member, and breaking one leaves the others as they are: the order of breaking does not matter.
    """
    left = {id: list(reversed(node.ties)) for id, node in nodes.items()}
    done: set[str] = set()
    for start in nodes:
        path: dict[str, int] = {}
        at = start
        while at not in done and at in nodes:
            if at in path:
                circle = list(path)[path[at] :]
                at = min(circle, key=lambda id: nodes[id].rank)
                left[at].pop()
                path = {id: step for id, step in path.items() if step <= path[at]}
            path.setdefault(at, len(path))
            if not left[at]:
                break
            at = left[at][-1]
        done.update(path)
    return {id: ties[-1] if ties else "" for id, ties in left.items()}


# a post in parts

GOES_ON = timedelta(hours=1)  # from one part to the next
NUMBERED = timedelta(days=1)  # where both say which part they are
_MARKS = (  # "1/5", "(2/5)", "🧵 1/n" at either end of a text; no date
    re.compile(r"^\W*(\d{1,2}) ?/ ?(\d{1,2}|n)(?![\w/])", re.IGNORECASE),
    re.compile(r"(?<![\w/.(\[])[(\[]?(\d{1,2}) ?/ ?(\d{1,2}|n)\W*$", re.IGNORECASE),
)


class Mark(NamedTuple):
    """Which part a text says it is, and of how many (0: it does not say)."""

    at: int
    of: int


def mark(text: str) -> Mark | None:
    """The number a text bears at its beginning or its end, where that can be one of a part."""
    for found in filter(None, (pattern.search(text) for pattern in _MARKS)):
        said = Mark(int(found[1]), int(found[2]) if found[2].isdigit() else 0)
        if said.at and (said.of == 0 or said.at <= said.of >= 2):
            return said
    return None


def unmarked(text: str) -> str:
    """A text without the number of a part at its beginning or end."""
    if mark(text) is None:
        return text
    for pattern in _MARKS:
        text = pattern.sub("", text, count=1).strip()
    return text


def announced(texts: Sequence[str]) -> int:
    """Of how many parts these say that they are some; as many as there are where they do not say, or say less."""
    said = [found.of for text in texts if (found := mark(text))]
    return max([len(texts), *said]) if len(texts) > 1 else len(texts)


class Said(Protocol):
    """What of a post decides whether it goes on with another."""

    @property
    def id(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def published(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def author(self) -> str: ...


def goes_on(before: Said, after: Said, marks: tuple[Mark | None, Mark | None] = (None, None)) -> bool:
    """Does a post of the brand go on with another: an answer to itself, of the same author, in the same place, soon?

    Where both bear a number, the numbers decide; after the last of all parts nothing goes on.
    """
    if after.parent != before.id or after.channel != before.channel or not after.author == before.author != "":
        return False
    if UNDATED in (before.published, after.published):
        return False
    gap = datetime.fromisoformat(after.published) - datetime.fromisoformat(before.published)
    one, other = marks
    if one and other:
        return other.at == one.at + 1 and 0 in (one.of - other.of, one.of, other.of) and timedelta(0) <= gap <= NUMBERED
    return not (one and one.at == one.of) and timedelta(0) <= gap <= GOES_ON


# reading order


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a thread as its reading order needs it.

    `shown` is false for the place of one that is gone or hidden. `gap` is a key for the parent it names when that
    one is not here: a line of its own stands for it, above all replies that share it.
    """

    id: str
    above: str
    moment: str
    shown: bool = True
    gap: str = ""


class Spot(NamedTuple):
    """A place in a thread: an item or, with `gap`, the parent of this key that is not here, below the item `id`."""

    id: str
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line in reading order, how deep it stands, and what it answers (None: the root itself)."""

    depth: int
    spot: Spot
    above: Spot | None


_Rank = tuple[str, str]


def reading(root: str, lines: Iterable[Line]) -> Iterator[Step]:
    """Parents before children, siblings by (moment, id); what is not shown only while something shown hangs below."""
    lines = list(lines)
    below, ranks = _branches(lines)
    kept = _kept(Spot(root), below, {Spot(line.id) for line in lines if line.shown})
    stack = [Step(-1, Spot(root), None)]
    while stack:
        step = stack.pop()
        if step.depth >= 0:
            yield step
        children = sorted((spot for spot in below.get(step.spot, ()) if spot in kept), key=ranks.__getitem__)
        above = step.spot if step.depth >= 0 else None
        stack += [Step(step.depth + 1, spot, above) for spot in reversed(children)]


def _branches(lines: Iterable[Line]) -> tuple[dict[Spot, list[Spot]], dict[Spot, _Rank]]:
    """What hangs directly below each spot, and what it is sorted by; a gap sorts as its first reply."""
    below: dict[Spot, list[Spot]] = {}
    ranks: dict[Spot, _Rank] = {}
    for line in lines:
        over, rank = Spot(line.above), (line.moment, line.id)
        if line.gap and line.shown:
            gap = Spot(line.above, line.gap)
            if gap not in ranks:
                below.setdefault(over, []).append(gap)
            ranks[gap] = min(ranks.get(gap, rank), rank)
            over = gap
        below.setdefault(over, []).append(Spot(line.id))
        ranks[Spot(line.id)] = rank
    return below, ranks


def _kept(root: Spot, below: Mapping[Spot, list[Spot]], shown: Collection[Spot]) -> frozenset[Spot]:
    """The spots that are shown or have something shown below them."""
    order = [(root, root)]
    for spot, _ in order:
        order += [(child, spot) for child in below.get(spot, ())]
    kept: set[Spot] = set()
    for spot, over in reversed(order):
        if spot in kept or spot in shown:
            kept |= {spot, over}
    return frozenset(kept)
