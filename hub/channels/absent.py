"""Why replies that a network counts are not brought: what a channel says of a conversation in Batch.absent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hub.model import REST, Item


def dropped(items: Iterable[Item], rest: str = "") -> dict[str, int]:
    """Why those of the items that are private are not brought; what else is missing is so for the reason `rest`."""
    found = Counter(item.cause or "private" for item in items if item.private)
    return {**found, rest: REST} if rest else dict(found)
