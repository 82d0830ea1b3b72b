"""What the longest and the deepest conversation cost to build: `python -m tests.bench long_talks`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

TALKS = ((10_000, "deep"), (100_000, "wide"))
MADE = """
import sys, time
from datetime import timedelta
from pathlib import Path
from hub.model import Batch
from tests.site.conftest import START, lay, post, reply

folder, many, deep = lay(Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3] == "deep"
p5, name = "https://blog.example/?p=5", "https://blog.example/?c={}".format
folder.save(post(5))
for first in range(0, many, 1000):
    said = (reply(at, name(at - 1) if deep and at else p5, published=START + timedelta(minutes=at))
            for at in range(first, min(first + 1000, many)))
    folder.save(*said)
began = time.process_time()
folder.build()
print(time.process_time() - began, len([path for path in folder.files() if path.endswith(".html")]))
"""


class Cost(NamedTuple):
    """Of a build: seconds of processor, pages of HTML, peak memory in KiB (with the filling of the archive)."""

    seconds: float
    pages: int
    peak: int


def built(many: int, shape: str) -> Cost:
    """Say so many replies to one post, each to it ("wide") or to the one before ("deep"), and build the site."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", MADE, f"{folder}/hub", str(many), shape]
        with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
            said = process.stdout.read().split() if process.stdout else []
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Cost(float(said[0]), int(said[1]), used.ru_maxrss)


def main() -> None:
    """Print it all."""
    for many, shape in TALKS:
        cost = built(many, shape)
        told = f"{cost.seconds:.1f} s of processor, {cost.pages} pages, peak {cost.peak // 1024} MiB"
        print(f"a conversation of {many} replies, {shape}: {told}", flush=True)
