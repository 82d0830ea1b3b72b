"""Places where topics stand in a list, the liveliest first, and talk stands below each: forums, link boards.

Because a reply lifts its topic, one conditional request for the first page answers both questions: what is new, and who
answered lately. The list is walked down to what is known; each topic that moved since is read whole. A sweep reads
every topic there ever was; what it has not come to stands in the cursor, and it waits for what is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from hub.channels import Ask
from hub.channels.loose import Json, at, mapping, rows, string, texts, when
from hub.errors import Malformed, Missing, Unreachable
from hub.model import REST, Batch, Complete, Cursor, Item
from hub.web import Seen

LONG_AGO = "1970-01-01T00:00:00+00:00"
FAILURES = 2  # topics that may fail before the place itself counts as failing


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A line of the list. `mark` alters whenever something was said below; `moved` is when ("" for pinned lines)."""

    key: str
    name: str
    mark: str
    moved: str = ""
    replies: int = 0
    item: Item | None = None  # where the list gives the text, too
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of the list; `next` is where the following one lies, "" for none."""

    topics: tuple[Topic, ...] = ()
    next: str = ""
    seen: Seen = field(default_factory=Seen)
    unchanged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A part of what stands below a topic. On the last part, `whole`: nothing is missing; `replies`: how many stand;
    on the ones before, `rest`: what a later pull needs to go on behind this part, where that can be said."""

    items: tuple[Item, ...] = ()
    gone: tuple[str, ...] = ()
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    whole: bool = False
    replies: int = -1
    rest: Mapping[str, object] = field(default_factory=dict)


class Desk(Protocol):
    """What a network brings along: its list, and what stands below a topic."""

    def page(self, where: str, seen: Seen | None = None) -> Page: ...

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """All that stands below a topic; `again`: with the topic itself, though the list may have given it. With the
        `rest` of a reading that was cut, what it lacks."""
        ...


