"""How complete a conversation is, channel by channel, and why what is missing is not here."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import REASONS, REST, Batch, Coverage, Item
from hub.store.archive import Archive
from hub.store.coverage import _shared
from tests.store.conftest import Fresh
from tests.store.said import bring, item, lose, post, url, whole


def covered(archive: Archive, root: str = "a") -> dict[str, Coverage]:
    return {one.channel: one for one in archive.thread(url(root)).coverage}


def tell(archive: Archive, replies: int, channel: str = "blog", **absent: int) -> None:
    archive.save(channel, Batch(counts={url("a"): {"replies": replies}}, absent={url("a"): absent}))


def test_each_reason_is_told_apart_and_the_rest_is_the_last_ones(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"))
    tell(archive, 10, private=2, consent=1, host=1, limit=REST)
    told = covered(archive)["blog"]
    assert (told.shown, told.reported, told.missing) == (1, 10, 0)
    assert told.absent == {"private": 2, "consent": 1, "host": 1, "limit": 5}


def test_what_is_said_anew_takes_the_place_of_what_was_said(archive: Archive) -> None:
    bring(archive, post("a"))
    tell(archive, 5, later=REST)
    tell(archive, 5, private=3)
    told = covered(archive)["blog"]
    assert (told.absent, told.missing) == ({"private": 3}, 2)


def test_only_a_reason_that_moved_is_news(archive: Archive) -> None:
    bring(archive, post("a"))
    tell(archive, 5, later=REST)
    mark = archive.seq
    tell(archive, 5, later=REST)
    assert archive.seq == mark
    tell(archive, 5, later=4)
    assert [one.id for one in archive.changed(mark)] == [url("a")]


def test_what_a_rule_hides_is_named_by_that_rule_though_nobody_counts(archive: Archive) -> None:
    judge = {url("b"): "spam-1", url("c"): "held:blog"}.get
    archive.save("blog", Batch(items=(post("a"), item("b", to="a"), item("c", to="a"))), lambda one: judge(one.id, ""))
    told = covered(archive)["blog"]
    assert (told.shown, told.reported, told.hidden, told.held) == (0, 1, {"spam-1": 1}, 0)


def test_what_waits_is_counted_where_its_network_counts_it(archive: Archive) -> None:
    archive.save("blog", Batch(items=(post("a"), item("b", to="a"))), lambda one: "" if one.ours else "held:blog")
    tell(archive, 1)
    assert (covered(archive)["blog"].held, covered(archive)["blog"].missing) == (1, 0)


def test_what_was_deleted_explains_what_a_network_still_counts(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"), item("c", to="b"))
    tell(archive, 2)
    lose(archive, "b")
    assert covered(archive)["blog"].absent == {"gone": 1}


def test_a_reply_that_two_channels_bring_stands_for_both(archive: Archive) -> None:
    bring(archive, post("a"), item("b", to="a"))
    bring(archive, item("b", to="a", channel="mirror"), channel="mirror")
    tell(archive, 1, channel="mirror")
    assert {name: one.shown for name, one in covered(archive).items()} == {"blog": 1, "mirror": 1}


def test_what_only_links_to_a_post_is_no_reply_to_it(archive: Archive) -> None:
    bring(archive, post("a"), item("m", links=(url("a"),)), item("n", to="m"), item("b", to="a"))
    tell(archive, 2)
    assert covered(archive)["blog"].shown == 1


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_the_order_of_arrival_never_matters(fresh: Fresh, order: tuple[int, ...]) -> None:
    steps = [
        Batch(items=(post("a"),)),
        Batch(items=(item("b", to="a"),)),
        Batch(counts={url("a"): {"replies": 4}}),
        Batch(absent={url("a"): {"private": 1, "later": REST}}),
    ]
    told, plain = fresh(), fresh()
    for at in order:
        told.save("blog", steps[at])
    for step in steps:
        plain.save("blog", step)
    assert whole(told) == whole(plain)
    assert told.incomplete() == plain.incomplete() == [(url("a"), told.thread(url("a")).coverage)]


@given(st.integers(0, 50), st.dictionaries(st.sampled_from(REASONS), st.integers(0, 60)))
def test_reasons_never_explain_more_than_is_missing(gap: int, why: dict[str, int]) -> None:
    shared = _shared(gap, why)
    assert sum(shared.values()) == min(gap, sum(why.values()))
    assert all(0 < many <= why[reason] for reason, many in shared.items())


def test_threads_that_lack_nothing_are_not_told(archive: Archive) -> None:
    whole_one: tuple[Item, ...] = (post("w"), item("x", to="w"))
    archive.save("blog", Batch(items=(post("a"), *whole_one), counts={url("w"): {"replies": 1}}))
    tell(archive, 1)
    assert [root for root, _ in archive.incomplete()] == [url("a")]
