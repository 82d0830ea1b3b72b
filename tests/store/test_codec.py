"""An item as the archive keeps it."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import Account, Choice, Emoji, Item, Media, Poll, Rating
from hub.store import codec
from hub.store.figures import figure
from tests.store.said import post, url

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
times = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
many = st.lists(words, max_size=2).map(tuple)
polls = st.builds(Poll, choices=st.tuples(st.builds(Choice, title=words)), closes=times, multiple=st.booleans())
items = st.builds(
    Item, id=words, url=words, channel=words, kind=words, html=words, title=words, published=times, edited=times,
    author=st.builds(Account, name=words, automated=st.booleans()), ours=st.booleans(), tags=many, links=many,
    media=st.tuples(st.builds(Media, url=words, width=st.integers(0, 9))), poll=st.none() | polls,
    emojis=st.tuples(st.builds(Emoji, code=words, url=words)),
    rating=st.none() | st.builds(Rating, value=st.floats(0, 5)),
)  # fmt: skip


@given(items)
def test_what_is_kept_comes_back_as_it_was(item: Item) -> None:
    assert codec.load(codec.dump(item)) == item


def test_empty_fields_say_nothing() -> None:
    assert codec.dump(Item(id="a", url="b", channel="c")) == '{"channel":"c","id":"a","url":"b"}'


@pytest.mark.parametrize("field", [field.name for field in fields(Item)])
def test_every_field_of_an_item_is_kept(field: str) -> None:
    kept = {
        "author": Account(handle="x"), "published": datetime(2026, 1, 1, tzinfo=UTC), "poll": Poll(choices=()),
        "edited": datetime(2026, 1, 1, tzinfo=UTC), "rating": Rating(value=1), "media": (Media(url="x"),),
        "emojis": (Emoji(code="x", url="y"),),
    }  # fmt: skip
    plain = Item(id="a", url="b", channel="c")
    value = kept.get(field, {bool: True, tuple: ("x",)}.get(type(getattr(plain, field)), "x"))
    assert getattr(codec.load(codec.dump(replace(plain, **{field: value}))), field) == value


def test_votes_are_no_part_of_the_meaning() -> None:
    poll = Poll(choices=(Choice(title="yes", votes=4),))
    assert codec.dump(post("a", poll=poll)) == codec.dump(post("a", poll=replace(poll, choices=(Choice(title="yes"),))))


def test_an_id_is_one_of_the_names_however_often_it_is_given() -> None:
    assert codec.names(post("a", url=url("a"), aliases=(url("a"), "urn:a"))) == {
        codec.key("urn:a"): False,
        codec.key(url("a")): True,
    }


@pytest.mark.parametrize(
    ("value", "shown"), [(0, 0), (7, 7), (99, 99), (104, 100), (995, 1000), (1249, 1200), (1250, 1300)]
)
def test_a_figure_has_two_digits(value: int, shown: int) -> None:
    assert figure(value) == shown


def test_a_page_shows_avatar_pictures_posters_and_emojis_and_only_from_the_web() -> None:
    media = (
        Media(url="https://x/1"),
        Media(url="https://x/film", type="video", poster="https://x/2"),
        Media(url="data:,"),
    )
    said = post("a", media=media, emojis=(Emoji(code="c", url="https://x/3"),), author=Account(avatar="https://x/0"))
    assert codec.pictures(said) == [f"https://x/{n}" for n in range(4)]
