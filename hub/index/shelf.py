"""The folder of an index: volumes, and one manifest that names them with their checksums and the mark.

The manifest is replaced by rename, so readers in other processes see the old index or the new one, whole. It is JSON
with a digest of itself, and each volume is checked against it before Whoosh, which unpickles, reads a byte: by size and
time of change, and by its bytes where these differ (a copy) or it is asked for. So one reply does not read everything.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from pickle import UnpicklingError
from secrets import token_hex
from typing import Self

from hub.errors import SearchError
from hub.index import volume
from hub.index.document import Document
from hub.index.volume import SIZE, Book

FORMAT = 2
STEP = 5  # volumes of one order of magnitude that make one of the next
NAME, LOCK = "index.json", "lock"
REBUILD = "run `hub index`: it makes the index again from the archive"


@dataclass(frozen=True, slots=True)
class Volume:
    """A line of the manifest: the folder, how many documents it holds, its files as (name, size, CRC-32, mtime_ns)."""

    name: str
    docs: int
    files: tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index is at one moment."""

    mark: int = 0
    generation: int = 0
    volumes: tuple[Volume, ...] = ()

    def dump(self) -> bytes:
        """JSON with a digest of itself on the first line."""
        body = json.dumps({"format": FORMAT, **asdict(self)}).encode()
        return _digest(body) + b"\n" + body


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).hexdigest().encode()


def read(root: Path) -> Manifest:
    """The manifest of a folder, a blank one where there is none yet. Raises SearchError when it is damaged."""
    try:
        digest, _, body = (root / NAME).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return Manifest()
    except OSError as why:
        raise SearchError(f"the search index in {root} cannot be read: {why.strerror}", fix=REBUILD) from why
    if digest != _digest(body):
        raise SearchError(f"the search index in {root} is damaged", fix=REBUILD)
    kept = json.loads(body)
    if kept.pop("format") != FORMAT:
        raise SearchError(f"the search index in {root} was made by another version", fix=REBUILD)
    rows = (Volume(row["name"], row["docs"], tuple(tuple(file) for file in row["files"])) for row in kept["volumes"])
    return Manifest(kept["mark"], kept["generation"], tuple(rows))


