"""How a channel keeps many small facts in its cursor: each a dataclass of texts and numbers, as a short list. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, is_dataclass
from typing import Any, TypeVar

from hub.channels.loose import number, string

Kept = TypeVar("Kept")


def load(kind: type[Kept], kept: Mapping[str, object]) -> dict[str, Kept]:
    """Facts of a kind, all of whose fields have defaults, from the cursor; what is unreadable is empty."""
    assert is_dataclass(kind)
    numeric = [isinstance(one, int) for one in astuple(kind())]
    rows: dict[str, Any] = {
        key: [number(row, place) if whole else string(row, place) for place, whole in enumerate(numeric)]
        for key, row in kept.items()
    }
    return {key: kind(*row) for key, row in rows.items()}


def dump(kept: Mapping[str, Any]) -> dict[str, list[object]]:
    """JSON for the cursor."""
    return {key: list(astuple(one)) for key, one in kept.items()}
