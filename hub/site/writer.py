"""The quiet writer: equal bytes are left alone, everything else is written beside its place, synced and moved over it.

Files are written in steps of a few hundred. Before a step the manifest learns which paths it may create, after it what
they hold, so that a run cut off anywhere leaves nothing that the next one does not know to be ours.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from hub.errors import OutputError
from hub.pages import Page
from hub.site.manifest import Manifest

STAMP = ".hub-site"
STAMP_TEXT = b"This folder is made by the program. Delete it and the next update makes it again.\n"
NOT_FOUND = "404.html"
NEW = ".hub-new"  # below output/, only while files are being written
STEP = 200  # files
KEPT = 600  # seconds that a replaced style sheet or script stays for pages a visitor still has open


def digest_of(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """The files of one page: path in the site → content. None of them: the page is not there any more."""

    page: Page
    files: dict[str, bytes] = field(default_factory=dict)
    pictures: frozenset[str] = frozenset()


class QuietWriter:
    """Writes one site. `written` and `removed` are the paths that changed; `now` dates what is replaced."""

    def __init__(self, output: Path, manifest: Manifest, now: datetime) -> None:
        self.output, self.manifest, self.now = output, manifest, now
        self.written: list[str] = []
        self.removed: list[str] = []
        self.waiting: list[Made] = []
        self.leaving: list[Made] = []

    def stamped(self) -> bool:
        return (self.output / STAMP).is_file()

    def holds(self, path: str) -> bool:
        """Did we write this file, and is it still there?"""
        return bool(self.manifest.file(path)) and (self.output / path).is_file()

    def stamp(self) -> None:
        """From here on the manifest speaks for this folder."""
        self._guard(self.output, lambda: self.output.mkdir(parents=True, exist_ok=True))
        self._replace({STAMP: STAMP_TEXT})

    def sweep(self) -> None:
        """Drop what a cut-off run left half done: it may hold words that are erased by now."""
        if (self.output / NEW).is_dir():
            self._guard(self.output / NEW, lambda: shutil.rmtree(self.output / NEW))

    def _new(self, target: Path) -> Path:
        """Where a file is made before it is moved to its place: on the same file system, and all in one folder."""
        return self.output / NEW / digest_of(target.as_posix().encode())

    def offer(self, made: Made) -> None:
        """Take a page; it is written with the next step."""
        self.waiting.append(made)
        if sum(len(made.files) for made in self.waiting) >= STEP:
            self.flush()

    def expect(self, coming: Iterable[tuple[str, Page]]) -> None:
        """New pages may link to each other: before any of them is written, all become the page that says "not here"."""
        fresh = {path: page for path, page in coming if not (self.output / path).exists()}
        if len(fresh) < 2 or not (self.output / NOT_FOUND).is_file():
            return
        for path, page in fresh.items():
            self.manifest.wrote(path, "", page)
        self._absent(fresh)

    def flush(self) -> None:
        """Write what is waiting: intent, files, facts."""
        waiting, self.waiting = self.waiting, []
        offered = {path: content for made in waiting for path, content in made.files.items()}
        fresh = {path: content for path, content in offered.items() if not self._same(path, content)}
        new = [(path, made.page) for made in waiting for path in made.files if self.manifest.file(path) is None]
        for path, page in new:
            self.manifest.wrote(path, "", page)
        if new:
            self.manifest.commit()
        self._replace({path: fresh[path] for path, _ in new if path in fresh})
        self._replace({path: content for path, content in fresh.items() if path not in dict(new)})
        for made in waiting:
            self._record(made)
        self.manifest.commit()

    def _record(self, made: Made) -> None:
        for path, content in made.files.items():
            self.manifest.wrote(path, digest_of(content), made.page)
        dropped = self.manifest.use(made.page, made.pictures)
        self.manifest.ask_for(Page(kind="picture", name=path) for path in dropped)
        if self.manifest.files_of(made.page) - made.files.keys():
            self.leaving.append(made)  # stays due until its old files are gone
        else:
            self.manifest.done(made.page)

    def remove(self) -> None:
        """Last of all: files of pages that are not there any more, and pictures nothing shows."""
        self.flush()
        leaving = [(made, self.manifest.files_of(made.page) - made.files.keys()) for made in self.leaving]
        self._blank(path for made, stale in leaving if made.page.kind != "assets" for path in stale)
        for made, stale in leaving:
            if made.page.kind == "assets":
                for path in stale:
                    self.manifest.retire(path, self.now.isoformat())
            else:
                self._unlink(stale)
            self.manifest.done(made.page)
        for page in self.manifest.kinds("old"):
            if (self.now - datetime.fromisoformat(page.name)).total_seconds() >= KEPT:
                self._unlink(self.manifest.files_of(page))
        for page in self.manifest.due():
            if page.kind == "picture":
                if not self.manifest.used(page.name):
                    self._unlink({page.name} & self.manifest.files_of(page))
                self.manifest.done(page)
        self.leaving = []
        self.manifest.commit()
        self.sweep()

    def _blank(self, paths: Iterable[str]) -> None:
        """Pages that go together may link to each other: first all of them become the page that says "not here"."""
        pages = [path for path in paths if path.endswith(".html") and path != NOT_FOUND]
        if len(pages) < 2 or not (self.output / NOT_FOUND).is_file():
            return
        for path in pages:  # whoever comes after a cut may not trust the digests
            self.manifest.blur(path)
        self._absent(pages)

    def _absent(self, paths: Iterable[str]) -> None:
        self.manifest.commit()
        self._put(dict.fromkeys(paths, (self.output / NOT_FOUND).read_bytes()))

    def _same(self, path: str, content: bytes) -> bool:
        """Does the file hold these bytes already?"""
        target = self.output / path
        if self.manifest.file(path) == digest_of(content):
            return target.is_file()
        try:
            return target.stat().st_size == len(content) and target.read_bytes() == content
        except OSError:
            return False

    def _replace(self, files: dict[str, bytes]) -> None:
        """Write, and tell."""
        self._put(files)
        self.written += files

    def _put(self, files: dict[str, bytes]) -> None:
        """Write beside, sync, rename, sync the folders. A page comes after the files beside it, to which it links."""
        if not files:
            return
        order = sorted(files, key=lambda path: path.endswith(".html"))
        targets = {self.output / path: files[path] for path in order}
        folders = {target.parent for target in targets} | {self.output / NEW}
        for folder in sorted(folders):
            self._guard(folder, lambda folder=folder: folder.mkdir(parents=True, exist_ok=True))
        with ThreadPoolExecutor(8) as pool:  # the disk syncs several files at once
            list(
                pool.map(
                    lambda pair: self._guard(pair[0], lambda: _write(self._new(pair[0]), pair[1])), targets.items()
                )
            )
        for target in targets:
            self._guard(target, lambda target=target: self._new(target).replace(target))
        for folder in folders:
            self._guard(folder, lambda folder=folder: _sync(folder))

    def _unlink(self, paths: Iterable[str]) -> None:
        for path in sorted(paths):
            target = self.output / path
            self._guard(target, lambda target=target: target.unlink(missing_ok=True))
            self.manifest.removed(path)
            self.removed.append(path)
            self._prune(target.parent)

    def _prune(self, folder: Path) -> None:
        """Folders that became empty go too."""
        while folder != self.output and folder.is_dir() and not any(folder.iterdir()):
            self._guard(folder, folder.rmdir)
            folder = folder.parent

    @staticmethod
    def _guard(path: Path, act: object) -> None:
        try:
            act()  # type: ignore[operator]
        except OSError as why:
            raise OutputError(
                f"{path} cannot be written: {why.strerror or why}",
                path=str(path),
                fix="make room or give the folder back to this user, then run the same command again",
            ) from why


def _write(target: Path, content: bytes) -> None:
    with target.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
