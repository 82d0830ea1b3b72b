"""What a visitor asked for, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A parsed search."""

    text: str = ""
