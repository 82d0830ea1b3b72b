"""YouTube over real HTTP: paging, budgets, comments switched off; and answers recorded by others."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from hub.channels.loose import Json, mapping, rows, string, when
from hub.channels.youtube import Youtube
from hub.channels.youtube_items import Place, comment, paragraphs, talk, video
from hub.errors import Missing, RateLimited, Refused, SettingsError
from hub.model import REST
from hub.web import Web
from tests.channels.shelf import Shelf
from tests.channels.test_contract import NAME, Case, items, public, said
from tests.channels.tube import US, Tube, refused, served

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
TUBES = CORPORA / "youtube-api"
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
WATCH = "https://www.youtube.com/watch?v="


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web(agent="test", now=lambda: NOW, allow=["127.0.0.1"], sleep=lambda _: None) as web:
        yield web


@pytest.fixture
def tube() -> Iterator[Tube]:
    with served() as tube:
        tube.videos["new"] = "2026-11-20T00:00:00Z"
        yield tube


@pytest.fixture
def shelf(tube: Tube, web: Web) -> Shelf:
    return Shelf(Youtube("tube", US, api_key="k", service=tube.site), web, NOW)


def talked(tube: Tube, tops: int, answers: int) -> set[str]:
    """Comments under the new video, each with answers. Gives the names of all, the video's too."""
    names = {WATCH + "new"}
    for top in range(tops):
        names.add(tube.say(f"t{top}", "new", f"2026-11-20T{top:02}:00:00Z"))
        names |= {tube.say(f"t{top}.{n}", "new", f"2026-11-20T{top:02}:0{n}:01Z", f"t{top}") for n in range(answers)}
    return names


# comments


def test_every_comment_and_every_answer_comes_once(tube: Tube, shelf: Shelf) -> None:
    names = talked(tube, tops=7, answers=8)
    tube.page = 3
    came = [item.id for batch in shelf.pull() for item in batch.items]
    assert sorted(came) == sorted(names)


def test_a_quiet_pull_costs_two_units(tube: Tube, shelf: Shelf) -> None:
    talked(tube, tops=2, answers=1)
    shelf.pull()
    tube.asked.clear()
    shelf.pull()
    assert tube.asked == ["playlistItems", "videos"]


def test_new_comments_are_read_until_known_ones_and_once_a_day_whole(tube: Tube, shelf: Shelf) -> None:
    talked(tube, tops=9, answers=0)
    tube.page = 3
    shelf.pull()
    tube.asked.clear()
    fresh = tube.say("late", "new", "2026-11-21T00:00:00Z")
    shelf.pull()
    assert (fresh in shelf.kept, tube.asked.count("commentThreads")) == (True, 1)
    shelf.now += timedelta(days=1)
    del tube.comments["t0"]
    shelf.pull()
    assert WATCH + "new&lc=t0" not in shelf.kept


def test_deleted_comments_follow_on_demand(tube: Tube, shelf: Shelf) -> None:
    names = talked(tube, tops=3, answers=1)
    shelf.pull()
    del tube.comments["t1"], tube.comments["t1.0"]
    shelf.pull(recheck=True)
    assert set(shelf.kept) == {name for name in names if "lc=t1" not in name}


def test_comments_switched_off_take_the_old_ones_along(tube: Tube, shelf: Shelf) -> None:
    talked(tube, tops=2, answers=1)
    shelf.pull()
    tube.off.add("new")
    shelf.pull()
    assert (list(shelf.kept), shelf.warnings) == ([WATCH + "new"], [])


def test_a_deleted_video_takes_its_comments_along(tube: Tube, shelf: Shelf) -> None:
    talked(tube, tops=2, answers=1)
    shelf.pull()
    del tube.videos["new"]
    tube.videos["other"] = "2026-11-19T00:00:00Z"
    shelf.pull()
    assert list(shelf.kept) == [WATCH + "other"]


def test_a_sweep_finds_a_video_that_went_long_ago(tube: Tube, shelf: Shelf) -> None:
    tube.videos |= {f"old{number}": f"2024-01-0{number}T00:00:00Z" for number in range(1, 6)}
    tube.page = 2
    gone = tube.say("c", "old3", "2024-01-04T00:00:00Z")
    shelf.pull()
    assert gone in shelf.kept
    del tube.videos["old2"], tube.comments["c"]
    shelf.pull(sweep=True)
    assert set(shelf.kept) == {WATCH + id for id in tube.videos}


