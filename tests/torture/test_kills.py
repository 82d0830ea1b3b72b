"""`kill -9` anywhere in an update loses nothing: what is served is whole, and the next plain update makes it good."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.e2e.folder import Folder
from tests.hostile.server import Hostile
from tests.torture import blogs, trial
from tests.torture.blogs import TODAY
from tests.torture.killer import STAGES
from tests.torture.site import scratch
from tests.torture.trial import LATER, Moment, Twin, command, ran

EACH = 34  # kills in each stage, and as many at any time


@pytest.fixture(scope="module")
def whole() -> Iterator[Twin]:
    with scratch() as folder, Hostile() as server:
        blogs.put(server, blogs.BEFORE)
        settings = Folder(folder / "before").settings(blogs.channels(server))
        yield trial.twin(folder, settings, lambda: blogs.put(server, blogs.AFTER))


def moments() -> Iterator[object]:
    for stage in (*STAGES.values(), ""):
        for number in range(EACH):
            mark = pytest.mark.slow if number == EACH // 2 else pytest.mark.torture
            yield pytest.param(stage, number, marks=mark, id=f"{stage or 'time'}-{number}")


def moment(whole: Twin, stage: str, number: int) -> Moment:
    """The n-th of EACH equal parts of a stage, anywhere in it."""
    part = (number + Random(f"{stage}{number}").random()) / EACH
    return Moment(stage, 1 + int(part * whole.calls[stage] * 0.98) if stage else part * whole.seconds)


def test_update_under_trial_is_a_large_one(whole: Twin) -> None:
    rewritten = [name for name in whole.new if whole.old.get(name) not in (None, whole.new[name])]
    assert whole.came >= 500
    assert len(rewritten) >= 200
    assert len(whole.old.keys() - whole.new.keys()) >= 20
    assert min(whole.calls[stage] for stage in STAGES.values()) >= EACH


def cut(whole: Twin, site: Path, stage: str, at: int) -> None:
    """Kill it at this call. A pull makes more or fewer with each run: a call that never came is sought earlier."""
    code, said = ran(command(site, TODAY, "update", "--now", stage=stage, at=at))
    crashed = code == -signal.SIGSEGV  # seen once in Python 3.11.2 below its profiler: tried a second time, no more
    while crashed or (code == 0 and at > 1):
        shutil.rmtree(site)
        shutil.copytree(whole.before, site)
        at, crashed = (at if crashed else at * 4 // 5), False
        code, said = ran(command(site, TODAY, "update", "--now", stage=stage, at=at))
    assert code == -9, said


@pytest.mark.parametrize(("stage", "number"), moments())
def test_next_update_makes_a_kill_good(whole: Twin, stage: str, number: int) -> None:
    when = moment(whole, stage, number)
    with scratch() as folder:
        site = folder / "site"
        shutil.copytree(whole.before, site)
        if stage:
            cut(whole, site, stage, int(when.at))
        else:
            trial.killed(command(site, TODAY, "update", "--now"), when.at)
        served = trial.visible(site)
        assert trial.torn(served, whole) == []
        assert trial.dead(site, served) == []
        assert trial.damage(site) == []
        assert ran(command(site, LATER, "update")) == (0, "")
        assert trial.files(site) == whole.new
        assert trial.known(site) == (whole.export, whole.found)
