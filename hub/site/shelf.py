"""How messages are analysed for the search files: kept beside the site, so that a block need not be read anew.

One file for each block, below .hub/, replaced whole: what is gone from a block is in none of them. It is a cache; what
it lacks, or has of another version, is read from the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from hub.index.document import Document, document
from hub.model import Entry, Item
from hub.site.lexicon import Block, analysis
from hub.store import Record

Read = Callable[[Collection[str]], Iterable[Record]]
FORMAT = 3  # of the files, and of what analysis finds
SIGNS = {"answered": "+", "unanswered": "-", "": ""}  # at the end of a version: has the brand answered it?


@dataclass(frozen=True, slots=True)
class Reading:
    """How messages become documents: the language meant where none is named, and channels whose texts stay out."""

    language: str = ""
    bare: frozenset[str] = frozenset()

    def document(self, item: Item, root: str) -> Document | None:
        """The document of one message; id, address, channel and date alone where terms forbid more."""
        found = document(Entry(seq=0, what="item", id=item.id, item=item, thread=root), self.language)
        if not (found and found.type):
            return None
        if item.channel not in self.bare:
            return found
        kept = {name: getattr(found, name) for name in ("id", "type", "root", "address", "channel", "time")}
        return Document(**kept)

    def note(self, item: Item, root: str, version: str) -> Note:
        """What is kept of a message."""
        one = self.document(item, root)
        if one is None:
            return Note(version)
        found = analysis(one)
        heard = [f"is:{state}" for state, sign in SIGNS.items() if sign and version.endswith(sign)]
        facts = (one.type, one.channel, one.author, one.language, one.topics, (*one.has, *heard))
        return Note(version, facts, found.title, found.body, found.terms)

    @property
    def made(self) -> str:
        """Another string when notes come out otherwise."""
        return blake2b(repr((FORMAT, self.language, sorted(self.bare))).encode(), digest_size=8).hexdigest()


class Note(NamedTuple):
    """What is kept of a message. `facts`: type, channel, person, language, topics, has."""

    version: str
    facts: Sequence[str | Sequence[str]] = ("", "", "", "", (), ())
    title: int = 0
    body: int = 0
    terms: dict[str, str] = {}  # noqa: RUF012  never changed


@dataclass(frozen=True, slots=True)
class Shelf:
    """The notes of every block. `blocks` are those there are in this build."""

    folder: Path
    blocks: Mapping[str, Block] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)

    def notes(self, block: str, rows: Sequence[tuple[str, str, str]], read: Read) -> list[Note]:
        """The notes of a block's messages, given as (id, root, version); `read` brings those that are lacking."""
        held = self._read(block)
        kept = {ident: held[ident] for ident, _, known in rows if ident in held and held[ident].version == known}
        lacking = {ident: (root, known) for ident, root, known in rows if ident not in kept}
        for record in read(lacking) if lacking else ():
            kept[record.item.id] = self.reading.note(record.item, *lacking[record.item.id])
        if lacking or held.keys() - kept.keys():
            self._write(block, kept)
        return [kept.get(ident) or Note(known) for ident, _, known in rows]

    def sweep(self) -> None:
        """Remove what belongs to no block any more."""
        for path in self.folder.glob("*"):
            if path.name.removesuffix(".json") not in self.blocks:
                path.unlink()

    def _read(self, block: str) -> dict[str, Note]:
        try:
            made, held = json.loads((self.folder / f"{block}.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return {ident: Note(*row) for ident, row in held.items()} if made == self.reading.made else {}

    def _write(self, block: str, notes: dict[str, Note]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.folder / f"{block}.new"
        beside.write_text(json.dumps([self.reading.made, notes], separators=(",", ":")), "utf-8")
        beside.replace(self.folder / f"{block}.json")
