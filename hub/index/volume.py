"""A volume: one small Whoosh index in a folder of its own, at most 2,500 documents, never changed once written.

A change writes a new volume beside the old one, through Whoosh's public interface alone: taking a document out links
the old files into a new folder, deletes there and optimises, so that nothing of the old text is left in the new one.
"""

from __future__ import annotations

import os
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from whoosh import columns, fields, index
from whoosh.analysis import Composable, Token
from whoosh.reading import TermNotFound

from hub.index import words
from hub.index.document import Document, load

SIZE = 2_500  # documents: rewriting a full volume after one erasure stays near a second
DAY = 86_400  # seconds
OFTEN = 8  # documents of a term worth keeping
MANY = 1 << 20  # more than the documents of a volume
YEAR, CALENDAR = 365.25 * DAY, 1 << 31  # seconds; the moment that `fresh` counts from
TEXTS = ("title", "body", "author")
Check = Callable[[], None]
"""Called now and then while postings are read; raises when time is up."""


class Analyzer(Composable):  # type: ignore[misc]
    """Our analysis as Whoosh calls it. A value is the language, a NUL, and the text."""

    def __call__(self, value: str, **wants: Any) -> Iterator[Token]:
        language, _, text = value.partition("\0")
        token = Token(**wants)
        for found in words.tokens(text, language):
            for term in found.terms:
                token.text, token.pos, token.boost = term, found.position, 1.0
                yield token


def schema() -> fields.Schema:
    """Ids and words are indexed; the rest are columns, read whole when a volume is opened."""
    text = {name: fields.TEXT(analyzer=Analyzer(), phrase=True) for name in TEXTS}
    short = {name: fields.COLUMN(columns.RefBytesColumn()) for name in ("type", "channel", "person", "language")}
    lists = {name: fields.COLUMN(columns.RefBytesColumn()) for name in ("topics", "has")}
    numbers = {name: fields.COLUMN(columns.NumericColumn("I")) for name in ("time", "order")}
    lengths = {f"{name}_length": fields.COLUMN(columns.NumericColumn("H")) for name in ("title", "body")}
    kept = {"kept": fields.COLUMN(columns.CompressedBytesColumn())}
    return fields.Schema(id=fields.ID(), place=fields.ID(), **text, **short, **lists, **numbers, **lengths, **kept)


def write(folder: Path, documents: Iterable[Document]) -> None:
    """A new volume of these documents."""
    folder.mkdir(mode=0o700)
    writer = index.create_in(str(folder), schema()).writer()
    for document in documents:
        writer.add_document(**_fields(document))
    writer.commit()


def _fields(document: Document) -> dict[str, Any]:
    if not document.type:
        return {"place": document.id, "kept": document.dump()}
    language, texts = document.language, {"title": document.title, "body": document.text}
    counts = {name: sum(1 for _ in words.tokens(text)) for name, text in texts.items()}
    return {
        "id": document.id,
        **{name: f"{language}\0{text}" for name, text in texts.items()},
        "author": f"\0{document.author} {document.handle}",
        **{f"{name}_length": min(count, 65_535) for name, count in counts.items()},
        "type": document.type.encode(),
        "channel": document.channel.encode(),
        "person": document.author.encode(),
        "language": language.encode(),
        "topics": "\n".join(document.topics).encode(),
        "has": "\n".join(document.has).encode(),
        "time": max(document.time, 0),
        "order": zlib.crc32(document.id.encode()),
        "kept": document.dump(),
    }


def without(old: Path, new: Path, numbers: Iterable[int]) -> None:
    """A new volume that holds what the old one held but for these documents, and nothing of their text."""
    new.mkdir(mode=0o700)
    for file in files(old):
        os.link(file, new / file.name)
    writer = index.open_dir(str(new), schema=schema()).writer()
    for number in numbers:
        writer.delete_document(number)
    writer.commit(optimize=True)


def merge(olds: Iterable[Path], new: Path) -> None:
    """A new volume of several old ones."""
    new.mkdir(mode=0o700)
    writer = index.create_in(str(new), schema()).writer()
    for old in olds:
        reader = index.open_dir(str(old), readonly=True, schema=schema()).reader()
        writer.add_reader(reader)
        reader.close()
    writer.commit()


def files(folder: Path) -> list[Path]:
    """The files that make a volume, by name; Whoosh's lock is none of them."""
    return sorted(file for file in folder.iterdir() if file.suffix in (".toc", ".seg"))


def checksum(file: Path) -> tuple[str, int, int]:
    """Name, size and CRC-32 of a file."""
    raw = file.read_bytes()
    return file.name, len(raw), zlib.crc32(raw)


