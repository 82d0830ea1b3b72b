"""Letters for tests: issues of an invented newsletter, and what people send back."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

SENDER = "news@kettle.example"
LIST = "tips.kettle.example"


def letter(body: str = "<p>Steep for four minutes.</p>", number: int = 1, **headers: str) -> bytes:
    """An issue in HTML; `in_reply_to="<x@y>"` becomes a header, "" takes one away."""
    made = EmailMessage()
    said = {
        "From": f"Kettle & Sons <{SENDER}>",
        "To": "Ann Reader <ann@reader.example>",
        "Subject": f"Tips {number}",
        "Date": f"Fri, {number:02d} Nov 2026 09:00:00 +0000",
        "Message-ID": f"<issue{number}@kettle.example>",
        "List-Id": f"Tips <{LIST}>",
        "List-Unsubscribe": "<https://go.mailer.example/u/abc123>, <mailto:leave-abc123@mailer.example>",
    }
    said |= {name.replace("_", "-").title(): text for name, text in headers.items()}
    for name, text in said.items():
        if text:
            made[{"List-Id": "List-Id", "Message-Id": "Message-ID"}.get(name, name)] = text
    made.set_content("Steep for four minutes.")
    made.add_alternative(body, subtype="html")
    return made.as_bytes()


def plain(text: str, **headers: str) -> bytes:
    """An issue in plain text alone."""
    made = EmailMessage()
    said = {
        "From": SENDER,
        "Subject": "Tips",
        "Message-ID": "<plain@kettle.example>",
        "List-Id": f"<{LIST}>",
        **headers,
    }
    for name, value in said.items():
        made[name] = value
    made.set_content(text)
    return made.as_bytes()


def mbox(path: Path, *letters: bytes) -> Path:
    """An mbox file that holds these letters and no others."""
    path.unlink(missing_ok=True)
    box = mailbox.mbox(path)
    for one in letters:
        box.add(one)
    box.close()
    return path


def maildir(path: Path, *letters: bytes) -> Path:
    """A Maildir with these letters."""
    box = mailbox.Maildir(path)
    for one in letters:
        box.add(one)
    return path
