"""Copies: what ties two posts, and that groups follow from the posts alone."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.copies import Copy, Look, Rulings, Tie, grouped, tie
from hub.model import Item
from hub.pieces import Piece, piece
from tests.bench.copies import HELD, figures
from tests.copies.labelled import said, short

SOON = timedelta(minutes=5)
STORY = "From Friday the night tram runs again between the harbour and Elm Hill\nevery twenty minutes until four."


def article(**more: object) -> Item:
    return said("blog", 1, STORY, timedelta(), **({"title": "The night tram is back"} | more))


def note(channel: str, text: str, after: timedelta = SOON, *links: str, **more: object) -> Item:
    return said(channel, 1, text, after, *links, **more)


def among(pieces: Collection[Piece], rulings: Rulings) -> Look:
    """Ties found by looking at every pair."""

    def look(some: Collection[Piece]) -> Mapping[str, Collection[Tie]]:
        return {one.id: [found for other in pieces if (found := tie(one, other, rulings))] for one in some}

    return look


def groups(items: Collection[Item], rulings: Rulings | None = None) -> dict[str, Copy]:
    rulings = rulings or Rulings()
    pieces = [piece(item) for item in items]
    return grouped(pieces, among(pieces, rulings), rulings)


def why(items: Collection[Item], rulings: Rulings | None = None) -> list[str]:
    """What ties each to the first, "" for one that stands alone."""
    found = groups(items, rulings)
    return [found[item.id].why for item in items]


def test_what_no_threshold_ever_saw_is_judged_right() -> None:
    found = figures(HELD)
    assert found.precision >= 0.99
    assert found.recall >= 0.95


def test_one_article_told_in_four_places_is_one_piece_and_says_why() -> None:
    blog, words = article(), "It is official: the night tram comes back on Friday, all night long!"
    toot, sky = note("mastodon", words, SOON, blog.url), note("bluesky", words)
    tweet = note("x", "Night tram!", SOON, f"{blog.url}?utm_source=x")
    assert why([blog, toot, sky, tweet]) == ["", "links", "words", "links"]
    assert {copy.of for copy in groups([blog, toot, sky, tweet]).values()} == {"", blog.id}


def test_a_second_announcement_in_the_same_place_stands_for_itself() -> None:
    blog = article()
    again = note("mastodon", "Do not miss it: the night tram", SOON * 3, blog.url)
    assert why([blog, note("mastodon", "The night tram is back", SOON, blog.url), again]) == ["", "links", ""]


def test_each_week_of_a_series_finds_its_own_counterpart() -> None:
    text = "Soup of the day at the corner stall: leek, from eleven until the pot is empty."
    days = [timedelta(hours=10 * day) for day in range(4)]
    toots = [note("mastodon", text, day) for day in days]
    skies = [note("bluesky", text, day + SOON) for day in days]
    found = groups([*toots, *skies])
    assert [found[sky.id].of for sky in skies] == [toot.id for toot in toots]


def test_the_earliest_is_the_root_and_ties_go_by_id() -> None:
    one, two = note("x", STORY, SOON), note("mastodon", STORY, SOON)
    root = min(one.id, two.id)
    assert groups([one, two]) == {root: Copy(), max(one.id, two.id): Copy(root, "words")}


def test_a_rule_splits_what_is_alike_and_joins_what_is_not() -> None:
    blog, toot = article(), note("mastodon", "The night tram", SOON, article().url)
    other = note("x", "Something else altogether happened today")
    names = {item.id: next(iter(piece(item).explicit)) for item in (blog, toot, other)}
    split = Rulings(splits=(frozenset({names[blog.id], names[toot.id]}),))
    alone = Rulings(splits=(frozenset({names[toot.id]}),))
    merge = Rulings(merges=(frozenset({names[blog.id], names[other.id]}),))
    assert why([blog, toot], split) == why([blog, toot], alone) == ["", ""]
    assert why([blog, toot, other], merge) == ["", "links", "rule"]


def test_a_split_holds_through_a_third_post() -> None:
    toot, sky, tweet = (note(channel, STORY, SOON) for channel in ("mastodon", "bluesky", "x"))
    names = [next(iter(piece(item).explicit)) for item in (toot, tweet)]
    found = groups([toot, sky, tweet], Rulings(splits=(frozenset(names),)))
    assert found[tweet.id].of != toot.id != found[sky.id].of or found[tweet.id].of == ""


def test_an_answer_is_the_copy_of_another_only_where_it_names_it() -> None:
    one, two = (note(channel, STORY, SOON, reply_to=f"https://a.example/{channel}") for channel in ("mastodon", "x"))
    assert why([one, two]) == ["", ""]
    assert why([one, replace(two, aliases=(one.url,))]) == ["", "named"]


def test_what_a_post_calls_its_copy_is_one_whatever_it_says_and_however_late() -> None:
    toot = note("mastodon", "Other words", timedelta(days=400))
    names = ({"syndication": (toot.url,)}, {"aliases": (toot.id,)})
    assert [why([article(**more), toot]) for more in names] == [["", "named"]] * 2


def test_an_address_that_two_posts_share_is_no_proof_for_ever() -> None:
    found = {}
    for days in (5, 45):
        again = said("feed", 1, "Again", timedelta(days=days), url=article().url)
        both = [note("x", "Hm", timedelta(days=days), syndication=("https://a.example/",)) for _ in range(1)]
        found[days] = why([article(), again]), why([article(syndication=("https://a.example/",)), *both])
    assert found == {5: (["", "named"], ["", "named"]), 45: (["", ""], ["", ""])}


def test_a_post_is_no_copy_of_what_it_answers() -> None:
    toot = note("mastodon", STORY)
    assert tie(piece(toot), piece(note("x", STORY, SOON, reply_to=toot.id))) is None


@pytest.mark.parametrize("text", ["", "🐝", "Monday!"])
def test_hardly_any_words_tie_only_what_is_the_same_to_the_letter(text: str) -> None:
    same = bool(text.isascii() and text)
    assert (tie(piece(note("mastodon", text)), piece(note("x", text))) is not None) is same
    assert tie(piece(note("mastodon", text)), piece(note("x", f"{text} Tuesday"))) is None


TEXTS = st.sampled_from(
    [STORY, short(STORY, 70), "Good morning!", "It rains.", "The tram, the tram, the night tram is back"]
)
POSTS = st.builds(
    note,
    st.sampled_from(["mastodon", "bluesky", "x", "blog"]),
    TEXTS,
    st.integers(1, 30).map(lambda hours: timedelta(hours=hours)),
    st.sampled_from([article().url, "https://else.example/1", "https://else.example/2"]),
)


@settings(max_examples=150, deadline=None)
@given(items=st.lists(POSTS, max_size=9, unique_by=lambda item: item.id), order=st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_order_or_on_where_one_begins(items: list[Item], order: Random) -> None:
    items = [article(), *items]
    whole, pieces = groups(items), [piece(item) for item in items]
    order.shuffle(pieces)
    part = grouped(pieces[:1], among(pieces, Rulings()))
    assert groups(order.sample(items, len(items))) == whole
    assert part == {id: whole[id] for id in part}
    channels = [(copy.of or id, next(item.channel for item in items if item.id == id)) for id, copy in whole.items()]
    assert len(channels) == len(set(channels))
