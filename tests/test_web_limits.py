"""What the worst answers may cost: seconds and memory, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stamina

from hub.errors import ChannelError
from hub.web import Web
from tests.hostile.server import TRAPS, Hostile

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def cost(server: Hostile, trap: str) -> dict[str, object]:
    script = [sys.executable, "-m", "tests.hostile.budget", server.url(trap), *server.allow]
    return dict(json.loads(subprocess.run(script, cwd=ROOT, check=True, capture_output=True).stdout))


@pytest.mark.slow
@pytest.mark.parametrize(
    "trap", ["/gzip-bomb", "/deflate-bomb", "/stacked-bomb", "/endless-body", "/endless-crumbs", "/endless-header"]
)
def test_the_worst_answers_stay_in_bounds(trap: str) -> None:
    with Hostile() as server:
        told = cost(server, trap)
    assert told["outcome"] in ("Unreachable", "Malformed")
    assert (told["MiB"] <= 64, told["seconds"] <= 10) == (True, True), told  # type: ignore[operator]


@pytest.mark.slow
def test_twenty_slow_servers_together_cost_one_deadline() -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(Hostile()) for _ in range(20)]
        web = stack.enter_context(Web(agent="test", allow=["127.0.0.1"], now=lambda: NOW, deadline=1.0))
        threads = [threading.Thread(target=_failing, args=[web, server.url("/slow-body")]) for server in servers]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert time.monotonic() - start < 10


def _failing(web: Web, url: str) -> None:
    with pytest.raises(ChannelError):
        web.get(url)


@pytest.mark.slow
def test_every_trap_ends_in_an_answer_or_a_channel_s_error() -> None:
    for trap in TRAPS:
        settings = {"agent": "test", "now": lambda: NOW, "deadline": 0.5, "sleep": lambda _: None}
        with stamina.set_testing(True, attempts=3), Hostile() as server:
            with Web(allow=server.allow, **settings) as web, suppress(ChannelError):
                assert web.get(server.url(trap), limit=2**20).status == 200
            assert server.hits
