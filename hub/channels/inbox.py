"""Webmentions that `hub serve` took in at /webmention: each is verified at its source before anything of it is kept.

The queue is handed in. What was saved is taken off it at the next pull, so that stopping anywhere loses nothing. A
source that does not answer is asked again, each time after a longer while. Every sweep asks all sources again: one that
is gone, or that no longer links here, takes its mention along.

https://www.w3.org/TR/webmention/#receiving-webmentions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from hub.channels import Ask, memory
from hub.channels.loose import Json, mapping, string, when
from hub.channels.mf2 import Reader
from hub.channels.webmention import STEP, heard
from hub.channels.webmention_items import Known, known, mention, parting
from hub.errors import ChannelError, Malformed, Missing
from hub.model import Batch, Cursor, Item, Reaction, Terms
from hub.web import Web

PEACE = timedelta(minutes=5)  # until a source is asked again about the same target
SOON = timedelta(minutes=15)  # until one that did not answer is asked again; twice as long each time
TRIES = 9  # so the last one is asked after two and a half days


class Queue(Protocol):
    """What was taken in, by a key for each pair: source, target and when it came last."""

    def waiting(self) -> Mapping[str, tuple[str, str, str]]: ...
    def drop(self, keys: Iterable[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Inbox:
    """What this site's own endpoint received."""

    name: str
    label: str = ""
    language: str = ""
    queue: Callable[[], Queue] | None = None

    terms: ClassVar[Terms] = Terms()
    publish: ClassVar[str] = "hold"  # anybody may send one

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """The pairs that wait, and on a sweep all that are kept."""
        if self.queue is None:
            return
        queue, early = self.queue(), (ask.now - PEACE).isoformat()
        waiting, kept = queue.waiting(), memory.load(Known, mapping(cursor, "known"))
        pairs = memory.load(_Pair, mapping(cursor, "pairs"))
        pairs = {
            key: one for key, one in pairs.items() if key in waiting or key in kept or one.read > early or one.again
        }
        queue.drop(key for key, (_, _, at) in waiting.items() if key in pairs and pairs[key].at == at)
        came = {
            key: _Pair(source, target, at, pairs[key].read if key in pairs else "")
            for key, (source, target, at) in waiting.items()
            if key not in pairs or pairs[key].at != at
        }
        todo = {key: one for key, one in came.items() if one.read <= early}
        due = {key: one for key, one in pairs.items() if ask.sweep or "" < one.again <= ask.now.isoformat()}
        todo = {**due, **todo}
        with Reader() as reader:
            visit = _Visit(self, web, reader, ask, pairs, kept)
            for start in range(0, len(todo), STEP):
                yield visit.batch(dict([*todo.items()][start : start + STEP]))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A source that says it links to a target, when that came and when the source was read last. One that did not
    answer: when to ask again, and how often that was done."""

    source: str = ""
    target: str = ""
    at: str = ""
    read: str = ""
    again: str = ""
    tried: int = 0

    def later(self, now: datetime) -> _Pair:
        """The pair after its source did not answer."""
        again = "" if self.tried + 1 >= TRIES else (now + SOON * 2**self.tried).isoformat()
        return replace(self, again=again, tried=self.tried + 1)


@dataclass(slots=True)
class _Visit:
    """One pull."""

    channel: Inbox
    web: Web
    reader: Reader
    ask: Ask
    pairs: dict[str, _Pair]
    known: dict[str, Known] = field(default_factory=dict)

    def batch(self, some: Mapping[str, _Pair]) -> Batch:
        """What some pairs come to."""
        said = [one for key, pair in some.items() for one in self._told(key, pair)]
        cursor = {"pairs": memory.dump(self.pairs), "known": memory.dump(self.known)}
        return Batch(
            items=tuple(one for one in said if isinstance(one, Item)),
            reactions=tuple(one for one in said if isinstance(one, Reaction)),
            gone=tuple(one for one in said if isinstance(one, str)),
            cursor=cursor,
        )

    def _told(self, key: str, pair: _Pair) -> Iterator[Item | Reaction | str]:
        """What a pair comes to now, and what it came to before where that is something else."""
        self.pairs[key] = replace(pair, read=self.ask.now.isoformat(), again="", tried=0)
        old, row = self.known.get(key, Known()), _row(pair)
        try:
            said = mention(heard(self.web, self.reader, row), self.channel.name, self.channel.language)
        except Missing:
            said = None
        except Malformed:
            return
        except ChannelError:
            self.pairs[key] = replace(pair, read=self.ask.now.isoformat()).later(self.ask.now)
            return  # nothing is kept of what cannot be verified; what was verified stays
        new = known(key, said)
        if old.mark and new != old:
            yield from parting(old)
        if said:
            self.known[key] = new
            yield said
        else:
            self.known.pop(key, None)


def _row(pair: _Pair) -> Json:
    """A pair as a line of the other kind of list; without more it is a mention."""
    received = pair.at if when({"at": pair.at}, "at") else ""
    line = {"wm-source": pair.source, "wm-target": pair.target, "wm-received": received}
    return {**line, "wm-property": "mention-of" if string(line, "wm-target") else ""}
