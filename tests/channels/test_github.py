"""GitHub: limits told as refusals, parts that are switched off, lists that go on, what is hidden or not public."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels import Ask, github_queries
from hub.channels.github import Github
from hub.channels.github_items import Desk, discussion, issue, release, remark, word
from hub.errors import ChannelError, RateLimited, Refused
from hub.model import Batch
from hub.web import Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
API, SITE = "https://api.github.com", "https://github.com/o/r"
HERE = Github("gh", repo="o/r", token="t")
REPO = {"full_name": "o/r", "private": False}
ISSUES = "/issues?state=all&sort=updated&direction=desc&per_page=100&page=1"
RELEASES = "/releases?per_page=100&page=1"

Told = tuple[str, Any] | tuple[str, Any, dict[str, Any]]


def pulled(tmp_path: Path, channel: Github, *told: Told, before: Batch | None = None, **ask: bool) -> list[Batch]:
    """A pull of these answers; "graphql" is the other API, a third part is what else the response holds."""
    place, exchanges = tmp_path / "tape.json", []
    for path, body, *more in told:
        post = path == "graphql"
        request = {"method": "POST" if post else "GET", "url": f"{API}/graphql" if post else f"{API}/repos/o/r{path}"}
        exchanges.append({"request": request, "response": {"json": body, **(more[0] if more else {})}})
    place.write_text(json.dumps({"origin": "made up", "exchanges": exchanges}), encoding="utf-8")
    web = Web(agent="test", now=lambda: NOW, replay=place, sleep=lambda _: None)
    kept = json.loads(json.dumps(before.cursor)) if before else {}
    return list(channel.pull(web, kept, Ask(now=NOW, **ask)))


def ids(batches: list[Batch]) -> list[str]:
    return [item.id.removeprefix(SITE) for batch in batches for item in batch.items if not item.private]


def tag(name: str, number: int) -> dict[str, Any]:
    return {"html_url": f"{SITE}/releases/tag/{name}", "id": number, "published_at": "2026-11-01T00:00:00Z"}


def row(number: int, comments: int = 0) -> dict[str, Any]:
    moved = {"updated_at": "2026-11-20T00:00:00Z", "comments": comments}
    return {"html_url": f"{SITE}/issues/{number}", "number": number, "title": "t", **moved}


def said(number: int, of: int = 1) -> dict[str, Any]:
    return {"html_url": f"{SITE}/issues/{of}#issuecomment-{number}", "node_id": f"C{number}", "body_html": "c"}


def node(number: int, *below: dict[str, Any], after: str = "") -> dict[str, Any]:
    info = {"hasNextPage": bool(after), "endCursor": after or None}
    replies = {"nodes": list(below), "pageInfo": info, "totalCount": len(below)}
    return {"id": f"D{number}", "url": f"{SITE}/discussions/7#discussioncomment-{number}", "replies": replies}


def talk(*nodes: dict[str, Any], after: str = "", count: int = 9) -> dict[str, Any]:
    info = {"hasNextPage": bool(after), "endCursor": after or None}
    comments = {"nodes": list(nodes), "pageInfo": info, "totalCount": count}
    topic = {"id": "D", "number": 7, "url": f"{SITE}/discussions/7", "updatedAt": "2026-11-20T00:00:00Z"}
    found = {"nodes": [{**topic, "comments": comments}], "pageInfo": {"hasNextPage": False}}
    return {"data": {"repository": {"discussions": found}}}


ONLY_ISSUES = replace(HERE, token="", releases=False)
ONLY_RELEASES = replace(HERE, token="", issues=False)
ONLY_DISCUSSIONS = replace(HERE, releases=False, issues=False)


def test_a_spent_limit_that_github_tells_as_a_refusal_is_a_limit(tmp_path: Path) -> None:
    with pytest.raises(RateLimited) as caught:
        pulled(tmp_path, HERE, ("", {"message": "API rate limit exceeded for 192.0.2.1."}, {"status": 403}))
    assert caught.value.until == NOW + timedelta(hours=1)


def test_a_limit_of_the_other_api_is_a_limit_too(tmp_path: Path) -> None:
    error = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit already exceeded"}]}
    with pytest.raises(RateLimited):
        pulled(tmp_path, ONLY_DISCUSSIONS, ("", REPO), ("graphql", error))


def test_a_private_repository_is_refused_whatever_the_token_may_see(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="o/r is private"):
        pulled(tmp_path, HERE, ("", {**REPO, "private": True}))


def test_a_repository_that_becomes_private_is_noticed_by_the_sweep(tmp_path: Path) -> None:
    first = pulled(tmp_path, ONLY_ISSUES, ("", REPO), (ISSUES, []))
    with pytest.raises(Refused):
        pulled(tmp_path, ONLY_ISSUES, ("", {**REPO, "private": True}), (ISSUES, []), before=first[-1], sweep=True)


def test_a_renamed_repository_says_its_new_name(tmp_path: Path) -> None:
    answers = ("", {**REPO, "full_name": "o/new"}), (ISSUES, [])
    first = pulled(tmp_path, ONLY_ISSUES, *answers)
    for batches in (first, pulled(tmp_path, ONLY_ISSUES, *answers, before=first[-1])):
        told = [line for batch in batches for line in batch.warnings]
        assert told == ["o/r is called o/new now: correct its repo"]


def test_issues_that_are_switched_off_are_a_warning(tmp_path: Path) -> None:
    off = (ISSUES, {"message": "Issues are disabled for this repo"}, {"status": 410})
    batches = pulled(tmp_path, replace(HERE, token=""), ("", REPO), (RELEASES, [tag("v1", 1)]), off)
    assert ids(batches) == ["/releases/tag/v1"]
    assert "issues cannot be read" in batches[-1].warnings[0]


def test_a_release_that_a_list_lacks_is_gone_only_when_it_is_not_there_by_number(tmp_path: Path) -> None:
    first = pulled(tmp_path, ONLY_RELEASES, ("", REPO), (RELEASES, [tag("v2", 2), tag("v1", 1)]))
    still = pulled(tmp_path, ONLY_RELEASES, (RELEASES, [tag("v2", 2)]), ("/releases/1", {}), before=first[-1])
    gone = pulled(tmp_path, ONLY_RELEASES, (RELEASES, [tag("v3", 3), tag("v2", 2)]), before=still[-1])
    assert [batch.gone for batch in [*still, *gone] if batch.gone] == [(f"{SITE}/releases/tag/v1",)]


def test_all_pages_of_releases_come_at_first_and_one_later(tmp_path: Path) -> None:
    link = {"headers": {"link": f'<{API}/x?page=2>; rel="next"'}}
    second = ("/releases?per_page=100&page=2", [tag("v1", 1)])
    first = pulled(tmp_path, ONLY_RELEASES, ("", REPO), (RELEASES, [tag("v2", 2)], link), second)
    later = pulled(tmp_path, ONLY_RELEASES, (RELEASES, [tag("v3", 3), tag("v2", 2)], link), before=first[-1])
    assert ids(first) == ["/releases/tag/v2", "/releases/tag/v1"]
    assert ids(later) == ["/releases/tag/v3", "/releases/tag/v2"]
    assert not any(batch.gone for batch in later)


def test_comments_over_two_pages_all_come_and_then_the_list_is_whole(tmp_path: Path) -> None:
    link = {"headers": {"link": f'<{API}/x?page=2>; rel="next"'}}
    pages = [(f"/issues/1/comments?per_page=100&page={page}", [said(page)]) for page in (1, 2)]
    batches = pulled(tmp_path, ONLY_ISSUES, ("", REPO), (ISSUES, [row(1, 2)]), (*pages[0], link), pages[1])
    assert ids(batches) == ["/issues/1", "/issues/1#issuecomment-1", "/issues/1#issuecomment-2"]
    assert [len(claim.ids) for batch in batches for claim in batch.complete] == [2]


def test_a_comment_that_the_repository_hides_goes(tmp_path: Path) -> None:
    channel = replace(HERE, releases=False, discussions=False)
    hidden = ("graphql", {"data": {"nodes": [{"id": "C5", "isMinimized": True}, None]}})
    told = (("", REPO), (ISSUES, [row(1, 2)]), ("/issues/1/comments?per_page=100&page=1", [said(5), said(6)]), hidden)
    batches = pulled(tmp_path, channel, *told)
    assert ids(batches) == ["/issues/1", "/issues/1#issuecomment-6"]
    assert (f"{SITE}/issues/1#issuecomment-5",) in [batch.gone for batch in batches]


def test_an_issue_that_moved_to_another_repository_goes(tmp_path: Path) -> None:
    first = pulled(tmp_path, ONLY_ISSUES, ("", REPO), (ISSUES, [row(1)]))
    away = {**row(1), "html_url": "https://github.com/o/other/issues/8"}
    batches = pulled(tmp_path, ONLY_ISSUES, (ISSUES, [row(1)]), ("/issues/1", away), before=first[-1], recheck=True)
    assert [batch.gone for batch in batches if batch.gone] == [(f"{SITE}/issues/1",)]


def test_a_long_discussion_is_read_to_the_end_of_every_list(tmp_path: Path) -> None:
    more = [
        ("graphql", {"data": {"node": {"more": {"nodes": [node(12)], "pageInfo": {"hasNextPage": False}}}}}),
        ("graphql", {"data": {"node": {"more": {"nodes": [node(20)], "pageInfo": {"hasNextPage": False}}}}}),
    ]
    first = ("graphql", talk(node(10, node(11), after="x"), after="y"))
    batches = pulled(tmp_path, ONLY_DISCUSSIONS, ("", REPO), first, *more)
    assert [id.partition("-")[2] for id in ids(batches)] == ["", "10", "11", "12", "20"]


def test_a_list_of_answers_that_ends_in_the_middle_deletes_nothing(tmp_path: Path) -> None:
    first = ("graphql", talk(node(10, node(11), after="x")))
    batches = pulled(tmp_path, ONLY_DISCUSSIONS, ("", REPO), first, ("graphql", {"data": {"node": None}}))
    assert not any(batch.complete for batch in batches)
    assert any("ended in the middle" in text for batch in batches for text in batch.warnings)


def test_without_a_token_no_discussion_is_asked_for(tmp_path: Path) -> None:
    told = (("", REPO), (RELEASES, []), (ISSUES, []))
    assert ids(pulled(tmp_path, replace(HERE, token=""), *told)) == []


@pytest.mark.parametrize("name", ["LIST", "ONE", "COMMENTS", "REPLIES", "HIDDEN"])
def test_a_question_defines_the_fragments_it_uses_and_no_other(name: str) -> None:
    text = getattr(github_queries, name)
    used = set(re.findall(r"\.\.\.\s?([A-Z]\w+)", re.sub(r"\.\.\.\s?on \w+", "", text)))
    assert used == set(re.findall(r"fragment (\w+)", text))
    assert text.count("{") == text.count("}")


FIELDS = st.sampled_from(["html_url", "url", "user", "author", "labels", "created_at", "reactions", "body_html"])


@settings(max_examples=50)
@given(st.dictionaries(FIELDS, st.none() | st.text() | st.integers() | st.lists(st.integers())))
def test_wrong_types_never_crash_a_converter(row: dict[str, object]) -> None:
    desk = Desk("gh", ("mara",))
    found = [
        release(row, desk),
        issue(row, desk),
        remark(row, SITE, desk),
        discussion(row, desk),
        word(row, "", "", desk),
    ]
    assert all(one.channel == "gh" for one in found)


@pytest.mark.parametrize("answer", [[], {"data": 7}, [{"html_url": 1}], {"data": {"repository": {"discussions": 7}}}])
def test_wrong_shapes_of_an_answer_bring_nothing_and_take_nothing(tmp_path: Path, answer: object) -> None:
    first = pulled(tmp_path, ONLY_RELEASES, ("", REPO), (RELEASES, [tag("v1", 1)]))
    told = ((RELEASES, answer), ("/releases/1", {}), (ISSUES, answer), ("graphql", answer))
    try:
        batches = pulled(tmp_path, HERE, *told, before=first[-1])
    except ChannelError:
        return
    assert not any(batch.gone or batch.complete for batch in batches)
