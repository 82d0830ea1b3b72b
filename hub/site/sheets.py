"""What the templates of single pages are given, see hub.site.views."""

from __future__ import annotations

from dataclasses import dataclass

from hub.site.pieces import Moment, Picture, Place, Who
from hub.site.views import Bars, Card, Head, Line, Pace


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedPage:
    """A conversation below the brand's post elsewhere. Of `barred` channels no words may stand there."""

    card: Card
    lines: tuple[Line, ...]
    barred: frozenset[str] = frozenset()
    more: bool = False  # there is more of it on the post's page


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicsPage:
    """/topics/: (topic, href, posts), the ones most spoken of first."""

    head: Head
    title: str
    rows: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WallItem:
    """A message on the wall: plain words, cut at a sentence where they are many."""

    key: str
    href: str
    who: Who
    place: Place
    text: str
    published: Moment
    language: str = ""
    picture: Picture | None = None
    origin: str = ""  # where its time leads, if terms want that
    whole: bool = False  # its terms let nobody cut it


@dataclass(frozen=True, kw_only=True, slots=True)
class WallPage:
    """/wall/: the newest messages; `address` is where its code leads, as one types it, `pin` the key of one of them."""

    head: Head
    title: str
    items: tuple[WallItem, ...]
    address: str
    hashtag: str = ""
    pin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecapPage:
    """/wall/recap/: what is on the wall, to be read: (day, messages), the newest first; `wall` is where that stands."""

    head: Head
    title: str
    wall: str
    days: tuple[tuple[str, tuple[WallItem, ...]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class InsightsPage:
    """/insights/ and its ranges. `charts` and `hours` are empty where too little was said to draw it."""

    head: Head
    title: str
    days: int
    ranges: tuple[tuple[int, str], ...]  # (days, href)
    channels: tuple[tuple[Place, str], ...]
    numbers: tuple[tuple[int, int], ...]  # posts, replies, people: (these days, the days before)
    until: str = ""  # the last day that counts, "" where nothing was said
    place: Place | None = None
    charts: tuple[tuple[Place, Bars], ...] = ()
    columns: tuple[str, ...] = ()
    table: tuple[tuple[str | int, ...], ...] = ()
    hours: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()  # (weekday, (messages, tint) of 24 hours)
    top: tuple[tuple[str, str, int], ...] = ()  # (href, heading, replies)
    topics: tuple[tuple[str, str, int, int], ...] = ()  # (href, topic, posts, posts before)
    followers: tuple[int, int] = (0, 0)  # of a channel, at the end of these days and of the days before
    pictures: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))  # the brand's, those without a description
    soon: tuple[str, str, str] = ("", "", "")  # half of the answers came within: (these days, days before, change)
    within: tuple[int | None, int | None] = (None, None)  # percent answered within a day
    paces: tuple[tuple[Place, Pace], ...] = ()  # how soon each channel is answered; empty where too little was said
    shares: tuple[tuple[str | int, ...], ...] = ()  # the same as a table
    questions: tuple[tuple[str, str, str], ...] = ()  # without an answer: (href, heading of the post, day)
    csv: str = ""
