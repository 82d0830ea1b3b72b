"""Collections: questions a brand has saved, each a page, a feed and a filter of the conversations that answer it.

A conversation belongs to one when its post or any reply answers the question. Only what the follower reads anyway, the
threads that changed, is asked; a changed question makes the site anew, as every change of the settings does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub.index.single import answers, message
from hub.model import Item, Thread
from hub.query import Node, parse
from hub.sections import Collection
from hub.site.search import said
from hub.site.shelf import Reading

LISTS = "collection/"


@dataclass(frozen=True, slots=True)
class Collector:
    """Asks messages the saved questions."""

    reading: Reading = field(default_factory=Reading)
    asked: Mapping[str, Node] = field(default_factory=dict)

    def of(self, item: Item, root: str) -> frozenset[str]:
        """The collections that a message answers; none for who wants not to be searched."""
        document = self.reading.document(item, root) if self.asked else None
        if document is None:
            return frozenset()
        ready = message(document)
        return frozenset(name for name, node in self.asked.items() if answers(node, ready))

    def thread(self, thread: Thread) -> frozenset[str]:
        """Those of a whole conversation."""
        found: frozenset[str] = frozenset()
        for item in said(thread) if self.asked else ():
            found |= self.of(item, thread.root.id)
        return found


def collector(collections: Mapping[str, Collection], reading: Reading) -> Collector:
    """The saved questions, read: nobody is still typing them, so their last word is whole."""
    return Collector(reading, {name: parse(f"{one.query} ").tree for name, one in collections.items()})


def lists(names: Iterable[str]) -> list[str]:
    """The lists of collections."""
    return [f"{LISTS}{name}" for name in names]
