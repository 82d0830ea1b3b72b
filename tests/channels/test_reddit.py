"""Reddit: what is deleted or removed is not kept, closed places stay out, long talk is read in its parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.channels.reddit import API, LOGIN, Reddit
from hub.errors import Malformed, Refused
from hub.model import Batch
from hub.web import Web
from tests.channels.test_forums import NOW, Tape, public

SITE = "https://www.reddit.com/comments"
HERE = Reddit("reddit", "app", "made-up", search="site:blog.example")


class Desk(Tape):
    """The recording, in which the token is sent for."""

    def pull(self, channel: Any, cursor: Any = None, **ask: bool) -> list[Batch]:
        from hub.channels import Ask

        exchanges = [
            {"request": {"url": url, "method": "POST" if url == LOGIN else "GET"}, "response": answer}
            for url, answer in self.answers.items()
        ]
        self.place.write_text(json.dumps({"origin": "altered", "exchanges": exchanges}), "utf-8")
        with Web(agent="test", now=lambda: NOW, replay=self.place, sleep=lambda _: None) as web:
            return list(channel.pull(web, json.loads(json.dumps(cursor or {})), Ask(now=NOW, **ask)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk("reddit", tmp_path)


def gone(batches: list[Batch]) -> set[str]:
    return {name for batch in batches for name in batch.gone}


@pytest.mark.parametrize(
    "sign", [{"author": "[deleted]"}, {"selftext": "[removed]"}, {"removed_by_category": "moderator"}, {"author": None}]
)
def test_a_post_that_is_taken_away_goes_at_the_daily_sweep(desk: Desk, sign: dict[str, object]) -> None:
    before = desk.pull(HERE)[-1].cursor
    desk["/comments/aa1"][0]["data"]["children"][0]["data"] |= sign
    assert f"{SITE}/aa1" in gone(desk.pull(HERE, before, sweep=True))


@pytest.mark.parametrize("words", ["[deleted]", "[removed]"])
def test_a_comment_that_is_taken_away_goes_and_answers_stay(desk: Desk, words: str) -> None:
    before = desk.pull(HERE)[-1].cursor
    desk["/comments/aa1"][1]["data"]["children"][0]["data"] |= {"body": words}
    batches = desk.pull(HERE, before, recheck=True)
    assert f"{SITE}/aa1/_/c1" in gone(batches)
    assert f"{SITE}/aa1/_/c2" in public(batches)


def test_a_talk_whose_parts_are_missing_deletes_nothing(desk: Desk) -> None:
    desk["morechildren"]["json"]["data"]["things"] = []
    claims = [claim.under for batch in desk.pull(HERE) for claim in batch.complete]
    assert f"{SITE}/aa1" in claims  # all that Reddit has was asked for
    answer = next(one for url, one in desk.answers.items() if "morechildren" in url)
    answer |= {"json": {"json": {"errors": [["X", "y", "z"]]}}}
    assert f"{SITE}/aa1" not in [claim.under for batch in desk.pull(HERE) for claim in batch.complete]


def test_a_closed_subreddit_stays_out(desk: Desk) -> None:
    for row in desk["/search"]["data"]["children"]:
        row["data"]["quarantine"] = True
    assert f"{SITE}/aa1" not in public(desk.pull(HERE))


def test_a_refused_application_is_told_so(desk: Desk) -> None:
    desk.answers[LOGIN]["json"] = {"error": "invalid_grant"}
    with pytest.raises(Refused, match="invalid_grant"):
        desk.pull(HERE)


def test_nothing_to_look_for_is_told(desk: Desk) -> None:
    with pytest.raises(Malformed, match="no search, subreddit or user"):
        desk.pull(Reddit("reddit", "app", "made-up"))


@pytest.mark.parametrize(
    ("where", "path"),
    [({"subreddit": "kettles"}, "/r/kettles/new?"), ({"user": "kettle"}, "/user/kettle/submitted?sort=new")],
)
def test_each_sort_of_list_lies_at_its_path(desk: Desk, where: dict[str, str], path: str) -> None:
    desk.add(f"{API}{path}&limit=100&raw_json=1", {"kind": "Listing", "data": {"children": [], "after": None}})
    assert desk.pull(Reddit("reddit", "app", "made-up", **where))  # type: ignore[arg-type]


def test_no_token_is_kept(desk: Desk) -> None:
    assert "made-up" not in repr(desk.pull(HERE))
