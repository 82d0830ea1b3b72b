"""Many slow answers at once, one reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hub.workers import streamed


def countdown(start: int) -> Iterator[tuple[int, int]]:
    yield from ((start, number) for number in range(start))


def test_every_result_of_every_job_arrives_and_each_jobs_in_order() -> None:
    came = list(streamed([3, 50, 1, 0], countdown, threads=3))
    assert [number for start, number in came if start == 50] == list(range(50))
    assert len(came) == 54


def test_no_job_means_no_thread() -> None:
    assert list(streamed([], countdown)) == []


def test_jobs_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def met(_: int) -> Iterator[int]:
        yield meeting.wait()

    assert sorted(streamed([1, 2], met)) == [0, 1]


def test_a_bug_in_the_work_is_raised_where_results_are_read() -> None:
    def broken(job: int) -> Iterator[int]:
        yield job
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        list(streamed([1, 2, 3], broken))


def test_leaving_the_loop_stops_the_threads() -> None:
    ended = threading.Event()

    def endless(_: int) -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    stream = streamed([1], endless)
    next(stream)
    stream.close()
    assert ended.wait(10)