@dataclass(slots=True)
class Round:
    """One pull of a board. `state` is the cursor; its parts are replaced, never changed in place."""

    desk: Desk
    ask: Ask
    cursor: Cursor
    watch_days: int = 30
    replies: bool = True
    state: dict[str, object] = field(default_factory=dict)
    topics: dict[str, dict[str, object]] = field(default_factory=dict)  # key → name, mark, read, moved
    walked: set[str] = field(default_factory=set)  # keys on the pages of this pull
    failures: int = 0

    def batches(self) -> Iterator[Batch]:
        """All that is new, then what a sweep has left."""
        for step in STEPS:
            yield from step(self)

    def news(self) -> Iterator[Batch]:
        """The list as far as it moved, then the topics that did."""
        self.state = dict(self.cursor)
        self.topics = {key: dict(mapping(line)) for key, line in mapping(self.cursor, "topics").items()}
        yield from self._newest()
        yield from self._older()
        if self.ask.sweep and "sweep" not in self.state:
            self.state["sweep"] = list(mapping(self.state, "known"))
        due = [key for key, line in self.topics.items() if self._due(line)]
        for key in sorted(due, key=lambda key: "again" in self.topics[key]):  # what failed before comes last
            yield from self._talk(key)

    def rest(self) -> Iterator[Batch]:
        """Every topic there ever was, again, as far as the sweep that is open has not read it; one that is not there
        any more says so itself."""
        while left := self._left:
            yield from self._talk(left[0])

    def close(self) -> Iterator[Batch]:
        """The sweep is over, and what is no longer watched is forgotten."""
        before = self._dump()
        self.state.pop("sweep", None)
        self._forget()
        if self._dump() != before:
            yield Batch(cursor=self._dump())

    @property
    def _left(self) -> list[str]:
        """The topics that the open sweep has not read yet."""
        return [key for key in texts(self.state, "sweep") if key in mapping(self.state, "known")]

    def _newest(self) -> Iterator[Batch]:
        page = self.desk.page("", Seen.load(self.state.get("page")))
        if page.unchanged and "page" in self.state:
            return
        top = string(self.state, "top")
        times = [topic.moved for topic in page.topics if topic.moved]
        if page.next and (not top or min(times, default="") > top):
            self.state["gaps"] = [*map(dict, rows(self.state, "gaps")), {"next": page.next, "until": top}]
        first = [topic.key for topic in page.topics]
        self.state |= {"page": page.seen.dump(), "top": max([top, *times]), "first": first}
        yield self._list(page)

    def _older(self) -> Iterator[Batch]:
        """Walk what lies between the first page and what is known, or the end of the list."""
        while gaps := rows(self.state, "gaps"):
            gap, rest = gaps[-1], [dict(one) for one in gaps[:-1]]
            page = self.desk.page(string(gap, "next"))
            times = [topic.moved for topic in page.topics if topic.moved]
            until = string(gap, "until")
            nothing = {topic.key for topic in page.topics} <= self.walked  # a list that goes round in circles ends
            self.walked |= {topic.key for topic in page.topics}
            done = not page.next or nothing or min(times, default="~") <= until
            self.state["gaps"] = rest if done else [*rest, {**gap, "next": page.next}]
            yield self._list(replace(page, topics=tuple(one for one in page.topics if one.moved > until)))
        self.state.pop("gaps", None)

    def _list(self, page: Page) -> Batch:
        """Note the lines of a page; their items, where the list has them."""
        for topic in page.topics:
            line = {"read": "", **self.topics.get(topic.key, {})}
            self.topics[topic.key] = {**line, "name": topic.name, "mark": topic.mark, "moved": topic.moved}
        known = {topic.key: topic.name for topic in page.topics}
        self.state["known"] = {**mapping(self.state, "known"), **known}
        unread = [topic.name for topic in page.topics if not string(self.topics[topic.key], "read")]
        return Batch(
            items=tuple(topic.item for topic in page.topics if topic.item),
            absent={name: {"later" if self.replies else "limit": REST} for name in unread},
            counts={topic.name: {**topic.figures, "replies": topic.replies} for topic in page.topics},
            cursor=self._dump(),
        )

    def _due(self, line: Mapping[str, object]) -> bool:
        moved = when(line, "moved")
        watched = moved is None or moved > self.ask.now - timedelta(days=self.watch_days)
        if "again" in line or (self.ask.recheck and watched):
            return True
        return self.replies and string(line, "read") != string(line, "mark")

    def _talk(self, key: str) -> Iterator[Batch]:
        """What stands below a topic, whole. One that fails is tried again with the next pull."""
        left = self._left
        line = self.topics.get(key) or {"name": string(self.state, "known", key), "mark": "?", "moved": LONG_AGO}
        again = self.ask.recheck or key in left or "again" in line
        self.topics[key] = line
        name, met, last, rest = string(line, "name"), dict(mapping(line, "met")), Said(), mapping(line, "rest")
        if key in left and not rest:  # a reading that goes on tells nothing of what it read before the sweep
            self.state["sweep"] = [other for other in left if other != key]
        # What is said while a reading waits to go on is no part of it.
        line = {**line, "begun": string(line, "begun" if rest else "mark"), **({"again": True} if again else {})}
        try:
            for last in self._said(key, name, again=again, rest=rest):
                met |= {item.id: _cause(item) for item in last.items if item.id != name}
                line = {**line, **({"rest": last.rest, "met": dict(met)} if last.rest else {})}
                yield Batch(items=last.items, gone=last.gone, counts=last.figures, cursor=self._open(key, line))
        except Missing:
            self.topics.pop(key)
            known = mapping(self.state, "known")
            self.state["known"] = {other: name for other, name in known.items() if other != key}
            yield Batch(gone=(name,), complete=(Complete(ids=frozenset(), under=name, sure=True),), cursor=self._dump())
            return
        except (Malformed, Unreachable) as lack:
            odd = ("rest", "met") if isinstance(lack, Malformed) else ()  # the next reading begins anew
            self.topics[key] = {part: said for part, said in line.items() if part not in odd}
            self.failures += 1
            if self.failures > FAILURES:
                raise
            yield Batch(warnings=(f"replies below {name} cannot be read: {lack.what}",), cursor=self._dump())
            return
        read = string(line, "begun" if self.replies else "read")
        self.topics[key] = {part: line[part] for part in ("name", "mark", "moved")} | {"read": read}
        yield self._heard(name, met, last) if self.replies else Batch(cursor=self._dump())

    def _said(self, key: str, name: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """What the network says below a topic; of the topic alone where nobody wants to know what others say."""
        for said in self.desk.talk(key, again=again, rest=rest):
            if self.replies:
                yield said
                continue
            yield Said(
                items=tuple(item for item in said.items if item.id == name),
                gone=tuple(gone for gone in said.gone if gone == name),
                figures={of: figures for of, figures in said.figures.items() if of == name},
            )
            return

    def _open(self, key: str, line: Mapping[str, object]) -> Cursor:
        """The cursor in the middle of a topic: it is still to be read, from where it was cut."""
        return {**self._dump(), "topics": {**self.topics, key: line}}

    def _heard(self, name: str, met: Mapping[str, object], last: Said) -> Batch:
        """What reading a topic to its end came to."""
        ids = frozenset(id for id, cause in met.items() if not cause)
        claims = (Complete(ids=ids, under=name, kind="reply"),) if last.whole else ()
        counts = {name: {"replies": max(last.replies, len(met))}} if last.replies >= 0 else {}
        barred = Counter(string(cause) for cause in met.values() if cause)
        absent = {name: {**barred, "limit" if last.whole else "later": REST}}
        return Batch(complete=claims, counts=counts, absent=absent, cursor=self._dump())

    def _forget(self) -> None:
        """Keep the lines that are watched or not read yet; a line that comes back is read anew."""
        since, first = self.ask.now - timedelta(days=self.watch_days), at(self.state, "first")
        self.topics = {
            key: line
            for key, line in self.topics.items()
            if (isinstance(first, list) and key in first)
            or "again" in line
            or (self.replies and string(line, "read") != string(line, "mark"))
            or (when(line, "moved") or since) >= since
        }

    def _dump(self) -> dict[str, object]:
        return {**self.state, "topics": dict(self.topics)}


def _cause(item: Item) -> str:
    """Why an item is not brought; "" for one that is."""
    return (item.cause or "private") if item.private else ""


# Where several boards make a channel, what is new on each comes before the sweep of any, and all their sweeps make one.
STEPS = (Round.news, Round.rest, Round.close)


def side_by_side(rounds: Mapping[str, Round]) -> Iterator[tuple[str, Batch]]:
    """The batches of several boards, each with the name of its board."""
    for step in STEPS:
        for part, one in rounds.items():
            yield from ((part, batch) for batch in step(one))
