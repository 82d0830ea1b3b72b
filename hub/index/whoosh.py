"""Search by Whoosh: a shelf of small volumes that follows the journal, and the answers it gives.

What Whoosh does here: terms, postings, positions, columns, stemming, edit distance. What it is kept from, and why,
stands in `shelf` (table of contents, merging), `volume` (deleting) and `matching` (query objects, collectors).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import RLock

from hub.errors import DamagedError, SearchError
from hub.index import Hit, Results, shelf
from hub.index.answer import DEADLINE, Search, View
from hub.index.book import Book
from hub.index.document import document
from hub.index.matching import B
from hub.index.places import placed
from hub.index.planning import Whole, usual
from hub.index.volume import REBUILD
from hub.index.words import asked
from hub.model import Entry
from hub.query import LENGTH, Query


def open_index(folder: Path, language: str = "") -> Whoosh:
    """The index to write to. A damaged one is emptied: its mark is 0 then, and the journal fills it again."""
    found = Whoosh(folder, language)
    try:
        found.open()
    except SearchError:
        found.clear()
    return found


class Whoosh:
    """The index in a folder. Reading follows what other processes commit; safe to use from several threads."""

    def __init__(self, folder: Path, language: str = "", patience: float = DEADLINE) -> None:
        """`language` is that of items that name none; `patience` how many seconds a search may look for matches."""
        self.folder, self.language, self.patience = folder, language, patience
        self._lock = RLock()
        self._shown = View()

    @property
    def mark(self) -> int:
        """How far the journal is in the index; 0 for not at all, or when that cannot be read: then all of it is due."""
        try:
            return shelf.read(self.folder).mark
        except SearchError:
            return 0

    @property
    def generation(self) -> str:
        """Another string whenever the index is another."""
        return "-".join(map(str, shelf.stamp(self.folder)))

    def sound(self) -> None:
        """Look at the manifest alone. Raises SearchError when it is damaged."""
        shelf.read(self.folder)

    def open(self) -> None:
        """Open every volume. Raises SearchError when one was altered since it was written."""
        with self._lock:
            self._view()

    def verify(self) -> None:
        """Read every byte. Raises SearchError when one is not as it was written."""
        with self._lock:
            self.close()
            self._view(whole=True)

    def clear(self) -> None:
        """Empty the index: its mark is 0 again."""
        self.close()
        with shelf.locked(self.folder):
            (self.folder / shelf.NAME).unlink(missing_ok=True)
            shelf.sweep(self.folder)

    def close(self) -> None:
        """Let go of the files; the next question opens them again."""
        with self._lock:
            for book in self._shown.books.values():
                book.close()
            self._shown = View()

    def update(self, entries: Iterable[Entry]) -> None:
        """Follow these lines of the journal: all of them and the mark in one commit, or nothing."""
        with shelf.locked(self.folder), shelf.Writer(self.folder) as writer:
            mark = writer.base.mark
            for entry in entries:
                mark = max(mark, entry.seq)
                if entry.what == "item":
                    writer.put(entry.id, document(entry, self.language))
            writer.commit(mark)

    def ids(self) -> frozenset[str]:
        """Ids of all that can be found."""
        with self._lock:
            return frozenset(id for book in self._view().books.values() for id in book.ids())

    def search(self, query: Query) -> Results:
        """Answer within the deadline, however the question is put."""
        with self._lock:
            found = Search(self._view(), query, self.patience).results()
        return replace(found, hits=placed(self.folder.parent, found.hits))

    def like(self, id: str, limit: int = 8) -> tuple[Hit, ...] | None:
        """What is said in much the same words as an item; None when there is none of that id."""
        with self._lock:
            view = self._view()
            one = view.find(id)
            hits = Search(view, Query(), self.patience).alike(one, limit) if one and one.type else None
        return hits and placed(self.folder.parent, hits)

    def warm(self) -> None:
        """Read what every question needs, volume by volume, so that the first one does not wait for it."""
        with self._lock:
            view = self._view()
        for book in view.books.values():
            with self._lock:
                book.warm(view.newest, view.whole.usual, B)

    def suggest(self, text: str, limit: int = 8) -> tuple[str, ...]:
        """Ways to end the last word of a query, the most frequent first."""
        start, _, last = text[:LENGTH].rpartition(" ")
        terms = asked(last)
        if len(terms) != 1 or len(terms[0]) < 2 or terms[0][0] == "#":
            return ()
        held: Counter[str] = Counter()
        with self._lock:
            for book in self._view().books.values():
                for word, many in book.beginning("body", terms[0]):
                    held[word] += many
        best = heapq.nsmallest(limit, held, key=lambda word: (-held[word], word))
        return tuple(f"{start} {word}".strip() for word in best)

    def _view(self, *, whole: bool = False) -> View:
        """The index as it is now, opened again when its manifest was replaced."""
        for _ in range(10):
            stamp = shelf.stamp(self.folder)
            if stamp == self._shown.stamp:
                return self._shown
            try:
                self._shown = self._opened(stamp, whole=whole)
            except FileNotFoundError:
                continue  # another process committed and swept between our reading the manifest and its volumes
        raise DamagedError(f"the search index in {self.folder} lacks a volume", fix=REBUILD)

    def _opened(self, stamp: tuple[int, int, int], *, whole: bool) -> View:
        manifest, old = shelf.read(self.folder), self._shown.books
        books: dict[str, Book] = {}
        try:
            for row in manifest.volumes:
                books[row.name] = old.get(row.name) or shelf.book(self.folder, row, whole=whole)
        except (FileNotFoundError, SearchError):
            for name in books.keys() - old.keys():
                books[name].close()
            raise
        for name in old.keys() - books.keys():
            old[name].close()
        return View(stamp, books, *_weighed(manifest, tuple(books.values())))


def _weighed(manifest: shelf.Manifest, books: tuple[Book, ...]) -> tuple[int, Whole]:
    """The newest moment, and what weighs words, as the manifest has them."""
    rows = [row.census for row in manifest.volumes]
    docs = sum(row.docs for row in rows)
    lengths = (usual(sum(row.title for row in rows), docs), usual(sum(row.body for row in rows), docs))
    tongues = frozenset(tag for row in rows for tag in row.languages)
    return max((row.newest for row in rows), default=0), Whole(books, docs or 1, lengths, tongues)
