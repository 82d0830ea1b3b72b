"""The folder of an index: volumes, and one manifest that names them with their checksums and the mark.

The manifest is replaced by rename, so readers in other processes see the old index or the new one, whole. It is JSON
with a digest of itself, and each volume is checked against it before Whoosh, which unpickles, reads a byte: by size and
time of change, and by its bytes where these differ (a copy), where it is searched or where it is written anew. So one
reply does not read everything.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from hub.errors import DamagedError, SearchError
from hub.index import volume
from hub.index.book import Book
from hub.index.document import Document, digest
from hub.index.making import Builders, Volume, new, sync, written
from hub.index.volume import REBUILD, SIZE, Census, sound

FORMAT = 5
STEP = 5  # volumes of one order of magnitude that make one of the next
NAME, LOCK = "index.json", "lock"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index is at one moment."""

    mark: int = 0
    generation: int = 0
    volumes: tuple[Volume, ...] = ()

    def dump(self) -> bytes:
        """JSON with a digest of itself on the first line."""
        rows = [(row.name, row.files, row.census) for row in self.volumes]
        whole = {"format": FORMAT, "mark": self.mark, "generation": self.generation, "volumes": rows}
        body = json.dumps(whole).encode()
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
        raise DamagedError(f"the search index in {root} is damaged", fix=REBUILD)
    kept = json.loads(body)
    if kept.pop("format") != FORMAT:
        raise DamagedError(f"the search index in {root} was made by another version", fix=REBUILD)
    return Manifest(kept["mark"], kept["generation"], tuple(_volume(*row) for row in kept["volumes"]))


def _volume(name: str, files: list[list[Any]], census: list[Any]) -> Volume:
    *numbers, languages = census
    return Volume(name, tuple((str(file[0]), *file[1:]) for file in files), Census._make([*numbers, tuple(languages)]))


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
    check(root, row, whole=whole)

    def prove() -> None:
        with suppress(FileNotFoundError):  # swept since, and still open here
            check(root, row, whole=True)

    with sound(root / row.name):
        return Book(root / row.name, prove)


def check(root: Path, row: Volume, *, whole: bool = False) -> None:
    """Compare the files of a volume with the manifest; `whole` reads every byte."""
    folder = root / row.name
    for name, size, crc, moment in row.files:
        found = (folder / name).stat()
        touched = (found.st_size, found.st_mtime_ns) != (size, moment)
        if (whole or touched) and volume.checksum(folder / name) != (name, size, crc):
            raise DamagedError(f"the search index is damaged: {folder / name} is not as it was written", fix=REBUILD)


def _digests(root: Path, row: Volume) -> dict[int, int]:
    """The number of each document of a volume by the digest of its id."""
    check(root, row)
    return {digest: number for number, digest in enumerate(volume.digests(root / row.name))}


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
        self.held = {row.name: _digests(root, row) for row in self.volumes}
        self.books: dict[str, Book] = {}
        self.fresh: dict[str, Document] = {}
        self.flushed: set[str] = set()  # ids written by this change already
        self.gone: dict[str, set[int]] = {}
        self.builders = Builders(root)

    def put(self, id: str, document: Document | None) -> None:
        """Make this the document of that id; None takes it out. What is the same already is left alone."""
        self.fresh.pop(id, None)
        if id in self.flushed:
            self._take(self.builders.done())
        for row in [row for row in self.volumes if digest(id) in self.held[row.name]]:
            if not self._replace(row, id, document):
                return
        if document:
            self.fresh[id] = document
        if len(self.fresh) >= SIZE:
            self.flush()

    def _replace(self, row: Volume, id: str, document: Document | None) -> bool:
        """Take the old document of an id out of a volume; False when it is the same as the new one."""
        number = self.held[row.name][digest(id)]
        if number in self.gone.get(row.name, ()):
            return True
        if document and self._book(row).kept(number)[1] == document.meaning():
            return False
        self.gone.setdefault(row.name, set()).add(number)
        return True

    def _book(self, row: Volume) -> Book:
        if row.name not in self.books:
            self.books[row.name] = book(self.root, row)
        return self.books[row.name]

    def flush(self) -> None:
        """Have the documents gathered so far written as a volume."""
        if self.fresh:
            self.builders.build(list(self.fresh.values()))
        self.flushed |= self.fresh.keys()
        self.fresh = {}

    def _take(self, rows: Iterable[Volume]) -> None:
        for row in rows:
            self.volumes.append(row)
            self.held[row.name] = _digests(self.root, row)

    def commit(self, mark: int) -> bool:
        """Put the change and the mark in place; False when there was nothing to change."""
        self.flush()
        self._take(self.builders.done())
        for row in [row for row in self.volumes if row.name in self.gone]:
            self._rewrite(row)
        while rows := crowd(self.volumes):
            self._join(dict.fromkeys(rows, ()))
        self.close()
        after = Manifest(mark, self.base.generation + 1, tuple(self.volumes))
        changed = (after.mark, after.volumes) != (self.base.mark, self.base.volumes)
        if changed:
            _replace(self.root / NAME, after.dump())
        sweep(self.root, self.volumes if changed else self.base.volumes)
        return changed

    def _rewrite(self, row: Volume) -> None:
        numbers = self.gone[row.name]
        if len(numbers) < row.docs:
            self._join({row: numbers})
        else:
            self.volumes.remove(row)

    def _join(self, rows: Mapping[Volume, Collection[int]]) -> None:
        """One volume in place of several, each without these documents."""
        for row in rows:
            check(self.root, row, whole=True)
        folder = new(self.root)
        census = volume.joined(folder, {self.root / row.name: numbers for row, numbers in rows.items()})
        self.volumes = [row for row in self.volumes if row not in rows]
        self._take([written(folder, census)])

    def close(self) -> None:
        """Let go of what was opened."""
        for opened in self.books.values():
            opened.close()
        self.books = {}
        self.builders.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    sync(beside)
    beside.replace(path)
    sync(path.parent)
