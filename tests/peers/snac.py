"""A real snac: the ActivityPub server ../shared/peers starts, with three people, spoken to by its Mastodon API."""

from __future__ import annotations

import json
import os
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import socket
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.peers.wordpress import CHROOT, SCRIPTS, STATE

PORT = os.environ.get("SNAC_PORT", "8001")
PATIENCE = 30  # seconds for the server to deliver something to itself


@dataclass(frozen=True)
class Snac:
    """The server. Statuses go by its numbers."""

    site: str = f"http://localhost:{PORT}"

    def token(self, who: str) -> str:
        return (STATE / "run" / f"snac-{who}.token").read_text().strip()

    def ask(self, who: str, path: str, form: dict[str, str] | None = None, method: str = "") -> Any:
        """One request as one of its people."""
        data = urlencode(form).encode() if form else None
        head = {"Authorization": f"Bearer {self.token(who)}"}
        request = Request(f"{self.site}{path}", data, head, method=method or ("POST" if form else "GET"))
        with urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")

    def say(self, who: str, text: str, to: str = "") -> dict[str, Any]:
        form = {"status": text, "visibility": "public", **({"in_reply_to_id": to} if to else {})}
        said: dict[str, Any] = self.ask(who, "/api/v1/statuses", form)
        return said

    def edit(self, who: str, id: str, text: str) -> None:
        self.ask(who, f"/api/v1/statuses/{id}", {"status": text}, "PUT")

    def delete(self, who: str, uri: str) -> None:
        """Its API knows no deletion: the button on its own page does it."""
        word = (STATE / "run" / f"snac-{who}.pw").read_text().strip()
        sign = b64encode(f"{who}:{word}".encode()).decode()
        form = {"id": uri, "actor": f"{self.site}/{who}", "action": "Delete", "redir": "top"}
        urlopen(
            Request(f"{self.site}/{who}/admin/action", urlencode(form).encode(), {"Authorization": f"Basic {sign}"})
        )

    def replies(self, id: str) -> dict[str, str]:
        """uri → text of what the brand sees below its post."""
        below = self.ask("brand", f"/api/v1/statuses/{id}/context")["descendants"]
        return {row["uri"]: row["content"] for row in below}

    def until(self, holds: Callable[[], object]) -> None:
        """The server delivers to itself through its queue: wait for it."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "snac did not deliver"
            time.sleep(0.2)


@contextmanager
def started() -> Iterator[Snac]:
    """The server, running."""
    if not (SCRIPTS / "snac.sh").exists():
        pytest.skip(f"the scripts that start real servers are not in {SCRIPTS} (or set HUB_PEERS)")
    if os.geteuid():
        pytest.skip("the real snac lives in a chroot: only root may start it")
    if not ((CHROOT / "usr/bin/snac").exists() and os.path.ismount(CHROOT / "proc")):
        _script("chroot.sh")
    _script("snac.sh", "start")
    try:
        yield Snac()
    finally:
        _script("snac.sh", "stop")
        while _listening():  # the next one needs the port
            time.sleep(0.1)


def _listening() -> bool:
    with socket() as line:
        return line.connect_ex(("127.0.0.1", int(PORT))) == 0


def _script(name: str, *args: str) -> None:
    # what the script leaves running keeps its pipes open: it gets none
    done = subprocess.run(
        ["bash", str(SCRIPTS / name), *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=900
    )
    assert done.returncode == 0, f"{name} {' '.join(args)} ended with {done.returncode}"
