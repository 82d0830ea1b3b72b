"""Collections: questions a brand has saved, each a page, a feed and a filter of the conversations that answer it.

A conversation belongs to one when its post or any reply answers the question. Only what the follower reads anyway, the
threads that changed, is asked; a changed question makes the site anew, as every change of the settings does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from hub.index.single import answers, message
from hub.insight.answers import heard
from hub.model import Item, Thread
from hub.query import ANSWERED, Field, Node, fields, parse
from hub.sections import Collection
from hub.site.search import lines, said
from hub.site.shelf import Reading

LISTS = "collection/"
HEARD = {Field("is", value) for value in ANSWERED}


@dataclass(frozen=True, slots=True)
class Collector:
    """Asks messages the saved questions."""

    reading: Reading = field(default_factory=Reading)
    asked: Mapping[str, Node] = field(default_factory=dict)

    def states(self, item: Item) -> tuple[str, ...]:
        """What a message may be to the questions: answered or not, where any asks that of what the public says."""
        named = (one for node in self.asked.values() for one in fields(node))
        return ANSWERED if not item.ours and any(one in HEARD for one in named) else ("",)

    def of(self, item: Item, root: str, state: str = "") -> frozenset[str]:
        """The collections that a message in one of its states answers; none for who wants not to be searched."""
        document = self.reading.document(item, root) if self.asked else None
        if document is None:
            return frozenset()
        ready = message(replace(document, has=(*document.has, f"is:{state}")))
        return frozenset(name for name, node in self.asked.items() if answers(node, ready))

    def thread(self, thread: Thread) -> frozenset[str]:
        """Those of a whole conversation."""
        found: frozenset[str] = frozenset()
        states = heard(list(lines(thread))) if self.asked else {}
        for item in said(thread) if self.asked else ():
            found |= self.of(item, thread.root.id, states.get(item.id, ""))
        return found


def collector(collections: Mapping[str, Collection], reading: Reading) -> Collector:
    """The saved questions, read: nobody is still typing them, so their last word is whole."""
    return Collector(reading, {name: parse(f"{one.query} ").tree for name, one in collections.items()})


def lists(names: Iterable[str]) -> list[str]:
    """The lists of collections."""
    return [f"{LISTS}{name}" for name in names]
