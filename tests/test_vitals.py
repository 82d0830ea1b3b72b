"""How a channel is: what pauses it and what resumes it, its token, its rhythm, what is left of its allowance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import pace, run, vitals
from hub.answer import left
from hub.channels import Ask, Channel
from hub.channels.feed import Feed
from hub.channels.github import Github
from hub.channels.reddit import Reddit
from hub.channels.stackexchange import Stackexchange
from hub.channels.threads import Threads
from hub.channels.twitter import Twitter
from hub.channels.youtube import Youtube
from hub.errors import Missing, Refused, Unreachable
from hub.model import Batch, Cursor, Health, Left, Terms
from hub.report import Wish
from hub.run import Hub
from hub.sections import Brand
from hub.settings import Settings
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = Health(channel="c", last_success=NOW - DAY, last_try=NOW - DAY)
SAID = [NOW - DAY * day for day in range(40, 60)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarded:
    """A kind that lets one token in; without any it is refused, too."""

    name: str
    token: str = ""
    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        if self.token != "good":
            raise Refused("401: this token is over", status=401)
        yield Batch(cursor={"at": 1})


Opened = Callable[[Channel], Hub]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Opened]:
    """The hub of one folder, with a channel."""
    (tmp_path / "content").mkdir()
    with run.opened(
        Settings(folder=tmp_path, brand=Brand(name="Ada", url="https://talk.ada.example/")), {}, lambda: NOW
    ) as one:
        yield lambda channel: replace(one, settings=replace(one.settings, channels={channel.name: channel}))


def asked(hub: Hub, days: int = 0, **wish: object) -> bool:
    """Is the channel asked by an update so much later?"""
    return bool(run.pull(hub, Wish(now=NOW + DAY * days, **wish)))  # type: ignore[arg-type]


def test_a_channel_whose_token_was_refused_is_not_asked_again(hub: Opened) -> None:
    one = hub(Guarded(name="c", token="bad"))
    assert asked(one)
    assert [asked(one, 400), asked(one, 400, recheck=True), asked(one, 400, sweep=True)] == [False] * 3


def test_it_is_asked_at_once_with_another_token(hub: Opened) -> None:
    asked(hub(Guarded(name="c", token="bad")))
    better = hub(Guarded(name="c", token="good"))
    assert asked(better)
    assert better.store.health("c").error == ""


def test_it_is_asked_when_a_person_names_it(hub: Opened) -> None:
    one = hub(Guarded(name="c", token="bad"))
    asked(one)
    assert asked(one, 1, only=("c",))


def test_one_without_a_credential_is_paused_when_it_was_refused_three_days_in_a_row(hub: Opened) -> None:
    one = hub(Guarded(name="c"))
    assert [asked(one, day) for day in range(5)] == [True, True, True, False, False]


def test_no_secret_is_kept_with_a_channel(hub: Opened) -> None:
    one = hub(Guarded(name="c", token="bad-and-secret"))
    asked(one)
    assert "bad-and-secret" not in repr(one.store.health("c"))


def test_what_pauses_a_channel_is_told_with_the_way_out() -> None:
    refused = pace.after_failure(replace(GOOD, secret="s"), NOW, Refused("401", status=401))
    told = vitals.of(Guarded(name="c"), refused, (), NOW)
    assert told.state == "paused"
    assert "hub pull c" in told.notes[0]


def test_what_stays_of_a_vanished_network_is_told_and_for_how_long() -> None:
    gone = pace.after_failure(GOOD, NOW, Missing("410", forever=True))
    lost = pace.after_failure(GOOD, NOW, Unreachable("no such host"))
    assert vitals.of(Guarded(name="c"), gone, (), NOW).state == "gone"
    assert "stays as it was" in " ".join(vitals.of(Guarded(name="c"), lost, (), NOW).notes)
    film = Youtube("c", "UCx")
    assert "until 2026-12-04, then as counts and links" in " ".join(vitals.of(film, lost, (), NOW).notes)


def test_a_token_that_ends_soon_is_told_in_time() -> None:
    threads = Threads("c", "token")
    old, new = (replace(GOOD, secret_since=NOW - DAY * days) for days in (50, 3))
    assert vitals.of(threads, old, (), NOW).token_ends == NOW + DAY * 10
    assert "ends in 10 days" in " ".join(vitals.of(threads, old, (), NOW).notes)
    assert vitals.of(threads, new, (), NOW).notes == ()


def test_a_token_counts_from_when_it_was_used_first() -> None:
    def used(before: Health, token: str, days: int) -> Health:
        return vitals.sealed(before, Threads("c", token), Path(), {}, NOW + DAY * days)

    first = used(Health(channel="c"), "one", 0)
    assert used(first, "one", 9).secret_since == NOW
    assert used(first, "two", 9).secret_since == NOW + DAY * 9


def test_a_source_that_is_silent_for_far_longer_than_ever_is_told() -> None:
    assert vitals.of(Guarded(name="c"), GOOD, SAID, NOW).state == "silent"
    assert vitals.of(Guarded(name="c"), GOOD, [*SAID, NOW - DAY * 3], NOW).state == "ok"
    assert vitals.silence([NOW - DAY * 30 * at for at in range(1, 9)], NOW) == timedelta()


@given(st.lists(st.integers(0, 900), max_size=12))
def test_the_order_of_the_dates_never_matters_and_news_end_a_silence(days: list[int]) -> None:
    said = [NOW - DAY * day for day in days]
    assert vitals.silence(said, NOW) == vitals.silence(sorted(said), NOW)
    assert vitals.silence([*said, NOW], NOW) == timedelta()


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ({"x-ratelimit-limit": "300", "x-ratelimit-remaining": "271"}, (271, 300)),
        ({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0"}, (0, 100)),
        ({"x-ratelimit-remaining": "98.0", "x-ratelimit-used": "2"}, (98, 100)),
        ({"x-ratelimit-remaining": "98.5", "x-ratelimit-used": "2"}, None),
        ({"x-ratelimit-remaining": "98"}, None),
        ({"x-ratelimit-limit": "many", "x-ratelimit-remaining": "1"}, None),
        ({"x-ratelimit-limit": "9" * 5000, "x-ratelimit-remaining": "1"}, None),
    ],
)
def test_what_a_server_says_of_its_limit_is_read(headers: dict[str, str], rest: tuple[int, int] | None) -> None:
    assert left(headers) == rest


def test_the_requests_that_are_left_are_told_of_the_channel_that_asked(hub: Opened, tmp_path: Path) -> None:
    tape = tmp_path / "tape.json"
    headers = {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "271"}
    exchange = {"request": {"url": "https://f.example/feed"}, "response": {"headers": headers, "text": "<rss/>"}}
    tape.write_text(json.dumps({"origin": "made up for a test", "exchanges": [exchange]}), "utf-8")
    one = hub(Feed("c", "https://f.example/feed"))
    asked(replace(one, web=Web(agent="test", now=lambda: NOW, replay=tape)))
    assert one.store.health("c").left == Left(what="requests", left=271, most=300)


@pytest.mark.parametrize("channel", [Github("c", "ada/pot"), Reddit("c", "id", "secret", search="pot")])
def test_a_channel_without_an_address_is_told_by_that_of_its_api(channel: Channel) -> None:
    known = {"https://api.github.com:443": (42, 60), "https://oauth.reddit.com:443": (42, 60)}
    assert vitals.requests(channel, known) == Left(what="requests", left=42, most=60)


def test_what_is_left_of_today_is_told() -> None:
    ledger = {"day": "2026-11-05", "spent": 150_000}
    x = Twitter("c", "pot", "token")
    assert x.left({"ledger": ledger}, NOW) == Left(what="USD today", left=0.35, most=0.5)
    assert x.left({"ledger": ledger}, NOW + DAY).left == 0.5
    films = Youtube("c", "UCx", "key")
    assert films.left({"spent": {"day": "2026-11-05", "used": 7000}}, NOW).left == 1000
    assert vitals.of(Youtube("c", "UCx"), GOOD, (), NOW).left is None
    sites, told = Stackexchange("c"), {"quota": {"day": "2026-11-05", "left": 12, "most": 300}}
    assert sites.left(told, NOW) == Left(what="requests today", left=12, most=300)
    assert sites.left(told, NOW + DAY).left == 300
