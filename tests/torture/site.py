"""A brand's folder whose archive a test fills by hand; its index and site are made by the real stages."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub import run
from hub.commands.ask import exported
from hub.index.whoosh import open_index
from hub.settings import load
from tests.torture.world import NOW, RULES, SETTINGS

MEMORY = Path("/dev/shm")  # where there is one: these tests write thousands of small files


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a while, in memory where the machine has that."""
    path = Path(tempfile.mkdtemp(prefix="hub-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def opened(path: Path, settings: str = SETTINGS, rules: str = RULES) -> Iterator[run.Hub]:
    """A new folder with these settings and rules, opened."""
    (path / "content").mkdir(parents=True, exist_ok=True)
    (path / "content/hub.toml").write_text(settings, "utf-8")
    (path / "content/rules.toml").write_text(rules, "utf-8")
    with run.opened(load(path, {}), {}, lambda: NOW) as hub:
        run.judge(hub)
        yield hub


def follow(hub: run.Hub) -> list[str]:
    """Index and site catch up with the archive; the files that were written."""
    run.index(hub)
    built = run.render(hub, NOW)
    assert not built.failed
    return built.written


@dataclass(frozen=True)
class Seen:
    """All that anyone can see of a hub: files but for redirects of merged threads, the export, what can be found."""

    files: dict[str, bytes]
    export: list[str]
    found: frozenset[str]

    def differs(self, other: Seen) -> list[str]:
        """Where it is not the same, by name."""
        names = self.files.keys() | other.files.keys()
        files = [name for name in sorted(names) if self.files.get(name) != other.files.get(name)]
        lines = sorted(set(self.export) ^ set(other.export))
        order = ["export in another order"] if not lines and self.export != other.export else []
        return [*files, *lines, *order, *sorted(self.found ^ other.found)]


def seen(hub: run.Hub) -> Seen:
    """What there is to see now."""
    output, settings = hub.settings.output, hub.settings
    moved = {f"{path}index.html" for path in hub.store.redirects()} | {"_redirects"}
    paths = {path.relative_to(output).as_posix(): path for path in output.rglob("*") if path.is_file()}
    files = {name: path.read_bytes() for name, path in paths.items() if name not in moved}
    index = open_index(settings.memory / "index", settings.brand.language)
    try:
        return Seen(files, [json.dumps(one) for one in exported(hub, public=False)], index.ids())
    finally:
        index.close()
