"""Volumes being written: one here at once, many by a process on each core, every file synced before it is named."""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from secrets import token_hex

from hub.index import volume
from hub.index.document import Document
from hub.index.volume import Census

HELPERS = 2  # processes: more would wait for the disk and for who hands them documents
AHEAD = 4  # volumes handed out and not yet written


@dataclass(frozen=True, slots=True)
class Volume:
    """A line of the manifest: the folder, its files as (name, size, CRC-32, mtime_ns), and its census."""

    name: str
    files: tuple[tuple[str, int, int, int], ...]
    census: Census

    @property
    def docs(self) -> int:
        return self.census.docs


def new(root: Path) -> Path:
    """A name for a volume that is to be written."""
    return root / f"v-{token_hex(8)}"


def written(folder: Path, census: Census) -> Volume:
    """What the manifest says of a volume, which is on the disk from here on."""
    parts = volume.files(folder)
    for path in (*parts, folder):
        sync(path)
    return Volume(folder.name, tuple((*volume.checksum(file), file.stat().st_mtime_ns) for file in parts), census)


def make(root: Path, documents: list[Document]) -> Volume:
    """A volume of these documents."""
    folder = new(root)
    return written(folder, volume.write(folder, documents))


def sync(path: Path) -> None:
    """Make sure that a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass
class Builders:
    """Writes one volume after the other. From the second on, helpers do: a bulk load uses every core there is."""

    root: Path
    first: list[Document] = field(default_factory=list)
    waiting: list[Future[Volume]] = field(default_factory=list)
    rows: list[Volume] = field(default_factory=list)
    pool: ProcessPoolExecutor | None = None

    def build(self, documents: list[Document]) -> None:
        """Have a volume written of these, now or in a while."""
        if not self.pool and not self.first:
            self.first = documents
            return
        if not self.pool:
            self.pool = ProcessPoolExecutor(min(HELPERS, len(os.sched_getaffinity(0))), get_context("spawn"))
            self._hand(self.first)
            self.first = []
        self._hand(documents)

    def _hand(self, documents: list[Document]) -> None:
        if self.pool:
            self.waiting.append(self.pool.submit(make, self.root, documents))
        while len(self.waiting) > AHEAD:
            self.rows.append(self.waiting.pop(0).result())

    def done(self) -> list[Volume]:
        """The volumes written since this was last asked, once all of them are."""
        self.rows += [future.result() for future in self.waiting]
        if self.first:
            self.rows.append(make(self.root, self.first))
        rows, self.rows, self.waiting, self.first = self.rows, [], [], []
        return rows

    def close(self) -> None:
        """Let the helpers go."""
        if self.pool:
            with suppress(OSError):
                self.pool.shutdown(cancel_futures=True)
        self.pool = None
