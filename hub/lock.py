"""One writer at a time: an advisory lock that the kernel frees when its holder dies; and what cannot be written."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from hub.errors import Locked, OutputError


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """What the system says against writing at `path` in here is an OutputError."""
    try:
        yield
    except OSError as why:
        where = str(why.filename or path)
        fix = f"make room and check who may write: df -h {path.parent}; ls -ld {path.parent} {path}"
        raise OutputError(f"{where} cannot be written: {why.strerror or why}", path=where, fix=fix) from why


@contextmanager
def locked(memory: Path, now: datetime) -> Iterator[None]:
    """Hold `.hub/lock`, with our pid and `now` inside; Locked at once when another process holds it."""
    path = memory / "lock"
    with writable(path):
        memory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with writable(path):
            _take(file, path)
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()} {now.isoformat(timespec='seconds')}\n".encode(), 0)
        yield
    finally:
        os.close(file)


def _take(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, _, since = os.pread(file, 100, 0).decode("ascii", "replace").strip().partition(" ")
        held = f"process {pid} since {since}" if since else "another process"
        raise Locked(f"an update is running: {path} is held by {held}", fix="wait for it, then try again") from None
