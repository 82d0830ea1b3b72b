"""What the brand says in several posts stands as one; its answers inside a conversation stay answers."""

from itertools import permutations

import pytest

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