def test_a_sweep_brings_anew_what_did_not_change(tube: Tube, shelf: Shelf) -> None:
    """Its text may be kept for 30 days from when it was brought last."""
    talked(tube, tops=2, answers=1)
    shelf.pull()
    again = {item.id for batch in shelf.pull(sweep=True) for item in batch.items}
    assert again == set(shelf.kept)


# the budget


def test_comments_come_later_until_they_were_read(tube: Tube, shelf: Shelf) -> None:
    talked(tube, tops=2, answers=0)
    shelf.pull(1)
    before = shelf.absent[WATCH + "new"]
    shelf.pull()
    assert (before, shelf.absent[WATCH + "new"]) == ({"later": REST}, {"limit": REST})


def test_a_budget_is_never_passed_and_what_it_cut_comes_the_next_day(tube: Tube, shelf: Shelf) -> None:
    names = talked(tube, tops=8, answers=7)
    shelf.channel, tube.page = Youtube("tube", US, api_key="k", units=12, service=tube.site), 2
    for _ in range(12):
        before = len(tube.asked)
        try:
            shelf.pull()
        except RateLimited:
            assert len(tube.asked) - before <= 12
        shelf.now += timedelta(days=1)
    assert set(shelf.kept) == names


def test_a_spent_budget_says_when_it_begins_anew(tube: Tube, shelf: Shelf) -> None:
    shelf.channel = Youtube("tube", US, api_key="k", units=1, service=tube.site)
    with pytest.raises(RateLimited, match="1 units of today are spent") as caught:
        shelf.pull()
    assert caught.value.until == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_spent_quota_is_a_limit_and_no_refusal(tube: Tube, shelf: Shelf) -> None:
    tube.before = lambda _: refused(403, "quotaExceeded")
    with pytest.raises(RateLimited, match="quota"):
        shelf.pull()


def test_a_bad_key_is_refused(tube: Tube, shelf: Shelf) -> None:
    tube.before = lambda _: refused(400, "keyInvalid")
    with pytest.raises(Refused, match="key is not valid"):
        shelf.pull()


def test_a_video_that_may_not_be_read_is_a_warning(tube: Tube, shelf: Shelf) -> None:
    talked(tube, tops=1, answers=0)
    tube.before = lambda method: refused(403, "forbidden") if method == "commentThreads" else None
    shelf.pull()
    assert (list(shelf.kept), len(shelf.warnings)) == ([WATCH + "new"], 1)


# whose channel


@pytest.mark.parametrize("account", ["@us", "https://www.youtube.com/@us", "https://m.youtube.com/@us/videos"])
def test_a_handle_is_looked_up_once(account: str, tube: Tube, web: Web) -> None:
    tube.before = lambda method: (200, {"items": [{"id": US}]}) if method == "channels" else None
    shelf = Shelf(Youtube("tube", account, api_key="k", service=tube.site), web, NOW)
    shelf.pull()
    shelf.pull()
    assert (list(shelf.kept), tube.asked.count("channels")) == ([WATCH + "new"], 2)  # whose it is, how many follow


def test_how_many_subscribed_is_asked_once_a_day_where_it_is_no_secret(tube: Tube, shelf: Shelf) -> None:
    told = []
    for hours, many in ((0, 7), (23, 8), (1, 9), (24, 0)):
        tube.followers, shelf.now = many, shelf.now + timedelta(hours=hours)
        told += [batch.counts[shelf.channel.url] for batch in shelf.pull() if shelf.channel.url in batch.counts]  # type: ignore[attr-defined]
    assert told == [{"followers": 7}, {"followers": 9}]


def test_a_handle_that_leads_nowhere_is_missing(tube: Tube, web: Web) -> None:
    tube.before = lambda _: (200, {"items": []})
    with pytest.raises(Missing, match="knows no channel @us"):
        Shelf(Youtube("tube", "@us", api_key="k", service=tube.site), web, NOW).pull()


def test_what_names_no_channel_is_refused_before_anything_is_asked(web: Web) -> None:
    with pytest.raises(SettingsError, match="names no channel"):
        Shelf(Youtube("tube", "https://example.org/"), web, NOW).pull()


# what is on the wire


