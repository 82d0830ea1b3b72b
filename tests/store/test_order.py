"""Arrival order never matters: the same final versions, in any order and any batches, give the same threads."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model import Batch, Item
from hub.store.archive import Archive
from tests.store.conftest import Fresh
from tests.store.said import item, url, whole

Step = tuple[str, Item | None, str]  # channel, the version it brings or None, the name it takes back
Script = list[Step]  # what one channel says of one item, in its order

NAMES = [f"n{number}" for number in range(6)]
TIES = st.sampled_from(["", *NAMES, *NAMES, "ghost", "never"])
FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=25)


POLICIES = st.sampled_from(["answered", "all", "none"])


def greeted(archive: Archive, policy: str) -> Archive:
    archive.welcome(policy)
    return archive


def version(name: str, channel: str) -> st.SearchStrategy[Item]:
    """Items that name one another any way they like, with equal times and none, and addresses claimed by many."""
    fields = {
        "to": TIES,
        "root": TIES,
        "at": st.sampled_from([None, 0, 0, 1, 2]),
        "ours": st.sampled_from([True, False, False]),
        "excerpt": st.booleans(),
        "links": st.sampled_from([(), (), (url("n0"),), (url("n1"), url("n2"))]),
        "aliases": st.sampled_from([(), (), (url("n0"),), (url("n1"), url("n2")), (url("alias"),)]),
        "html": st.sampled_from([f"<p>{name}</p>", "<p>other</p>"]),
    }
    return st.fixed_dictionaries(fields).map(lambda values: item(name, channel=channel, **values))


@st.composite
def scripts(draw: st.DrawFn) -> list[Script]:
    """Up to six items on two channels: brought, edited, taken back, restored; and one only ever named as gone."""
    told: list[Script] = [[("a", None, "ghost")]] if draw(st.booleans()) else []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True)):
        for channel in draw(st.sampled_from(["a", "b", "ab"])):
            versions = draw(st.lists(version(name, channel), min_size=1, max_size=2))
            script: Script = [(channel, one, "") for one in versions]
            end = draw(st.sampled_from(["", "", "gone", "back"]))
            script += [(channel, None, name)] if end else []
            script += [script[-2]] if end == "back" else []
            told.append(script)
    return told


def mixed(told: list[Script], order: Random) -> list[Step]:
    """All steps in a random order that keeps each script's own."""
    left = [list(script) for script in told]
    turns = [number for number, script in enumerate(told) for _ in script]
    order.shuffle(turns)
    return [left[number].pop(0) for number in turns]


def arrive(archive: Archive, steps: list[Step], most: int) -> Archive:
    """Save the steps in batches of one channel, each bringing items and then taking others back."""
    batch, channel = Batch(), ""
    for at, version, gone in [*steps, ("", None, "")]:
        if at != channel or len(batch.items) + len(batch.gone) >= most or (version and batch.gone):
            archive.save(channel, batch)
            batch, channel = Batch(), at
        batch = replace(batch, items=(*batch.items, *([version] if version else [])))
        batch = replace(batch, gone=(*batch.gone, *([url(gone)] if gone else [])))
    return archive


@FEW
@given(told=scripts(), order=st.randoms(use_true_random=False), most=st.integers(1, 50), policy=POLICIES)
def test_any_order_and_any_batches_give_the_same_threads(
    fresh: Fresh, told: list[Script], order: Random, most: int, policy: str
) -> None:
    plain = whole(arrive(greeted(fresh(), policy), mixed(told, Random(0)), 1))
    assert whole(arrive(greeted(fresh(), policy), mixed(told, order), most)) == plain
    late = arrive(fresh(), mixed(told, order), most)
    assert whole(greeted(late, policy)) == plain


@pytest.mark.slow
@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@MANY
@given(told=scripts(), order=st.randoms(use_true_random=False))
def test_following_the_journal_step_by_step_ends_where_reading_it_from_the_start_does(
    fresh: Fresh, told: list[Script], order: Random
) -> None:
    archive, seen, mark = greeted(fresh(), "answered"), {}, 0
    for step in mixed(told, order):
        arrive(archive, [step], 1)
        for one in archive.changed(mark):
            seen[one.id], mark = (one.item, one.thread if one.item else ""), one.seq
    shown = {id: kept for id, kept in seen.items() if kept[0] and id.startswith("https:")}
    assert shown == whole(archive)["journal"]


@pytest.mark.slow
@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@MANY
@given(told=scripts(), order=st.randoms(use_true_random=False))
def test_every_thread_whose_lines_changed_is_named_in_the_journal(
    fresh: Fresh, told: list[Script], order: Random
) -> None:
    archive, before, mark = greeted(fresh(), "answered"), {}, 0
    for step in mixed(told, order):
        arrive(archive, [step], 1)
        heard = {one.thread for one in archive.changed(mark)} | {one.id for one in archive.changed(mark)}
        mark, after = archive.seq, whole(archive)["threads"]
        assert {id for id in {*before, *after} if before.get(id) != after.get(id)} <= heard
        before = after


@pytest.mark.slow
@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@MANY
@given(told=scripts(), order=st.randoms(use_true_random=False))
def test_saying_everything_a_second_time_writes_nothing(fresh: Fresh, told: list[Script], order: Random) -> None:
    last = [script[-1] for script in told]
    archive = arrive(fresh(), mixed(told, order), 5)
    mark = archive.seq
    arrive(archive, last, 7)
    assert archive.seq == mark
