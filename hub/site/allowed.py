"""What of the store the site may see: a message of a channel whose texts may stand on no page is withheld.

Everything the site is made from is read through here, so that no page, feed or file has to think of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from hub.copies import fullest
from hub.model import Entry, Item, Reply, Thread
from hub.store import Record, Store
from hub.terms import bare


def allowed(store: Store, withheld: Collection[str]) -> Store:
    """The store with the texts of these channels left out."""
    return cast("Store", Allowed(store, frozenset(withheld))) if withheld else store


class Allowed:
    """A store whose every answer that holds messages is looked at; all else it leaves to the one behind it."""

    def __init__(self, store: Store, withheld: frozenset[str]) -> None:
        self.store, self.withheld = store, withheld

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def changed(self, since: int) -> Iterator[Entry]:
        return (replace(one, item=self._of(one.item)) if one.item else one for one in self.store.changed(since))

    def item(self, name: str) -> Item | None:
        found = self.store.item(name)
        return self._of(found) if found else None

    def told(self, ids: Iterable[str]) -> list[Item]:
        return list(self._all(self.store.told(ids)))

    def brought(self, channel: str, names: Iterable[str]) -> list[Item]:
        return list(self._all(self.store.brought(channel, names)))

    def after(self, channel: str, id: str, many: int) -> list[Item]:
        return list(self._all(self.store.after(channel, id, many)))

    def newest(self, many: int) -> list[Item]:
        return list(self._all(self.store.newest(many)))

    def reacted(self, channels: Collection[str]) -> list[Item]:
        return list(self._all(self.store.reacted(channels)))

    def unplaced(self, many: int) -> list[Item]:
        return list(self._all(self.store.unplaced(many)))

    def waiting(self, prefix: str) -> list[tuple[str, Item]]:
        return [(rule, self._of(item)) for rule, item in self.store.waiting(prefix)]

    def thread(self, root: str) -> Thread | None:
        found = self.store.thread(root)
        if found is None:
            return None
        first, copies = self._of(found.root), self._all(found.copies)
        replies = tuple(self._reply(reply) for reply in found.replies)
        face = _face(first, copies)
        return replace(found, root=first, copies=copies, face=face, replies=replies, parts=self._parts(found.parts))

    def records(self, ids: Iterable[str] | None = None) -> Iterator[Record]:
        for found in self.store.records(ids):
            item, copies = self._of(found.item), self._all(found.copies)
            face = _face(item, copies)
            yield replace(found, item=item, copies=copies, face=face, parts=self._parts(found.parts))

    def _of(self, item: Item) -> Item:
        return bare(item) if item.channel in self.withheld and not item.withheld else item

    def _all(self, items: Iterable[Item]) -> tuple[Item, ...]:
        return tuple(map(self._of, items))

    def _parts(self, parts: Mapping[str, tuple[Item, ...]]) -> Mapping[str, tuple[Item, ...]]:
        return {head: self._all(items) for head, items in parts.items()}

    def _reply(self, reply: Reply) -> Reply:
        return replace(reply, node=self._of(reply.node)) if isinstance(reply.node, Item) else reply


def _face(first: Item, copies: tuple[Item, ...]) -> Item | None:
    """The fullest of a post and its copies, as far as their texts may stand."""
    best = fullest((first, *copies))
    return best if best is not first else None
