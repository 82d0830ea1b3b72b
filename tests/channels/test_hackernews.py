"""Hacker News: pages by time, trees that are deep or move while they are read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels import Ask
from hub.channels.hackernews import API, Hackernews, comment, topic
from hub.model import Batch
from hub.web import Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE = Hackernews("hn", url="https://blog.example/")
LIST = f"{API}/search_by_date?tags=(story,poll)&hitsPerPage=200&attributesToHighlight=none&query=blog.example"
LIST += "&restrictSearchableAttributes=url"


def hit(number: int, comments: int = 0) -> dict[str, Any]:
    made = NOW - timedelta(hours=number)
    row = {"objectID": str(number), "title": f"Story {number}", "author": "ann", "url": "https://blog.example/a"}
    return {**row, "created_at": made.isoformat(), "created_at_i": int(made.timestamp()), "num_comments": comments}


def node(number: int, parent: int, *below: dict[str, Any], text: str | None = "text") -> dict[str, Any]:
    row = {"id": number, "parent_id": parent, "text": text, "author": "bo" if text else None}
    return {**row, "created_at": NOW.isoformat(), "children": list(below)}


def tree(number: int, *below: dict[str, Any]) -> dict[str, Any]:
    return {"id": number, "title": "Story", "author": "ann", "created_at": NOW.isoformat(), "children": list(below)}


def pulled(tmp_path: Path, answers: dict[str, Any], before: Batch | None = None, **ask: bool) -> list[Batch]:
    place = tmp_path / "tape.json"
    told = [{"request": {"url": url}, "response": {"json": answer}} for url, answer in answers.items()]
    place.write_text(json.dumps({"origin": "made up", "exchanges": told}), encoding="utf-8")
    web = Web(agent="test", now=lambda: NOW, replay=place, sleep=lambda _: None)
    return list(HERE.pull(web, json.loads(json.dumps(before.cursor if before else {})), Ask(now=NOW, **ask)))


def ids(batches: list[Batch]) -> list[str]:
    return [item.id.rpartition("=")[2] for batch in batches for item in batch.items]


def test_stories_beyond_a_page_are_asked_for_by_time(tmp_path: Path) -> None:
    hits = [hit(number) for number in range(1, 251)]
    second = LIST + f"&numericFilters=created_at_i<={hits[199]['created_at_i']}"
    batches = pulled(tmp_path, {LIST: {"hits": hits[:200]}, second: {"hits": hits[199:]}})
    assert sorted(set(map(int, ids(batches)))) == list(range(1, 251))


def test_a_story_with_new_comments_is_read_again_and_no_other(tmp_path: Path) -> None:
    first = pulled(tmp_path, {LIST: {"hits": [hit(1), hit(2)]}})
    again = {LIST: {"hits": [hit(1), hit(2, 1)]}, f"{API}/items/2": tree(2, node(9, 2))}
    batches = pulled(tmp_path, again, first[-1])
    assert "9" in ids(batches)
    assert [claim.ids for batch in batches for claim in batch.complete] == [
        frozenset({"https://news.ycombinator.com/item?id=9"})
    ]


def test_a_tree_with_fewer_comments_than_the_list_told_deletes_nothing(tmp_path: Path) -> None:
    batches = pulled(tmp_path, {LIST: {"hits": [hit(1, 5)]}, f"{API}/items/1": tree(1, node(9, 1))})
    assert not any(batch.complete for batch in batches)
    assert batches[-1].counts["https://news.ycombinator.com/item?id=1"] == {"replies": 5}


def test_a_deleted_comment_goes_and_its_answers_stay(tmp_path: Path) -> None:
    gone = {LIST: {"hits": [hit(1, 2)]}, f"{API}/items/1": tree(1, node(8, 1, node(9, 8), text=None))}
    batches = pulled(tmp_path, gone)
    assert ids(batches) == ["1", "9"]
    assert batches[-1].complete[0].ids == {"https://news.ycombinator.com/item?id=9"}


def test_a_story_that_vanished_goes_with_its_talk(tmp_path: Path) -> None:
    first = pulled(tmp_path, {LIST: {"hits": [hit(1, 1)]}, f"{API}/items/1": tree(1, node(9, 1))})
    batches = pulled(tmp_path, {LIST: {"hits": []}}, first[-1], sweep=True)
    assert [batch.gone for batch in batches if batch.gone] == [("https://news.ycombinator.com/item?id=1",)]


def test_a_quarrel_of_a_thousand_steps_is_read(tmp_path: Path) -> None:
    deep = node(2000, 1999)
    for number in range(1999, 1800, -1):
        deep = node(number, number - 1, deep)
    batches = pulled(tmp_path, {LIST: {"hits": [hit(1, 200)]}, f"{API}/items/1": tree(1, deep)})
    assert len(ids(batches)) == 201


def test_a_host_that_only_looks_alike_is_not_ours(tmp_path: Path) -> None:
    strange = [hit(1) | {"url": url} for url in ("https://blog.example.org/", "https://myblog.example/", "not:[a url")]
    assert ids(pulled(tmp_path, {LIST: {"hits": strange}})) == []


FIELDS = st.sampled_from(["id", "author", "text", "url", "created_at", "parent_id"])


@settings(max_examples=50)
@given(st.dictionaries(FIELDS, st.none() | st.text() | st.lists(st.integers())))
def test_wrong_types_never_crash_a_converter(row: dict[str, object]) -> None:
    assert topic(row, replace(HERE, user="ann")).id.startswith("https://news.ycombinator.com/item?id=")
    assert comment(row, "1", HERE).root.endswith("=1")
