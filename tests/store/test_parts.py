"""What the brand says in several posts stands as one; its answers inside a conversation stay answers."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model import Account, Item
from hub.store.archive import Archive
from tests.store.conftest import Fresh
from tests.store.said import bring, item, lose, post, short, tree, url, whole

US = Account(name="Acme", id=url("@acme"))
LATER = 90  # minutes


def part(name: str, to: str = "", at: int = 0, **more: object) -> Item:
    return post(name, to=to, at=at, author=US, **more)


LINE = (part("1"), part("2", "1", 1), part("3", "2", 2), item("q", to="2", at=5), part("a", "q", 6))


def line(archive: Archive, root: str = "1") -> list[str]:
    return [short(one.id) for one in archive.thread(url(root)).parts.get(url(root), ())]


def test_a_post_in_parts_is_one_and_what_answers_a_part_answers_it(archive: Archive) -> None:
    bring(archive, *LINE)
    assert (line(archive), tree(archive, "1")) == (["2", "3"], ["q", ".a"])


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@pytest.mark.parametrize("order", list(permutations(range(5)))[::17])
def test_the_order_of_arrival_never_matters(fresh: Fresh, order: tuple[int, ...]) -> None:
    told, plain = fresh(), fresh()
    for at in order:
        bring(told, LINE[at])
    bring(plain, *LINE)
    assert whole(told) == whole(plain)


@pytest.mark.parametrize(
    "later",
    [part("2", "1", LATER), part("2", "1", 1, channel="x"), post("2", to="1", at=1, author=Account(id="other"))],
    ids=["much later", "elsewhere", "somebody else of the team"],
)
def test_other_answers_of_the_brand_to_itself_stay_answers(archive: Archive, later: Item) -> None:
    bring(archive, part("1"))
    bring(archive, later, channel=later.channel)
    assert (line(archive), tree(archive, "1")) == ([], ["2"])


def test_of_two_that_might_go_on_the_earlier_does(archive: Archive) -> None:
    bring(archive, part("1"), part("3", "1", 2))
    bring(archive, part("2", "1", 1))
    assert (line(archive), tree(archive, "1")) == (["2"], ["3"])


def test_where_a_part_is_gone_what_followed_is_an_answer(archive: Archive) -> None:
    bring(archive, *LINE)
    lose(archive, "2")
    assert (line(archive), tree(archive, "1")) == ([], ["2†", ".3", ".q", "..a"])


def numbered(*marks: str, apart: int = LATER) -> list[Item]:
    """Posts that each answer the one before, as far apart as one goes on by itself only within the hour."""
    said = [f"<p>{mark} words of {at}</p>" for at, mark in enumerate(marks)]
    return [
        part(str(at), str(at - 1) if at else "", at * apart, html=html, channel="blog") for at, html in enumerate(said)
    ]


def test_numbers_join_what_time_alone_would_not(archive: Archive) -> None:
    bring(archive, *numbered("1/3", "2/3", "3/3"))
    assert line(archive, "0") == ["1", "2"]


def test_after_the_last_of_all_parts_nothing_goes_on(archive: Archive) -> None:
    bring(archive, *numbered("1/2", "(2/2)", "", apart=1))
    assert (line(archive, "0"), tree(archive, "0")) == (["1"], ["2"])


def test_a_number_that_does_not_follow_is_another_thread(archive: Archive) -> None:
    bring(archive, *numbered("1/9", "5/9", apart=1))
    assert line(archive, "0") == []


def test_of_two_answers_to_itself_the_numbered_one_goes_on(archive: Archive) -> None:
    head, aside, second = (
        part(name, to, at, html=f"<p>{text}</p>")
        for name, to, at, text in (("0", "", 0, "🧵 1/n"), ("x", "0", 1, "Oh"), ("1", "0", 2, "2/n"))
    )
    bring(archive, head, aside, second)
    assert (line(archive, "0"), tree(archive, "0")) == (["1"], ["x"])


@given(st.permutations(range(7)), st.sampled_from(["{}/5", "({}/5)", "🧵 {}/n"]))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
def test_numbered_parts_in_any_order_are_one_post(fresh: Fresh, order: list[int], style: str) -> None:
    every = [*numbered(*(style.format(at) for at in range(1, 6))), item("q", to="2", at=500), part("a", "q", 501)]
    archive = fresh()
    for at in order:
        bring(archive, every[at])
    assert (line(archive, "0"), tree(archive, "0")) == (["1", "2", "3", "4"], ["q", ".a"])
    archive.close()