@lru_cache(maxsize=20_000)
def _month(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m") if day else ""


class Facts(NamedTuple):
    """What is known of each document of a volume by number, read at once."""

    type: list[str]
    channel: list[str]
    person: list[str]
    language: list[str]
    topic: list[tuple[str, ...]]
    has: list[tuple[str, ...]]
    month: list[str]  # 2026-11, "" when unknown
    time: list[int]  # seconds since 1970, 0 when unknown
    order: list[int]  # settles ties the same way wherever a document stands
    fresh: list[float]  # halves with every year before 2038
    post: list[bool]
    title_length: list[int]
    body_length: list[int]


class Book:
    """An open volume."""

    def __init__(self, folder: Path) -> None:
        self.reader = index.open_dir(str(folder), readonly=True, schema=schema()).reader()
        self._kept = self.reader.column_reader("kept") if self.reader.doc_count_all() else None
        self._facts: Facts | None = None
        self._terms: dict[str, int] = {}
        self._words: dict[tuple[str, int], list[str]] | None = None
        self._counts: dict[tuple[str, str], tuple[array[int], array[float]]] = {}

    def close(self) -> None:
        self._kept = None
        self.reader.close()

    def __len__(self) -> int:
        return int(self.reader.doc_count_all())

    def find(self, id: str) -> int | None:
        """The number of the document or place with this id."""
        for field in ("id", "place"):
            try:
                return int(self.reader.first_id(field, id))
            except TermNotFound:
                continue
        return None

    def kept(self, number: int) -> tuple[Document, str]:
        """A document as it was kept, and the digest of its meaning."""
        if self._kept is None:
            raise IndexError(number)
        return load(self._kept[number])

    def ids(self) -> Iterator[str]:
        """Ids of all that can be found."""
        return (raw.decode() for raw in self.reader.lexicon("id"))

    @property
    def facts(self) -> Facts:
        if self._facts is None:
            times = self._numbers("time")
            self._facts = Facts(
                type=self._text("type"),
                channel=self._text("channel"),
                person=self._text("person"),
                language=self._text("language"),
                topic=self._list("topics"),
                has=self._list("has"),
                month=[_month(seconds // DAY) for seconds in times],
                time=times,
                order=self._numbers("order"),
                post=[kind == "post" for kind in self._text("type")],
                fresh=[0.5 ** ((CALENDAR - moment) / YEAR) for moment in times],
                title_length=self._numbers("title_length"),
                body_length=self._numbers("body_length"),
            )
        return self._facts

    def _text(self, name: str) -> list[str]:
        known: dict[bytes, str] = {}
        return [known.setdefault(raw, raw.decode()) for raw in self._column(name, b"")]

    def _list(self, name: str) -> list[tuple[str, ...]]:
        known: dict[str, tuple[str, ...]] = {"": ()}
        return [known.get(text) or known.setdefault(text, tuple(text.split("\n"))) for text in self._text(name)]

    def _numbers(self, name: str) -> list[int]:
        return list(self._column(name, 0))

    def _column(self, name: str, default: object) -> Iterable[Any]:
        if not self.reader.has_column(name):  # a volume of places alone
            return [default] * len(self)
        return list(self.reader.column_reader(name))

    def words(self, initial: str, lengths: Iterable[int]) -> Iterator[tuple[str, int]]:
        """Plain words that begin and are as long as said, with how many documents hold each."""
        terms = self.terms
        for length in lengths:
            for word in (self._words or {}).get((initial, length), ()):
                yield word, terms[word] % MANY + terms[word] // MANY % MANY

    def warm(self) -> None:
        """Read the columns and the terms, unless they are at hand or the volume was closed."""
        if self._kept is not None and self.facts:
            self.terms  # noqa: B018  read once

    @property
    def terms(self) -> dict[str, int]:
        """Every term with the documents that hold it, of the fields as digits of base MANY: title, text, author."""
        if self._words is None:
            found: dict[str, int] = {}
            for power, field in enumerate(TEXTS):
                for raw, info in self.reader.iter_field(field):
                    term = intern(raw.decode())
                    found[term] = found.get(term, 0) + int(info.doc_frequency()) * MANY**power
            self._terms, self._words = found, {}
            for term, held in found.items():
                if held % MANY**2 and term[0] not in "~#" and not words.unspaced(term):
                    self._words.setdefault((term[0], len(term)), []).append(term)
        return self._terms

    def frequency(self, field: str, term: str) -> int:
        """How many documents hold a term in a field."""
        if self._words is None:
            return int(self.reader.doc_frequency(field, term))
        return self._terms.get(term, 0) // int(MANY ** TEXTS.index(field)) % MANY

    def beginning(self, field: str, prefix: str) -> Iterator[str]:
        """Terms of a field that begin so."""
        return (raw.decode() for raw in self.reader.expand_prefix(field, prefix))

    def counts(self, field: str, term: str, check: Check) -> Iterable[tuple[int, float]]:
        """Document numbers in rising order with how often each holds a term.

        What was read is kept: a volume never changes, and all its postings together are a MiB.
        """
        found = self._counts.get((field, term))
        if found is None:
            found = self._read(field, term, check)
            if len(found[0]) >= OFTEN:
                self._counts[field, term] = found
        return zip(*found, strict=True)

    def _read(self, field: str, term: str, check: Check) -> tuple[array[int], array[float]]:
        numbers, counts = array("I"), array("f")
        if not self.frequency(field, term):
            return numbers, counts
        matcher = self.reader.postings(field, term)
        while matcher.is_active():
            if len(numbers) % 128 == 0:
                check()
            numbers.append(matcher.id())
            counts.append(matcher.weight())
            matcher.next()
        return numbers, counts

    def places(self, field: str, term: str, among: Iterable[int], check: Check) -> dict[int, list[int]]:
        """The positions of a term in each of these documents, given in rising order; all of them hold it."""
        found: dict[int, list[int]] = {}
        matcher = self.reader.postings(field, term)
        for number in among:
            if len(found) % 64 == 0:
                check()
            matcher.skip_to(number)
            found[number] = matcher.value_as("positions")
        return found
