"""What any feed says, whatever its format: plain data between the parsers and the channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.model import Account, Media

NOBODY = Account()


class Place(NamedTuple):
    """Where an entry is talked about (Podcasting 2.0): a post by its URI, on the account of who made the entry."""

    protocol: str
    uri: str
    account: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry as the feed gives it: nothing decided yet, `id` may be missing, relative or used twice."""

    id: str = ""
    link: str = ""
    title: str = ""
    html: str = ""
    excerpt: bool = False
    published: datetime | None = None
    updated: datetime | None = None  # only where the format means an edit by it
    author: Account = NOBODY
    tags: tuple[str, ...] = ()
    language: str = ""
    names: tuple[str, ...] = ()  # other names it answers to
    links: tuple[str, ...] = ()  # what it is about, where the format says so apart from the text
    syndication: tuple[str, ...] = ()  # where it stands too, or came from
    replies: str = ""  # address of its feed of replies
    count: int = -1  # how many replies the feed says there are; -1 when it does not say
    parent: tuple[str, ...] = ()  # names of what it answers
    media: tuple[Media, ...] = ()
    video: bool = False
    talks: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A feed. `address` is what it is asked for by; `gone` are ids it says were deleted (RFC 6721)."""

    address: str = ""
    title: str = ""
    page: str = ""  # the site it belongs to
    language: str = ""
    author: Account = NOBODY
    entries: tuple[Entry, ...] = ()
    gone: tuple[str, ...] = ()
