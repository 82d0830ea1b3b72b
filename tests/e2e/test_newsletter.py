"""A mailbox full of real answers beside one issue: after an update no file of the folder holds a line of them."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

import pytest

from tests.channels.letters import SENDER, letter, mbox
from tests.e2e.folder import CORPORA, Folder

pytestmark = pytest.mark.slow
ANSWERS = [file for name in ("email-replies", "email-replies-html") for file in sorted((CORPORA / name).rglob("*.*"))]


def answers() -> list[bytes]:
    """Each text of the corpora as somebody's answer to the issue, and each whole letter of theirs as it is."""
    texts = [file.read_text("utf-8", "replace") for file in ANSWERS]
    people = {"from": "Ann <ann@reader.example>", "in_reply_to": "<issue1@kettle.example>"}
    sent = [letter(text, 2 + at % 20, **people) for at, text in enumerate(texts)]
    return sent + [file.read_bytes() for file in ANSWERS if file.suffix == ".eml"]


def lines(letters: list[bytes]) -> set[bytes]:
    """What can be told apart in them: every longer line of every part."""
    parts = [part for raw in letters for part in message_from_bytes(raw).walk() if not part.is_multipart()]
    bodies = [bytes(part.get_payload(decode=True) or b"") for part in parts]  # type: ignore[arg-type]
    return {line.strip() for body in bodies for line in body.splitlines() if len(line.strip()) > 30}


def test_of_a_subscribers_answer_nothing_is_stored(tmp_path: Path) -> None:
    if not ANSWERS:
        pytest.skip("the corpora email-replies are missing")
    sent = answers()
    folder = Folder(tmp_path / "hub")
    folder.settings({"news": {"kind": "newsletter", "sender": SENDER, "path": str(tmp_path / "mail")}})
    mbox(tmp_path / "mail", letter("<p>Steep the Wqzy.</p>"), *sent)
    assert folder.update("--now").code == 0
    kept = b"\n".join(file.read_bytes() for file in folder.path.rglob("*") if file.is_file())
    own = lines([letter("<p>Steep the Wqzy.</p>")])
    assert b"Wqzy" in kept
    assert len(sent) > 60
    assert [line for line in lines(sent) - own if line in kept] == []
