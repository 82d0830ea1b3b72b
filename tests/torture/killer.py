"""Runs the real `hub` and kills it, as `kill -9` would, at the n-th system-like call of a stage; or counts them.

    python killer.py STAGE N CLOCK COUNTS hub-arguments…

Nothing of the program is altered: the interpreter's own profiler tells which function is running and which function
written in C it is about to call. STAGE "" kills nothing. COUNTS, where given, is a file for the number of calls of each
stage, as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from datetime import datetime
from pathlib import Path
from types import FrameType

STAGES = {
    "pull": "pull",
    "Archive.save": "save",
    "index": "index",
    "QuietWriter.flush": "publish",
    "QuietWriter._unlink": "removal",
}
"""Functions of hub.run and below → the stage that runs while they do."""

EFFECTS = {
    "pull": {"connect", "send", "sendall", "recv", "recv_into", "fork_exec", "read", "poll", "acquire"},
    "save": {"execute", "executemany", "commit", "close", "fetchall"},
    "index": {"open", "write", "close", "fsync", "link", "mkdir", "rename", "replace", "rmtree", "unlink", "pack"},
    "publish": {"open", "write", "flush", "fsync", "rename", "replace", "mkdir", "execute", "executemany", "stat"},
    "removal": {"unlink", "execute", "rmdir", "iterdir", "scandir", "listdir", "stat"},
}
"""What leaves a trace outside the process, or waits for one."""


class Killer:
    """Watches all threads; the stage is what the main thread is in."""

    def __init__(self, stage: str, at: int) -> None:
        self.stage, self.at = stage, at
        self.inside: list[str] = []
        self.counts: Counter[str] = Counter()
        self.main = threading.get_ident()

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        if event == "c_call":
            if self.inside and getattr(arg, "__name__", "") in EFFECTS[self.inside[-1]]:
                self._count(self.inside[-1])
        elif event in ("call", "return") and frame.f_code.co_qualname in STAGES and self._ours(frame):
            if event == "call":
                self.inside.append(STAGES[frame.f_code.co_qualname])
            elif self.inside:
                self.inside.pop()

    def _ours(self, frame: FrameType) -> bool:
        return threading.get_ident() == self.main and f"{os.sep}hub{os.sep}" in frame.f_code.co_filename

    def _count(self, stage: str) -> None:
        self.counts[stage] += 1
        if stage == self.stage and self.counts[stage] == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    stage, at, clock, counts = sys.argv[1:5]
    killer = Killer(stage, int(at))
    if stage or counts:
        threading.setprofile(killer)
        sys.setprofile(killer)
    from hub import cli

    code = cli.run(sys.argv[5:], lambda: datetime.fromisoformat(clock))
    sys.setprofile(None)
    if counts:
        Path(counts).write_text(json.dumps(killer.counts), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
