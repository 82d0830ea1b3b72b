"""Bluesky over real HTTP: deep talks, deletions nobody tells of, limits in the middle; and the published schemas."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.channels.atproto import address, is_account, is_did, is_handle, is_nsid, is_record_key
from hub.channels.bluesky import Bluesky
from hub.channels.bluesky_text import html, parts
from hub.channels.bluesky_tree import Node, Tree
from hub.channels.loose import when
from hub.errors import Missing, RateLimited, SettingsError
from hub.model import REST
from hub.web import Web
from tests.channels.appview import HANDLES, JO, US, AppView, served, uri
from tests.channels.shelf import Shelf
from tests.channels.test_contract import NAME, Case, items, public, said

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
RECORDING = Path(__file__).parent / "bluesky" / "pull.json"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def corpus(name: str) -> Path:
    folder = CORPORA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing")
    return folder


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web(agent="test", now=lambda: NOW, allow=["127.0.0.1"], sleep=lambda _: None) as web:
        yield web


@pytest.fixture
def view() -> Iterator[AppView]:
    with served() as view:
        yield view


@pytest.fixture
def shelf(view: AppView, web: Web) -> Shelf:
    return Shelf(Bluesky("sky", "us.example", service=view.site, login=view.site), web, NOW)


def chain(view: AppView, depth: int) -> list[str]:
    """A post of ours with answers below answers."""
    names = [view.post(US, "root", "2026-11-20T00:00:00Z")]
    for number in range(depth):
        names.append(view.post(JO, f"n{number}", f"2026-11-20T00:{number + 1:02}:00Z", names[-1]))
    return names


# talks


def test_a_talk_forty_deep_comes_whole_from_answers_cut_at_ten(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 40)
    shelf.pull()
    assert list(shelf.kept) == names
    assert view.asked.count("getPostThread") == 4


def test_a_quiet_pull_asks_once(view: AppView, shelf: Shelf) -> None:
    chain(view, 3)
    shelf.pull()
    view.asked.clear()
    assert (shelf.pull(), view.asked) == ([], ["getAuthorFeed"])


def test_an_answer_below_an_answer_is_found_while_the_talk_is_hot(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 3)
    shelf.pull()
    late = view.post(JO, "late", "2026-11-21T23:59:00Z", names[-1])
    shelf.now += timedelta(days=1)
    shelf.pull()
    assert late in shelf.kept


def test_deletions_nobody_tells_of_follow(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 3)
    shelf.pull()
    del view.posts[names[3]]
    shelf.pull(recheck=True)
    assert list(shelf.kept) == names[:3]


def test_how_many_follow_is_asked_once_a_day(view: AppView, shelf: Shelf) -> None:
    chain(view, 1)
    told = []
    for hours in (0, 23, 1):
        shelf.now += timedelta(hours=hours)
        view.followers += 1
        told += [batch.counts[shelf.channel.url] for batch in shelf.pull() if shelf.channel.url in batch.counts]  # type: ignore[attr-defined]
    assert told == [{"followers": 13}, {"followers": 15}]


def test_a_quote_that_was_deleted_goes_within_a_day(view: AppView, shelf: Shelf) -> None:
    ours = view.post(US, "root", "2026-11-20T00:00:00Z")
    quote = view.post(JO, "quote", "2026-11-20T01:00:00Z", quotes=ours)
    shelf.pull()
    del view.posts[quote]
    view.posts[uri(JO, "other")] = {**view.posts[ours], "embed": {"record": {"uri": ours}}}  # the count stays the same
    view.asked.clear()
    for hours in (23, 1):
        shelf.now += timedelta(hours=hours)
        shelf.pull()
    assert (view.asked.count("getPosts"), list(shelf.kept)) == (1, [ours])


def test_what_stands_below_a_deleted_answer_stays(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 3)
    shelf.pull()
    ours = view.post(US, "ours", "2026-11-20T05:00:00Z", names[2])
    thanks = view.post(JO, "thanks", "2026-11-20T06:00:00Z", ours)
    del view.posts[names[2]]
    for _ in range(2):
        shelf.pull(recheck=True)
    assert set(shelf.kept) == {*names[:2], names[3], ours, thanks}


def test_a_deleted_post_takes_its_talk_along_at_once(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 3)
    old = view.post(US, "old", "2026-11-19T00:00:00Z")
    shelf.pull()
    del view.posts[names[0]]
    shelf.pull()
    assert list(shelf.kept) == [old]


def test_what_the_host_hides_goes_with_all_below_it(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 4)
    shelf.pull()
    view.hidden.append(names[2])
    shelf.pull(recheck=True)
    assert list(shelf.kept) == names[:2]


def test_what_the_host_hides_is_told_as_that(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 4)
    view.hidden.append(names[3])
    shelf.pull()
    assert shelf.absent[names[0]] == {"host": 2, "private": 0}


def test_answers_that_no_answer_shows_are_not_public() -> None:
    tree = Tree(met={"root": Node(4), "answer": Node(1)}, barred=1)
    assert tree.told == 5
    assert tree.absent("root") == {"private": 4}


def test_answers_too_deep_to_be_read_at_once_come_later() -> None:
    tree = Tree(todo=["leaf"], met={"root": Node(1), "answer": Node(9), "hid": Node(0, "host")})
    assert tree.absent("root") == {"private": 0, "host": 1, "later": REST}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_talk_forty_deep_comes_whole_at_so_many_answers_a_pull(view: AppView, shelf: Shelf, limit: int) -> None:
    names, left = chain(view, 40), [0]

    def before(method: str) -> tuple[int, dict[str, Any]] | None:
        left[0] -= "Thread" in method
        return (429, {}) if left[0] < 0 else None

    view.before = before
    for _ in range(9):
        left[0], shelf.now = limit, shelf.now + timedelta(minutes=20)
        with Web(agent="test", now=lambda: shelf.now, allow=["127.0.0.1"]) as shelf.web, suppress(RateLimited):
            shelf.pull()
    assert list(shelf.kept) == names
    assert not any(shelf.absent[names[0]].values())


def test_what_went_while_a_reading_waited_is_found_by_the_next(view: AppView, shelf: Shelf) -> None:
    names = chain(view, 40)
    shelf.pull(3)
    del view.posts[names[40]]
    shelf.now += timedelta(minutes=20)
    shelf.pull()
    assert list(shelf.kept) == names[:40]


def test_a_quote_comes_and_goes_when_its_author_or_ours_withdraws(view: AppView, shelf: Shelf) -> None:
    ours = view.post(US, "root", "2026-11-20T00:00:00Z")
    quote = view.post(JO, "quote", "2026-11-20T01:00:00Z", quotes=ours)
    shelf.pull()
    assert shelf.kept[quote].quotes == (ours,)
    view.closed.add(ours)
    shelf.pull(recheck=True)
    assert list(shelf.kept) == [ours]


def test_what_we_answer_comes_along_and_goes_with_our_answer(view: AppView, shelf: Shelf) -> None:
    question = view.post(JO, "q", "2026-11-20T00:00:00Z")
    answer = view.post(US, "a", "2026-11-20T01:00:00Z", question)
    thanks = view.post(JO, "t", "2026-11-20T02:00:00Z", answer)
    shelf.pull()
    assert set(shelf.kept) == {question, answer, thanks}
    del view.posts[answer]
    shelf.pull(recheck=True)
    assert shelf.kept == {}


# limits


def test_a_limit_in_the_middle_repeats_one_step(view: AppView, shelf: Shelf) -> None:
    names = [name for day in range(1, 6) for name in [view.post(US, f"p{day}", f"2026-10-0{day}T00:00:00Z")]]
    names += [view.post(JO, f"r{day}", f"2026-10-0{day}T01:00:00Z", names[day - 1]) for day in range(1, 6)]
    view.page = 2
    view.before = lambda method: (429, {}) if view.asked.count("getPostThread") == 3 else None
    with pytest.raises(RateLimited):
        shelf.pull()
    view.before = lambda _: None
    shelf.web = Web(agent="test", now=lambda: NOW, allow=["127.0.0.1"])
    shelf.pull()
    assert (set(shelf.kept), view.asked.count("getPostThread")) == (set(names), 5 + 1)


def test_a_back_fill_goes_on_where_it_was_cut(view: AppView, shelf: Shelf) -> None:
    names = {view.post(US, f"p{number}", f"2026-09-{number:02}T00:00:00Z") for number in range(1, 12)}
    view.page = 3
    for _ in range(4):
        shelf.pull(steps=1)
        view.post(US, f"new{len(view.posts)}", f"2026-11-{len(view.posts):02}T00:00:00Z")
    shelf.pull()
    assert set(shelf.kept) == set(view.posts) > names


def test_a_sweep_finds_what_went_long_ago(view: AppView, shelf: Shelf) -> None:
    old = [view.post(US, f"p{number}", f"2025-09-0{number}T00:00:00Z") for number in range(1, 6)]
    answers = [view.post(JO, f"a{number}", f"2025-09-0{number}T01:00:00Z", old[number - 1]) for number in range(1, 6)]
    shelf.pull()
    del view.posts[old[0]], view.posts[answers[2]]
    shelf.pull(sweep=True)
    assert set(shelf.kept) == {*old[1:], *answers[1:2], *answers[3:]}


def test_an_empty_feed_is_no_proof_that_all_is_gone(view: AppView, shelf: Shelf) -> None:
    names = [view.post(US, "p", "2025-09-01T00:00:00Z")]
    shelf.pull()
    view.before = lambda method: (200, {"feed": []}) if "Feed" in method else None
    shelf.pull(sweep=True)
    assert list(shelf.kept) == names


# the account


def test_search_needs_a_login_and_renews_a_token_that_ran_out(view: AppView, web: Web) -> None:
    channel = Bluesky("sky", "us.example", app_password="pw", search=("kettle",), service=view.site, login=view.site)
    view.post(US, "root", "2026-11-20T00:00:00Z")
    found = [
        view.post(JO, name, "2026-11-20T01:00:00Z", text=text)
        for name, text in (("m", "@us.example hi"), ("w", "a kettle"))
    ]
    late = iter([None, (400, {"error": "ExpiredToken", "message": "Token has expired"})])
    view.before = lambda method: next(late, None) if "search" in method else None
    shelf = Shelf(channel, web, NOW)
    shelf.pull()
    assert set(found) < set(shelf.kept)
    assert view.tokens == 2


def test_a_mention_that_was_deleted_goes_on_demand(view: AppView, web: Web) -> None:
    shelf = Shelf(Bluesky("sky", "us.example", app_password="pw", service=view.site, login=view.site), web, NOW)
    view.post(US, "root", "2026-11-20T00:00:00Z")
    mention = view.post(JO, "m", "2026-11-20T01:00:00Z", text="@us.example hi")
    shelf.pull()
    del view.posts[mention]
    shelf.pull(recheck=True)
    assert mention not in shelf.kept


def test_a_renamed_account_is_followed_and_told(view: AppView, shelf: Shelf) -> None:
    view.post(US, "root", "2026-11-20T00:00:00Z")
    shelf.channel = Bluesky("sky", "was.example", service=view.site)
    for _ in range(2):
        shelf.warnings.clear()
        shelf.pull()
        assert shelf.warnings == [f'was.example is called {HANDLES[US]} now: write handle = "{HANDLES[US]}"']


def test_an_account_that_is_not_there_is_missing(view: AppView, shelf: Shelf) -> None:
    view.before = lambda _: (400, {"error": "InvalidRequest", "message": "Profile not found"})
    with pytest.raises(Missing, match="Profile not found"):
        shelf.pull()


def test_a_handle_that_is_none_is_refused_before_anything_is_asked(web: Web) -> None:
    with pytest.raises(SettingsError, match="no handle"):
        list(Shelf(Bluesky("sky", "not a handle"), web, NOW).pull())


# what is on the wire


@pytest.mark.parametrize("field", ["parent", "facets", "hiddenReplies", "alt", "cursor"])
def test_a_payload_without_a_field_that_counts_does_not_give_the_same_items(field: str, tmp_path: Path) -> None:
    case = Case("bluesky", tmp_path)
    changed = case.web(lambda answer: json.loads(json.dumps(answer).replace(f'"{field}"', '"other"')))
    came = [said(asdict(item)) for item in items(case.pull(changed)) if not item.private]
    assert came != [{**row, "channel": NAME} for row in public(case)]


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("handle", is_handle),
        ("did", is_did),
        ("nsid", is_nsid),
        ("recordkey", is_record_key),
        ("atidentifier", is_account),
        ("aturi", lambda text: address(text) is not None),
    ],
)
def test_identifiers_are_those_of_the_specification(name: str, holds: object) -> None:
    folder = corpus("atproto-syntax") / "syntax"
    for verdict in ("valid", "invalid"):
        lines = (folder / f"{name}_syntax_{verdict}.txt").read_text("utf-8").split("\n")
        wrong = [line for line in lines if line and line[0] != "#" and holds(line) is not (verdict == "valid")]  # type: ignore[operator]
        assert wrong == []


def test_every_valid_time_of_the_specification_is_read() -> None:
    lines = (corpus("atproto-syntax") / "syntax" / "datetime_syntax_valid.txt").read_text("utf-8").split("\n")
    assert [line for line in lines if line and line[0] != "#" and when(line) is None] == []


def test_facets_count_bytes_not_characters() -> None:
    given = json.loads((corpus("granary") / "note_with_article_tag_indices.bsky.json").read_text("utf-8"))
    said = json.loads((corpus("granary") / "note_with_article_tag_indices.as-from-bsky.json").read_text("utf-8"))[
        "tags"
    ][0]
    assert html(parts(given)).endswith(f' <a href="{said["url"]}">{said["displayName"]}</a></p>')


@pytest.mark.parametrize(("start", "stop"), [(0, 99), (-3, 2), (4, 4), (1, 3), ("0", 2), (None, None), (3, 1)], ids=str)
def test_a_facet_that_fits_nowhere_says_nothing(start: object, stop: object) -> None:
    facet = {"index": {"byteStart": start, "byteEnd": stop}, "features": [{"uri": "https://a.example/"}]}
    assert html(parts({"text": "🫖 <b>", "facets": [facet]})) == "<p>🫖 &lt;b&gt;</p>"
