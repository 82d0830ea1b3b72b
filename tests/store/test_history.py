"""Counts have a past, by day, and only a figure that reads otherwise is news."""

from datetime import date, timedelta

import pytest

from hub.model import Batch
from hub.store.archive import Archive
from tests.store.said import START, bring, item, post, url

DAYS = [date(2026, 1, day) for day in (1, 2, 3)]


def count(archive: Archive, day: date, **said: int) -> None:
    archive.save("blog", Batch(counts={url("a"): said}), day=day)


@pytest.fixture
def counted(archive: Archive) -> Archive:
    bring(archive, post("a", aliases=("urn:a",)))
    count(archive, DAYS[0], likes=1200)
    return archive


def past(archive: Archive, name: str = "a") -> list[tuple[int, str, int]]:
    return [(one.day.day, one.type, one.value) for one in archive.past(url(name))]


def test_each_day_keeps_its_last_count(counted: Archive) -> None:
    count(counted, DAYS[1], likes=1210)
    count(counted, DAYS[1], likes=1230, views=9)
    assert past(counted) == [(1, "likes", 1200), (2, "likes", 1230), (2, "views", 9)]


def test_a_count_that_reads_the_same_is_no_news_and_keeps_its_past(counted: Archive) -> None:
    mark = counted.seq
    count(counted, DAYS[1], likes=1249)
    assert (counted.seq, past(counted)[-1]) == (mark, (2, "likes", 1249))
    count(counted, DAYS[2], likes=1251)
    assert [one.id for one in counted.changed(mark)] == [url("a")]


def test_a_day_without_news_writes_nothing(counted: Archive) -> None:
    count(counted, DAYS[1], likes=1200)
    assert past(counted) == [(1, "likes", 1200)]


def test_an_account_has_a_past_too_and_tells_its_channel_when_it_reads_otherwise(archive: Archive) -> None:
    told = []
    for day, many in zip(DAYS, (1180, 1210, 1212), strict=True):
        before = archive.seq
        archive.save("blog", Batch(counts={url("@acme"): {"followers": many}}), day=day)
        told.append([(entry.what, entry.id) for entry in archive.changed(before)])
    assert told == [[("channel", "blog")], [], []]
    assert past(archive, "@acme") == [(1, "followers", 1180), (2, "followers", 1210), (3, "followers", 1212)]
    assert archive.followers("blog") == [(day, 1200) for day in DAYS]
    assert archive.followers("news") == []


def test_what_left_is_counted_by_the_write_that_removes_it(counted: Archive) -> None:
    counted.save("blog", Batch(gone=(url("a"),)), day=DAYS[1])
    assert counted.removed() == {"2026-01": 1}


def test_what_came_back_did_not_leave(counted: Archive) -> None:
    counted.save("blog", Batch(gone=(url("a"),)), day=DAYS[1])
    counted.save("blog", Batch(items=(post("a"),)), day=DAYS[2])
    assert counted.removed() == {}


def test_what_is_forgotten_counts_as_left(counted: Archive) -> None:
    counted.forget([url("a")], lambda account: False, day=DAYS[1])
    assert counted.removed() == {"2026-01": 1}


def test_what_is_forgotten_has_no_past(counted: Archive) -> None:
    counted.forget([url("a")], lambda account: False)
    assert past(counted) == []


def test_when_the_brand_last_spoke_is_told_newest_first(archive: Archive) -> None:
    bring(
        archive, post("a"), post("b", at=5), post("undated", at=None), post("answer", at=9, to="a"), item("c", to="a")
    )
    assert archive.spoke("blog") == [START + timedelta(minutes=5), START]
