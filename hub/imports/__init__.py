"""Archives that people brought home from a network, read into the same items that a pull of that network brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.model import Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What an archive holds for one channel.

    `skipped` counts what was left out, by reason; `files` says where in the archive the picture of an address lies.
    """

    items: tuple[Item, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
