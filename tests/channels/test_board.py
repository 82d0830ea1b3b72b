"""Boards: whatever is said, moved and deleted on them, and wherever a pull is cut, the next ones agree with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels import Ask, loose
from hub.channels.board import Page, Round, Said, Topic, side_by_side
from hub.errors import Missing, RateLimited, Unreachable
from hub.model import Batch, Item
from hub.web import Seen

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SIZE = 3


@dataclass
class Board:
    """A board in memory, with pages of three lines: topic → minute of the last word, and the words below it."""

    moved: dict[str, int] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    resumes: bool = True  # does it say where a reading that is cut goes on?
    patience: int = 10**6  # answers until it asks for peace
    error: Exception = field(default_factory=lambda: Unreachable("out of order"))
    clock: int = 0

    def say(self, topic: str, word: str = "") -> None:
        self.clock += 1
        self.moved[topic] = self.clock
        self.words.setdefault(topic, []).extend([word] if word else [])

    def page(self, where: str, seen: Seen | None = None) -> Page:
        self.ask(f"page {where}")
        start = int(where or 0)
        lines = sorted(self.moved, key=lambda key: -self.moved[key])
        topics = tuple(self.topic(key) for key in lines[start : start + SIZE])
        mark = Seen(digest=repr(topics))
        more = str(start + SIZE) if len(lines) > start + SIZE else ""
        return Page(topics=topics, next=more, seen=mark, unchanged=seen is not None and seen.digest == mark.digest)

    def ask(self, what: str) -> None:
        self.patience -= 1
        if self.patience < 0:
            raise RateLimited("later")
        self.asked.append(what)

    def topic(self, key: str) -> Topic:
        when = (NOW - timedelta(days=10) + timedelta(minutes=self.moved[key])).isoformat()
        item = Item(id=key, url=key, channel="board")
        return Topic(key=key, name=key, mark=f"{len(self.words[key])} {when}", moved=when, item=item)

    def talk(self, key: str, *, again: bool, rest: Mapping[str, object]) -> Iterator[Said]:
        self.ask(f"talk {key}")
        if key in self.broken:
            raise self.error
        if key not in self.words:
            raise Missing("not here")
        if again:
            yield Said(items=(Item(id=key, url=key, channel="board"),))
        start = loose.number(rest, "at")
        for at, word in enumerate(self.words[key][start:], start):
            self.ask(f"word {at} of {key}") if at and at % 3 == 0 else None
            item = Item(id=f"{key}/{word}", url="", channel="board", reply_to=key, root=key)
            yield Said(items=(item,), rest={"at": at + 1} if self.resumes else {})
        yield Said(whole=True, replies=len(self.words[key]))


@dataclass
class Shelf:
    """What a store would keep of it."""

    board: Board
    replies: bool = True
    kept: dict[str, str] = field(default_factory=dict)
    cursor: dict[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def pull(self, steps: int | None = None, **ask: bool) -> None:
        self.board.asked.clear()
        for batch in islice(Round(self.board, Ask(now=NOW, **ask), self.cursor, replies=self.replies).batches(), steps):
            self.save(batch)

    def save(self, batch: Batch) -> None:
        self.kept |= {item.id: item.root for item in batch.items}
        lost = set(batch.gone)
        for claim in batch.complete:
            lost |= {id for id, root in self.kept.items() if root == claim.under} - claim.ids
        self.kept = {id: root for id, root in self.kept.items() if id not in lost}
        self.cursor = json.loads(json.dumps(batch.cursor))
        self.warnings += batch.warnings

    def agrees(self) -> bool:
        words = {f"{key}/{word}" for key, said in self.board.words.items() for word in said}
        return set(self.kept) == words | set(self.board.words)


@pytest.fixture
def shelf() -> Shelf:
    board = Board()
    for number in range(10):
        board.say(f"t{number}", "first")
    shelf = Shelf(board)
    shelf.pull()
    return shelf


def test_every_page_and_every_talk_is_read_once(shelf: Shelf) -> None:
    assert shelf.agrees()
    shelf.pull()
    assert shelf.board.asked == ["page "]


def test_one_new_word_costs_the_first_page_and_its_topic(shelf: Shelf) -> None:
    shelf.board.say("t2", "second")
    shelf.pull()
    assert shelf.agrees()
    assert shelf.board.asked == ["page ", "talk t2"]


def test_the_list_is_walked_down_to_what_is_known_and_no_further(shelf: Shelf) -> None:
    for number in range(5):
        shelf.board.say(f"t{number}", "second")
    shelf.pull()
    assert shelf.agrees()
    assert [one for one in shelf.board.asked if one.startswith("page")] == ["page ", "page 3"]


def test_a_word_that_is_deleted_in_silence_goes_when_looked_at_again(shelf: Shelf) -> None:
    shelf.board.words["t4"].remove("first")
    shelf.pull(recheck=True)
    assert shelf.agrees()


def test_a_topic_that_is_deleted_goes_in_the_sweep_with_all_below(shelf: Shelf) -> None:
    del shelf.board.words["t0"], shelf.board.moved["t0"]
    shelf.pull(sweep=True)
    assert shelf.agrees()


def test_a_topic_out_of_order_is_told_and_tried_again(shelf: Shelf) -> None:
    shelf.board.broken = {"t1"}
    shelf.board.say("t1", "second")
    shelf.board.say("t2", "second")
    shelf.pull()
    assert len(shelf.warnings) == 1
    shelf.board.broken.clear()
    shelf.pull()
    assert shelf.agrees()


def test_a_board_that_is_out_of_order_as_a_whole_is_an_error(shelf: Shelf) -> None:
    for number in range(4):
        shelf.board.say(f"t{number}", "second")
    shelf.board.broken = set(shelf.board.words)
    with pytest.raises(Unreachable):
        shelf.pull()


def test_a_sweep_under_a_limit_goes_on_where_it_was_cut_and_new_words_come_first(shelf: Shelf) -> None:
    read = set[str]()
    for number in range(6):
        shelf.board.say("new", f"word {number}")
        shelf.board.patience = 5
        with suppress(RateLimited):
            shelf.pull(sweep=True)
        assert f"new/word {number}" in shelf.kept
        read |= set(shelf.board.asked)
    assert {f"talk t{number}" for number in range(10)} <= read
    shelf.board.patience = 9
    shelf.pull()
    assert "sweep" not in shelf.cursor


def test_a_sweep_finds_that_a_topic_nobody_answered_is_gone(shelf: Shelf) -> None:
    shelf.board.say("quiet")
    shelf.pull()
    del shelf.board.words["quiet"], shelf.board.moved["quiet"]
    shelf.pull(sweep=True)
    assert shelf.agrees()


@pytest.mark.parametrize("ask", [{"sweep": True}, {"recheck": True}], ids=str)
def test_a_topic_that_is_gone_is_found_where_nobody_wants_the_answers_to_it(ask: dict[str, bool]) -> None:
    shelf = Shelf(Board(), replies=False)
    for topic in "ab":
        shelf.board.say(topic, "word")
    shelf.pull()
    shelf.pull(**ask)
    assert set(shelf.kept) == {"a", "b"}
    del shelf.board.words["a"], shelf.board.moved["a"]
    shelf.pull(**ask)
    assert set(shelf.kept) == {"b"}


def test_a_topic_that_failed_in_a_sweep_is_read_anew_with_the_next_pull(shelf: Shelf) -> None:
    shelf.board.broken = {"t3"}
    shelf.pull(sweep=True)
    shelf.board.broken.clear()
    shelf.board.words["t3"].remove("first")
    shelf.pull()
    assert shelf.board.asked == ["page ", "talk t3"]
    assert shelf.agrees()


def test_of_two_boards_the_news_of_both_come_before_the_sweep_of_any_and_none_is_swept_twice() -> None:
    one, two = Board(), Board()
    for board in (one, two):
        for number in range(4):
            board.say(f"t{number}", "word")
    state: dict[str, dict[str, object]] = {"one": {}, "two": {}}
    pull_both(state, one, two)
    two.say("new", "word")
    one.asked = two.asked = []
    two.broken, two.error = {"t1"}, RateLimited("later")
    with pytest.raises(RateLimited):
        pull_both(state, one, two, sweep=True)
    assert one.asked[:3] == ["page ", "page ", "talk new"]
    two.broken.clear()
    one.asked.clear()
    pull_both(state, one, two, sweep=True)
    assert one.asked == ["page ", "page ", "talk t1", "talk t0"]
    assert not any("sweep" in part for part in state.values())


def pull_both(state: dict[str, dict[str, object]], one: Board, two: Board, **ask: bool) -> None:
    """One pull of a channel that has two boards."""
    boards = {"one": one, "two": two}
    rounds = {part: Round(board, Ask(now=NOW, **ask), state[part]) for part, board in boards.items()}
    for part, batch in side_by_side(rounds):
        state[part] = json.loads(json.dumps(batch.cursor))


def test_a_talk_longer_than_a_limit_goes_on_where_it_was_cut(shelf: Shelf) -> None:
    for word in range(40):
        shelf.board.say("long", f"{word}")
    for _ in range(12):
        shelf.board.patience = 6
        with suppress(RateLimited):
            shelf.pull()
    assert shelf.agrees()


def test_what_is_said_while_a_reading_waits_is_read_when_it_is_over(shelf: Shelf) -> None:
    for word in "abc":
        shelf.board.say("t2", word)
    shelf.pull(3)
    shelf.board.say("t2", "d")
    for _ in range(2):
        shelf.pull()
    assert shelf.agrees()
    shelf.pull()
    assert shelf.board.asked == ["page "]


def test_a_sweep_reads_again_what_a_cut_reading_had_before_it(shelf: Shelf) -> None:
    shelf.board.say("t2", "second")
    shelf.pull(2)
    shelf.board.words["t2"].remove("first")
    shelf.pull(sweep=True)
    assert shelf.agrees()


WORDS = st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz"), st.booleans(), st.integers(0, 6))


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=15), st.booleans())
def test_wherever_pulls_are_cut_a_sweep_agrees(steps: list[tuple[str, str, bool, int]], resumes: bool) -> None:
    shelf = Shelf(Board(resumes=resumes))
    for topic, word, deleted, batches in steps:
        if deleted and topic in shelf.board.words:
            del shelf.board.words[topic], shelf.board.moved[topic]
        elif word not in shelf.board.words.get(topic, []):
            shelf.board.say(topic, word)
        shelf.pull(batches)
    shelf.pull(sweep=True)
    assert shelf.agrees()
