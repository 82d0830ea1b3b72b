"""How a volume's postings lie on disk: a codec for Whoosh that writes and reads them whole.

Whoosh's own codec pickles and packs each term's postings by themselves, 20 µs a term to write and as much to read, and
a volume has 25,000 terms. Here the postings of a field are four arrays, one after the other; a volume is read in a few
milliseconds and stays in memory at some ten bytes a posting. Volumes are inverted in memory before they are written,
so Whoosh's sorting pool stays empty. Whoosh does the rest: segments, columns, kept documents, and reading through it.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from sys import intern
from typing import Any

from whoosh.codec.base import FieldWriter, TermsReader
from whoosh.codec.whoosh3 import W3Codec
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

EXTENSION = ".lists"
LAST = 0xFFFF  # the highest document number and position there can be
Row = tuple[list[int], list[int], list[int]]
"""Of a term: the documents that hold it in rising order, how often each does, its places: number << 16 | position."""
Table = dict[str, dict[str, Row]]
"""Field → term → row."""


class Lists:
    """The postings of one field. Terms stand in order; `starts` says where each one's documents begin in `docs`."""

    __slots__ = ("_begins", "counts", "docs", "names", "places", "starts")

    def __init__(self, names: list[str], held: Iterable[int], parts: tuple[array[int], array[int], array[int]]) -> None:
        self.names = names
        self.starts = array("I", accumulate(held, initial=0))
        self.docs, self.counts, self.places = parts
        self._begins: array[int] | None = None

    def find(self, term: str) -> int:
        """The number of a term, -1 when there is none."""
        at = bisect_left(self.names, term)
        return at if at < len(self.names) and self.names[at] == term else -1

    def held(self, term: str) -> int:
        """How many documents hold a term."""
        at = self.find(term)
        return self.starts[at + 1] - self.starts[at] if at >= 0 else 0

    def row(self, at: int) -> tuple[array[int], array[int]]:
        """The documents that hold the n-th term, and how often each does."""
        first, last = self.starts[at], self.starts[at + 1]
        return self.docs[first:last], self.counts[first:last]

    @property
    def begins(self) -> array[int]:
        """Where the places of each posting begin."""
        if self._begins is None:
            self._begins = array("I", accumulate(self.counts, initial=0))
        return self._begins

    def where(self, at: int) -> array[int]:
        """Every place of the n-th term."""
        return self.places[self.begins[self.starts[at]] : self.begins[self.starts[at + 1]]]

    def span(self, prefix: str) -> range:
        """The numbers of the terms that begin so."""
        first = bisect_left(self.names, prefix)
        return range(first, bisect_left(self.names, prefix + "\U0010ffff", first))

    def beginning(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Terms that begin so, with how many documents hold each."""
        return ((self.names[at], self.starts[at + 1] - self.starts[at]) for at in self.span(prefix))

    def spelled(self, prefix: str) -> list[str]:
        """Terms that begin so."""
        span = self.span(prefix)
        return self.names[span.start : span.stop]

    def rows(self) -> Iterator[tuple[str, array[int], array[int], array[int]]]:
        """Every term with its documents, counts and places."""
        for at, name in enumerate(self.names):
            yield name, *self.row(at), self.where(at)


def dump(table: Table) -> bytes:
    """Postings as they lie on disk: a line that says what there is, then arrays."""
    head, body = {}, []
    for field, rows in table.items():
        names = sorted(rows)
        parts = tuple(array(code) for code in "HHI")
        for name in names:
            for part, values in zip(parts, rows[name], strict=True):
                part.extend(values)
        head[field] = {"names": names, "held": [len(rows[name][0]) for name in names], "places": len(parts[2])}
        body += [part.tobytes() for part in parts]
    return b"\n".join((json.dumps(head).encode(), b"".join(body)))


def load(raw: bytes) -> dict[str, Lists]:
    """What `dump` wrote, by field."""
    head, _, _ = raw.partition(b"\n")
    at, found = len(head) + 1, {}
    for field, told in json.loads(head).items():
        parts = []
        for code, many in (("H", sum(told["held"])), ("H", sum(told["held"])), ("I", told["places"])):
            part = array(code)
            part.frombytes(raw[at : at + many * part.itemsize])
            at += many * part.itemsize
            parts.append(part)
        found[field] = Lists(list(map(intern, told["names"])), told["held"], (parts[0], parts[1], parts[2]))
    if at != len(raw):
        raise ValueError("postings are longer than they say")
    return found


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec with our postings. `table` is what the next segment is written of."""

    length_stats = False  # lengths are columns

    def __init__(self, table: Table | None = None) -> None:
        super().__init__()
        self.table = table or {}

    def __reduce__(self) -> tuple[type[Codec], tuple[()]]:
        """A segment remembers its codec, not what was written by it."""
        return Codec, ()

    def field_writer(self, storage: Any, segment: Any) -> Writer:
        return Writer(storage, segment, self.table)

    def terms_reader(self, storage: Any, segment: Any) -> Reader:
        return Reader(storage, segment)


class Writer(FieldWriter):  # type: ignore[misc]
    """Writes a segment's postings in one go."""

    def __init__(self, storage: Any, segment: Any, table: Table) -> None:
        self.storage, self.name, self.table = storage, segment.make_filename(EXTENSION), table
        self.is_closed = False

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Any]) -> None:  # noqa: ARG002  Whoosh's
        """Called once, when all documents are in; Whoosh itself has none to add."""
        file = self.storage.create_file(self.name)
        file.write(dump(self.table))
        file.close()

    def close(self) -> None:
        self.is_closed = True


class Reader(TermsReader):  # type: ignore[misc]
    """Reads a segment's postings when they are first asked for. Whoosh's own searcher can work on it too."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self.storage, self.name = storage, segment.make_filename(EXTENSION)

    @cached_property
    def lists(self) -> Mapping[str, Lists]:
        """By field; a field that no document has is not among them."""
        file = self.storage.open_file(self.name)
        try:
            return load(file.get(0, self.storage.file_length(self.name)))
        finally:
            file.close()

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._row(*term) is not None

    def indexed_field_names(self) -> Iterable[str]:
        return self.lists.keys()

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((field, name.encode()) for field in sorted(self.lists) for name in self.lists[field].names)

    def term_info(self, field: str, text: bytes) -> TermInfo:
        row = self._row(field, text)
        if row is None:
            raise TermNotFound(f"no term {field}:{text!r}")
        docs, counts = row
        most = max(max(counts), 1)
        info = TermInfo(weight=sum(counts) or len(docs), df=len(docs), maxweight=most, minid=docs[0], maxid=docs[-1])
        info._minlength = info._maxlength = 0
        return info

    def doc_frequency(self, field: str, text: bytes) -> int:
        return self.lists[field].held(text.decode()) if field in self.lists else 0

    def frequency(self, field: str, text: bytes) -> float:
        return float(self.term_info(field, text).weight()) if (field, text) in self else 0.0

    def matcher(self, field: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        info, (docs, counts) = self.term_info(field, text), self._row(field, text) or ([], [])
        weights = [float(count or 1) for count in counts]
        return ListMatcher(list(docs), weights, None, format_, scorer=scorer, term=(field, text), terminfo=info)

    def _row(self, field: str, text: bytes) -> tuple[array[int], array[int]] | None:
        at = self.lists[field].find(text.decode()) if field in self.lists else -1
        return self.lists[field].row(at) if at >= 0 else None

    def close(self) -> None:
        pass
