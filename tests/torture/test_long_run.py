"""A daemon that runs for months: memory, open files and scratch files stay what they were."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.folder import Folder, environment
from tests.hostile.server import Hostile
from tests.torture import blogs
from tests.torture.site import scratch

pytestmark = pytest.mark.torture
CYCLES, WARM = 100, 50
OTHER = blogs.State(range(3, 12), range(4, 20), frozenset(range(5, 8)), range(3), range(4))
FEW = blogs.State(range(8), range(10))

# the daemon's tick, each time a line comes in; what the process holds goes out
DAEMON = """
import gc, json, os, sys, tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from hub.commands.cycle import once
from hub.screen import Screen
hour = [datetime(2026, 6, 1, tzinfo=UTC)]
screen = Screen(site=Path(sys.argv[1]), quiet=True, clock=lambda: hour[0])
for line in sys.stdin:
    hour[0] += timedelta(hours=1)
    report = once(screen, now=True)
    gc.collect()
    held = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    files = len(os.listdir("/proc/self/fd"))
    print(json.dumps([held, files, len(os.listdir(tempfile.gettempdir())), report.exit_code]), flush=True)
"""


def cycles(folder: Folder, server: Hostile, scrap: Path) -> Iterator[list[int]]:
    """[resident bytes, open files, scratch files, exit code] after each update."""
    scrap.mkdir()
    command = [sys.executable, "-c", DAEMON, str(folder.path)]
    env = environment() | {"TMPDIR": str(scrap)}
    with subprocess.Popen(
        command, cwd="/", env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stdin
        assert daemon.stdout
        for number in range(CYCLES):
            blogs.put(server, OTHER if number % 2 else FEW)
            daemon.stdin.write("tick\n")
            daemon.stdin.flush()
            yield json.loads(daemon.stdout.readline())
        daemon.stdin.close()


def test_after_fifty_updates_fifty_more_hold_nothing_new() -> None:
    with scratch() as path, Hostile() as server:
        folder = Folder(path / "site").settings(blogs.channels(server))
        seen = list(cycles(folder, server, path / "scrap"))
    assert {code for *_, code in seen} == {0}
    assert [row[1:3] for row in seen[WARM:]] == [seen[WARM][1:3]] * (CYCLES - WARM)
    assert seen[-1][0] <= 1.05 * seen[WARM][0], [row[0] for row in seen[::10]]
