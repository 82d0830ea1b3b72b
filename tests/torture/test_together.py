"""Several at once, and trouble with the disk: updates and readers beside updates, no room, no right to write."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.folder import Folder
from tests.hostile.server import Hostile
from tests.torture import blogs, trial
from tests.torture.blogs import AFTER, BEFORE, TODAY, YESTERDAY
from tests.torture.served import visited
from tests.torture.site import scratch
from tests.torture.trial import command, ran, start

pytestmark = pytest.mark.slow
FEW = blogs.State(range(8), range(10))
OTHER = blogs.State(range(3, 12), range(4, 20), frozenset(range(5, 8)), range(3), range(4))


@pytest.fixture
def server() -> Iterator[Hostile]:
    with Hostile() as made:
        blogs.put(made, FEW)
        yield made


@pytest.fixture
def folder(server: Hostile) -> Iterator[Folder]:
    with scratch() as path:
        made = Folder(path / "site").settings(blogs.channels(server))
        (made.path / "output").mkdir()
        yield made


def test_of_ten_updates_at_once_one_works(folder: Folder) -> None:
    processes = [start(command(folder.path, YESTERDAY, "update", "--now")) for _ in range(10)]
    said = [process.communicate(timeout=300)[1] for process in processes]
    assert Counter(process.returncode for process in processes) == {0: 1, 75: 9}, said
    lines, _ = trial.known(folder.path)
    assert len(lines) == len(set(lines)) > 16


def test_second_update_leaves_within_a_second_of_processor(folder: Folder) -> None:
    first = start(command(folder.path, YESTERDAY, "update", "--now"))
    while not (folder.path / ".hub/lock").exists():
        time.sleep(0.01)
    second, third = (ran(command(folder.path, YESTERDAY, "update"))[0] for _ in range(2))
    first.kill()
    first.communicate()
    assert (second, third) == (75, 75)
    assert ran(command(folder.path, YESTERDAY, "update", "--now"))[0] == 0  # the lock of the dead is free


@pytest.mark.parametrize(("updates", "readers"), [pytest.param(3, 4), pytest.param(20, 20, marks=pytest.mark.torture)])
def test_readers_meet_no_error_while_updates_publish(
    folder: Folder, server: Hostile, updates: int, readers: int
) -> None:
    assert ran(command(folder.path, YESTERDAY, "update", "--now"))[0] == 0
    with visited(folder, readers) as visitors:
        for number in range(1, updates + 1):
            blogs.put(server, OTHER if number % 2 else FEW)
            assert ran(command(folder.path, YESTERDAY + timedelta(hours=number), "update", "--now"))[0] == 0
    assert visitors.errors == []
    assert visitors.read > 100 * updates


# trouble with the disk


@contextmanager
def disk(place: Path, size: str) -> Iterator[None]:
    """A disk of its own at this place."""
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def remount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


def used(place: Path) -> int:
    """KiB that are taken."""
    found = os.statvfs(place)
    return (found.f_blocks - found.f_bfree) * found.f_frsize // 1024


def goes_on(folder: Folder, server: Hostile, place: Path, worse: str, better: str, code: int) -> None:
    """Yesterday went well, today the disk is worse: the old site stands, the error names a path; then it goes on."""
    blogs.put(server, BEFORE)
    assert ran(command(folder.path, YESTERDAY, "update", "--now"))[0] == 0
    before = trial.visible(folder.path)
    blogs.put(server, AFTER)
    remount(place, worse or f"size={used(place) + 150}k")
    ended, said = ran(command(folder.path, TODAY, "update", "--now"))
    assert ended == code, said
    assert str(folder.path) in said
    served = trial.visible(folder.path)
    assert before.keys() <= served.keys()
    assert trial.dead(folder.path, served) == []
    remount(place, better)
    assert ran(command(folder.path, TODAY + timedelta(days=1), "update", "--now"))[0] == 0
    after = trial.visible(folder.path)
    assert trial.dead(folder.path, after) == []
    assert ran(command(folder.path, TODAY + timedelta(days=1), "build"))[0] == 0
    assert trial.visible(folder.path) == after


def test_output_that_may_not_be_written_keeps_the_old_site(folder: Folder, server: Hostile) -> None:
    output = folder.path / "output"
    with disk(output, "64m"):
        goes_on(folder, server, output, "ro", "rw", 73)


def test_full_disk_below_output_keeps_the_old_site(folder: Folder, server: Hostile) -> None:
    output = folder.path / "output"
    with disk(output, "64m"):
        goes_on(folder, server, output, "", "size=64m", 73)


def test_full_disk_below_the_archive_loses_nothing(folder: Folder, server: Hostile) -> None:
    memory = folder.path / ".hub"
    with disk(memory, "64m"):
        goes_on(folder, server, memory, "", "size=64m", 74)
