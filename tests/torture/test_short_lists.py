"""Lists that leave rows out and say nothing of it lose nothing that still stands, on a server with Mastodon's API and
on a Bluesky AppView; what is deleted there goes. Random sequences over real HTTP, as an update pulls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import stamina

from hub.channels import Ask, Channel
from hub.channels.bluesky import Bluesky
from hub.channels.mastodon import Mastodon
from hub.store.archive import Archive
from hub.web import Web
from tests.channels import appview, fediverse
from tests.channels.appview import AppView
from tests.channels.fediverse import NOW, Server
from tests.torture.pulls import EACH, blank, kept, pull, runs

Live = Callable[[Random, float], tuple[set[str], set[str]]]


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    stamina.set_testing(True)
    yield
    stamina.set_testing(False)


def sequence(channel: Channel, archive: Archive, live: Live, seed: int) -> None:
    """Hours in which things are said, deleted, and told of by lists that may be short; then whole answers. `live` lets
    an hour pass and gives what hangs below a post without a gap, and all there is: the rest may be known or not."""
    chance = Random(seed)
    with Web(agent="test", now=lambda: NOW, allow=("127.0.0.1",), sleep=lambda _: None) as web:
        for hour in range(1, 6):
            before, (whole, _) = kept(archive), live(chance, chance.choice([0, 0.3, 0.7]))
            recheck, sweep = chance.random() < 0.5, chance.random() < 0.4
            pull(archive, channel, web, Ask(now=NOW + timedelta(hours=hour), recheck=recheck, sweep=sweep))
            assert (before & whole) - kept(archive) == set(), (seed, hour)
        whole, there = live(chance, 0)
        for hour in (30, 60):
            pull(archive, channel, web, Ask(now=NOW + timedelta(hours=hour), recheck=True, sweep=True))
        assert whole <= kept(archive) <= there, (seed, whole - kept(archive), kept(archive) - there)


def mastodon(server: Server) -> Live:
    """Hours on the server."""

    def live(chance: Random, short: float) -> tuple[set[str], set[str]]:
        for id in [id for id in server.rows if chance.random() < 0.15]:
            del server.rows[id]
        for _ in range(chance.randint(0, 2)):
            server.say("brand")
        for number in range(chance.randint(0, 4)):
            if server.rows:
                server.say(f"fan{number}", chance.choice(list(server.rows)))
        lists(server, chance, short)
        return standing(server), {row["uri"] for row in server.rows.values()}

    return live


def lists(server: Server, chance: Random, short: float) -> None:
    """From now on lists leave rows out; a status that is asked for alone is shown all the same."""
    whole, below = Server.listing.__get__(server), Server.context.__get__(server)

    def listing(who: str, before: int) -> list[fediverse.Row]:
        return [row for row in whole(who, before) if chance.random() >= short]

    def context(id: int, token: bool) -> tuple[int, dict[str, str], Any]:
        status, headers, body = below(id, token)
        return (
            status,
            headers,
            {**body, "descendants": [one for one in body["descendants"] if chance.random() >= short]},
        )

    def show(id: int) -> fediverse.Row:
        return {**Server.show(server, id), "replies_count": 0 if short else len(server.below(id))}

    server.listing, server.context, server.show = listing, context, show  # type: ignore[method-assign]


def standing(server: Server) -> set[str]:
    """The brand's posts and what hangs below them without a gap."""
    tops = [id for id, row in server.rows.items() if row["account"]["id"] == "brand" and not row["in_reply_to_id"]]
    below = [one for id in tops for one in server.tree(id, 10**3)]
    return {server.rows[id]["uri"] for id in (*tops, *below)}


def bluesky(view: AppView) -> Live:
    """Hours on the network."""

    def live(chance: Random, short: float) -> tuple[set[str], set[str]]:
        for name in [name for name in view.posts if chance.random() < 0.15]:
            del view.posts[name]
        stamp = len(view.asked)
        for number in range(chance.randint(0, 2)):
            view.post(appview.US, f"p{stamp}x{number}", when(number))
        for number in range(chance.randint(0, 4)):
            if view.posts:
                view.post(appview.JO, f"r{stamp}x{number}", when(10 + number), chance.choice(list(view.posts)))
        shown(view, chance, short)
        tops = [name for name in view.posts if appview.US in name]
        return {*tops, *(one for name in tops for one in hanging(view, name))}, set(view.posts)

    def when(minute: int) -> str:
        return f"{NOW - timedelta(hours=3) + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"

    return live


def hanging(view: AppView, name: str) -> Iterator[str]:
    for one in AppView.below(view, name):
        yield one
        yield from hanging(view, one)


def shown(view: AppView, chance: Random, short: float) -> None:
    """From now on lists leave rows out; posts that are asked for by name come all the same."""
    feed = AppView._feed.__get__(view)

    def below(name: str) -> list[str]:
        return [one for one in AppView.below(view, name) if chance.random() >= short]

    def some(ask: appview.Query) -> appview.Answer:
        status, body = feed(ask)
        return status, {**body, "feed": [row for row in body["feed"] if chance.random() >= short]}

    view.below, view._feed = below, some  # type: ignore[method-assign]


@contextmanager
def a_server() -> Iterator[tuple[Channel, Live]]:
    with fediverse.served() as server:
        yield Mastodon("c", f"{server.site}/@brand"), mastodon(server)


@contextmanager
def an_appview() -> Iterator[tuple[Channel, Live]]:
    with appview.served() as view:
        yield Bluesky("c", "us.example", service=view.site), bluesky(view)


@pytest.mark.parametrize("network", [a_server, an_appview])
@pytest.mark.parametrize("first", runs())
def test_nothing_is_lost_that_a_short_list_left_out(
    first: int, network: Callable[[], AbstractContextManager[tuple[Channel, Live]]]
) -> None:
    for seed in range(first, first + EACH):
        with blank() as archive, network() as (channel, live):
            sequence(channel, archive, live, seed)
