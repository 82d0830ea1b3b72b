"""What hangs from what, as plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.threads import UNDATED, Line, Node, Place, Spot, announced, mark, moment, place, reading, unmarked
from tests.store.said import START


def node(id: str, parent: str = "", root: str = "", *, ours: bool = False, at: str = "1") -> Node:
    return Node(id, at, ours, parent, root)


def threads(*nodes: Node) -> dict[str, str]:
    return {id: at.thread for id, at in place(nodes).items()}


def read(root: str, *lines: Line) -> list[str]:
    return [
        "." * step.depth + (step.spot.gap + "?" if step.spot.gap else step.spot.id) for step in reading(root, lines)
    ]


def test_what_the_brand_said_by_itself_is_a_root() -> None:
    assert place([node("a", ours=True)]) == {"a": Place("a", "", joined=False)}


def test_what_anyone_else_said_by_themselves_waits() -> None:
    assert place([node("a"), node("b", "a")])["b"] == Place("", "a", joined=False)


def test_a_reply_hangs_below_its_parent_before_its_conversation() -> None:
    found = place([node("a", ours=True), node("b", "a", "a"), node("c", "b", "a")])
    assert found["c"] == Place("a", "b", joined=False)


def test_a_reply_without_a_known_parent_is_joined_to_its_conversation() -> None:
    assert place([node("a", ours=True), node("b", "", "a")])["b"] == Place("a", "a", joined=True)


def test_the_conversation_of_a_reply_may_be_a_reply_itself() -> None:
    assert threads(node("a", ours=True), node("b", "a"), node("c", "", "b"))["c"] == "a"


def test_the_brand_begins_a_thread_below_a_stranger_who_waits() -> None:
    assert threads(node("s"), node("a", "s", ours=True), node("b", "a")) == {"s": "", "a": "a", "b": "a"}


def test_a_circle_is_cut_at_its_smallest_member() -> None:
    found = place([node("x", "z", ours=True, at="2"), node("y", "x", at="1"), node("z", "y", at="3")])
    assert {id: at.above for id, at in found.items()} == {"y": "", "z": "y", "x": "z"}
    assert {id: at.thread for id, at in found.items()} == {"y": "", "z": "", "x": "x"}


def test_where_a_circle_is_cut_its_conversation_still_ties() -> None:
    found = place([node("a", ours=True), node("b", "c", "a"), node("c", "b")])
    assert (found["b"], found["c"].thread) == (Place("a", "a", joined=True), "a")


def test_a_circle_made_of_conversations_is_cut_as_well() -> None:
    assert threads(node("a", "", "b", ours=True), node("b", "", "a", ours=True)) == {"a": "a", "b": "a"}


def test_nothing_answers_itself() -> None:
    assert place([node("a", "a", "a", ours=True)])["a"] == Place("a", "", joined=False)


def test_known_items_keep_their_threads() -> None:
    assert place([node("c", "b")], {"b": "a"}) == {"c": Place("a", "b", joined=False)}
    assert place([node("c", "b")], {"b": ""}) == {"c": Place("", "b", joined=False)}


ids = st.sampled_from("abcdefgh")
worlds = st.lists(
    st.builds(node, ids, ids, ids, ours=st.booleans(), at=st.sampled_from("12~")), unique_by=lambda n: n.id
)


def known(world: list[Node]) -> list[Node]:
    here = {one.id for one in world}
    return [
        node(n.id, n.parent * (n.parent in here), n.root * (n.root in here), ours=n.heads, at=n.moment) for n in world
    ]


@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_nodes_does_not_matter(world: list[Node], order: object) -> None:
    shuffled = known(world)
    order.shuffle(shuffled)
    assert place(shuffled) == place(known(world))


@given(worlds)
def test_every_item_leads_up_to_its_root_and_no_two_circle(world: list[Node]) -> None:
    found = place(known(world))
    for id in found:
        path = [id]
        while found[path[-1]].above and found[path[-1]].thread != path[-1]:
            path.append(found[path[-1]].above)
            assert len(path) <= len(found)
        assert found[id].thread in ("", path[-1])


def test_ten_thousand_deep_and_a_hundred_thousand_wide_are_placed() -> None:
    deep = [node("0", ours=True), *(node(str(n), str(n - 1)) for n in range(1, 10_000))]
    wide = [node("0", ours=True), *(node(str(n), "0") for n in range(1, 100_000))]
    assert set(threads(*deep).values()) == set(threads(*wide).values()) == {"0"}


def test_a_circle_of_ten_thousand_is_cut_once() -> None:
    ring = [node(str(n), str((n + 1) % 10_000), ours=True) for n in range(10_000)]
    assert set(threads(*ring).values()) == {"0"}


# reading order


def test_parents_stand_before_children_and_siblings_by_time_then_id() -> None:
    lines = [
        Line("d", "r", "2"),
        Line("c", "r", "1"),
        Line("b", "r", "1"),
        Line("e", "b", UNDATED),
        Line("f", "b", "9"),
    ]
    assert read("r", *lines) == ["b", ".f", ".e", "c", "d"]


def test_what_is_not_shown_stands_only_above_what_is() -> None:
    lines = [Line("a", "r", "1", shown=False), Line("b", "a", "2"), Line("c", "r", "3", shown=False)]
    assert read("r", *lines) == ["a", ".b"]
    assert read("r", lines[0], lines[2]) == []


def test_a_parent_that_is_not_here_stands_once_where_its_first_reply_would() -> None:
    lines = [Line("c", "r", "3", gap="x"), Line("a", "r", "1", gap="x"), Line("b", "r", "2")]
    assert read("r", *lines) == ["x?", ".a", ".c", "b"]


def test_a_line_knows_what_it_answers() -> None:
    steps = list(reading("r", [Line("a", "r", "1", gap="x"), Line("b", "a", "2")]))
    assert [step.above for step in steps] == [None, Spot("r", "x"), Spot("a")]


def test_a_reply_that_is_not_shown_needs_no_line_for_its_missing_parent() -> None:
    assert read("r", Line("a", "r", "1", shown=False, gap="x"), Line("b", "a", "2")) == ["a", ".b"]


def test_deep_and_wide_threads_are_read() -> None:
    deep = [Line(str(n), str(n - 1), "1") for n in range(1, 10_000)]
    wide = [Line(f"{n:06}", "0", "1") for n in range(1, 50_000)]
    assert [step.depth for step in reading("0", deep)][-1] == 9_998
    assert [step.spot.id for step in reading("0", wide)] == [line.id for line in wide]


def test_times_sort_as_text_and_undated_comes_last() -> None:
    assert moment(START) < moment(START.replace(microsecond=1)) < moment(None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1/5 We made a kettle", (1, 5)),
        ("(2/5) It boils", (2, 5)),
        ("🧵 1/n A long story", (1, 0)),
        ("It boils. 3/12", (3, 12)),
        ("It boils [4/5] 👇", (4, 5)),
    ],
)
def test_a_part_says_its_number_at_either_end(text: str, said: tuple[int, int]) -> None:
    assert mark(text) == said


@pytest.mark.parametrize(
    "text", ["", "24/7 we boil", "1/5/2026 is the day", "see https://a.example/1/5", "6/5", "0/3 a"]
)
def test_other_fractions_are_no_numbers_of_parts(text: str) -> None:
    assert mark(text) is None


def test_a_number_is_dropped_from_what_stands_for_the_post() -> None:
    assert [unmarked(text) for text in ("🧵 1/3 A kettle", "It boils (2/3)", "Plain 1/2 way")] == [
        "A kettle",
        "It boils",
        "Plain 1/2 way",
    ]


def test_parts_that_are_missing_are_counted() -> None:
    assert [announced(texts) for texts in (["1/5 a", "2/5 b"], ["a", "b"], ["1/5 alone"])] == [5, 2, 1]
