"""What the templates of people are given, see hub.site.views."""

from __future__ import annotations

from dataclasses import dataclass

from hub.site.pieces import Moment, Place, Who
from hub.site.views import Card, Head, Line


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFacts:
    """An account of a person: where it is at home, and how often it spoke on which channel. `home`: its page here."""

    home: str
    label: str
    href: str
    said: tuple[tuple[Place, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A message on its author's page: a post as its card, or an answer with the heading of the post it stands below."""

    card: Card | None = None
    line: Line | None = None
    heading: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonPage:
    """/person/…/: what somebody said here (h-feed); the open page says first who it is (h-card)."""

    head: Head
    title: str
    who: Who
    said: tuple[Said, ...]
    first: Moment
    last: Moment
    accounts: tuple[AccountFacts, ...] = ()
    proofs: tuple[tuple[str, bool], ...] = ()  # in words; is it the word of whoever runs this site?
    newer: str = ""
    older: str = ""
    oldest: str = ""
    open: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonLine:
    """Somebody in a list of people."""

    who: Who
    href: str
    home: str
    place: Place
    many: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """/people/, and the people whose names begin with a letter."""

    head: Head
    title: str
    people: tuple[PersonLine, ...]
    team: tuple[PersonLine, ...] = ()
    letters: tuple[tuple[str, str], ...] = ()
    letter: str = ""
    earlier: str = ""
    later: str = ""
