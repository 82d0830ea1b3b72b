"""One article on a blog, Mastodon, Bluesky and X: one page with one tree, the same bytes, whatever came first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from hub import run
from hub.model import Batch, Item
from tests.copies.labelled import said
from tests.store.test_copies import COPIES, TALK
from tests.torture.site import Seen, follow, opened, scratch, seen

CHANNELS = ("blog", "mastodon", "bluesky", "x")
SETTINGS = """
[brand]
name = "Acme"
url = "https://talk.acme.example/"

[media]
fetch = false
""" + "".join(f'\n[channels.{name}]\nkind = "feed"\nurl = "https://{name}.example/feed"\n' for name in CHANNELS)
SPLIT = f'[[split]]\nitems = ["{COPIES[3].url}", "{COPIES[0].url}"]\n'


def bring(hub: run.Hub, items: Iterable[Item]) -> None:
    for item in items:
        hub.store.save(item.channel, Batch(items=(item,)), hub.rules.judge)


def built(items: Iterable[Item], rules: str = "", stop: int = 99) -> Seen:
    """What there is to see of these, looked at once on the way."""
    with scratch() as path, opened(path, SETTINGS, rules) as hub:
        for at, item in enumerate(items):
            bring(hub, [item])
            if at == stop:
                follow(hub)
        follow(hub)
        return seen(hub)


def pages(found: Seen) -> list[str]:
    return [name for name in found.files if name.startswith("p/") and name.endswith("/index.html")]


@pytest.fixture(scope="module")
def reference() -> Seen:
    return built([*COPIES, *TALK])


def test_there_is_one_page_with_every_answer_and_what_says_so(reference: Seen) -> None:
    (page,) = pages(reference)
    text = reference.files[page].decode()
    assert all(item.html.removeprefix("<p>").removesuffix("</p>") in text for item in TALK)
    assert text.count("As posted on") == 3
    assert "links here" in text


def orders() -> Iterator[object]:
    for at, order in enumerate(permutations(range(4))):
        yield pytest.param(order, at % 7, marks=pytest.mark.slow if at % 6 == 0 else pytest.mark.torture)


@pytest.mark.parametrize(("order", "stop"), orders())
def test_every_order_of_arrival_gives_the_same_bytes(reference: Seen, order: tuple[int, ...], stop: int) -> None:
    told = [item for at in order for item in (TALK[at], COPIES[at])]
    assert reference.differs(built(told, stop=stop)) == []


@pytest.mark.slow
def test_one_line_splits_through_ten_updates_and_a_rebuild_from_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, SETTINGS, SPLIT) as hub:
        bring(hub, [*COPIES, *TALK])
        later = [said("x", 7, f"Now {n}", timedelta(hours=n)) for n in range(10)]
        for one in later:
            bring(hub, [*COPIES, one])
            follow(hub)
        after = seen(hub)
    assert len([page for page in pages(after) if page.startswith("p/2026-01-14-1-")]) == 2
    assert after.differs(built([*reversed(later), *TALK, *reversed(COPIES)], SPLIT)) == []
