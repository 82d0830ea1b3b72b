"""Many slow answers at once, one reader: jobs run in daemon threads, results come back through a bounded queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import Empty, Full, Queue
from types import TracebackType
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _End:
    """A thread has no more to do; `bug` is what ended it early."""

    bug: BaseException | None


class _Stream(Generic[Job, Result]):
    """The threads' side: takes jobs, puts results, stops when nobody reads any more."""

    def __init__(self, jobs: Iterable[Job], work: Callable[[Job], Iterator[Result]]) -> None:
        self.jobs: Queue[Job] = Queue()
        for job in jobs:
            self.jobs.put(job)
        self.work = work
        self.results: Queue[Result | _End] = Queue(maxsize=8)
        self.stop = threading.Event()

    def put(self, result: Result | _End) -> None:
        while not self.stop.is_set():
            try:
                self.results.put(result, timeout=0.2)
            except Full:
                continue
            return

    def run(self) -> None:
        with self:
            while not self.stop.is_set():
                self.one(self.jobs.get_nowait())

    def __enter__(self) -> None:
        """A thread begins."""

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> bool:
        """A thread ends, for want of jobs or by a bug, which travels to the reader."""
        self.put(_End(None if isinstance(error, Empty) else error))
        return True

    def one(self, job: Job) -> None:
        for result in self.work(job):
            self.put(result)
            if self.stop.is_set():
                return


def streamed(jobs: Iterable[Job], work: Callable[[Job], Iterator[Result]], threads: int = 8) -> Iterator[Result]:
    """What `work` yields for each job, as it comes. Daemon threads: leaving the loop never waits for the network."""
    stream = _Stream(jobs, work)
    running = min(threads, stream.jobs.qsize())
    for _ in range(running):
        threading.Thread(target=stream.run, daemon=True).start()
    try:
        while running:
            result = stream.results.get()
            if not isinstance(result, _End):
                yield result
                continue
            running -= 1
            if result.bug:
                raise result.bug
    finally:
        stream.stop.set()
