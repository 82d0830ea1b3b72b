"""The parts of messages as a template is given them: who, when and where, pictures, polls, quotes, other versions.

As in hub.site.views every `str` is plain text, every `Markup` went through tidy.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

NOTHING = Markup("")


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A time for people and machines. `iso` is "" and `text` "Date unknown" where there is none."""

    iso: str = ""  # 2026-11-05T14:05:00+00:00
    text: str = ""  # 5 November 2026
    full: str = ""  # 5 November 2026, 14:05
    clock: str = ""  # 14:05


UNTIMED = Moment()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A channel as a page shows it: `kind` picks icon and colour, `label` is the word that always stands beside it."""

    name: str
    label: str
    kind: str
    href: str  # its page here
    profile: str = ""  # the channel at home
    # what its network's terms demand beside a text
    logo: str = ""  # a local file
    linked: bool = False  # the time leads to the message at its source
    licence: tuple[str, str] = ("", "")  # name, address


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """An author. `avatar` is a local file or ""; then `initial` (one grapheme) stands on a disc."""

    name: str
    handle: str = ""
    href: str = ""
    avatar: str = ""
    initial: str = ""
    team: bool = False
    automated: bool = False
    page: str = ""  # the page of this person here


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A medium. `src` is the local file, "" while it is not fetched: then only the link `href` is shown."""

    type: str  # image, video, audio
    href: str
    src: str = ""
    srcset: tuple[tuple[str, int], ...] = ()  # (local file, pixels wide), where a browser has a choice
    poster: str = ""
    posters: tuple[tuple[str, int], ...] = ()
    alt: str = ""
    described: bool = False
    width: int = 0
    height: int = 0
    duration: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A piece as it was posted in another place. `why` says what tells that it is the same."""

    place: Place
    href: str
    why: str = ""
    title: str = ""
    body: Markup = NOTHING
    quotes: tuple[Quoted, ...] = ()
    pictures: tuple[Picture, ...] = ()
    published: Moment = UNTIMED
    language: str = ""
    who: Who | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """A message inside another. Without `who` it is not here: `href` leads there, and "" where it is gone."""

    href: str
    who: Who | None = None
    place: Place | None = None
    title: str = ""
    body: Markup = NOTHING
    warning: str = ""
    published: Moment = UNTIMED
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """A poll: (option, votes, percent), and until when one can vote at the source. `place`: where it was asked, when
    that is not where the message stands that carries it."""

    rows: tuple[tuple[str, int, int], ...]
    total: int = 0
    closes: Moment | None = None
    closed: bool = False
    place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Faces:
    """People who reacted in one way (like, repost, bookmark, rsvp), by name: the first of them, and how many in all.
    Nobody is named while all of them are held."""

    type: str
    who: tuple[Who, ...]
    total: int
