"""The labelled set is what it claims to be: large, hard enough, and split in two by piece."""

from collections import Counter
from functools import cache

from tests.copies.labelled import Pair, pairs


@cache
def every() -> list[Pair]:
    return pairs()


def test_there_are_enough_pairs_of_both_answers_in_both_halves() -> None:
    found = Counter((pair.half, pair.same) for pair in every())
    assert len(every()) >= 300
    assert min(found.values()) >= 100


def test_many_pairs_that_are_not_the_same_share_nearly_all_their_text() -> None:
    hard = [pair for pair in every() if not pair.same and pair.alike > 0.9]
    assert len(hard) >= 60


def test_no_post_stands_in_both_halves() -> None:
    found = {half: {one.id for pair in every() if pair.half == half for one in (pair.a, pair.b)} for half in (0, 1)}
    assert not found[0] & found[1]
