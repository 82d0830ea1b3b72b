"""Answering from a server of one's own, in a real browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import Served, node

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def told(every: Served) -> Any:
    return node("join.mjs", every.root + every.first("-note-"))


def test_what_is_no_server_is_not_asked(told: Any) -> None:
    wrong, *_ = told
    assert "home.example" not in wrong["after"]


def test_a_server_is_asked_for_the_post_and_not_before(told: Any) -> None:
    _, first, *_ = told
    assert first["asked"] == 0
    assert urlsplit(first["after"])[:3] == ("https", "home.example", "/authorize_interaction")
    assert parse_qs(urlsplit(first["after"]).query) == {"uri": ["https://social.example/note"]}


def test_a_server_is_remembered_only_where_a_visitor_wants_it(told: Any) -> None:
    assert [step["value"] for step in told] == ["", "", "", "home.example"]
