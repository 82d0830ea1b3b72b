"""Places where topics stand in a list, the liveliest first, and talk stands below each: forums, link boards.

Because a reply lifts its topic, one conditional request for the first page answers both questions: what is new, and who
answered lately. The list is walked down to what is known; each topic that moved since is read whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from hub.channels import Ask
from hub.channels.absent import dropped
from hub.channels.loose import at, mapping, rows, string, when
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
    """A part of what stands below a topic. On the last part, `whole`: nothing is missing; `replies`: how many stand."""

    items: tuple[Item, ...] = ()
    gone: tuple[str, ...] = ()
    figures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    whole: bool = False
    replies: int = -1


class Desk(Protocol):
    """What a network brings along: its list, and what stands below a topic."""

    def page(self, where: str, seen: Seen | None = None) -> Page: ...

    def talk(self, key: str, *, again: bool) -> Iterator[Said]:
        """All that stands below a topic; `again`: with the topic itself, though the list may have given it."""
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
        """The list as far as it moved, then the topics that did."""
        self.state = dict(self.cursor)
        self.topics = {key: dict(mapping(line)) for key, line in mapping(self.cursor, "topics").items()}
        yield from self._newest()
        yield from self._older()
        if self.ask.sweep:
            self._all_again()
        for key in [key for key, line in self.topics.items() if self._due(line)]:
            yield from self._talk(key)
        before = self._dump()
        self._forget()
        if self._dump() != before:
            yield Batch(cursor=self._dump())

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
            read = string(self.topics.get(topic.key, {}), "read")
            self.topics[topic.key] = {"name": topic.name, "mark": topic.mark, "read": read, "moved": topic.moved}
        known = {topic.key: topic.name for topic in page.topics}
        self.state["known"] = {**mapping(self.state, "known"), **known}
        unread = [topic.name for topic in page.topics if not string(self.topics[topic.key], "read")]
        return Batch(
            items=tuple(topic.item for topic in page.topics if topic.item),
            absent={name: {"later" if self.replies else "limit": REST} for name in unread},
            counts={topic.name: {**topic.figures, "replies": topic.replies} for topic in page.topics},
            cursor=self._dump(),
        )

    def _all_again(self) -> None:
        """Every topic there ever was is to be read again; one that is not there any more says so itself."""
        for key, name in mapping(self.state, "known").items():
            line = self.topics.get(key, {"name": name, "mark": "?", "moved": LONG_AGO})
            self.topics[key] = {**line, "read": "", "again": True}

    def _due(self, line: Mapping[str, object]) -> bool:
        if not self.replies:
            return False
        moved = when(line, "moved")
        watched = moved is None or moved > self.ask.now - timedelta(days=self.watch_days)
        return string(line, "read") != string(line, "mark") or (self.ask.recheck and watched)

    def _talk(self, key: str) -> Iterator[Batch]:
        """What stands below a topic, whole. A failure leaves it for the next pull."""
        line, items, last = self.topics[key], dict[str, Item](), Said()
        name = string(line, "name")
        try:
            for last in self.desk.talk(key, again=self.ask.recheck or "again" in line):
                items |= {item.id: item for item in last.items}
                yield Batch(items=last.items, gone=last.gone, counts=last.figures, cursor=self._dump())
        except Missing:
            self.topics.pop(key)
            known = mapping(self.state, "known")
            self.state["known"] = {other: name for other, name in known.items() if other != key}
            yield Batch(gone=(name,), complete=(Complete(ids=frozenset(), under=name),), cursor=self._dump())
            return
        except (Malformed, Unreachable) as lack:
            self.failures += 1
            if self.failures > FAILURES:
                raise
            yield Batch(warnings=(f"replies below {name} cannot be read: {lack.what}",), cursor=self._dump())
            return
        self.topics[key] = {part: line[part] for part in ("name", "mark", "moved")} | {"read": string(line, "mark")}
        ids = frozenset(id for id, item in items.items() if not item.private and id != name)
        claims = (Complete(ids=ids, under=name, kind="reply"),) if last.whole else ()
        said = len(items.keys() - {name})
        counts = {name: {"replies": max(last.replies, said)}} if last.replies >= 0 else {}
        absent = {
            name: dropped((item for item in items.values() if item.id != name), "limit" if last.whole else "later")
        }
        yield Batch(complete=claims, counts=counts, absent=absent, cursor=self._dump())

    def _forget(self) -> None:
        """Keep the lines that are watched or not read yet; a line that comes back is read anew."""
        since, first = self.ask.now - timedelta(days=self.watch_days), at(self.state, "first")
        self.topics = {
            key: line
            for key, line in self.topics.items()
            if (isinstance(first, list) and key in first)
            or (self.replies and string(line, "read") != string(line, "mark"))
            or (when(line, "moved") or since) >= since
        }

    def _dump(self) -> dict[str, object]:
        return {**self.state, "topics": dict(self.topics)}