@pytest.mark.parametrize("field", ["parentId", "publishedAt", "nextPageToken", "textDisplay", "moderationStatus"])
def test_a_payload_without_a_field_that_counts_does_not_give_the_same_items(field: str, tmp_path: Path) -> None:
    case = Case("youtube", tmp_path)
    changed = case.web(lambda answer: json.loads(json.dumps(answer).replace(f'"{field}"', '"other"')))
    came = [said(asdict(item)) for item in items(case.pull(changed)) if not item.private]
    assert came != [{**row, "channel": NAME} for row in public(case)]


FILES = sorted(file.relative_to(TUBES).as_posix() for file in TUBES.rglob("*.json"))
"""Every answer of the API that others recorded; none where the corpora are missing."""


def found(value: object, kind: str, under: str = "") -> Iterator[tuple[Json, str]]:
    """Every object of a kind in some JSON, with the video that what is around it names."""
    under = string(value, "snippet", "videoId") or under
    if string(value, "kind") == f"youtube#{kind}" and mapping(value, "snippet"):
        yield mapping(value), under
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from found(part, kind, under)


def recorded(kind: str) -> list[tuple[Json, str]]:
    if not FILES:
        pytest.skip(f"{TUBES} is missing")
    told = [json.loads((TUBES / name).read_text("utf-8")) for name in FILES]
    return [one for whole in told for one in found(whole, kind, "aVideo")]


def words(text: str) -> str:
    """A text without tags and without white space."""
    return "".join(unescape(re.sub(r"<[^>]*>", "", text)).split())


def test_every_recorded_comment_says_what_stands_in_it() -> None:
    rows = recorded("comment")
    assert len(rows) > 35
    for row, under in rows:
        item, said, page = comment(row, under, Place("tube", US)), mapping(row, "snippet"), WATCH + under
        parent = f"{page}&lc={said['parentId']}" if "parentId" in said else page
        assert (item.id, item.reply_to, item.root) == (f"{page}&lc={row['id']}", parent, page)
        who = string(said, "authorChannelId", "value")
        assert item.author.id == (f"https://www.youtube.com/channel/{who}" if who else "")
        assert (item.author.name, item.author.url) == (said["authorDisplayName"], said["authorChannelUrl"])
        assert (item.published, words(item.html)) == (when(said, "publishedAt"), words(string(said, "textDisplay")))


def test_every_recorded_thread_holds_its_comments() -> None:
    rows = recorded("commentThread")
    assert len(rows) > 20
    for row, _ in rows:
        first, inline, count, open_to_all = talk(row)
        assert (first["id"], count) == (row["id"], row["snippet"]["totalReplyCount"])  # type: ignore[index]
        assert open_to_all is row["snippet"].get("isPublic", True)  # type: ignore[attr-defined]
        assert inline == [one for one, _ in found(row, "comment") if one != first]
        assert {string(one, "snippet", "parentId") for one in inline} <= {row["id"]}


@pytest.mark.parametrize(("kind", "many"), [("video", 15), ("playlistItem", 18)])
def test_every_recorded_video_says_what_stands_in_it(kind: str, many: int) -> None:
    rows = recorded(kind)
    assert len(rows) == many
    for row, _ in rows:
        said = mapping(row, "snippet")
        number = string(said, "resourceId", "videoId") or string(row, "id")
        item = video({**row, "id": number}, Place("tube", string(said, "channelId")))
        assert (item.id, item.title, item.published) == (WATCH + number, said["title"], when(said, "publishedAt"))
        channel = f"https://www.youtube.com/channel/{said['channelId']}"
        assert (item.author.id, item.author.name) == (channel, said["channelTitle"])
        assert (words(item.html), item.reply_to) == (words(string(said, "description")), "")
        assert item.private is (string(row, "status", "privacyStatus") not in ("", "public"))


def test_descriptions_are_plain_text_with_addresses() -> None:
    text = "a <b>\nhttps://x.example/?a=1&b=2.\n\n  \nend"
    link = '<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>'
    assert paragraphs(text) == f"<p>a &lt;b&gt;<br>{link}.</p><p>end</p>"


def test_wrong_types_never_crash() -> None:
    odd = {"id": 7, "snippet": {"tags": 3, "thumbnails": [], "publishedAt": {}}, "contentDetails": {"duration": "P"}}
    assert video(odd, Place("tube", US)).published is None
    assert rows(talk({"replies": 4, "snippet": {"isPublic": "no"}})[1]) == ()
