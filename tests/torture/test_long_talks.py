"""Conversations as long and as deep as any: built within half a gigabyte; `tests.bench long_talks` tells the time."""

from __future__ import annotations

import pytest

from tests.bench.long_talks import TALKS, built

pytestmark = pytest.mark.torture


@pytest.mark.parametrize(("many", "shape"), TALKS)
def test_a_long_conversation_is_built_within_half_a_gigabyte(many: int, shape: str) -> None:
    cost = built(many, shape)
    assert (cost.pages > 50, cost.peak <= 512 * 1024) == (True, True)
