"""`hub record`: a real pull becomes a recording that a test can play, and nothing secret or personal is in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import log
from hub.channels import Ask
from hub.channels.feed import Feed
from hub.cli import run
from hub.record import Exchange, masked, recording, suspicious
from hub.web import Web
from tests.hostile.server import Hostile, page

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SECRET = "s3cr3t-t0ken-of-mine"
Typed = Callable[..., tuple[int, Any]]
KEYS = [
    "ghp_" + "a1" * 18,
    "AIza" + "x" * 35,
    "xoxb-1234567890-abcdef",
    "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF",
    "Authorization: Bearer abcdefghijkl",
    "https://a.example/?access_token=0123456789abcdef0123",
    "https://jo:hunter2@a.example/",
    "jo@mail.net",
    '"Set-Cookie": "a=b"',
]


def exchange(body: object, url: str = "https://a.example/", **headers: str) -> Exchange:
    return Exchange(method="GET", url=url, status=200, headers=headers, body=json.dumps(body).encode())


@pytest.fixture
def record(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    monkeypatch.setenv("TOKEN", SECRET)

    def call(*args: object) -> tuple[int, Any]:
        code = run(
            ["--json", "record", *map(str, args), "-o", str(tmp_path / "new"), "--allow", "127.0.0.1"], lambda: NOW
        )
        out, err = capsys.readouterr()
        return code, json.loads((out or err).splitlines()[-1])

    yield call
    log.stop()


def feed(site: Hostile) -> bytes:
    item = "<item><guid>urn:x:1</guid><title>Hello jo@mail.net</title></item>"
    return page(f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), etag='"1"', set_cookie="id=7")


@pytest.mark.slow
def test_a_real_pull_is_played_back_as_the_same_items(record: Typed, tmp_path: Path) -> None:
    with Hostile() as site:
        site.routes["/feed"] = feed(site)
        code, said = record("feed", f"url={site.url('/feed')}", "comments=false")
        settings = json.loads((tmp_path / "new/items.json").read_text())["settings"]
    assert (code, said["suspicious"]) == (0, [])
    web = Web(agent="test", now=lambda: NOW, replay=tmp_path / "new/pull.json")
    items = [item for batch in Feed("ours", **settings).pull(web, {}, Ask(now=NOW)) for item in batch.items]
    assert [(item.id, item.title) for item in items] == [("urn:x:1", "Hello somebody@masked.example")]


@pytest.mark.slow
def test_refused_credentials_end_with_77_and_write_nothing(record: Typed, tmp_path: Path) -> None:
    with Hostile() as site:
        site.routes["/api/v1/accounts/lookup?acct=us"] = page(b"{}", 401)
        code, said = record("mastodon", f"url={site.url('/@us')}", "token=env:TOKEN")
    assert (code, SECRET in json.dumps(said), (tmp_path / "new").exists()) == (77, False, False)


def test_a_recording_that_exists_is_not_written_over(record: Typed, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/pull.json").write_text("mine")
    assert record("feed", "url=https://a.example/")[0] == 73
    assert (tmp_path / "new/pull.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("nokind",), 78),
        (("feed",), 78),
        (("feed", "odd=1"), 78),
        (("feed", "url"), 64),
        (("mastodon", "url=https://a.example/@a", "token=x"), 78),
    ],
)
def test_a_mistake_is_told_before_anything_is_asked(record: Typed, args: tuple[str, ...], code: int) -> None:
    assert record(*args)[0] == code


def test_secrets_are_masked_in_addresses_headers_and_bodies() -> None:
    said = {"who": f"mail {SECRET}", "access_token": "abc", "email": "jo@mail.net", "text": "from 10.1.2.3"}
    made = json.dumps(
        recording(
            [exchange(said, f"https://a.example/?key={SECRET}&page=2", link=f"<https://a.example/?key={SECRET}>")],
            [SECRET],
            "here",
        )
    )
    assert SECRET not in made
    assert not [word for word in ("abc", "jo@mail.net", "10.1.2.3") if word in made]
    assert "https://a.example/?key=masked&page=2" in made


def test_headers_that_no_channel_reads_are_left_out() -> None:
    made = recording(
        [exchange({}, etag='"1"', server="x", set_cookie="y", **{"X-RateLimit-Remaining": "9"})], [], "here"
    )
    (line,) = made["exchanges"]  # type: ignore[misc]
    assert line["response"]["headers"] == {"etag": '"1"', "x-ratelimit-remaining": "9"}


def test_one_answer_stands_once_and_two_in_their_order() -> None:
    made = recording([exchange(1), exchange(1), exchange(2)], [], "here")
    assert [line["response"]["json"] for line in made["exchanges"]] == [1, 2]  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", KEYS)
def test_what_looks_like_a_secret_is_noticed(text: str) -> None:
    assert suspicious(f"in {text} here")


@given(st.text(), st.sampled_from(KEYS[-2:-1]))
def test_masking_twice_changes_nothing_and_leaves_nobody(text: str, mail: str) -> None:
    once = masked(f"{text} {mail} {text}", [SECRET])
    assert masked(once, [SECRET]) == once
    assert mail not in once
