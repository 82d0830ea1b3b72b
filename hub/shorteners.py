"""Where shortened addresses in the brand's own posts lead, so that a post that names a piece is known as its copy.

A shortener is asked for its redirect alone; where that leads nobody looks. What was found stands in the stored item in
place of the short address, and is asked for once: what is stored of the same links stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from urllib.parse import urlsplit

from hub import tidy
from hub.errors import ChannelError
from hub.model import Batch, Item
from hub.store import Store
from hub.web import Web

STEPS = 3  # from one shortener to the next
MANY = 20  # addresses of one batch; the others stay as they are
SECONDS = 10.0  # for one of them


class Shorteners:
    """What is asked of shorteners while one batch is saved."""

    def __init__(self, store: Store, web: Web, hosts: Collection[str]) -> None:
        self.store, self.web, self.hosts = store, web, hosts
        self.found: dict[str, str] = {}

    def led(self, batch: Batch) -> Batch:
        """The batch, the brand's short links in it replaced by where they lead."""
        items = tuple(self._item(item) for item in batch.items)
        return replace(batch, items=items) if items != batch.items else batch

    def _item(self, item: Item) -> Item:
        if not item.ours or not any(map(self._short, item.links)):
            return item
        known = self.store.item(item.id)
        if known and self._same(item.links, known.links):
            return replace(item, links=known.links)
        return replace(item, links=tuple(map(self._whole, item.links)))

    def _same(self, links: tuple[str, ...], known: tuple[str, ...]) -> bool:
        """Are these the links that were replaced by those?"""
        return len(links) == len(known) and all(
            one == other or self._short(one) for one, other in zip(links, known, strict=True)
        )

    def _short(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.hostname in self.hosts and len(parts.path) > 1

    def _whole(self, url: str) -> str:
        if self._short(url) and url not in self.found and len(self.found) < MANY:
            self.found[url] = self._asked(url)
        return self.found.get(url, url)

    def _asked(self, url: str) -> str:
        """Where an address leads; itself where the shortener does not say."""
        at = url
        for _ in range(STEPS):
            try:
                at = tidy.url(self.web.leads(at, SECONDS))
            except ChannelError:
                return url
            if not at or not self._short(at):
                break
        return at if at and not self._short(at) else url
