"""What headers and bodies say, whatever they say."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.answer import Answer, Seen, later, shown
from hub.errors import Malformed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))
NAMES = ["retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"]


@given(some.dictionaries(some.sampled_from(NAMES), some.text() | some.from_regex(r"[\d :.,+TZ-]{0,40}")))
def test_no_header_makes_a_wait_in_the_past_or_longer_than_a_week(headers: dict[str, str]) -> None:
    until = later(headers, NOW)
    assert until is None or NOW <= until <= NOW + WEEK


@given(some.timedeltas(timedelta(0), WEEK).map(lambda wait: timedelta(seconds=wait // timedelta(seconds=1))))
def test_seconds_dates_and_epochs_mean_the_same(wait: timedelta) -> None:
    until = NOW + wait
    said = [str(int(wait.total_seconds())), format_datetime(until, usegmt=True), until.isoformat()]
    assert {later({"retry-after": text}, NOW) for text in said} == {until}
    assert later({"x-rate-limit-reset": str(int(until.timestamp()))}, NOW) == until


@given(some.builds(Seen, some.text(), some.text(), some.text()))
def test_what_was_seen_comes_back_from_the_cursor(seen: Seen) -> None:
    assert Seen.load(seen.dump()) == seen


@given(some.text(), some.text(alphabet="abcdefgh", min_size=9), some.text(alphabet="uvwxyz", min_size=1))
def test_no_secret_is_shown(path: str, secret: str, name: str) -> None:
    assert secret not in shown(f"https://{name}:{secret}@x.example/?{name}=1&access_token={secret}#{path}")


@given(some.binary())
def test_any_bytes_are_json_or_malformed_and_always_text(body: bytes) -> None:
    answer = Answer(status=200, url="https://a.example/", headers={}, body=body, seen=Seen())
    assert isinstance(answer.text, str)
    with suppress(Malformed):
        str(answer.json()).encode()


def _read(body: bytes) -> bool:
    try:
        Answer(status=200, url="https://a.example/", headers={}, body=body, seen=Seen()).json()
    except Malformed:
        return False
    return True


def test_the_json_test_suite_is_read_as_it_says() -> None:
    files = sorted((CORPORA / "json-test-suite").rglob("[niy]_*.json"))
    if not files:
        pytest.skip("the JSON test suite is not beside this checkout")
    verdicts = {file.name: _read(file.read_bytes()) for file in files}
    wrong = [name for name, good in verdicts.items() if name[0] in "ny" and good != (name[0] == "y")]
    assert wrong == []
