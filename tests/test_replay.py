"""Recorded exchanges stand in for a network, conditions and errors included."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.errors import HubError, Missing, RateLimited, SettingsError, Unreachable
from hub.web import Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def tape(folder: Path, *responses: dict[str, Any], url: str = "https://a.example/x", name: str = "pull") -> Web:
    exchanges = [{"request": {"method": "GET", "url": url}, "response": response} for response in responses]
    (folder / f"{name}.json").write_text(json.dumps({"origin": "written for this test", "exchanges": exchanges}))
    return Web(agent="test", now=lambda: NOW, replay=folder)


def test_json_text_and_bytes_come_as_recorded(tmp_path: Path) -> None:
    web = tape(tmp_path, {"json": {"a": "ü"}}, {"text": "ü"}, {"base64": "AAE="})
    answers = [web.get("https://a.example/x") for _ in range(3)]
    assert [answer.body for answer in answers] == ['{"a": "ü"}'.encode(), "ü".encode(), b"\x00\x01"]
    assert answers[0].json() == {"a": "ü"}


def test_several_exchanges_are_answered_in_order_and_the_last_repeats(tmp_path: Path) -> None:
    web = tape(tmp_path, {"text": "1"}, {"text": "2"})
    assert [web.get("https://a.example/x").text for _ in range(4)] == ["1", "2", "2", "2"]


@pytest.mark.parametrize(
    "url", ["https://a.example/x?b=2&a=1", "https://A.example:443/x?a=1&b=2#top", "https://a.example/x?a=1&b=2"]
)
def test_one_request_has_many_spellings(tmp_path: Path, url: str) -> None:
    assert tape(tmp_path, {"text": "yes"}, url="https://a.example/x?a=1&b=2").get(url).text == "yes"


def test_a_condition_that_holds_gets_a_304(tmp_path: Path) -> None:
    web = tape(tmp_path, {"text": "x", "headers": {"ETag": '"1"'}})
    first = web.get("https://a.example/x")
    assert web.get("https://a.example/x", seen=first.seen).status == 304


def test_a_date_that_holds_gets_a_304_unless_an_etag_is_asked_for(tmp_path: Path) -> None:
    headers = {"Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"}
    web = tape(tmp_path, {"text": "x", "headers": headers}, {"text": "y", "headers": {**headers, "ETag": '"2"'}})
    seen = web.get("https://a.example/x").seen
    assert (web.get("https://a.example/x", seen=seen).status, seen.etag) == (304, "")


def test_what_nobody_recorded_is_missing_and_says_where(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=f"the recording {tmp_path.name} has no GET https://a.example/y"):
        tape(tmp_path, {"text": "x"}).get("https://a.example/y")


@pytest.mark.parametrize(
    ("response", "error"),
    [
        ({"status": 429}, RateLimited),
        ({"status": 500}, Unreachable),
        ({"status": 410}, Missing),
        ({"fault": "timeout"}, Unreachable),
        ({"fault": "reset"}, Unreachable),
    ],
)
def test_recorded_failures_are_the_real_ones(tmp_path: Path, response: Any, error: type[HubError]) -> None:
    with pytest.raises(error):
        tape(tmp_path, response).get("https://a.example/x")


def test_recorded_packing_is_already_undone(tmp_path: Path) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Length": "9999", "Transfer-Encoding": "chunked"}
    assert tape(tmp_path, {"text": "plain", "headers": headers}).get("https://a.example/x").text == "plain"


def test_recorded_redirects_are_followed(tmp_path: Path) -> None:
    tape(tmp_path, {"text": "there"}, url="https://b.example/", name="b")
    web = tape(tmp_path, {"status": 301, "headers": {"Location": "https://b.example/"}})
    assert web.get("https://a.example/x").url == "https://b.example/"


def test_a_single_file_is_a_recording_too(tmp_path: Path) -> None:
    tape(tmp_path, {"text": "x"})
    web = Web(agent="test", now=lambda: NOW, replay=tmp_path / "pull.json")
    assert web.get("https://a.example/x").text == "x"


@pytest.mark.parametrize("text", ["", "[]", '{"exchanges": 1}', '{"exchanges": [{}]}', '{"exchanges": ["x"]}'])
def test_a_file_that_is_no_recording_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(SettingsError, match=r"bad\.json is not a recording"):
        Web(agent="test", now=lambda: NOW, replay=tmp_path).get("https://a.example/")


def test_what_may_be_anything_only_has_to_be_there(tmp_path: Path) -> None:
    request = {"method": "GET", "url": "https://a.example/x?q=tea&since=1", "any": ["since"]}
    one = {"origin": "written for this test", "exchanges": [{"request": request, "response": {"text": "yes"}}]}
    (tmp_path / "pull.json").write_text(json.dumps(one))
    web = Web(agent="test", now=lambda: NOW, replay=tmp_path)
    assert web.get("https://a.example/x?since=7&q=tea").text == "yes"
    with pytest.raises(Missing):
        web.get("https://a.example/x?q=tea")
