"""What was forgotten is known again by its digests alone, and leaves a channel's memory wherever it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub import forgotten
from hub.model import Batch
from hub.rules import Forget

EVE, POST, OTHER = "https://social.example/@eve", "https://blog.example/second", "https://blog.example/second-2"


@pytest.fixture
def barred(tmp_path: Path) -> forgotten.Forgotten:
    key = forgotten.key(tmp_path)
    named = (("item", POST), ("account", EVE))
    return forgotten.opened(
        [Forget(day="", what=what, digests=(forgotten.digest(key, what, name),)) for what, name in named], tmp_path
    )


@pytest.mark.parametrize(
    ("cursor", "left"),
    [
        ({"known": {"a1": POST, "b2": OTHER}}, {"known": {"b2": OTHER}}),
        ({"posts": {POST: {"count": 3}, OTHER: 1}}, {"posts": {OTHER: 1}}),
        ({"seen": [POST, OTHER]}, {"seen": ["", OTHER]}),
        ({"read": {"7": ["mark", POST, "", EVE]}}, {"read": {"7": ["mark", "", "", ""]}}),
        ({"newest": "12", "page": 3, "deep": [[{"id": EVE}]]}, {"newest": "12", "page": 3, "deep": [[{}]]}),
    ],
)
def test_a_later_pull_does_not_bring_the_name_back(
    barred: forgotten.Forgotten, cursor: dict[str, object], left: dict[str, object]
) -> None:
    assert barred.without(Batch(cursor=cursor)).cursor == left


def test_a_name_is_found_inside_a_longer_one_but_not_as_the_beginning_of_another() -> None:
    names = forgotten.naming([POST, EVE])
    texts = (POST, f"{POST}/comments/feed", f"no answer at {POST}", f"{EVE}/statuses/1", OTHER, f"{EVE}2", "")
    assert [names(text) for text in texts] == [True, True, True, True, False, False, False]
