"""Which entry of a feed is which item. Pure.

Feeds leave ids out, use one for several entries, change them at every reading, or number from 1. An item's id is a URI,
the same whoever brought it and however often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urldefrag

from hub.channels.feedentry import Document, Entry
from hub.channels.loose import digest, is_uri

KEPT = 500  # entries of a document whose ids are remembered


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last reading taught: the id of each entry by its link and title, and ids known to be used twice."""

    known: Mapping[str, str] = field(default_factory=dict)
    twice: frozenset[str] = frozenset()


def uri(name: str, feed: str) -> str:
    """An id as a URI: itself, or the feed's address with the id as its fragment."""
    return name if is_uri(name) else f"{feed}#{quote(name, safe='')}"


def identify(document: Document, memory: Memory) -> tuple[list[tuple[str, Entry]], Memory]:
    """Each different entry with its id, and what to remember for the next reading."""
    entries, feed = document.entries, document.address
    named = list(dict.fromkeys((_base(entry, feed), _print(entry)) for entry in entries))
    first = {(_base(entry, feed), _print(entry)): entry for entry in reversed(entries)}
    twice = memory.twice | {base for base, count in Counter(base for base, _ in named).items() if count > 1}
    found = [(_apart(base, mark) if base in twice else base, first[base, mark]) for base, mark in named]
    keys = Counter(_key(entry) for _, entry in found)
    here = {name for name, _ in found}
    same = [(_kept(name, entry, memory, here) if keys[_key(entry)] == 1 else name, entry) for name, entry in found]
    known = {_key(entry): name for name, entry in same[:KEPT] if keys[_key(entry)] == 1}
    return same, Memory(known, twice)


def aliases(name: str, entry: Entry, document: Document) -> tuple[str, ...]:
    """The other names an entry answers to: the id it has today, its address, the address of its comments."""
    today = _base(entry, document.address)
    others = entry.names if name.startswith(today) else (today, *entry.names)
    # "#respond" becomes "#comments" with the first comment: a place on the entry's own page is no name of it.
    own = ("", name, entry.link)
    return tuple(dict.fromkeys(other for other in others if other not in own and urldefrag(other)[0] != entry.link))


def _base(entry: Entry, feed: str) -> str:
    if entry.id:
        return uri(entry.id, feed)
    return entry.link or _apart(feed, digest(entry.title, _date(entry), entry.html))


def _print(entry: Entry) -> str:
    return digest(entry.link, entry.title, _date(entry))


def _key(entry: Entry) -> str:
    """What stays when an id does not: address and title, else the text."""
    return digest(entry.link, entry.title) if entry.link or entry.title else digest(entry.html)


def _kept(name: str, entry: Entry, memory: Memory, here: Iterable[str]) -> str:
    """The id this entry had before, when its feed gives out new ones."""
    before = memory.known.get(_key(entry), name)
    return name if before in here or name in memory.known.values() else before


def _apart(base: str, mark: str) -> str:
    return f"{base}{'-' if '#' in base else '#'}{mark}"


def _date(entry: Entry) -> str:
    return entry.published.isoformat() if entry.published else ""
