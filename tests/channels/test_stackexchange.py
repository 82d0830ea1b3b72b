"""Stack Exchange: quotas and backoff, comments that move nothing, pages that end in the middle."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels import Ask
from hub.channels.stackexchange import API, Stackexchange, answer, comment, question
from hub.errors import Malformed, RateLimited
from hub.model import Batch, Left
from hub.web import Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE = Stackexchange("se", tags=("tea",), site="tea.example")
SECONDS = int(NOW.timestamp())
LIST = {"tagged": "tea", "filter": "withbody", "sort": "activity", "order": "desc"}
BELOW = {"sort": "creation", "order": "asc", "filter": "withbody"}


def asked(path: str, params: dict[str, str], page: int = 1) -> str:
    whole = {**params, "site": "tea.example", "pagesize": "100", "page": str(page)}
    return f"{API}{path}?{urlencode(whole, safe=';')}"


def post(number: int, answers: int = 0, ago: int = 60) -> dict[str, Any]:
    moved = {"last_activity_date": SECONDS - ago, "creation_date": SECONDS - ago}
    return {"question_id": number, "answer_count": answers, "title": "t", "body": "b", **moved}


def said(number: int, of: int, ago: int = 30) -> dict[str, Any]:
    return {"comment_id": number, "post_id": of, "creation_date": SECONDS - ago, "body": "c"}


def wrapped(*items: dict[str, Any], more: bool = False, **told: object) -> dict[str, Any]:
    return {"items": list(items), "has_more": more, "quota_max": 300, "quota_remaining": 99, **told}


def pulled(tmp_path: Path, answers: dict[str, Any], before: Batch | None = None, status: int = 200) -> list[Batch]:
    place, kept = tmp_path / "tape.json", before.cursor if before else {}
    told = [{"request": {"url": url}, "response": {"status": status, "json": one}} for url, one in answers.items()]
    place.write_text(json.dumps({"origin": "made up", "exchanges": told}), encoding="utf-8")
    web = Web(agent="test", now=lambda: NOW, replay=place, sleep=lambda _: None)
    batches: list[Batch] = []
    try:
        batches.extend(HERE.pull(web, json.loads(json.dumps(kept)), Ask(now=NOW)))
    except RateLimited as why:
        raise Stopped(batches, why) from why
    return batches


class Stopped(Exception):
    """A pull that was asked to wait, with what came before."""

    def __init__(self, batches: list[Batch], why: RateLimited) -> None:
        self.batches, self.until = batches, why.until


def ids(batches: list[Batch]) -> list[str]:
    return [item.id.removeprefix("https://tea.example/") for batch in batches for item in batch.items]


def test_a_backoff_ends_the_pull_and_the_next_goes_on(tmp_path: Path) -> None:
    first = {asked("/questions", LIST): wrapped(post(1, 1), backoff=40)}
    with pytest.raises(Stopped) as caught:
        pulled(tmp_path, first)
    assert caught.value.until == NOW + timedelta(seconds=40)
    rest = {
        asked("/questions", LIST): wrapped(post(1, 1)),
        asked("/questions/1/answers", BELOW): wrapped({"answer_id": 2, "question_id": 1, "body": "a"}),
        asked("/posts/1;2/comments", BELOW): wrapped(said(3, 2)),
    }
    assert ids(pulled(tmp_path, rest, caught.value.batches[-1])) == ["a/2", "posts/comments/3"]


def test_an_empty_quota_waits_for_the_next_day(tmp_path: Path) -> None:
    with pytest.raises(Stopped) as caught:
        pulled(tmp_path, {asked("/questions", LIST): wrapped(post(1, 1), quota_remaining=0)})
    assert caught.value.until == datetime(2026, 11, 23, tzinfo=UTC)
    assert ids(caught.value.batches) == ["q/1"]


def test_a_throttled_address_says_for_how_long(tmp_path: Path) -> None:
    error = {"error_id": 502, "error_message": "too many requests from this IP, more requests available in 120 seconds"}
    with pytest.raises(Stopped) as caught:
        pulled(tmp_path, {asked("/questions", LIST): error}, status=400)
    assert caught.value.until == NOW + timedelta(seconds=120)


def test_a_new_comment_comes_though_it_moves_no_question(tmp_path: Path) -> None:
    quiet = {asked("/questions", LIST): wrapped(post(1)), asked("/posts/1/comments", BELOW): wrapped()}
    before = pulled(tmp_path, quiet)
    since = {"sort": "creation", "order": "asc", "fromdate": str(SECONDS), "filter": "withbody"}
    later = {
        asked("/questions", LIST): wrapped(post(1)),
        asked("/posts/1/comments", since): wrapped(said(9, 1, ago=-5)),
    }
    batches = pulled(tmp_path, later, before[-1])
    assert ids(batches) == ["posts/comments/9"]
    assert batches[-1].cursor["mark"] == SECONDS + 6


def test_answers_over_several_pages_all_come_and_then_the_list_is_whole(tmp_path: Path) -> None:
    rows = [{"answer_id": number, "question_id": 1, "body": "a"} for number in range(10, 160)]
    below = ";".join(["1", *(str(number) for number in range(10, 109))])
    tape = {
        asked("/questions", LIST): wrapped(post(1, 150)),
        asked("/questions/1/answers", BELOW): wrapped(*rows[:100], more=True),
        asked("/questions/1/answers", BELOW, 2): wrapped(*rows[100:]),
        asked(f"/posts/{below}/comments", BELOW): wrapped(),
        asked(f"/posts/{';'.join(str(number) for number in range(109, 160))}/comments", BELOW): wrapped(),
    }
    batches = pulled(tmp_path, tape)
    assert [len(claim.ids) for batch in batches for claim in batch.complete] == [150]


def test_a_question_that_vanished_goes_with_its_answers(tmp_path: Path) -> None:
    before = pulled(
        tmp_path, {asked("/questions", LIST): wrapped(post(1)), asked("/posts/1/comments", BELOW): wrapped()}
    )
    place = tmp_path / "swept.json"
    found = {asked("/questions", LIST): wrapped(), asked("/questions/1", {"filter": "withbody"}): wrapped()}
    found[asked("/posts/1/comments", {**BELOW, "fromdate": str(SECONDS)})] = wrapped()
    told = [{"request": {"url": url}, "response": {"json": one}} for url, one in found.items()]
    place.write_text(json.dumps({"origin": "made up", "exchanges": told}), encoding="utf-8")
    web = Web(agent="test", now=lambda: NOW, replay=place, sleep=lambda _: None)
    batches = list(HERE.pull(web, before[-1].cursor, Ask(now=NOW, sweep=True)))
    assert [batch.gone for batch in batches if batch.gone] == [("https://tea.example/q/1",)]


def test_without_tags_or_words_there_is_nothing_to_ask(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="neither tags nor search"):
        list(replace(HERE, tags=()).pull(Web(agent="t", now=lambda: NOW), {}, Ask(now=NOW)))


FIELDS = st.sampled_from(["question_id", "title", "tags", "owner", "body", "creation_date", "post_id", "link"])


@settings(max_examples=50)
@given(st.dictionaries(FIELDS, st.none() | st.text() | st.integers() | st.lists(st.integers())))
def test_wrong_types_never_crash_a_converter(row: dict[str, object]) -> None:
    for one in (question(row, HERE), answer(row, HERE), comment(row, "1", HERE)):
        assert one.id.startswith("https://tea.example/")


def test_what_is_left_of_the_days_requests_is_kept(tmp_path: Path) -> None:
    last = pulled(tmp_path, {asked("/questions", LIST): wrapped()})[-1]
    assert HERE.left(last.cursor, NOW) == Left(what="requests today", left=99, most=300)
