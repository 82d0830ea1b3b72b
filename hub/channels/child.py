"""A process for reading what is too hostile to be read in ours: it knows nothing of us, and it can be ended.

It is asked in turns: a line of JSON ("size" and what else it has to know) and that many bytes go in, a line of JSON
comes out.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from hub.channels.loose import Json, mapping, string
from hub.errors import Malformed
from hub.web import shown

LONGEST = 128 * 2**20  # bytes of an answer


@dataclass(slots=True)
class Child:
    """A reader of one pull in a process of its own; a context manager, so that none is left behind.

    It is started for the first document (about 70 ms, once); one that takes too long or too much is killed, and the
    next document gets a new one. The parent reads plain JSON, no more.
    """

    script: ClassVar[Path]

    deadline: float = 20.0  # seconds on the clock for one document; the child has a limit of processor time besides
    _child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def ask(self, about: Json, body: bytes) -> Json:
        """What the child makes of a document. Malformed when it was too much for it."""
        process = self._child = self._child or _start(self.script)
        question = json.dumps({"size": len(body), **about}).encode() + b"\n" + body
        try:
            return mapping(json.loads(_converse(process, question, time.monotonic() + self.deadline)))
        except (OSError, TimeoutError, ValueError):
            self._stop()
            what = f"{shown(string(about, 'url'))} was too much for the parser: reading it was stopped"
            raise Malformed(what) from None

    def _stop(self) -> None:
        if self._child:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _start(script: Path) -> subprocess.Popen[bytes]:
    """A child that knows nothing of us: no environment (it may hold secrets), no folder, no messages."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )


def _converse(child: subprocess.Popen[bytes], question: bytes, until: float) -> bytes:
    """Write a question, read one line. TimeoutError when it takes too long, OSError when the child is gone."""
    assert child.stdin
    assert child.stdout
    _send(child.stdin.fileno(), question, until)
    answer = bytearray()
    while not answer.endswith(b"\n"):
        _wait(child.stdout.fileno(), until, writing=False)
        part = os.read(child.stdout.fileno(), 2**20)
        if not part or len(answer) > LONGEST:
            raise OSError("the child ended" if not part else "the answer is too long")
        answer += part
    return bytes(answer)


def _send(pipe: int, question: bytes, until: float) -> None:
    os.set_blocking(pipe, False)
    rest = memoryview(question)
    while rest:
        _wait(pipe, until, writing=True)
        rest = rest[os.write(pipe, rest) :]


def _wait(pipe: int, until: float, *, writing: bool) -> None:
    poll = select.poll()
    poll.register(pipe, select.POLLOUT if writing else select.POLLIN)
    if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
        raise TimeoutError
