"""A real AT Protocol network: PLC, PDS and AppView that ../shared/peers starts, spoken to as its own apps do."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from socket import socket
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.peers.wordpress import CHROOT, SCRIPTS

PDS, APPVIEW = "http://localhost:2583", "http://localhost:2584"
PASSWORD = "hunter2"
POST, GATE = "app.bsky.feed.post", "app.bsky.feed.threadgate"
PATIENCE = 30  # seconds for the AppView to hear of a record


@dataclass(frozen=True)
class Bluesky:
    """The network, with its people alice, bob and carla."""

    sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """What the AppView tells anybody."""
        return call(f"{APPVIEW}/xrpc/{method}?{urlencode(params, doseq=True)}")

    def me(self, who: str) -> dict[str, str]:
        if who not in self.sessions:
            asked = {"identifier": f"{who}.test", "password": PASSWORD}
            self.sessions[who] = call(f"{PDS}/xrpc/com.atproto.server.createSession", asked)
        return self.sessions[who]

    def write(self, who: str, collection: str, record: dict[str, Any], **more: str) -> dict[str, str]:
        """A record in somebody's repository; its name and version."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        full = {"$type": collection, "createdAt": now, **record}
        asked = {"repo": self.me(who)["did"], "collection": collection, "record": full, **more}
        done = call(f"{PDS}/xrpc/com.atproto.repo.createRecord", asked, self.me(who)["accessJwt"])
        return {"uri": done["uri"], "cid": done["cid"]}

    def say(self, who: str, text: str, *above: dict[str, str], **more: Any) -> dict[str, str]:
        """A post; `above` are the first post of the talk and the one it answers."""
        reply = {"reply": {"root": above[0], "parent": above[-1]}} if above else {}
        post = self.write(who, POST, {"text": text, **reply, **more})
        self.until(lambda: self.ask("app.bsky.feed.getPosts", uris=[post["uri"]])["posts"])
        return post

    def hide(self, who: str, root: dict[str, str], reply: dict[str, str]) -> None:
        key = root["uri"].rpartition("/")[2]
        self.write(who, GATE, {"post": root["uri"], "hiddenReplies": [reply["uri"]]}, rkey=key)
        self.until(lambda: "threadgate" in self.ask("app.bsky.feed.getPosts", uris=[root["uri"]])["posts"][0])

    def delete(self, who: str, post: dict[str, str]) -> None:
        key = post["uri"].rpartition("/")[2]
        asked = {"repo": self.me(who)["did"], "collection": POST, "rkey": key}
        call(f"{PDS}/xrpc/com.atproto.repo.deleteRecord", asked, self.me(who)["accessJwt"])
        self.until(lambda: not self.ask("app.bsky.feed.getPosts", uris=[post["uri"]])["posts"])

    def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, "the AppView did not hear of it"
            time.sleep(0.2)


def call(url: str, body: object = None, token: str = "") -> dict[str, Any]:
    head = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    with urlopen(Request(url, json.dumps(body).encode() if body else None, head), timeout=30) as answer:
        found: dict[str, Any] = json.loads(answer.read() or b"{}")
        return found


@contextmanager
def started() -> Iterator[Bluesky]:
    """The network, running; what runs already is left running."""
    if not (SCRIPTS / "bluesky.sh").exists():
        pytest.skip(f"the scripts that start real servers are not in {SCRIPTS} (or set HUB_PEERS)")
    if os.geteuid() or not (CHROOT / "usr/bin/redis-server").exists():
        pytest.skip(f"run {SCRIPTS}/chroot.sh as root first: the network needs its Redis")
    with socket() as line:
        running = line.connect_ex(("127.0.0.1", 2584)) == 0
    for script in () if running else ("pg.sh", "bluesky.sh"):
        _run(script, "start")
    try:
        yield Bluesky()
    finally:
        for script in () if running else ("bluesky.sh", "pg.sh"):
            _run(script, "stop")


def _run(script: str, what: str) -> None:
    # What a script leaves running keeps its pipes open: it gets none.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["bash", str(SCRIPTS / script), what], check=True, timeout=600, **quiet)  # type: ignore[call-overload]
