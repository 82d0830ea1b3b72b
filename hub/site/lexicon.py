"""How the search of a plain file host is cut into files, and how postings are written in them. Pure.

Messages stand in blocks of days. Days are halved until no block holds more than `BLOCK` messages, so that a block's
bounds depend on how many messages fall into them and on nothing else. Within a block messages are numbered by time,
then id: a new one comes last and moves no other. Terms lie in cells: those that begin alike lie together, so that a
word, its inflections and what it is the beginning of need one file of each block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log2

from hub.index import words
from hub.index.document import Document

BLOCK = 8_192  # messages of a block, more only when they are all of one day
CHUNK = 8  # messages shown from one file
CELL = 64  # messages of a block for each of its cells: a cell is then 3 to 5 KiB packed
DAYS = 1 << 16  # from 1970 on
DAY = 86_400  # seconds
MOST = 64  # places of one term in one message
FIELDS = ("title", "body", "author")
SPELLED = range(3, 33)  # letters of a word that another may be a typo of

# A number is digits of base 45, the last one from the first half: printable, and free of what JSON escapes.
_SIGNS = "".join(chr(code) for code in range(0x23, 0x7F) if chr(code) != "\\")
BASE = 45
_ENDS, _GOES = _SIGNS[:BASE], _SIGNS[BASE : 2 * BASE]


def number(value: int) -> str:
    """A number, the smaller the shorter."""
    if value < BASE:
        return _ENDS[value]
    signs = []
    while value >= BASE:
        value, digit = divmod(value, BASE)
        signs.append(_GOES[digit])
    return "".join(signs) + _ENDS[value]


def numbers(written: str) -> Iterator[int]:
    """What `number` wrote, one after the other."""
    value, weight = 0, 1
    for sign in written:
        digit = _SIGNS.index(sign)
        value += digit % BASE * weight
        weight *= BASE
        if digit < BASE:
            yield value
            value, weight = 0, 1


def rough(length: int) -> str:
    """A length as one sign, right to a tenth: 2 ** (sign / 4) - 1."""
    return _SIGNS[min(round(4 * log2(1 + length)), len(_SIGNS) - 1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """What can be found of a message. `terms`: a word with its stems, joined by "~" → where it stands."""

    terms: dict[str, str]
    title: int = 0  # places
    body: int = 0


def analysis(document: Document) -> Analysis:
    """A message as the index has it: the same terms as on the server, stems beside the words they are of."""
    places: dict[str, list[tuple[int, int]]] = {}
    stems: dict[str, str] = {}
    lengths = [0, 0, 0]
    author = f"{document.author} {document.handle}"
    for field, text in enumerate((document.title, document.text, author)):
        found = list(words.tokens(text, document.language if field < 2 else ""))
        lengths[field] = len(found)
        for token, term in ((one, term) for one in found for term in one.terms if term):
            if term[0] == "~":
                stems[token.terms[0]] = term
            else:
                places.setdefault(term, []).append((field, token.position))
    terms = {term + stems.get(term, ""): _places(held[:MOST]) for term, held in places.items()}
    return Analysis(terms=terms, title=lengths[0], body=lengths[1])


def _places(found: list[tuple[int, int]]) -> str:
    """Each as one number: steps from the place before in the same field, the field, and whether it is the last."""
    written, before, at = [], -1, 0
    for index, (field, position) in enumerate(found):
        at = at if field == before else 0
        written.append(number((position - at) << 3 | field << 1 | (index == len(found) - 1)))
        before, at = field, position
    return "".join(written)


_ARTICLE = re.compile("^و?(?:ال|بال|كال|فال|لل)(?=\\w{2})|^و(?=\\w{3})")


def cell(term: str, many: int) -> int:
    """Which of so many cells a term lies in: by its first three letters, by one where letters are words."""
    bare = _ARTICLE.sub("", term.removeprefix("#"))
    mixed = 0
    for letter in bare[:1] if words.unspaced(bare) else bare[:3]:
        mixed = mixed * 31 + ord(letter)
    return (mixed * 0x9E3779B1 % (1 << 32)) * many >> 32


def cells(docs: int) -> int:
    """How many cells the terms of so many messages are cut into: a power of two."""
    return 1 << max(0, (docs - 1) // CELL).bit_length()


def chunks(docs: int) -> int:
    """How many files show so many messages."""
    return -(-docs // CHUNK)


@dataclass(frozen=True, slots=True)
class Block:
    """The messages of the days from `first` on, before `last`."""

    first: int
    last: int
    docs: int

    @property
    def name(self) -> str:
        return f"{self.first}-{self.last}"


def blocks(held: Mapping[int, int]) -> dict[str, Block]:
    """The blocks, by name and from the oldest, of so many messages on each day."""
    found = sorted(_halved(sorted(held.items()), 0, DAYS), key=lambda block: block.first)
    return {block.name: block for block in found}


def _halved(held: list[tuple[int, int]], first: int, last: int) -> Iterator[Block]:
    waiting = [(held, first, last)]
    while waiting:
        held, first, last = waiting.pop()
        docs = sum(count for _, count in held)
        if docs <= BLOCK or last - first == 1:
            yield from [Block(first, last, docs)] if docs else []
            continue
        middle = (first + last) // 2
        waiting.append(([pair for pair in held if pair[0] < middle], first, middle))
        waiting.append(([pair for pair in held if pair[0] >= middle], middle, last))


def postings(rows: Iterable[Mapping[str, str]], many: int) -> tuple[list[dict[str, str]], dict[str, int]]:
    """The cells of a block, and how many messages hold each word. Rows are the `terms` of its messages by number.

    In a cell: term with all its stems → the messages that hold it, as steps from one to the next, each with its places.
    """
    written: dict[str, list[str]] = {}
    stems: dict[str, set[str]] = {}
    newest: dict[str, int] = {}
    for at, terms in enumerate(rows):
        for key, places in terms.items():
            word, _, stem = key.partition("~")
            if stem:
                stems.setdefault(word, set()).add(stem)
            written.setdefault(word, []).append(number(at - newest.get(word, 0)) + places)
            newest[word] = at
    found: list[dict[str, str]] = [{} for _ in range(many)]
    for word in sorted(written):
        key = "~".join((word, *sorted(stems.get(word, ()))))
        found[cell(word, many)][key] = "".join(written[word])
    return found, {word: len(held) for word, held in written.items()}


def spelled(counts: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Words that others may be typos of: first letter → size in bits of the number of messages → words."""
    found: dict[str, dict[str, list[str]]] = {}
    for word in sorted(counts):
        if len(word) in SPELLED and word[0] != "#" and not words.unspaced(word):
            found.setdefault(word[0], {}).setdefault(str(counts[word].bit_length()), []).append(word)
    return {letter: {size: " ".join(held) for size, held in sorted(sizes.items())} for letter, sizes in found.items()}
