"""Discourse and Lemmy: long talk, what moderators hid, lists that hold more than was asked for, odd answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.channels import Ask, Channel, marked
from hub.channels.discourse import Discourse
from hub.channels.lemmy import Lemmy
from hub.errors import Malformed
from hub.model import Batch, Item
from hub.web import Web

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FORUM, SERVER = "https://forum.example", "https://lemmy.example"


class Tape:
    """A recording whose answers a test may alter before it is played."""

    def __init__(self, name: str, folder: Path) -> None:
        self.place = folder / "tape.json"
        exchanges = json.loads((HERE / name / "pull.json").read_text("utf-8"))["exchanges"]
        self.answers: dict[str, Any] = {one["request"]["url"]: one["response"] for one in exchanges}

    def __getitem__(self, part: str) -> Any:
        return next(answer["json"] for url, answer in self.answers.items() if part in url)

    def add(self, url: str, body: object) -> None:
        self.answers[url] = {"status": 200, "json": body}

    def pull(self, channel: Channel, cursor: Mapping[str, object] | None = None, **ask: bool) -> list[Batch]:
        exchanges = [{"request": {"url": url}, "response": answer} for url, answer in self.answers.items()]
        self.place.write_text(json.dumps({"origin": "altered", "exchanges": exchanges}), "utf-8")
        with Web(agent="test", now=lambda: NOW, replay=self.place, sleep=lambda _: None) as web:
            return list(channel.pull(web, cursor or {}, Ask(now=NOW, **ask)))


def public(batches: list[Batch]) -> dict[str, Item]:
    return {item.id: item for batch in batches for item in batch.items if not item.private}


@pytest.fixture
def forum(tmp_path: Path) -> Tape:
    return Tape("discourse", tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> Tape:
    return Tape("lemmy", tmp_path)


KETTLES = Discourse("forum", f"{FORUM}/c/kettles/5")
TEA = Lemmy("lemmy", f"{SERVER}/c/kettles")


def test_a_topic_of_300_posts_is_read_whole(forum: Tape) -> None:
    topic = forum["/t/41.json"]
    first = topic["post_stream"]["posts"][1]
    topic["post_stream"]["stream"] = list(range(101, 401))
    for start in range(106, 401, 20):
        ids = [id for id in range(start, start + 20) if id <= 400]
        url = f"{FORUM}/t/41/posts.json?" + "&".join(f"post_ids[]={id}" for id in ids)
        forum.add(url, {"post_stream": {"posts": [{**first, "id": id, "post_number": id - 100} for id in ids]}})
    batches = forum.pull(KETTLES)
    assert len(public(batches)) == 300 - 2
    assert next(len(claim.ids) for batch in batches for claim in batch.complete) == 297


def test_a_page_of_posts_that_is_short_deletes_nothing(forum: Tape) -> None:
    forum["/t/41/posts.json"]["post_stream"]["posts"] = []
    claims = [claim for batch in forum.pull(KETTLES) for claim in batch.complete]
    assert [claim.under for claim in claims] == [f"{FORUM}/t/42"]


@pytest.mark.parametrize("sign", [{"hidden": True}, {"user_deleted": True}, {"deleted_at": "2026-11-20T00:00:00Z"}])
def test_a_post_that_is_hidden_or_deleted_goes(forum: Tape, sign: dict[str, object]) -> None:
    forum["/t/41.json"]["post_stream"]["posts"][1] |= sign
    batches = forum.pull(KETTLES)
    assert f"{FORUM}/p/102" in {name for batch in batches for name in batch.gone}
    assert f"{FORUM}/p/102" not in public(batches)


@pytest.mark.parametrize("kind", [3, 4, None, "1"])
def test_whispers_and_what_happened_to_a_topic_are_not_posts(forum: Tape, kind: object) -> None:
    forum["/t/41.json"]["post_stream"]["posts"][1] |= {"post_type": kind}
    assert (f"{FORUM}/p/102" in public(forum.pull(KETTLES))) is (kind == "1")


@pytest.mark.parametrize(
    ("url", "list_"),
    [
        (FORUM, f"{FORUM}/latest.json"),
        (f"{FORUM}/tag/tea/", f"{FORUM}/tag/tea.json"),
        (f"{FORUM}/u/kettle", f"{FORUM}/topics/created-by/kettle.json"),
        (f"{FORUM}/talk/c/kettles/5", f"{FORUM}/talk/c/kettles/5.json"),
    ],
)
def test_each_sort_of_list_lies_at_its_address(forum: Tape, url: str, list_: str) -> None:
    forum.add(list_, {"topic_list": {"topics": []}})
    assert forum.pull(Discourse("forum", url))[0].cursor["page"]


def test_the_next_page_of_a_list_is_asked_for_as_json(forum: Tape) -> None:
    listed = forum["/c/kettles/5.json"]["topic_list"]
    forum.add(f"{FORUM}/c/kettles/5.json?page=1", {"topic_list": {"topics": [listed["topics"].pop()]}})
    listed["more_topics_url"] = "/c/kettles/5?page=1"
    keys = forum.pull(KETTLES)[-1].cursor["known"]
    assert set(keys) == {"41", "42"}  # type: ignore[call-overload]


def test_without_replies_a_topic_is_its_first_post(forum: Tape) -> None:
    batches = forum.pull(Discourse("forum", f"{FORUM}/c/kettles/5", replies=False))
    assert set(public(batches)) == {f"{FORUM}/t/41"}


def test_a_server_that_lists_everything_is_read_for_its_community_alone(server: Tape) -> None:
    server["/post/list"]["posts"][1]["community"] |= {"name": "other", "actor_id": f"{SERVER}/c/other"}
    assert "https://far.example/post/870" not in public(server.pull(TEA))


def test_all_comments_of_a_long_talk_come_page_by_page(server: Tape) -> None:
    comments = server["post_id=71"]["comments"]
    rows = [json.loads(json.dumps(comments[0])) for _ in range(120)]
    for place, row in enumerate(rows):
        row["comment"] |= {"id": 500 + place, "ap_id": f"{SERVER}/comment/{500 + place}", "path": f"0.{500 + place}"}
    for page in range(1, 4):
        url = f"{SERVER}/api/v3/comment/list?post_id=71&limit=50&page={page}&sort=Old&type_=All"
        server.add(url, {"comments": rows[page * 50 - 50 : page * 50]})
    assert len(public(server.pull(TEA))) == 122


def test_fewer_comments_than_are_counted_delete_nothing(server: Tape) -> None:
    server["/post/list"]["posts"][0]["counts"]["comments"] = 9
    claims = [claim.under for batch in server.pull(TEA) for claim in batch.complete]
    assert f"{SERVER}/post/71" not in claims


def test_a_post_that_moderators_removed_goes_in_the_sweep(server: Tape) -> None:
    cursor = json.loads(json.dumps(server.pull(TEA)[-1].cursor))
    server["/post?id=71"]["post_view"]["post"]["removed"] = True
    gone = {name for batch in server.pull(TEA, cursor, sweep=True) for name in batch.gone}
    assert f"{SERVER}/post/71" in gone


def test_a_community_for_its_own_server_stays_out(server: Tape) -> None:
    for view in [*server["/post/list"]["posts"], *server["post_id=71"]["comments"]]:
        view["community"]["visibility"] = "LocalOnly"
    assert public(server.pull(TEA)) == {}


def test_an_address_that_is_no_community_is_told(server: Tape) -> None:
    with pytest.raises(Malformed, match="no community"):
        server.pull(Lemmy("lemmy", SERVER))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>"),
        ("> so", "<blockquote>\n<p>so</p>\n</blockquote>"),
        ("`<i>`", "<p><code>&lt;i&gt;</code></p>"),
        ("https://a.example/x.", '<p><a href="https://a.example/x">https://a.example/x</a>.</p>'),
        ("[t](https://a.example/)", '<p><a href="https://a.example/">t</a></p>'),
        ("`https://a.example/x`", "<p><code>https://a.example/x</code></p>"),
        ("a\nb & c", "<p>a<br />\nb &amp; c</p>"),
        ("", ""),
    ],
)
def test_markdown_means_what_it_says(said: str, meant: str) -> None:
    assert marked.html(said) == meant


@pytest.mark.parametrize("text", ["[" * 5000, "> " * 5000 + "x", "*" * 5000, "![" * 3000 + "](" * 3000])
def test_hostile_markdown_is_no_crash(text: str) -> None:
    assert isinstance(marked.html(text), str)


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, [None], [[]]])
@pytest.mark.parametrize("key", ["posts", "stream"])
def test_an_odd_topic_is_told_and_the_others_come(forum: Tape, key: str, odd: object) -> None:
    forum["/t/42.json"]["post_stream"][key] = odd
    batches = forum.pull(KETTLES)
    assert len(public(batches)) == 4
