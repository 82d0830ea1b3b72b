"""When a channel is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import pace
from hub.errors import ChannelError, Malformed, Missing, RateLimited, Refused, Unreachable
from hub.model import Health, Terms

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
NEW = Health(channel="blog")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def waits(health: Health) -> timedelta:
    return (health.next_due or NOW) - (health.last_try or NOW)


def test_a_new_channel_is_due() -> None:
    assert pace.due(NEW, NOW)


def test_a_channel_that_moved_is_asked_again_soon() -> None:
    after = pace.after_success(NEW, NOW, moved=True, swept=False)
    assert waits(after) == pace.OFTEN
    assert not pace.due(after, NOW + timedelta(minutes=14))
    assert pace.due(after, NOW + timedelta(minutes=15))


def test_each_quiet_pull_doubles_the_wait_up_to_six_hours() -> None:
    health, seen = pace.after_success(NEW, NOW, moved=True, swept=False), []
    for _ in range(7):
        health = pace.after_success(health, health.next_due or NOW, moved=False, swept=False)
        seen.append(waits(health))
    assert seen[:3] == [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
    assert seen[-1] == pace.SELDOM


def test_each_failure_doubles_the_wait_up_to_a_day() -> None:
    health, seen = NEW, []
    for _ in range(12):
        health = pace.after_failure(health, NOW, Unreachable("no answer"))
        seen.append(waits(health))
    assert seen[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert (seen[-1], health.failures) == (pace.DAY, 12)


def test_success_clears_what_was_wrong() -> None:
    failed = pace.after_failure(NEW, NOW, Malformed("no feed", where="line 3"))
    assert (failed.error, failed.message) == ("Malformed", "no feed (line 3)")
    healed = pace.after_success(failed, NOW, moved=False, swept=False)
    assert (healed.error, healed.message, healed.failures, waits(healed)) == ("", "", 0, pace.OFTEN)


def test_days_through_which_every_try_failed_are_remembered_when_it_works_again() -> None:
    health = pace.after_success(NEW, NOW, moved=True, swept=False)
    for hours in (13, 24, 70):
        health = pace.after_failure(health, NOW + timedelta(hours=hours), Unreachable("no answer"))
    assert pace.unread(health, date(2026, 11, 9)) == [(date(2026, 11, 6), date(2026, 11, 9))]
    health = pace.after_success(health, NOW + timedelta(hours=72), moved=True, swept=False)
    assert pace.unread(health, date(2027, 1, 1)) == [(date(2026, 11, 6), date(2026, 11, 8))]


def test_a_day_with_an_answer_is_none_of_them_nor_is_one_without_a_try() -> None:
    failing = pace.after_failure(replace(NEW, last_success=NOW), NOW + timedelta(hours=3), Unreachable("no answer"))
    assert pace.after_success(failing, NOW + timedelta(hours=35), moved=True, swept=False).unread == ()
    late = pace.after_failure(replace(NEW, last_success=NOW), NOW + timedelta(days=5), Unreachable("no answer"))
    assert pace.unread(late, date(2026, 11, 12)) == [(date(2026, 11, 10), date(2026, 11, 12))]


def test_none_of_them_is_remembered_for_ever() -> None:
    old = replace(NEW, unread=(("2020-01-01", "2020-01-05"),))
    assert pace.after_success(old, NOW, moved=True, swept=False).unread == ()


def test_a_network_that_says_when_is_obeyed_but_not_for_ever() -> None:
    until = NOW + timedelta(hours=3)
    assert pace.after_failure(NEW, NOW, RateLimited("later", until=until)).next_due == until
    never = RateLimited("later", until=datetime(9000, 1, 1, tzinfo=UTC))
    assert waits(pace.after_failure(NEW, NOW, never)) == pace.LONGEST


def test_refused_credentials_are_tried_once_a_day() -> None:
    assert waits(pace.after_failure(NEW, NOW, Refused("no", status=401))) == pace.DAY


def test_a_channel_gone_for_good_is_asked_only_on_demand() -> None:
    gone = pace.after_failure(NEW, NOW, Missing("gone", forever=True))
    assert not pace.due(gone, NOW + timedelta(days=400))
    assert gone.error == pace.GONE
    assert pace.due(pace.after_failure(NEW, NOW, Missing("lost")), NOW + timedelta(days=1))


def test_a_clock_that_was_set_back_locks_nothing() -> None:
    ahead = pace.after_success(NEW, NOW + timedelta(days=900), moved=True, swept=False)
    assert pace.due(ahead, NOW)


def test_the_first_pull_counts_as_a_sweep_and_the_next_is_due_by_the_terms() -> None:
    terms = Terms(sweep_days=2)
    first = pace.after_success(NEW, NOW, moved=True, swept=False)
    assert not pace.sweep_due(NEW, terms, NOW)
    assert not pace.sweep_due(first, terms, NOW + timedelta(hours=47))
    assert pace.sweep_due(first, terms, NOW + timedelta(hours=48))


def test_a_failed_sweep_stays_due() -> None:
    first = pace.after_success(NEW, NOW, moved=True, swept=False)
    later = NOW + timedelta(days=8)
    assert pace.sweep_due(pace.after_failure(first, later, Unreachable("x")), Terms(), later)


@pytest.mark.parametrize("moved", [True, False])
def test_a_sweep_cut_by_its_time_stays_due_and_goes_on_at_once(moved: bool) -> None:
    later = NOW + timedelta(days=8)
    before = replace(pace.after_success(NEW, NOW, moved=True, swept=False), warnings=(pace.MORE,))
    cut = pace.after_success(before, later, moved=moved, swept=True)
    assert pace.sweep_due(cut, Terms(), later)
    assert pace.due(cut, later)


@pytest.mark.parametrize("days", [30, 10**6])
def test_no_kind_may_sweep_less_often_than_weekly(days: int) -> None:
    first = pace.after_success(NEW, NOW, moved=True, swept=False)
    assert pace.sweep_due(first, Terms(sweep_days=days), NOW + timedelta(days=7))


@given(moments, st.lists(st.tuples(moments, st.booleans()), max_size=8))
def test_whatever_the_clock_did_a_channel_is_due_within_a_week(
    now: datetime, past: list[tuple[datetime, bool]]
) -> None:
    health = NEW
    for when, good in past:
        bad: ChannelError = RateLimited("later", until=when + timedelta(days=100))
        health = (
            pace.after_success(health, when, moved=False, swept=good) if good else pace.after_failure(health, when, bad)
        )
    assert any(pace.due(health, now + timedelta(days=days)) for days in range(9))
