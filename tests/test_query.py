"""The grammar of a search: what is asked, as a tree, and never an error."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.query import DEEPEST, LENGTH, TERMS, Query, parse, period, show, words

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("bikes charger ", "(bikes charger)"),
        ("bikes charg", "(bikes charg*)"),
        ("bikes ch", "(bikes ch)"),
        ("x y OR z", "(x (y OR z))"),
        ("a OR b OR c", "(a OR b OR c)"),
        ('"wet brakes" -rust', '("wet brakes" -rust)'),
        ("-(a b) c", "(-(a b) c)"),
        ("a OR -b", "(a OR -b)"),
        ("(a OR (b c)) d", "((a OR (b c)) d)"),
        ('from:"Ana Roy" topic:#Bike TYPE:Post', '(from:"Ana Roy" topic:bike type:post)'),
        (
            "lang:de-AT before:2026 after:2026-02 has:image is:ours",
            "(lang:de-at before:2026 after:2026-02 has:image is:ours)",
        ),
        ("cha* x", "(cha* x)"),
        ("", "()"),
    ],
)
def test_what_is_meant_is_read(text: str, tree: str) -> None:
    assert (show(parse(text).tree), parse(text).note) == (tree, "")


@pytest.mark.parametrize(
    ("text", "tree", "said"),
    [
        ("((bikes", "bikes*", "not closed"),
        ("bikes) rust ", "(bikes rust)", "not opened"),
        ('"wet brakes', '"wet brakes"', "quotation mark"),
        ("OR bikes ", "(OR bikes)", "as a word"),
        ("bikes OR", "(bikes OR)", "as a word"),
        ("ch* x", "(ch x)", "too short"),
        ("*bikes", "*bikes*", "only end a word"),
        ("colour:red ", "colour:red", "no field"),
        ("before:2026-13 ", "before:2026-13", "must be a date"),
        ("has:teeth ", "has:teeth", "must be one of"),
        ("x " * 20, "(" + " ".join("x" * TERMS) + ")", "first 16 terms"),
        ("y" * 300, "y" * LENGTH + "*", "256 characters"),
    ],
)
def test_what_cannot_be_meant_is_text_and_is_said(text: str, tree: str, said: str) -> None:
    query = parse(text)
    assert show(query.tree) == tree
    assert said in query.note


def test_an_address_is_text_without_remark() -> None:
    assert parse("https://example.org/a ").note == ""


def test_a_deep_nest_of_brackets_is_cut() -> None:
    query = parse("(" * 200 + "x")
    assert show(query.tree) == "x"
    assert "too deep" in query.note


def test_negated_words_are_not_among_the_words() -> None:
    assert [word.text for word in words(parse("a -b (c OR d) -(e f) ").tree)] == ["a", "c", "d"]


def test_paging_stays_within_a_thousand_hits() -> None:
    query = parse("x", page=900, per_page=100)
    assert query.page * query.per_page <= DEEPEST


def test_the_page_says_how_many_hits_stand_before_it() -> None:
    assert parse("x", page=3, per_page=10).start == 20


def test_filters_are_sorted_and_unknown_ones_dropped() -> None:
    query = parse("x", channel=["blog", "feed", "blog"], person=[], shoe=["41"])
    assert query.filters == (("channel", ("blog", "feed")),)


def test_since_and_until_are_both_included() -> None:
    query = parse("x", since="2026-02", until="2026-02")
    assert (str(query.since), str(query.until)) == ("2026-02-01", "2026-03-01")


@pytest.mark.parametrize("text", ["", "26", "2026-00", "2026-2", "2026-02-30", "0000", "9999-13", "٢٠٢٦", "9999"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert period(text) is None


def test_a_december_ends_with_the_year() -> None:
    assert [str(day) for day in period("2026-12") or ()] == ["2026-12-01", "2027-01-01"]


@given(st.text(max_size=400))
def test_no_text_is_an_error(text: str) -> None:
    assert isinstance(parse(text), Query)


@given(st.text(alphabet='ab-()"* OR:from', max_size=60))
def test_no_mix_of_syntax_is_an_error(text: str) -> None:
    assert len(list(words(parse(text).tree))) <= TERMS


def test_naughty_strings_are_no_errors() -> None:
    file = CORPORA / "naughty-strings" / "blns.json"
    if not file.exists():
        pytest.skip("the naughty strings are not here")
    assert all(isinstance(parse(text), Query) for text in json.loads(file.read_text()))
