"""Which pages exist and which ones a change touches."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.model import Item
from hub.pages import PER, Page, Post, address, closed, page_at, touched, window

WHEN = datetime(2026, 11, 5, 23, 30, tzinfo=UTC)


def item(url: str, ident: str = "https://blog.example/?p=1", when: datetime | None = WHEN) -> Item:
    return Item(id=ident, url=url, channel="blog", published=when)


def post(ident: str = "a", **changed: object) -> Post:
    given = {"sort": "2026-11-05", "month": "2026-11", "address": "p/a/", "channels": ("blog",), **changed}
    return Post(id=ident, **given)  # type: ignore[arg-type]


def test_an_address_is_day_last_segment_and_digest():
    assert address(item("https://blog.example/2026/New_Bikes/")).startswith("p/2026-11-05-new-bikes-")


def test_an_address_does_not_follow_the_title():
    assert address(Item(id="x", url="", channel="c", title="One")) == address(Item(id="x", url="", channel="c"))


def test_an_undated_post_says_so_in_its_address():
    assert address(item("https://blog.example/a", when=None)).startswith("p/undated-a-")


@given(st.text(), st.text())
def test_an_address_is_a_safe_path_whatever_the_id(url, ident):
    path = address(item(f"https://x.example/{url}".replace("[", ""), ident))
    assert path.isascii()
    assert ".." not in path
    assert path.count("/") == 2
    assert len(path) < 100


@given(st.integers(0, 2000))
def test_every_rank_stands_on_exactly_one_page(total):
    pages = [window(number, total) for number in (*range(1, closed(total) + 1), 0)]
    ranks = [rank for first, many in pages for rank in range(first, first + many)]
    assert ranks == list(range(total))


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_a_rank_is_on_the_page_whose_window_holds_it(rank, total):
    first, many = window(page_at(rank, total), total)
    assert rank >= total or first <= rank < first + many


@given(st.integers(PER, 5000))
def test_the_open_page_is_never_short_and_never_twice_full(total):
    assert PER <= window(0, total)[1] < 2 * PER


@given(st.integers(0, 5000))
def test_a_closed_page_never_moves_when_posts_come(total):
    assert all(window(number, total) == window(number, total + 1) for number in range(1, closed(total) + 1))


def test_a_reply_leaves_the_order_of_lists_alone():
    assert not any(stretch.onward for stretch in touched(post(), post()).stretches)


def test_a_new_post_moves_what_is_newer_in_every_list_it_joins():
    assert {(part.list, part.onward) for part in touched(None, post()).stretches} == {("", True), ("blog", True)}


def test_a_post_that_changes_month_touches_both_months():
    pages = touched(post(), post(sort="2026-12-01", month="2026-12")).pages
    assert {Page(kind="month", name="2026-11"), Page(kind="month", name="2026-12")} <= pages


def test_a_post_that_leaves_a_channel_touches_the_list_it_left():
    lists = {(part.list, part.onward) for part in touched(post(channels=("blog", "feed")), post()).stretches}
    assert ("feed", True) in lists
