"""Disqus: what leaves the list, what is not approved, and refusals that come as answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.channels.disqus import Disqus
from hub.errors import RateLimited, Refused
from tests.channels.test_forums import Tape, public

HERE = Disqus("talk", "kettle", "made-up", team=("kettle",))


@pytest.fixture
def forum(tmp_path: Path) -> Tape:
    return Tape("disqus", tmp_path)


@pytest.mark.parametrize("sign", [{"isDeleted": True}, {"isSpam": True}, {"isApproved": False}])
def test_a_comment_that_is_not_for_everybody_goes(forum: Tape, sign: dict[str, object]) -> None:
    before = forum.pull(HERE)[-1].cursor
    forum["listPosts"]["response"][0] |= sign
    assert "urn:disqus:post:504" in {name for batch in forum.pull(HERE, before) for name in batch.gone}


def test_a_page_that_is_deleted_takes_its_comments_along(forum: Tape) -> None:
    forum["listPosts"]["response"][0]["thread"]["isDeleted"] = True
    assert "urn:disqus:post:504" not in public(forum.pull(HERE))


def test_a_refusal_that_comes_as_an_answer_is_one(forum: Tape) -> None:
    next(iter(forum.answers.values()))["json"] = {"code": 5, "response": "Invalid API key"}
    with pytest.raises(Refused, match="Invalid API key"):
        forum.pull(HERE)


def test_a_spent_quota_waits_an_hour(forum: Tape) -> None:
    refused = {"status": 400, "json": {"code": 13, "response": "You have exceeded your hourly limit of requests"}}
    next(iter(forum.answers.values())).update(refused)
    with pytest.raises(RateLimited):
        forum.pull(HERE)