def stamp(root: Path) -> tuple[int, int, int]:
    """What differs when the manifest was replaced."""
    try:
        found = (root / NAME).stat()
    except FileNotFoundError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def book(root: Path, row: Volume, *, whole: bool = False) -> Book:
    """Open a volume; `whole` reads every byte of it first.

    Raises SearchError when its files are not those that were written, FileNotFoundError when gone.
    """
    folder = root / row.name
    for name, size, crc, moment in row.files:
        found = (folder / name).stat()
        touched = (found.st_size, found.st_mtime_ns) != (size, moment)
        if (whole or touched) and volume.checksum(folder / name) != (name, size, crc):
            raise SearchError(f"the search index is damaged: {folder / name} is not as it was written", fix=REBUILD)
    try:
        return Book(folder)
    except (UnpicklingError, ArithmeticError, AttributeError, EOFError, LookupError, TypeError, ValueError) as why:
        raise SearchError(f"the search index is damaged: {folder} cannot be read: {why}", fix=REBUILD) from why


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Only one process writes. Raises SearchError when another one does, and when the system refuses in here."""
    with _told(root):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.chmod(0o700)
        with (root / LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as why:
                raise SearchError("another process is writing the search index", fix="wait until it is done") from why
            yield


@contextmanager
def _told(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as why:
        what = f"the search index cannot be written: {why.filename or root}: {why.strerror or why}"
        raise SearchError(what, fix=f"make room and check who may write: df -h {root}; ls -ld {root}") from why


def sweep(root: Path, keep: Iterable[Volume] = ()) -> None:
    """Remove every volume that the manifest does not name: what a killed writer or the last commit left."""
    names = {row.name for row in keep} | {NAME, LOCK}
    for path in list(root.iterdir()):
        if path.name in names:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def crowd(volumes: Iterable[Volume]) -> list[Volume]:
    """Volumes to be merged into one now, so that many small commits stay few volumes; none when that is not due."""
    orders: dict[int, list[Volume]] = {}
    for row in sorted(volumes, key=lambda row: (row.docs, row.name)):
        orders.setdefault(_order(row.docs), []).append(row)
    for rows in orders.values():
        chosen: list[Volume] = []
        for row in rows:
            if sum(other.docs for other in chosen) + row.docs <= SIZE:
                chosen.append(row)
        if len(rows) >= STEP and len(chosen) > 1:
            return chosen
    return []


def _written(file: Path) -> tuple[str, int, int, int]:
    return *volume.checksum(file), file.stat().st_mtime_ns


def _order(docs: int) -> int:
    order = 0
    while docs >= STEP:
        docs, order = docs // STEP, order + 1
    return order


class Writer:
    """One change of the index, made beside it and then put in its place whole. To be used under `locked`."""

    def __init__(self, root: Path) -> None:
        self.root, self.base = root, read(root)
        sweep(root, self.base.volumes)
        self.volumes = list(self.base.volumes)
        self.books: dict[str, Book] = {}
        self.fresh: dict[str, Document] = {}
        self.flushed: set[str] = set()  # ids written by this change already
        self.gone: dict[str, set[int]] = {}

    def put(self, id: str, document: Document | None) -> None:
        """Make this the document of that id; None takes it out. What is the same already is left alone."""
        self.fresh.pop(id, None)
        new = [row for row in self.volumes if row not in self.base.volumes] if id in self.flushed else []
        for row in (*self.base.volumes, *new):
            if not self._replace(row, id, document):
                return
        if document:
            self.fresh[id] = document
        if len(self.fresh) >= SIZE:
            self.flush()

    def _replace(self, row: Volume, id: str, document: Document | None) -> bool:
        """Take the old document of an id out of a volume; False when it is the same as the new one."""
        opened = self._book(row)
        number = opened.find(id)
        if number is None or number in self.gone.get(row.name, ()):
            return True
        if document and opened.kept(number)[1] == document.meaning():
            return False
        self.gone.setdefault(row.name, set()).add(number)
        return True

    def _book(self, row: Volume) -> Book:
        if row.name not in self.books:
            self.books[row.name] = book(self.root, row)
        return self.books[row.name]

    def flush(self) -> None:
        """Write the documents gathered so far as a volume."""
        if self.fresh:
            with self._making(len(self.fresh)) as folder:
                volume.write(folder, self.fresh.values())
        self.flushed |= self.fresh.keys()
        self.fresh = {}

    @contextmanager
    def _making(self, docs: int) -> Iterator[Path]:
        folder = self.root / f"v-{token_hex(8)}"
        yield folder
        parts = volume.files(folder)
        for path in (*parts, folder):
            _sync(path)
        self.volumes.append(Volume(folder.name, docs, tuple(map(_written, parts))))

    def commit(self, mark: int) -> bool:
        """Put the change and the mark in place; False when there was nothing to change."""
        self.flush()
        for row in [row for row in self.volumes if row.name in self.gone]:
            self._rewrite(row)
        while rows := crowd(self.volumes):
            self.volumes = [row for row in self.volumes if row not in rows]
            with self._making(sum(row.docs for row in rows)) as folder:
                volume.merge([self.root / row.name for row in rows], folder)
        self.close()
        after = Manifest(mark, self.base.generation + 1, tuple(self.volumes))
        changed = (after.mark, after.volumes) != (self.base.mark, self.base.volumes)
        if changed:
            _replace(self.root / NAME, after.dump())
        sweep(self.root, self.volumes if changed else self.base.volumes)
        return changed

    def _rewrite(self, row: Volume) -> None:
        self.volumes.remove(row)
        numbers = self.gone[row.name]
        if len(numbers) < row.docs:
            with self._making(row.docs - len(numbers)) as folder:
                volume.without(self.root / row.name, folder, numbers)

    def close(self) -> None:
        """Let go of what was opened."""
        for opened in self.books.values():
            opened.close()
        self.books = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    _sync(beside)
    beside.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
