"""What a store would keep of one channel: items by id, claims obeyed, the cursor of the last saved batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

from hub.channels import Ask, Channel
from hub.model import Batch, Complete, Item
from hub.web import Web


class Shelf:
    """A channel with its memory. `kept` is what is public here now."""

    def __init__(self, channel: Channel, web: Web, now: datetime) -> None:
        self.channel, self.web, self.now = channel, web, now
        self.kept, self.cursor, self.warnings = dict[str, Item](), dict[str, object](), list[str]()
        self.absent = dict[str, Mapping[str, int]]()

    def pull(self, steps: int | None = None, **ask: bool) -> list[Batch]:
        """Save the first steps of a pull (None: all of them)."""
        pulled = self.channel.pull(self.web, self.cursor, Ask(now=self.now, **ask))
        return list(map(self.save, islice(pulled, steps)))

    def save(self, batch: Batch) -> Batch:
        self.kept |= {item.id: item for item in batch.items if not item.private}
        left = {id for claim in batch.complete for id in self._claimed(claim) if id not in claim.ids}
        for name in left | set(batch.gone):
            self.kept.pop(name, None)
        self.cursor = json.loads(json.dumps(batch.cursor))
        self.warnings += batch.warnings
        self.absent |= batch.absent
        return batch

    def _claimed(self, claim: Complete) -> Iterator[str]:
        for item in self.kept.values():
            sort = "reply" if item.reply_to or item.root else "post"
            if claim.kind in ("", sort) and (not claim.under or claim.under in self._above(item)):
                yield item.id

    def _above(self, item: Item) -> set[str]:
        found, todo = set[str](), [item.reply_to, item.root]
        while todo:
            name = todo.pop()
            if name and name not in found:
                found.add(name)
                todo += [self.kept[name].reply_to, self.kept[name].root] if name in self.kept else []
        return found
