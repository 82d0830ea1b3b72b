"""Logs: one line per event, no secrets, nothing that moves a cursor."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hub import log


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """A started log; gives the file where events are kept."""
    start(tmp_path)
    yield tmp_path / "logs/hub.log"
    log.stop()


def start(folder: Path) -> None:
    log.start(level=20, json=True, folder=folder / "logs")


def test_an_event_is_one_object_a_line_with_time_and_level(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(tmp_path)  # again: stderr is another one inside a test
    structlog.get_logger("hub").info("pulled", channel="blog", added=3)
    event = json.loads(capsys.readouterr().err)
    assert event.pop("ts").endswith("Z")
    assert event == {"event": "pulled", "channel": "blog", "added": 3, "level": "info"}
    assert json.loads(kept.read_text())["channel"] == "blog"


@given(st.text(max_size=60))
def test_no_text_makes_a_second_line_or_an_escape(text: str) -> None:
    cleaned = log.clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert not set(cleaned) & set("\x1b\x07\x9b\u202e")


def test_what_other_libraries_log_is_cleaned_too(kept: Path) -> None:
    logging.getLogger("other").warning("a\nb %s", "https://me:pw@ada.example/?access_token=abc&x=1")
    (line,) = kept.read_text().splitlines()
    assert json.loads(line)["event"] == "a b https://me:***@ada.example/?access_token=***&x=1"


def test_a_hidden_secret_never_stands_in_a_log_not_even_in_a_traceback(kept: Path) -> None:
    log.hide("hunter2-of-the-club")
    try:
        raise ValueError("token hunter2-of-the-club")
    except ValueError as why:
        structlog.get_logger("hub").warning("failed with hunter2-of-the-club", exc_info=why)
    assert "hunter2" not in kept.read_text()
    assert "ValueError: token ***" in kept.read_text()


def test_a_secret_may_be_learnt_while_a_line_is_cleaned() -> None:
    class Learning(str):
        def replace(self, *given: str) -> str:  # type: ignore[override]
            log.hide(f"learnt-{len(log._hidden)}")
            return str(self)

    log.hide("known-before")
    assert log.clean(Learning("a line")) == "a line"


def test_the_log_is_for_its_owner_alone(kept: Path) -> None:
    assert kept.parent.stat().st_mode & 0o077 == 0
