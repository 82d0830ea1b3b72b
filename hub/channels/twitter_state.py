"""How far lists and conversations of X have been read. Pure: frozen values that go into the cursor and come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.channels.loose import Json, mapping, number, rows, string, when
from hub.channels.twitter_text import is_number, page
from hub.model import REST

UNSEEN = ("/resource-not-found", "/not-authorized-for-resource")


@dataclass(frozen=True, slots=True)
class Span:
    """A list that is read newest first and may be cut anywhere. Between `since` and `until` it is still unread."""

    newest: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def load(cls, kept: object) -> Span:
        """From the cursor."""
        return cls(*(string(kept, name) for name in ("newest", "since", "until")))

    def dump(self) -> dict[str, str]:
        """For the cursor."""
        return {"newest": self.newest, "since": self.since, "until": self.until}

    def params(self) -> dict[str, str]:
        """What asks for the unread part."""
        pairs = {"since_id": self.since, "until_id": self.until}
        return {name: value for name, value in pairs.items() if value}

    def after(self, numbers: list[str], more: bool) -> Span:
        """Once a page with these numbers is read."""
        top, until = newest([self.newest, *numbers]), below(self.until, numbers, more)
        return Span(top, self.since, until) if until else Span(top, top)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a list was read: its lowest number, and how many posts came of it."""

    lowest: str = ""
    count: int = 0

    @classmethod
    def load(cls, kept: object) -> Reach:
        """From the cursor."""
        return cls(string(kept, "lowest"), number(kept, "count"))

    def dump(self) -> dict[str, object]:
        """For the cursor."""
        return {"lowest": self.lowest, "count": self.count}

    def plus(self, numbers: list[str]) -> Reach:
        """Once a page with these numbers is read."""
        known = [self.lowest] if self.lowest else []
        return Reach(min([*known, *numbers], key=int, default=""), self.count + len(numbers))

    def covers(self, post: str, *, ended: bool, limit: int) -> bool:
        """Whether all of the list that is younger than a post was seen; at its limit X ends a list too soon."""
        return bool(self.lowest and int(self.lowest) < int(post)) or (ended and self.count < limit)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation under one of the brand's posts. `told` answers are reported, `read` of them were brought.

    `post` is the number of the newest version of its root, `word` the time of the newest word known of (ISO 8601),
    `asked` when the last reading began that reached the end, `began` when the one began that is not there yet.
    """

    post: str = ""
    told: int = 0
    read: int = 0
    word: str = ""
    asked: datetime | None = None
    began: datetime | None = None
    span: Span = field(default_factory=Span)

    @classmethod
    def load(cls, kept: object) -> Talk:
        """From the cursor."""
        told, read = number(kept, "told"), number(kept, "read")
        asked, began, span = when(kept, "asked"), when(kept, "began"), Span.load(mapping(kept, "span"))
        return cls(string(kept, "post"), told, read, string(kept, "word"), asked, began, span)

    def dump(self) -> dict[str, object]:
        """For the cursor."""
        times = {"asked": self.asked, "began": self.began}
        kept = {"post": self.post, "told": self.told, "read": self.read, "word": self.word}
        return {**kept, **{name: time.isoformat() for name, time in times.items() if time}, "span": self.span.dump()}

    @property
    def open(self) -> bool:
        """Whether there is something to be read: more answers than were brought, or a reading that was cut."""
        return self.told > self.read or bool(self.span.until)

    @property
    def owed(self) -> bool:
        """Whether a word fell since it was last read to the end: others may have fallen below it."""
        return self.open or not self.asked or self.word > self.asked.isoformat()

    def posted(self, post: str, word: str) -> Talk:
        """Its root was seen, maybe in a newer version."""
        return replace(self, post=newest([self.post, post]), word=max(self.word, word))

    def heard(self, word: str, *, answers: int) -> Talk:
        """Somebody spoke; `answers` counts direct answers that came by another way than the search."""
        return replace(self, word=max(self.word, word), read=self.read + answers)

    def counted(self, told: int, now: datetime | None) -> Talk:
        """The network reports so many answers; `now` when they must have come since we last looked."""
        word = max(self.word, now.isoformat()) if now and told > max(self.told, self.read) else self.word
        return replace(self, told=told, read=min(self.read, told), word=word)

    def read_on(self, numbers: list[str], more: bool, now: datetime) -> Talk:
        """Once a page of answers is read. A reading that was cut may end on an older count than is told now."""
        span, began = self.span.after(numbers, more), (self.began if self.span.until else now)
        if span.until:
            return replace(self, span=span, began=began)
        return replace(self, span=span, read=self.told if began == now else self.read, asked=began, began=None)


def below(until: str, numbers: list[str], more: bool) -> str:
    """Where to go on under a page with these numbers; "" when it was the last, or leads nowhere."""
    lowest = min(numbers, key=int, default="")
    return lowest if more and lowest and (not until or int(lowest) < int(until)) else ""


def newest(numbers: Iterable[str]) -> str:
    """The highest of some numbers of posts."""
    return max((one for one in numbers if is_number(one)), key=int, default="")


def gone(payload: Json) -> set[str]:
    """The posts that an answer says nobody may see: deleted, or of an account that is protected or suspended."""
    return {
        string(error, "resource_id") or string(error, "value")
        for error in rows(payload, "errors")
        if string(error, "type").endswith(UNSEEN) and string(error, "resource_type") in ("", "tweet")
    }


def absent(talks: Mapping[str, Talk]) -> dict[str, dict[str, int]]:
    """Of conversations that are to be read on the rest comes later; X shows no more of those that were read."""
    return {page(name): {"later" if talk.owed else "limit": REST} for name, talk in talks.items()}
