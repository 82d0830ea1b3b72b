"""The four wire formats of one article, through the kinds that read them: one page, one tree, the same bytes, whatever
came first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, permutations
from pathlib import Path
from random import Random

import pytest

from hub import run
from tests.torture.site import Seen, follow, opened, scratch, seen
from tests.torture.wire import ARTICLE, KINDS, NOW, batches, settings

Step = tuple[str, int]  # of a kind its n-th batch
BRAND = '[brand]\nname = "Kettle"\nurl = "https://talk.kettle.example/"\n[media]\nfetch = false\n'
ANSWERS = (
    "March of which year?",
    "It does. Loudly.",
    "The lid fell off.",
    "Passt der Deckel jetzt?",
    "Will the price hold?",
)


def steps(kinds: Iterable[str]) -> list[Step]:
    return [(kind, at) for kind in kinds for at in range(len(batches(kind)))]


def mixed(seed: int) -> list[Step]:
    """All batches in a random order that keeps each kind's own."""
    turns = [kind for kind, _ in steps(KINDS)]
    Random(seed).shuffle(turns)
    left = {kind: iter(range(len(batches(kind)))) for kind in KINDS}
    return [(kind, next(left[kind])) for kind in turns]


def save(hub: run.Hub, step: Step) -> None:
    kind, at = step
    keep = hub.settings.channels[kind].terms.keep_days
    hub.store.save(kind, batches(kind)[at], hub.rules.judge, NOW.date(), keep)


def built(order: Iterable[Step], stop: int = -1) -> Seen:
    """What there is to see of these batches, looked at once on the way."""
    with scratch() as path:
        (path / "theme/static/logos").mkdir(parents=True)
        (path / "theme/static/logos/twitter.svg").write_text("<svg/>")  # without it no word from there may stand
        return shown(path, order, stop)


def shown(path: Path, order: Iterable[Step], stop: int) -> Seen:
    """The same in a brand's folder."""
    with opened(path, BRAND + "".join(map(settings, KINDS)), "") as hub:
        for number, step in enumerate(order):
            save(hub, step)
            if number == stop:
                follow(hub)
        follow(hub)
        return seen(hub)


@pytest.fixture(scope="module")
def reference() -> Seen:
    return built(steps(KINDS))


@pytest.mark.slow
def test_there_is_one_page_of_the_article_with_the_answers_of_all_four(reference: Seen) -> None:
    pages = [
        body.decode()
        for name, body in reference.files.items()
        if name.startswith("p/") and name.endswith("/index.html")
    ]
    (page,) = [body for body in pages if f'href="{ARTICLE}"' in body and "in March, not in January" in body]
    assert [words for words in ANSWERS if words not in page] == []
    assert page.count("As posted on") == 3
    assert sum(words in body for body in pages for words in ANSWERS) == len(ANSWERS)


def orders() -> Iterator[object]:
    for at, order in enumerate(permutations(KINDS)):
        mark = pytest.mark.slow if at % 8 == 3 else pytest.mark.torture
        yield pytest.param(steps(order), at, marks=mark, id="-".join(order))
    for seed in range(12):
        mark = pytest.mark.slow if seed == 0 else pytest.mark.torture
        yield pytest.param(mixed(seed), seed * 2, marks=mark, id=f"mixed {seed}")


@pytest.mark.parametrize(("order", "stop"), orders())
def test_every_order_of_arrival_gives_the_same_bytes(reference: Seen, order: list[Step], stop: int) -> None:
    assert reference.differs(built(order, stop)) == []


def test_every_recording_is_read_to_its_end() -> None:
    said = list(chain.from_iterable(batch.items for kind in KINDS for batch in batches(kind)))
    assert len({item.id for item in said}) == len(said) >= 30
