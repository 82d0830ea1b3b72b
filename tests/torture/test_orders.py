"""The order in which things arrive never matters: the same last versions give, byte for byte, the same site."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.torture.site import Seen, follow, opened, scratch, seen
from tests.torture.world import World, world


@pytest.fixture(scope="module")
def told() -> World:
    return world()


@pytest.fixture(scope="module")
def reference(told: World) -> Seen:
    return arrived(told, 0)


def arrived(told: World, seed: int) -> Seen:
    """The world in the order of this seed, looked at now and then on the way by three seeds of four."""
    chance = Random(seed)
    stops = [0.0, 0.01, 0.05, 0.2][seed % 4]
    with scratch() as path, opened(path) as hub:
        for channel, batch in told.arrivals(chance, largest=chance.choice([1, 7, 50]) if seed else 50):
            hub.store.save(channel, batch, hub.rules.judge)
            if chance.random() < stops * len(batch.items) / 10:
                follow(hub)
        follow(hub)
        return seen(hub)


def test_world_holds_every_trouble(told: World, reference: Seen) -> None:
    assert len(told.ids) >= 300
    assert {"https://blog.example/?p=2002"} <= reference.found
    pages = [body for name, body in reference.files.items() if name.startswith("p/") and name.endswith("/index.html")]
    assert sum(b'class="posted"' in body for body in pages) >= 10


def test_second_look_changes_nothing(told: World) -> None:
    with scratch() as path, opened(path) as hub:
        for channel, batch in told.arrivals(Random(5)):
            hub.store.save(channel, batch, hub.rules.judge)
        follow(hub)
        assert follow(hub) == []


def seeds() -> Iterator[object]:
    for seed in range(1, 201):
        yield pytest.param(seed, marks=pytest.mark.slow if seed <= 8 else pytest.mark.torture)


@pytest.mark.parametrize("seed", seeds())
def test_order_of_arrival_never_matters(told: World, reference: Seen, seed: int) -> None:
    assert reference.differs(arrived(told, seed)) == []
