"""One trial: yesterday's site, today's update killed somewhere, what lies there then, and the next plain update."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from hub import run
from hub.commands.ask import exported
from hub.index.whoosh import open_index
from hub.settings import load
from tests.e2e.folder import Folder, environment
from tests.torture.blogs import TODAY, YESTERDAY

KILLER = Path(__file__).with_name("killer.py")
CHECKOUT = Path(__file__).parents[2]
LINK = re.compile(rb"""\s(?:href|src)=["']?(/[^"'\s>#?]*)""")
LATER = TODAY + timedelta(minutes=1)
Files = dict[str, str]


@dataclass(frozen=True)
class Moment:
    """When to kill: at a call of a stage, or (stage "") so many seconds after the start."""

    stage: str
    at: float


@dataclass(frozen=True)
class Twin:
    """Yesterday's folder, today's that nothing interrupted, how many calls each stage made and how long it took."""

    before: Path
    after: Path
    calls: Counter[str]
    seconds: float
    old: Files
    new: Files
    came: int  # items that were not known yesterday
    export: list[str]
    found: frozenset[str]


def command(site: Path, clock: datetime, *args: str, stage: str = "", at: int = 0, counts: str = "") -> list[str]:
    """The real program at a time of its own."""
    return [sys.executable, str(KILLER), stage, str(at), clock.isoformat(), counts, "--site", str(site), *args]


def start(words: list[str]) -> subprocess.Popen[bytes]:
    env = environment() | {"PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(words, cwd="/", env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def ran(words: list[str]) -> tuple[int, str]:
    """Exit code (negative: killed) and what it said."""
    with start(words) as process:
        _, said = process.communicate(timeout=300)
    return process.returncode, said.decode("utf-8", "replace")


def killed(words: list[str], after: float) -> int:
    """Kill it so many seconds after its start. Its exit code: -9, or another when it was done before."""
    with start(words) as process:
        time.sleep(after)
        process.kill()
        process.communicate(timeout=300)
    return process.returncode


def twin(folder: Path, settings: Folder, today: object) -> Twin:
    """Yesterday's update, then today's; `today()` changes what the blogs say."""
    before, after, counts = settings.path, folder / "after", folder / "counts.json"
    assert ran(command(before, YESTERDAY, "update", "--now")) == (0, "")
    today()  # type: ignore[operator]
    shutil.copytree(before, after)
    began = time.monotonic()
    assert ran(command(after, TODAY, "update", "--now"))[0] == 0
    seconds = time.monotonic() - began
    counted = folder / "counted"
    shutil.copytree(before, counted)
    assert ran(command(counted, TODAY, "update", "--now", counts=str(counts)))[0] == 0
    calls = Counter(json.loads(counts.read_text("utf-8")))
    export, found = known(after)
    came = len(found - known(before)[1])
    return Twin(before, after, calls, seconds, files(before), files(after), came, export, found)


def files(site: Path) -> Files:
    """Every file of the site and the digest of its bytes."""
    output = site / "output"
    return {path.relative_to(output).as_posix(): digest(path) for path in output.rglob("*") if path.is_file()}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def known(site: Path) -> tuple[list[str], frozenset[str]]:
    """The export and the ids that can be found."""
    settings = load(site, {})
    with run.opened(settings, {}, lambda: LATER) as hub:
        lines = [json.dumps(one) for one in exported(hub, public=False)]
    index = open_index(settings.memory / "index", settings.brand.language)
    try:
        return lines, index.ids()
    finally:
        index.close()


# what must hold right after a kill


def torn(served: Files, whole: Twin) -> list[str]:
    """Served files that are neither yesterday's nor today's; what comes or goes may say that it is not here."""
    absent = {whole.old["404.html"], whole.new["404.html"]}
    lasting = whole.old.keys() & whole.new.keys()

    def whole_ones(name: str) -> set[str | None]:
        return {whole.old.get(name), whole.new.get(name)} | (set() if name in lasting else absent)

    return [name for name, held in served.items() if held not in whole_ones(name)]


def visible(site: Path) -> Files:
    """What a web server shows of the folder: nothing whose name, or whose folder's, begins with a dot."""
    return {name: held for name, held in files(site).items() if not re.search(r"(^|/)\.", name)}


def dead(site: Path, served: Files) -> list[str]:
    """Links from served pages to pages of the site that are not there."""
    pages = ((name, held) for name, held in served.items() if name.endswith(".html"))
    found = ((name, link) for name, held in pages for link in links(held, site / "output" / name))
    return [f"{name} → {link}" for name, link in found if link not in served]


@cache
def _links(held: str, body: bytes) -> frozenset[str]:
    found = (unquote(raw.decode()).removeprefix("/") for raw in LINK.findall(body))
    return frozenset(f"{path}index.html" if path.endswith("/") or not path else path for path in found)


def links(held: str, path: Path) -> frozenset[str]:
    return _links(held, path.read_bytes())


def damage(site: Path) -> list[str]:
    """What SQLite says of its files; a copy is asked, so that the one that was left lies as it was."""
    said = []
    for name in ("archive.sqlite", "site.sqlite"):
        copy = site / "copy"
        copy.mkdir()
        for path in (site / ".hub").glob(f"{name}*"):
            shutil.copy(path, copy)
        with sqlite3.connect(copy / name) as db:
            said += [row[0] for row in db.execute("PRAGMA integrity_check")]
        db.close()
        shutil.rmtree(copy)
    return [one for one in said if one != "ok"]
