"""X: the money, the order in which it is spent, and what the recording does not show."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels import Ask, Priced
from hub.channels.twitter import Twitter
from hub.channels.twitter_items import Desk, Included, item, sound
from hub.channels.twitter_price import Ledger, Question, bill
from hub.channels.twitter_text import link, markup, mention, moment, tag
from hub.cli import run
from hub.errors import ChannelError, Missing, RateLimited, Refused
from hub.model import Batch
from hub.web import Web
from tests.channels.x_world import NOW, US, Reader, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECORDED = Twitter("x", handle="kettleandsons", token="t", daily_usd=50.0)
TAPE = Path(__file__).parent / "twitter" / "pull.json"


def reader(world: World, **settings: Any) -> Reader:
    return Reader(world, replace(Twitter("x", handle="us", token="t", owned=world.owned), **settings))


@pytest.fixture
def world() -> World:
    return World()


# who answered lately


def test_a_quiet_pull_costs_nothing_and_asks_three_questions(world: World) -> None:
    world.post(NOW - DAY)
    here = reader(world)
    here.pull()
    spent, world.asked = dict(world.till), []
    here.pull()
    assert [path for path, _ in world.asked] == [f"/users/{US}/tweets", f"/users/{US}/mentions", "/tweets"]
    assert world.till == spent


def test_answers_to_answers_are_found_by_the_search(world: World) -> None:
    root = world.post(NOW - DAY)
    first = world.post(NOW - 2 * HOUR, "11", to=root)
    world.post(NOW - HOUR, "12", to=first)
    here = reader(world, mentions=False, daily_usd=5)
    here.pull()
    assert here.agrees()
    assert here.twice == []


def test_an_answer_that_came_as_a_mention_is_not_paid_for_again(world: World) -> None:
    root = world.post(NOW - DAY)
    here = reader(world)
    here.pull()
    world.post(NOW - HOUR, "11", to=root)
    here.pull()
    assert here.agrees()
    assert not any("search" in path for path, _ in world.asked)


def test_a_conversation_older_than_a_week_is_searched_in_the_archive(world: World) -> None:
    world.post(NOW - 9 * DAY, "11", to=world.post(NOW - 10 * DAY))
    here = reader(world, mentions=False, daily_usd=5)
    here.pull()
    assert here.agrees()
    assert [path for path, _ in world.asked][-1] == "/tweets/search/all"


def test_without_the_archive_the_thread_says_what_may_be_missing(world: World) -> None:
    world.post(NOW - 9 * DAY, "11", to=world.post(NOW - 10 * DAY))
    here = reader(world, mentions=False, archive=False, daily_usd=5)
    here.pull()
    assert len(here.kept) == 1
    assert "seven days" in here.warnings[0]


def test_an_old_conversation_that_was_read_is_asked_about_in_the_recent_search(world: World) -> None:
    root = world.post(NOW - 10 * DAY)
    here = reader(world, mentions=False, daily_usd=5)
    here.pull(recheck=True)
    world.now += DAY
    world.post(NOW + 12 * HOUR, "11", to=root)
    here.pull()
    assert here.agrees()
    assert [path for path, _ in world.asked][-1] == "/tweets/search/recent"


def test_a_long_conversation_is_read_page_by_page(world: World) -> None:
    root = world.post(NOW - DAY)
    for minute in range(250):
        world.post(NOW - 5 * HOUR + timedelta(minutes=minute), str(100 + minute), to=root)
    here = reader(world, mentions=False, daily_usd=50)
    here.pull()
    assert here.agrees()


def test_a_429_in_the_middle_loses_nothing(world: World) -> None:
    root = world.post(NOW - DAY)
    for minute in range(250):
        world.post(NOW - 5 * HOUR + timedelta(minutes=minute), str(100 + minute), to=root)
    here = reader(world, mentions=False, daily_usd=50)
    for batches in range(2, 14, 2):
        here.pull(batches)
        world.limits = 1
        here.pull()
    here.pull()
    assert here.agrees()
    assert here.twice == []


# deletions


def test_a_deleted_post_goes_when_its_count_is_asked_for(world: World) -> None:
    root = world.post(NOW - DAY)
    here = reader(world)
    here.pull()
    del world.posts[root]
    here.pull()
    assert here.kept == {}


def test_the_sweep_finds_deleted_answers_and_brings_back_restored_ones(world: World) -> None:
    answer = world.post(NOW - HOUR, "11", to=world.post(NOW - DAY), pictures=1)
    here = reader(world)
    here.pull()
    kept = world.posts.pop(answer)
    here.pull(sweep=True)
    assert len(here.kept) == 1
    world.posts[answer] = kept
    world.now += DAY
    here.pull(sweep=True)
    assert here.agrees()


def test_a_sweep_that_money_cuts_goes_on_with_those_unseen_longest(world: World) -> None:
    numbers = [world.post(NOW - timedelta(days=40, minutes=minute)) for minute in range(30)]
    here = reader(world, mentions=False, daily_usd=50)
    here.pull()
    for number in numbers[::3]:
        del world.posts[number]
    here.channel = replace(here.channel, daily_usd=0.06)
    for _ in range(4):
        world.now += DAY
        here.pull(sweep=True)
    assert here.agrees()


# the past


def test_deep_back_fill_goes_on_where_the_money_ended(world: World) -> None:
    for hour in range(300):
        world.post(NOW - (hour + 1) * HOUR)
    here = reader(world, mentions=False)
    here.pull()
    assert 0 < len(here.kept) < 300
    for _ in range(30):
        world.now += DAY
        here.pull()
    assert here.agrees()
    assert here.twice == []


# the money


def talk(world: World, day: datetime, dice: random.Random) -> None:
    """A day in which the brand posts and people answer, to new posts and old."""
    roots = [id for id, row in world.posts.items() if row["conversation_id"] == id]
    roots = [*roots[-4:], world.post(day + timedelta(minutes=dice.randrange(60)))]
    for _ in range(dice.randrange(40)):
        to = dice.choice(roots)
        when = day + timedelta(minutes=60 + dice.randrange(1300))
        answer = world.post(when, str(dice.randrange(100, 900)), to=to, pictures=dice.choice([0, 0, 0, 1, 4]))
        if not dice.randrange(3):
            world.post(when + timedelta(minutes=dice.randrange(10)), str(dice.randrange(100, 900)), to=answer)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thirty_days_never_pass_the_cap_and_in_the_end_every_answer_is_there_once(seed: int) -> None:
    dice, world = random.Random(seed), World(owned=bool(seed % 2))
    here, start = reader(world), NOW.replace(hour=0)
    for day in range(30):
        talk(world, start + day * DAY, dice)
        for hour in range(0, 24, 4):
            world.now = start + day * DAY + hour * HOUR + timedelta(minutes=59)
            world.limits = dice.choice([0, 0, 0, 1])
            here.pull(dice.choice([None, None, 3, 8]), recheck=not dice.randrange(9), sweep=not hour)
    assert max(world.till.values()) <= 500_000
    assert sum(world.till.values()) > 30 * 250_000
    for _ in range(30):
        world.now += DAY
        world.limits = 0
        here.pull(sweep=True)
    assert max(world.till.values()) <= 500_000
    assert here.agrees()
    assert here.twice == []


def test_the_conversation_with_the_newest_word_is_read_first(world: World) -> None:
    roots = [world.post(NOW - days * DAY) for days in (3, 2, 1)]
    for root, hours in zip(roots, (1, 3, 2), strict=True):
        first = world.post(NOW - hours * HOUR, "11", to=root)
        world.post(NOW - hours * HOUR + timedelta(minutes=1), "12", to=first)
    here = reader(world, daily_usd=5)
    here.pull(recheck=True)
    asked = [params["query"] for path, params in world.asked if "search" in path]
    assert [query.split(":")[1].split(" ")[0] for query in asked] == [roots[0], roots[2], roots[1]]


def test_a_cap_too_small_for_a_question_says_what_waits(world: World) -> None:
    world.post(NOW - HOUR, "11", to=world.post(NOW - DAY))
    here = reader(world, daily_usd=0.03)
    here.pull()
    assert here.warnings == (
        "the 0.03 USD of today do not reach for its own posts, mentions: it goes on after 00:00 UTC",
    )


def test_pictures_that_are_too_dear_today_come_tomorrow(world: World) -> None:
    root = world.post(NOW - DAY)
    world.post(NOW - HOUR, "11", to=root, pictures=4)
    here = reader(world, mentions=False, daily_usd=0.2)
    here.pull()
    assert len(here.kept) == 1
    world.now += DAY
    here.pull()
    assert here.agrees()
    assert max(len(one.media) for one in here.kept.values()) == 4


def test_nothing_is_paid_twice_on_one_day_and_everything_again_on_the_next() -> None:
    ledger = Ledger.load({}, 1.0, NOW).settle(0, {"p1": 5000, "u1": 10000}).settle(0, {"p1": 5000, "p2": 5000})
    assert ledger.spent == 20000
    assert Ledger.load(ledger.dump(), 1.0, NOW + HOUR).settle(0, {"p1": 5000}).spent == 20000
    assert Ledger.load(ledger.dump(), 1.0, NOW + DAY).settle(0, {"p1": 5000}).spent == 5000


def test_what_is_spent_near_midnight_counts_for_both_days() -> None:
    night = NOW.replace(hour=23, minute=45)
    ledger = Ledger.load({}, 1.0, night).settle(0, {"p1": 5000})
    assert Ledger.load(ledger.dump(), 1.0, night + HOUR).spent == 5000


def test_money_on_its_way_is_written_down_as_spent() -> None:
    ledger = Ledger.load({}, 1.0, NOW).hold(300_000)
    assert Ledger.load(ledger.dump(), 1.0, NOW).left == 700_000
    assert ledger.settle(300_000, {"p1": 5000}).left == 995_000


def test_every_object_of_an_answer_is_on_the_bill() -> None:
    includes = {
        "users": [{"id": "1"}],
        "media": [{"media_key": "3_1"}],
        "tweets": [{"id": "8"}],
        "polls": [{"id": "4"}],
    }
    answer = {"data": [{"id": "9", "text": "t"}], "includes": includes}
    assert bill(answer) == {"p9": 5000, "p8": 5000, "u1": 10000, "m3_1": 5000}
    assert bill(answer, 1000) == {"o9": 1000, "p8": 5000, "u1": 10000, "m3_1": 5000}


@given(st.integers(0, 10**7), st.integers(1, 100), st.integers(0, 20_000))
def test_no_request_is_larger_than_its_money(money: int, least: int, beside: int) -> None:
    question = Question(beside=beside)
    size = question.size(money, least, 100)
    assert size == 0 or (least <= size <= 100 and question.worst(size) <= money)


def test_the_price_is_known_before_and_asks_nobody(world: World) -> None:
    world.post(NOW - DAY)
    here = reader(world)
    here.pull()
    world.asked = []
    told = here.channel.price(here.cursor, Ask(now=NOW + DAY, sweep=True))
    assert isinstance(here.channel, Priced)
    assert (told.posts, round(told.usd, 3), told.most) == (2, 0.01, 0.5)
    assert world.asked == []


# what goes wrong


def tape(tmp_path: Path, change: dict[str, object]) -> Web:
    """The recording with every answer that comes after the first changed."""
    told = json.loads(TAPE.read_text(encoding="utf-8"))
    for one in told["exchanges"][1:]:
        one["response"] = change
    place = tmp_path / "changed.json"
    place.write_text(json.dumps(told), encoding="utf-8")
    return Web(agent="test", now=lambda: NOW, replay=place, sleep=lambda _: None)


def test_a_token_that_expires_in_the_middle_is_refused_and_what_came_is_kept(tmp_path: Path) -> None:
    web = tape(tmp_path, {"status": 401, "json": {"title": "Unauthorized", "status": 401}})
    batches, kept = RECORDED.pull(web, {}, Ask(now=NOW)), [Batch()]
    with pytest.raises(Refused, match="bearer token"):
        kept.extend(batches)
    assert kept[-1].cursor["user"] == "3108351777"


def test_a_limit_says_until_when(tmp_path: Path) -> None:
    web = tape(
        tmp_path, {"status": 429, "headers": {"x-rate-limit-reset": "1795349700"}, "json": {"title": "Too Many"}}
    )
    with pytest.raises(RateLimited) as caught:
        list(RECORDED.pull(web, {}, Ask(now=NOW)))
    assert str(caught.value.until) == "2026-11-22 12:15:00+00:00"


def test_a_renamed_account_is_one_clear_line(tmp_path: Path) -> None:
    place = tmp_path / "gone.json"
    asked = "https://api.x.com/2/users/by/username/us?user.fields=name,public_metrics"
    said = {"errors": [{"type": "https://api.twitter.com/2/problems/resource-not-found", "value": "us"}]}
    exchange = {"request": {"url": asked}, "response": {"json": said}}
    place.write_text(json.dumps({"origin": "made up", "exchanges": [exchange]}), encoding="utf-8")
    with pytest.raises(Missing, match="no account @us on X"):
        list(
            Twitter("x", handle="@us", token="t").pull(Web(agent="t", now=lambda: NOW, replay=place), {}, Ask(now=NOW))
        )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(["1", "²", "a", "9" * 30]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "urls", "tag"]), below),
    max_leaves=6,
)


def rows() -> Iterator[dict[str, Any]]:
    for one in json.loads(TAPE.read_text(encoding="utf-8"))["exchanges"]:
        data = one["response"]["json"].get("data", [])
        yield from data if isinstance(data, list) else []


@given(st.sampled_from(list(rows())), st.data())
def test_wrong_types_never_crash_a_converter(row: dict[str, Any], data: st.DataObject) -> None:
    spoiled = {**row, data.draw(st.sampled_from(sorted(row))): data.draw(JUNK)}
    beside = Included.of({"includes": data.draw(JUNK), "data": [spoiled]})
    assert not sound(spoiled) or item(spoiled, beside, Desk("x", "1")).id.startswith("https://x.com/i/status/")


@pytest.mark.parametrize("answer", [{"data": 7}, {"data": [7, {"id": None}]}, {"meta": []}, {"errors": "no"}])
def test_wrong_shapes_of_an_answer_bring_nothing(tmp_path: Path, answer: dict[str, object]) -> None:
    try:
        batches = list(RECORDED.pull(tape(tmp_path, {"json": answer}), {}, Ask(now=NOW)))
    except ChannelError:
        return
    assert not any(batch.items or batch.gone for batch in batches)


# text


def test_addresses_are_written_out_and_signs_stay_as_they_were() -> None:
    parts = [link("https://t.co/a", "https://blog.example/?a=1&b=2", "blog.example/?a=1&b=2"), mention("Ann"), tag("x")]
    html = markup("@ann 1 &lt; 2 &amp;amp; ＃x https://t.co/a.\n\n<b>", parts)
    assert html == (
        '<p><a href="https://x.com/Ann">@ann</a> 1 &lt; 2 &amp;amp; <a href="https://x.com/hashtag/x">＃x</a> '
        '<a href="https://blog.example/?a=1&amp;b=2">blog.example/?a=1&amp;b=2</a>.</p><p>&lt;b&gt;</p>'
    )


def test_a_name_inside_a_longer_one_is_no_mention() -> None:
    assert markup("@annabel @ann", [mention("ann")]) == '<p>@annabel <a href="https://x.com/ann">@ann</a></p>'


def test_the_address_of_a_picture_beside_the_text_is_left_out() -> None:
    shown = link("https://t.co/p", "https://x.com/us/status/1/photo/1", "pic.x.com/p")
    assert markup("Look https://t.co/p", [shown]) == "<p>Look</p>"


def test_numbers_tell_their_time_since_they_have_one() -> None:
    # 1050118621198921728 is the example of the data dictionary: 2018-10-10T20:19:24Z
    assert str(moment("1050118621198921728")).startswith("2018-10-10 20:19:24")
    assert moment("89497702") is None


def test_a_dry_run_prints_posts_and_dollars_and_needs_no_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "content").mkdir()
    channel = '[channels.x]\nkind = "twitter"\nhandle = "us"\ntoken = "env:X_TOKEN_OF_NOBODY"\ndaily_usd = 2.5\n'
    brand = '[brand]\nname = "Us"\nurl = "https://us.example/"\n'
    (tmp_path / "content/hub.toml").write_text(brand + channel, encoding="utf-8")
    assert run(["--site", str(tmp_path), "pull", "--dry-run"], clock=lambda: NOW) == 0
    said = "x: about 200 posts for 1.000 USD as far as is known, never more than 2.500 USD (cap: 2.50 USD a day)\n"
    assert capsys.readouterr().out == said


# whose account it is


def test_a_corrected_handle_costs_one_look_up_and_is_read_anew_only_where_the_number_is_another(world: World) -> None:
    world.post(NOW - DAY)
    here = reader(world)
    here.pull()
    for name, paths in (("we", ["/users/by/username/we", "/tweets"]), ("WE", ["/users/by/username/WE", "/tweets"])):
        here.channel, world.asked = replace(here.channel, handle=name), []
        here.pull()
        assert [path for path, _ in world.asked if path.startswith(("/users/by", "/tweets"))] == paths
    assert here.twice == []


def test_another_account_leaves_the_money_of_today_as_it_was(world: World) -> None:
    world.post(NOW - DAY)
    here = reader(world)
    here.pull()
    before = here.cursor["ledger"]["spent"]  # type: ignore[index]
    here.cursor, here.channel = {**here.cursor, "user": "6"}, replace(here.channel, handle="we")
    here.pull()
    assert here.cursor["user"] == US
    assert here.cursor["ledger"]["spent"] >= before  # type: ignore[index]
    assert len(here.twice) == 1


def test_a_renamed_account_is_told_of_until_the_settings_agree_and_searched_by_its_new_name(world: World) -> None:
    root = world.post(NOW - DAY)
    world.called = "we"
    here = reader(world, daily_usd=5)
    for _ in range(3):
        here.pull()
        assert here.warnings == ('@us is called @we now: write handle = "we"',)
    world.post(NOW - HOUR, "11", to=root)
    here.pull(recheck=True)
    searches = [params["query"] for path, params in world.asked if "search" in path]
    assert searches[-1].endswith("-from:we -@we")
    here.channel = replace(here.channel, handle="we")
    here.pull()
    assert here.warnings == ()


def test_a_token_that_may_not_search_the_archive_searches_what_is_recent_and_says_so(world: World) -> None:
    world.archive = False
    old, new = world.post(NOW - 10 * DAY), world.post(NOW - HOUR)
    world.post(NOW - 9 * DAY, "11", to=old)
    world.post(NOW - HOUR / 2, "12", to=new)
    here = reader(world, mentions=False, daily_usd=5)
    for _ in range(2):
        here.pull()
        assert len(here.kept) == 3
        assert "only an app's own one" in " ".join(here.warnings)
    assert sum(path.endswith("/all") for path, _ in world.asked) == 1
    world.archive, world.now = True, NOW + 8 * DAY
    here.pull(recheck=True)
    here.pull(recheck=True)
    assert sum(path.endswith("/all") for path, _ in world.asked) > 1
    assert here.warnings == ()


def test_how_many_follow_comes_with_what_is_paid_for_anyhow(world: World) -> None:
    world.post(NOW - DAY)
    here = reader(world)
    here.pull()
    assert here.counts["https://x.com/us"] == {"followers": 12}
    here.counts.clear()
    here.pull()
    assert "https://x.com/us" not in here.counts
