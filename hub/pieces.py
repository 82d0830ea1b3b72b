"""What of a post decides whether it is the same piece as another. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise

from hub import tidy
from hub.model import Item
from hub.threads import unmarked

READ = 400  # words of a text that are compared
LONG = 4000  # characters of a text that are read for them
LINKS = 20  # addresses of a post that are looked up


@dataclass(frozen=True)
class Piece:
    """What of a post decides whether it is the same as another. Names and pages are spelled as `tidy.name` does."""

    id: str
    channel: str
    when: datetime | None
    names: frozenset[str]
    own: frozenset[str]  # its id and address
    explicit: frozenset[str]  # its id and aliases: names that are given on purpose
    syndicated: frozenset[str]  # what it calls its copies
    host: str
    title: tuple[str, ...]
    words: tuple[str, ...]
    pages: frozenset[str]
    parent: str = ""
    known: frozenset[str] = frozenset()  # of one without its text: names of what it was the same as while it had one

    @property
    def rank(self) -> tuple[bool, str, str]:
        """What makes the earliest the root: undated ones come last, ties go by id."""
        return self.when is None, self.when.isoformat(timespec="microseconds") if self.when else "", self.id

    @cached_property
    def content(self) -> frozenset[str]:
        """Words that carry meaning; of scripts without spaces, pairs of signs."""
        said = (*self.title, *self.words)
        pairs = {one + two for one, two in pairwise(said) if _SPACELESS.match(one + two)}
        return frozenset({word for word in said if len(word) > 3} | pairs)

    @cached_property
    def traces(self) -> frozenset[str]:
        """What a counterpart has in common with it: pages it links to, and a sketch of what it says."""
        sketch = {*_least(self.title, 4), *_least(self.words[:15], 4), *_least(self.words[:100], 8)}
        return frozenset({*sorted(self.pages)[:LINKS], *sketch, *self.known})


def piece(item: Item, parts: Sequence[Item] = ()) -> Piece:
    """What of a tidied item decides; `parts` are how it goes on, where it does: it says all that, and links to it."""
    explicit = frozenset(map(tidy.name, (item.id, *item.aliases)))
    own = {tidy.name(item.id), tidy.name(item.url)}
    every = explicit | own
    line = (item, *parts)
    here = every | {tidy.name(name) for one in parts for name in (one.id, one.url, *one.aliases)}
    texts = [_said_in(tidy.text(one.html)) for one in line]
    said = [word for text in texts for word in words(unmarked(text) if parts else text)]
    return Piece(
        id=item.id,
        channel=item.channel,
        when=item.published,
        names=every - {""},
        own=frozenset(own - {""}),
        explicit=explicit - {""},
        syndicated=frozenset(map(tidy.name, item.syndication)) - every,
        host=tidy.host(item.url),
        title=tuple(words(item.title)),
        words=tuple(said[:READ]),
        pages=frozenset(page for one in line for page in map(tidy.name, one.links) if _is_page(page)) - here,
        parent=tidy.name(item.reply_to) if item.reply_to else "",
        known=frozenset(map(tidy.name, item.links)) if item.withheld else frozenset(),
    )


# Han, kana, Thai, Lao, Burmese, Khmer: each sign a word.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# An address that stands in the text, or a handle: people leave out or write otherwise what networks make of it.
_ADDRESS = re.compile(r"[\w-]+(?:\.[\w-]+)+/|https?://|@[\w.-]")
_UNFINISHED = ("…", "...", "[…]")
_WORD = re.compile(r"[^\W_]+")
_NO_PAGE = re.compile(
    r"https?://[^/]+/?$|.*/(?:tags?|hashtag|explore)/|https?://[^/]+/(?:@[^/]+|(?:profile|users|u|c)/[^/]+)$"
)


def _said_in(text: str) -> str:
    """The beginning of a text without addresses and handles; the last word of what a network cut may be half a word."""
    parts = text[:LONG].split()
    if text.rstrip().endswith(_UNFINISHED) or len(text) > LONG:
        parts = parts[:-1]
    return " ".join(part for part in parts if not _ADDRESS.match(part.lstrip("(<")))


def words(text: str) -> Iterator[str]:
    """The words of a text as they are compared."""
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _SPACELESS.search(word):
            yield from word
        else:
            yield word


def _is_page(address: str) -> bool:
    return address.startswith("http") and not _NO_PAGE.match(address)


def _least(said: tuple[str, ...], many: int) -> list[str]:
    """A sketch: the least digests of three words in a row. Two texts that share much share some of them."""
    runs = {" ".join(said[at : at + 3]) for at in range(max(1, len(said) - 2))} if said else set()
    return sorted(blake2b(run.encode(), digest_size=8).hexdigest() for run in runs)[:many]
