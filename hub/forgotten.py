"""What was removed on request never comes back: keyed digests of its names stand in content/rules.toml, no name does.

The key lies in .hub/key. Without it nobody can tell from a digest who was forgotten, nor keep them out: back it up.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
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
        return replace(batch, items=items, reactions=faces, profiles=told)

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
