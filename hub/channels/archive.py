"""A place that is not asked: what `hub import` brought of it stays. A blog that was closed, comments of old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from hub.channels import Ask
from hub.model import Batch, Cursor, Terms
from hub.web import Web


@dataclass(frozen=True, slots=True)
class Archive:
    """Imported items. `url` is the address of the place they come from; relative links in a file begin with it."""

    name: str
    url: str = ""
    label: str = ""
    language: str = ""

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:  # noqa: ARG002
        """Nothing comes by itself."""
        yield from ()
