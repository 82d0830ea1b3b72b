"""A newsletter: its issues as they arrive in a mailbox (IMAP), or lie in an mbox file or a Maildir.

Issues only: what comes from the one address they are sent from, to a list, and answers nothing. A subscriber's letter
is not kept in any form, not even that there was one. What was made for one recipient (pixels, tokens, their name and
address, the way out of the list) is taken out. What leaves the folder leaves the site, at `--now` and at the sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hub.channels import Ask
from hub.channels.loose import chosen, mapping, string
from hub.channels.newsletter_letter import Sender, issue
from hub.errors import Malformed
from hub.model import Batch, Cursor, Item, Terms
from hub.web import Web

STEP = 20  # letters of a batch


class Folder(Protocol):
    """A folder of letters. While `era` stays the same a number means the same letter; while `stamp` does ("" where
    nobody can tell), the folder holds the same letters."""

    era: str
    stamp: str

    def numbers(self, sender: str, list_id: str) -> Sequence[str]:
        """The letters that may be issues, oldest first."""
        ...

    def letter(self, number: str) -> bytes: ...


Opener = Callable[[str, str, str], AbstractContextManager[Folder]]
"""Opens a folder by address or path, user's name and password. Raises a ChannelError."""


@dataclass(frozen=True, slots=True)
class Newsletter:
    """Letters from `sender` in `mailbox` ("imaps://mail.example/Folder", with `user` and `password`), or in the file or
    folder `path`. With `list_id` only those of that list."""

    name: str
    sender: str
    mailbox: str = ""
    user: str = ""
    password: str = ""
    path: str = ""
    list_id: str = ""
    label: str = ""
    language: str = ""
    post: Opener | None = None

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:  # noqa: ARG002  letters come by another way
        """The issues that are new, and on demand those that left."""
        if self.post is None or bool(self.mailbox) == bool(self.path):
            raise Malformed("this newsletter has no place or two", fix="set one of mailbox and path")
        made = chosen(_Place(self.sender, self.mailbox, self.path, self.list_id, self.language))
        with self.post(self.mailbox or self.path, self.user, self.password) as folder:
            same = string(cursor, "settings") == made and string(cursor, "era") == folder.era
            if same and folder.stamp and folder.stamp == string(cursor, "stamp"):
                return
            known = {number: string(id) for number, id in mapping(cursor, "letters").items()} if same else {}
            yield from self._new(folder, known, {"settings": made, "era": folder.era}, ask)

    def _new(self, folder: Folder, known: dict[str, str], state: Mapping[str, object], ask: Ask) -> Iterator[Batch]:
        numbers = folder.numbers(self.sender, self.list_id)
        there, before = set(numbers), dict(known)
        if ask.recheck or ask.sweep or folder.stamp:  # a file tells by itself that it changed
            known = {number: id for number, id in known.items() if number in there}
        gone = tuple(sorted({id for id in before.values() if id} - set(known.values())))
        fresh = [number for number in numbers if number not in before]
        for start in range(0, len(fresh), STEP):
            items = list[Item]()
            for number in fresh[start : start + STEP]:
                found = issue(folder.letter(number), Sender(self.name, self.sender, self.list_id, self.language))
                items += [found] if found else []
                known[number] = found.id if found else ""
            yield Batch(items=tuple(items), cursor={**state, "letters": dict(known)})
        gone = tuple(id for id in gone if id not in known.values())
        if gone or known != before or folder.stamp:
            yield Batch(gone=gone, cursor={**state, "stamp": folder.stamp, "letters": dict(known)})


@dataclass(frozen=True, slots=True)
class _Place:
    """The settings that decide what an issue is: when they change, all letters are read anew."""

    sender: str
    mailbox: str
    path: str
    list_id: str
    language: str
