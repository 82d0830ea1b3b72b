"""An item as the archive keeps it: JSON without empty fields, and the digest that says whether two mean the same.

Poll votes move without news: they are counts, not part of the text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from hub.model import Account, Choice, Emoji, Item, Media, Poll, Rating
from hub.tidy.urls import name

RANKS = ("article", "video", "question", "review", "note")  # of two versions of an item, the earlier kind is shown
VOTES = "votes:"  # the type of a count: the votes of a poll's choice, by its place


def dump(item: Item) -> str:
    """The item's meaning as canonical JSON."""
    return pack(_still(item))


def load(body: str) -> Item:
    """The item that `dump` wrote."""
    data = unpack(body)
    return Item(**data | {key: read(data[key]) for key, read in _READ.items() if key in data})


def digest(text: str) -> str:
    """What stands for a text where the text itself may not: 128 bits of BLAKE2b, in hexadecimal."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@lru_cache(maxsize=8192)  # a batch asks for the same names again and again
def key(uri: str) -> str:
    """The digest of a name, compared as tidy says names are; "" for none."""
    normal = name(uri) if uri else ""
    return digest(normal) if normal else ""


def names(item: Item) -> dict[str, bool]:
    """Digests of all names the item answers to, and whether it is the id."""
    others = dict.fromkeys((key(uri) for uri in (item.url, *item.aliases) if uri), False)
    return {one: own for one, own in {**others, key(item.id): True}.items() if one}


def rank(kind: str) -> int:
    """How much of an utterance a kind is wont to hold; more is shown before less."""
    return len(RANKS) - RANKS.index(kind) if kind in RANKS else 0


def votes(item: Item) -> dict[str, int]:
    """The votes of an item's poll, as counts."""
    return {f"{VOTES}{place}": choice.votes for place, choice in enumerate(item.poll.choices)} if item.poll else {}


def with_votes(item: Item, counts: Mapping[str, int]) -> Item:
    """The item with the votes that were counted."""
    if item.poll is None:
        return item
    choices = (replace(choice, votes=counts.get(f"{VOTES}{at}", 0)) for at, choice in enumerate(item.poll.choices))
    return replace(item, poll=replace(item.poll, choices=tuple(choices)))


def pictures(item: Item) -> list[str]:
    """Addresses of every picture a page would show of the item, in order."""
    media = (one.url if one.type == "image" else one.poster for one in item.media)
    found = (item.author.avatar, *media, *(emoji.url for emoji in item.emojis))
    return list(dict.fromkeys(url for url in found if url.startswith(("http://", "https://"))))


def pack(value: object) -> str:
    """Plain data, or one of our dataclasses, as canonical JSON; half a character, which no database takes, as "?"."""
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def unpack(text: str) -> dict[str, Any]:
    """The plain data of a JSON object."""
    found: dict[str, Any] = json.loads(text)
    return found


def _plain(value: object) -> object:
    """JSON values of a dataclass, without the fields that say nothing."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(held) for field, held in pairs if held != _default(field)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(one): _plain(held) for one, held in value.items()}
    return value


def _default(field: Any) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _still(item: Item) -> Item:
    """The item without its votes."""
    return with_votes(item, {})


def when(text: str) -> datetime | None:
    """A time as JSON holds it."""
    return datetime.fromisoformat(text) if text else None


def _poll(data: dict[str, Any]) -> Poll:
    choices = tuple(Choice(**one) for one in data["choices"])
    return Poll(**{**data, "choices": choices, "closes": when(data.get("closes", ""))})


_READ: Mapping[str, Callable[[Any], Any]] = {
    "author": lambda data: Account(**data),
    "published": when,
    "edited": when,
    "media": lambda data: tuple(Media(**one) for one in data),
    "emojis": lambda data: tuple(Emoji(**one) for one in data),
    "rating": lambda data: Rating(**data),
    "poll": _poll,
    **dict.fromkeys(("quotes", "links", "aliases", "syndication", "tags"), tuple),
}
