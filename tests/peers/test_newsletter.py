"""A real mail server: issues come and leave, what subscribers send is in no file, and nothing is marked as read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.channels.letters import LIST, SENDER, letter
from tests.e2e.folder import Folder
from tests.peers.imap import PASSWORD, Box, started

pytestmark = [pytest.mark.peers, pytest.mark.slow]


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with started():
        yield


@pytest.fixture
def box(server: None) -> Box:
    return Box(f"hub{uuid4().hex[:12]}")


@pytest.fixture
def folder(tmp_path: Path, box: Box) -> Folder:
    folder = Folder(tmp_path)
    folder.write("password", PASSWORD)
    news = {"kind": "newsletter", "mailbox": box.address, "user": box.user, "password": "file:password"}
    return folder.settings({"news": {**news, "sender": SENDER, "list_id": LIST}})


def update(folder: Folder) -> set[str]:
    done = folder.update("--now")
    assert done.code == 0, done
    return {item["id"] for item in folder.export()}


def test_issues_come_and_leave_and_answers_are_in_no_file(box: Box, folder: Folder) -> None:
    one, two = letter("<p>Wqzy</p>", 1), letter("<p>Kwyz</p>", 2)
    answer = letter(
        "<p>Vqzx</p>", 3, subject="Re: Tips 1", in_reply_to="<issue1@kettle.example>", **{"from": "ann@r.example"}
    )
    forged = letter("<p>Jxqv</p>", 4, authentication_results="mx.example; dmarc=fail")
    box.put(one, answer, forged)
    assert update(folder) == {"mid:issue1@kettle.example"}
    box.put(two)
    assert update(folder) == {"mid:issue1@kettle.example", "mid:issue2@kettle.example"}
    box.delete("<issue1@kettle.example>")
    assert update(folder) == {"mid:issue2@kettle.example"}
    kept = b"".join(file.read_bytes() for file in folder.path.rglob("*") if file.is_file())
    assert b"Kwyz" in kept
    assert not [word for word in (b"Wqzy", b"Vqzx", b"Jxqv", b"ann@r.example") if word in kept]


def test_reading_leaves_no_mark_and_a_quiet_update_changes_no_file(box: Box, folder: Folder) -> None:
    box.put(letter("<p>Tip</p>"))
    before = box.flags()
    update(folder)
    site = folder.output()
    update(folder)
    assert (box.flags(), folder.output()) == (before, site)


def test_a_wrong_password_and_a_missing_folder_are_one_clear_line(box: Box, folder: Folder) -> None:
    folder.write("password", "wrong")
    assert "refused the login" in folder.update("--now").channels["news"]["message"]
    folder.write("password", PASSWORD)
    content = folder.path / "content/hub.toml"
    content.write_text(content.read_text().replace("/INBOX", "/Nowhere"))
    assert "has no folder Nowhere" in folder.update("--now").channels["news"]["message"]


def test_a_private_server_that_nobody_allowed_is_not_contacted(box: Box, folder: Folder) -> None:
    content = folder.path / "content/hub.toml"
    content.write_text(content.read_text().replace('"127.0.0.1"]', '"127.0.0.2"]'))
    assert "is not contacted" in folder.update("--now").channels["news"]["message"]
