"""What was removed on request never comes back: keyed digests of its names stand in content/rules.toml, no name does.

The key lies in .hub/key. Without it nobody can tell from a digest who was forgotten, nor keep them out: back it up.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from hub import targets, tidy
from hub.errors import SettingsError
from hub.lock import writable
from hub.model import Account, Batch, Item
from hub.rules import Forget

KEY = "key"  # the file in .hub/


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Tells tidied things that were forgotten from all others."""

    key: bytes = b""
    digests: frozenset[str] = frozenset()

    def item(self, item: Item) -> bool:
        """Was this item forgotten, or whoever said it?"""
        return bool(self.digests) and (self._known("item", of_item(item)) or self.account(item.author))

    def account(self, account: Account) -> bool:
        """Was this account forgotten?"""
        return bool(self.digests) and self._known("account", of_account(account))

    def without(self, batch: Batch) -> Batch:
        """A tidied batch without anything that was forgotten."""
        if not self.digests:
            return batch
        items = tuple(item for item in batch.items if not self.item(item))
        faces = tuple(one for one in batch.reactions if not self.account(one.account))
        told = tuple(one for one in batch.profiles if not self.account(one.account))
        kept = without(batch.cursor, self._named)
        return replace(batch, items=items, reactions=faces, profiles=told, cursor=kept)

    def _named(self, text: str) -> bool:
        """Is a text of a channel's memory the name of something forgotten?"""
        return (":" in text or "@" in text) and _is_name(self.key, self.digests, text)

    def _known(self, what: str, names: Iterable[str]) -> bool:
        return any(digest(self.key, what, name) in self.digests for name in names)


def opened(forgets: Iterable[Forget], memory: Path) -> Forgotten:
    """What these rules keep out, by the key of the folder. Raises SettingsError when there is no key to tell by."""
    digests = frozenset(one for forget in forgets for one in forget.digests)
    if not digests:
        return Forgotten()
    found = _read(memory / KEY)
    if not found:
        why = f"names what was forgotten, but its key is missing: {memory / KEY}"
        fix = "put that file back from your backup: without it what was forgotten would return"
        raise SettingsError("forget", why, where="content/rules.toml", fix=fix)
    return Forgotten(found, digests)


def key(memory: Path) -> bytes:
    """The key of the folder; made when there is none yet."""
    path = memory / KEY
    if not (found := _read(path)):
        found = secrets.token_bytes(32)
        with writable(path):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(file, found.hex().encode() + b"\n")
            os.fsync(file)
            os.close(file)
    return found


def digest(key: bytes, what: str, name: str) -> str:
    """What stands for a name of an item or an account."""
    return blake2b(f"{what}:{name}".encode("utf-8", "surrogatepass"), key=key, digest_size=20).hexdigest()


@lru_cache(maxsize=65536)  # a cursor holds the same names batch after batch
def _is_name(key: bytes, digests: frozenset[str], text: str) -> bool:
    return any(digest(key, what, tidy.name(text)) in digests for what in ("item", "account"))


def naming(names: Iterable[str]) -> Callable[[str], bool]:
    """Does a text hold one of these names, by itself or as the beginning of an address below it?"""
    whole = sorted({name.rstrip("/") for name in names} - {""}, key=lambda name: (-len(name), name))
    found = re.compile(rf"(?:{'|'.join(map(re.escape, whole))})(?=$|[/?#&\s\"'|,;<>)])") if whole else None
    return lambda text: found is not None and found.search(text) is not None


def without(kept: Mapping[str, object], named: Callable[[str], bool]) -> dict[str, object]:
    """A channel's memory without the texts that are named: an entry goes, a place in a list stays empty."""
    return {key: _left(one, named) for key, one in kept.items() if not (named(key) or _hit(one, named))}


def _left(value: object, named: Callable[[str], bool]) -> object:
    if isinstance(value, Mapping):
        return without(value, named)
    if isinstance(value, list | tuple):
        return [("" if _hit(one, named) else _left(one, named)) for one in value]
    return value


def _hit(value: object, named: Callable[[str], bool]) -> bool:
    return isinstance(value, str) and named(value)


def of_item(item: Item) -> set[str]:
    """Every name an item answers to, in the spelling names are compared in."""
    return {tidy.name(one) for one in (item.id, item.url, *item.aliases) if one}


def of_account(account: Account) -> set[str]:
    """Every name of an account that no other has: a handle counts where it names its host."""
    return {one for one in targets.known_as(account) if ":" in one or "@" in one}


def _read(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text("ascii"))
    except (OSError, ValueError):
        return b""
