"""A volume: one small Whoosh index in a folder of its own, at most 2,500 documents, never changed once written.

A change writes a new volume beside the old ones: of new documents, or of what is to stay of old volumes. Nothing else
is in the new one: of a text that was taken out no byte is left. Beside Whoosh's files lie the digests of all ids, so
that the volume which holds an id is found without opening the others.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

from whoosh import columns, fields, formats, index
from whoosh.reading import TermNotFound

from hub.errors import DamagedError
from hub.index import words
from hub.index.codec import Codec, Lists, Row, Table
from hub.index.document import Document, digest

SIZE = 2_500  # documents: rewriting a full volume after one erasure stays near half a second
TEXTS = ("title", "body", "author")
NAMES = ("id", "place")  # of what can be found, and of mere places
IDS, PARTS = "numbers.ids", 3
LENGTHS = 65_535
SHORT = ("type", "channel", "person", "language", "topics", "has")
NUMBERS = {"time": "I", "order": "I", "title_length": "H", "body_length": "H", "above": "Q"}
COLUMNS = (*SHORT, *NUMBERS, "kept")
Columns = dict[str, Any]
STUMBLES = (ArithmeticError, AssertionError, AttributeError, EOFError, ImportError, LookupError, MemoryError, OSError)
TOLD = (UnpicklingError, struct.error, zlib.error, TermNotFound, index.IndexError)
BROKEN = (*STUMBLES, *TOLD, RecursionError, TypeError, ValueError)
REBUILD = "run `hub index`: it makes the index again from the archive"


@contextmanager
def sound(folder: Path) -> Iterator[None]:
    """Whatever reading stumbles over in here is damage: a byte may differ where size and time do not."""
    try:
        yield
    except BROKEN as why:
        if isinstance(why, FileNotFoundError) and len(files(folder)) < PARTS:
            raise  # another process has swept it: no damage
        what = f"the search index is damaged: {folder} cannot be read: {type(why).__name__}: {why}"
        raise DamagedError(what, fix=REBUILD) from why


class Census(NamedTuple):
    """What weighs a volume among others: documents, the newest moment, places of titles and of texts, languages."""

    docs: int
    newest: int
    title: int
    body: int
    languages: tuple[str, ...]


def schema() -> fields.Schema:
    """Ids and words are indexed; the rest are columns, read whole when a volume is opened."""
    indexed: dict[str, Any] = {name: fields.FieldType(formats.Frequency(), None) for name in TEXTS}
    indexed |= {name: fields.FieldType(formats.Existence(), None) for name in NAMES}
    short = {name: fields.COLUMN(columns.RefBytesColumn()) for name in SHORT}
    numbers = {name: fields.COLUMN(columns.NumericColumn(code)) for name, code in NUMBERS.items()}
    return fields.Schema(**indexed, **short, **numbers, kept=fields.COLUMN(columns.VarBytesColumn()))


def write(folder: Path, documents: Iterable[Document]) -> Census:
    """A new volume of these documents."""
    table: Table = {}
    return _save(folder, [_row(number, document, table) for number, document in enumerate(documents)], table)


def _row(number: int, document: Document, table: Table) -> Columns:
    """The columns of a document; its terms go into the table."""
    kept = {"kept": zlib.compress(document.dump(), 1), "digest": digest(document.id), "above": document.above}
    if not document.type:
        _add(table, "place", number, {document.id: []})
        return kept
    _add(table, "id", number, {document.id: []})
    lengths, texts = {}, {"title": document.title, "body": document.text}
    for name, text in texts.items():
        found, many = words.places(text, document.language)
        _add(table, name, number, found)
        lengths[f"{name}_length"] = min(many, LENGTHS)
    _add(table, "author", number, words.places(f"{document.author} {document.handle}")[0])
    return kept | {
        "type": document.type.encode(),
        "channel": document.channel.encode(),
        "person": document.author.encode(),
        "language": document.language.encode(),
        "topics": "\n".join(document.topics).encode(),
        "has": "\n".join(document.has).encode(),
        "time": max(document.time, 0),
        "order": zlib.crc32(document.id.encode()),
        **lengths,
    }


def _add(table: Table, field: str, number: int, found: Mapping[str, list[int]]) -> None:
    rows, base = table.setdefault(field, {}), number << 16
    for term, positions in found.items():
        row = rows.get(term)
        if row is None:
            row = rows[term] = ([], [], [])
        row[0].append(number)
        row[1].append(len(positions))
        row[2].extend([base + position for position in positions])


def joined(folder: Path, olds: Mapping[Path, Collection[int]]) -> Census:
    """A new volume of several old ones, each without the documents of these numbers."""
    table: Table = {}
    rows: list[Columns] = []
    for old, gone in olds.items():
        with sound(old), closing(opened(old)) as reader:
            to = _stay(int(reader.doc_count_all()), gone, len(rows))
            kept = {name: list(reader.column_reader(name)) for name in COLUMNS if reader.has_column(name)}
            held = {**kept, "digest": digests(old)}
            rows += [{name: held[name][at] for name in held} for at, new in enumerate(to) if new >= 0]
            for field, lists in reader.codec().terms_reader(reader.storage(), reader.segment()).lists.items():
                _move(table.setdefault(field, {}), lists, to, whole=not gone)
    return _save(folder, rows, table)


def _stay(many: int, gone: Collection[int], first: int) -> list[int]:
    """The new number of each document, -1 for those that go."""
    to = []
    for number in range(many):
        stays = number not in gone
        to.append(first if stays else -1)
        first += stays
    return to


def _move(rows: dict[str, Row], lists: Lists, to: list[int], *, whole: bool) -> None:
    shift = (to[0] << 16) if to else 0
    for name, docs, counts, places in lists.rows():
        new = rows.get(name)
        if new is None:
            new = ([], [], [])
        if whole:
            new[0].extend([to[number] for number in docs])
            new[1].extend(counts)
            new[2].extend([place + shift for place in places])
        else:
            stay = [(to[number], count) for number, count in zip(docs, counts, strict=True) if to[number] >= 0]
            new[0].extend([number for number, _ in stay])
            new[1].extend([count for _, count in stay])
            new[2].extend([to[at >> 16] << 16 | at & LENGTHS for at in places if to[at >> 16] >= 0])
        if new[0]:
            rows[name] = new


def _save(folder: Path, rows: list[Columns], table: Table) -> Census:
    folder.mkdir(mode=0o700)
    writer = index.create_in(str(folder), schema()).writer(codec=Codec(table))
    for row in rows:
        writer.add_document(**{name: value for name, value in row.items() if name != "digest"})
    writer.commit()
    (folder / IDS).write_bytes(array("Q", [row["digest"] for row in rows]).tobytes())
    return Census(
        len(rows),
        max((row.get("time", 0) for row in rows), default=0),
        sum(row.get("title_length", 0) for row in rows),
        sum(row.get("body_length", 0) for row in rows),
        tuple(sorted({row["language"].decode() for row in rows if row.get("type")})),
    )


def opened(folder: Path) -> Any:
    """Whoosh's reader of a volume."""
    return index.open_dir(str(folder), readonly=True, schema=schema()).reader()


def digests(folder: Path) -> array[int]:
    """Those of a volume's documents and places, by number."""
    found = array("Q")
    found.frombytes((folder / IDS).read_bytes())
    return found


def files(folder: Path) -> list[Path]:
    """The files that make a volume, by name; Whoosh's lock is none of them."""
    return sorted(file for file in folder.iterdir() if file.suffix in (".toc", ".seg", ".ids"))


def checksum(file: Path) -> tuple[str, int, int]:
    """Name, size and CRC-32 of a file."""
    raw = file.read_bytes()
    return file.name, len(raw), zlib.crc32(raw)
