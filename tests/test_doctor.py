"""`hub doctor` on a site that is as it should be, and on one that somebody or something altered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.channels.loopback import Answer, Query, served
from tests.e2e.folder import Folder

pytestmark = pytest.mark.slow
POST = "Title: One\nDate: 2026-11-01\n\nWords of the first.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A hub of one Markdown post, updated once."""
    made = Folder(tmp_path_factory.mktemp("doctor") / "site").settings({"notes": {"kind": "local"}})
    made.write("content/posts/one.md", POST)
    assert made.hub("update").code == 0
    return made


def said(folder: Folder, check: str) -> tuple[str, str]:
    """(state, fix) of a row."""
    rows = {row["check"]: row for row in json.loads(folder.hub("doctor", "--json").out)}
    return rows[check]["state"], rows[check]["fix"]


def mended(folder: Folder) -> None:
    """What the doctor tells to run."""
    state, fix = said(folder, "site")
    assert (state, fix) == ("failed", "rm output/.hub-site; hub build")
    (folder.path / "output/.hub-site").unlink()
    assert folder.hub("build").code == 0
    assert said(folder, "site") == ("ok", "")


def test_a_site_as_it_was_written_is_well(folder: Folder) -> None:
    assert said(folder, "site") == ("ok", "")
    assert said(folder, "archive") == ("ok", "")


def test_a_page_that_was_altered_is_named_and_made_again(folder: Folder) -> None:
    page = folder.path / "output/index.html"
    before = page.read_bytes()
    page.write_bytes(b"defaced")
    mended(folder)
    assert page.read_bytes() == before


def test_a_page_that_is_missing_is_named_and_made_again(folder: Folder) -> None:
    feed = folder.path / "output/feeds/all.atom"
    before = feed.read_bytes()
    feed.unlink()
    mended(folder)
    assert feed.read_bytes() == before


def test_an_archive_that_is_damaged_is_told_with_a_way_out(folder: Folder) -> None:
    path = folder.path / ".hub/archive.sqlite"
    before = path.read_bytes()
    path.write_bytes(before[:8192] + b"\xff" * 4096 + before[12288:])
    ran = folder.hub("doctor", "--json")
    path.write_bytes(before)
    row = next(row for row in json.loads(ran.out) if row["check"] == "archive")
    assert (row["state"], ran.code, "backup" in row["fix"]) == ("failed", 74, True)


def test_a_bad_token_of_x_is_told_of_without_a_cost(tmp_path: Path) -> None:
    asked = list[str]()

    def answer(path: str, _: Query) -> Answer:
        asked.append(path)
        return (401, {"title": "Unauthorized"}) if len(asked) == 1 else (200, {"errors": [{"value": "1"}]})

    with served(answer) as site:
        here = Folder(tmp_path).settings({"x": {"kind": "twitter", "handle": "us", "token": "file:t", "service": site}})
        here.write("t", "a token")
        assert said(here, "channel x") == ("failed", "check the token or the permission of this channel")
        assert said(here, "channel x")[0] == "ok"
    assert asked == ["/tweets", "/tweets"]
