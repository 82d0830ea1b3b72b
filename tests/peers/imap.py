"""A real Dovecot: the one ../shared/peers starts, with a mailbox of its own for each test."""

from __future__ import annotations

import imaplib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.peers.wordpress import CHROOT, SCRIPTS

PORT = int(os.environ.get("IMAP_PORT", "1143"))
PASSWORD = "pw"
SILENT: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # the server keeps what it is given open


@dataclass(frozen=True)
class Box:
    """The mailbox of a user; letters go by their Message-ID."""

    user: str

    @property
    def address(self) -> str:
        return f"imap://127.0.0.1:{PORT}/INBOX"

    def put(self, *letters: bytes) -> None:
        with imaplib.IMAP4("127.0.0.1", PORT) as client:
            client.login(self.user, PASSWORD)
            for letter in letters:
                assert client.append("INBOX", "", "", letter)[0] == "OK"  # type: ignore[arg-type]

    def delete(self, message_id: str) -> None:
        with imaplib.IMAP4("127.0.0.1", PORT) as client:
            client.login(self.user, PASSWORD)
            client.select("INBOX")
            for number in client.search(None, f'HEADER Message-ID "{message_id}"')[1][0].split():
                client.store(number, "+FLAGS", "\\Deleted")
            client.expunge()

    def flags(self) -> str:
        """The marks of all letters, to see that reading leaves none."""
        with imaplib.IMAP4("127.0.0.1", PORT) as client:
            client.login(self.user, PASSWORD)
            client.select("INBOX", readonly=True)
            return repr(client.fetch("1:*", "(FLAGS)")[1])


@contextmanager
def started() -> Iterator[None]:
    """The server; the test is skipped where it cannot be had."""
    if os.geteuid() != 0 or not (SCRIPTS / "imap.sh").exists() or not CHROOT.exists():
        pytest.skip("the peers need root, ../shared/peers and its chroot")
    subprocess.run([SCRIPTS / "imap.sh", "start"], check=True, **SILENT)
    try:
        yield
    finally:
        subprocess.run([SCRIPTS / "imap.sh", "stop"], check=False, **SILENT)
