"""A single message answers a question exactly when the index finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.index.document import document
from hub.index.single import answers, message
from hub.index.whoosh import Whoosh
from hub.query import parse
from tests.index.test_whoosh import filled, index, item, line

__all__ = ["filled", "index"]
ASKED = [
    "brakes ",
    "bicycle ",
    "brakes OR rain ",
    "bicycle -brakes",
    '"hydraulic brakes"',
    '"brakes hydraulic"',
    "hydr*",
]
ASKED += ["häuser ", "haus -has ", "自転車", "車", "自車", "دراجة ", "#wetbrakes", "🚲", "from:joerg", "channel:feed"]
ASKED += [
    "type:reply",
    "lang:de",
    "before:2026-01-04",
    "after:2026-01-06",
    "has:image",
    "is:ours",
    "(rain OR x) squeak ",
]


@pytest.mark.parametrize("text", ASKED)
def test_a_message_answers_what_finds_it(filled: Whoosh, text: str) -> None:
    found = {hit.id for hit in filled.search(parse(text, per_page=100)).hits}
    kept = [book.kept(number)[0] for book in filled._shown.books.values() for number in range(len(book))]
    assert {one.id for one in kept if answers(parse(text).tree, message(one))} == found


def test_a_question_without_words_finds_no_message(tmp_path: Path) -> None:
    one = document(line(1, item(1, "anything")))
    assert one
    assert not answers(parse("!!!").tree, message(one))
    assert not answers(parse("").tree, message(one))
