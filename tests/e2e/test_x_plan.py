"""The price plan of X by real updates over real HTTP: thirty days under a cap of 0.50 USD, newest replies first."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hub.cli import run
from tests.channels.loopback import Answer, Query, served
from tests.channels.test_twitter import talk
from tests.channels.x_world import NOW, World
from tests.e2e.folder import Folder

CAP = 500_000  # millionths of a dollar
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = NOW.replace(hour=0)


@dataclass
class Hub:
    """A folder that listens to a small X, its commands run in this process with the world's clock."""

    folder: Folder
    world: World

    def run(self, *args: str) -> int:
        return run(["--site", str(self.folder.path), *args], clock=lambda: self.world.now)

    def kept(self) -> list[str]:
        """The numbers of all posts and answers that the archive holds, as often as it holds them."""
        return sorted(item["id"].rpartition("/")[2] for item in self.folder.export())


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with a token and the cap that the settings have by themselves."""
    world = World()

    def answer(path: str, query: Query) -> Answer:
        if world.limits:
            world.limits -= 1
            return 429, {}
        return 200, world.answer(path, {name: values[0] for name, values in query.items()})

    with served(answer) as site:
        folder = Folder(tmp_path)
        folder.write("token", "sesame")
        x = {"kind": "twitter", "handle": "us", "token": "file:token", "service": site, "daily_usd": CAP / 10**6}
        folder.settings({"x": x})
        yield Hub(folder, world)


@pytest.mark.torture
def test_thirty_days_never_pass_the_cap_and_in_the_end_every_answer_is_there_once(hub: Hub) -> None:
    dice, world = random.Random(1), hub.world
    for day in range(30):
        talk(world, START + day * DAY, dice)
        for hour in (7, 19):
            world.now, world.limits = START + day * DAY + hour * HOUR, int(not dice.randrange(4))
            assert hub.run("update") in (0, 69)
    assert (max(world.till.values()) <= CAP, sum(world.till.values()) > 30 * CAP // 2, world.limits) == (True, True, 0)
    for _ in range(30):
        world.now += DAY
        hub.run("update")
    assert max(world.till.values()) <= CAP
    assert hub.kept() == sorted(world.posts)


def test_what_money_there_is_goes_to_the_conversation_with_the_newest_words(hub: Hub) -> None:
    world = hub.world
    roots = [world.post(NOW - days * DAY) for days in (3, 2, 1)]
    for place, (root, hours) in enumerate(zip(roots, (1, 3, 2), strict=True)):
        first = world.post(NOW - hours * HOUR, "11", to=root)
        for minute in range(40):
            world.post(NOW - hours * HOUR + timedelta(minutes=minute), str(100 + 50 * place + minute), to=first)
    hub.run("update", "--now")
    below = [world.posts[number]["conversation_id"] for number in hub.kept() if number not in roots]
    assert [below.count(root) for root in roots] == [31, 1, 1]  # of each the one that names us, which came as a mention


def test_the_price_of_a_pull_is_told_in_posts_and_dollars_and_asks_nobody(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.world.post(NOW - DAY)
    hub.run("update")
    hub.world.asked, hub.world.now = [], NOW + DAY
    capsys.readouterr()
    assert hub.run("pull", "--now", "--all", "--dry-run") == 0
    assert capsys.readouterr().out == (
        "x: about 2 posts for 0.010 USD as far as is known, never more than 0.500 USD (cap: 0.50 USD a day)\n"
    )
    assert hub.world.asked == []
