"""Which pages exist, where they stand, and which ones a change touches. Pure.

Lists are numbered from the oldest and cut so that old pages never move: page N is full and closed, the newest posts
stand on the open-ended first page, which holds between PER and 2 * PER - 1 of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

from hub.model import Item

PER = 20  # posts on a closed list page
HOME = ""  # the list of every post
MENTIONS = "@mentions"  # the list of conversations that others began


def digest(text: str, size: int = 10) -> str:
    """The first characters of a name's BLAKE2b digest, in hexadecimal: what stands for a raw id in a path."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()[:size]


def slug(text: str, limit: int = 60) -> str:
    """A safe part of a path: lower-case letters and digits of ASCII, joined by hyphens; "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:limit].strip("-")


def address(root: Item) -> str:
    """Where a thread stands, e.g. "p/2026-11-05-new-bikes-1f0c2a9b3d/": a pure function of its root, not of its title.

    UTC date of `published` (or "undated"), the last segment of the source address's path, and 10 characters of the
    digest of the id.
    """
    day = root.published.strftime("%Y-%m-%d") if root.published else "undated"
    return _address(root.id, root.url or root.id, day)


@lru_cache(maxsize=1024)  # all pages of a conversation ask for the same one
def _address(id: str, url: str, day: str) -> str:
    segments = [part for part in re.split("[/:]", unquote(urlsplit(url).path)) if part]
    last = slug(segments[-1]) if segments else ""
    return "p/" + "-".join(part for part in (day, last, digest(id)) if part) + "/"


def person(account: str) -> str:
    """Where the page of an account's person stands, e.g. "person/anna-1f0c2a9b3d/": a pure function of its id."""
    segments = [part for part in re.split("[/:]", unquote(urlsplit(account).path)) if part]
    last = slug(segments[-1]) if segments else ""
    return "person/" + "-".join(part for part in (last, digest(account)) if part) + "/"


def anchor(reply: str) -> str:
    """The fragment of a reply on its thread's page, from the reply's id."""
    return f"r-{digest(reply)}"


def topic(tag: str) -> str:
    """The topic of a tag, however it is written: "First-Year" and "first year" are one."""
    return " ".join(part for part in re.split(r"[-_\s]+", tag.casefold()) if part)


def base(name: str) -> str:
    """Where a list stands: that of all posts at the root, those of channels and topics below names of their own."""
    if name.startswith("topic/"):
        of = name.removeprefix("topic/")
        plain = slug(of)
        told = plain if plain.replace("-", " ") == of else "-".join(part for part in (plain, digest(of, 6)) if part)
        return f"topic/{told}/"
    if name.startswith("collection/"):
        return f"{name}/"
    if name == MENTIONS:
        return "mentions/"
    return f"channel/{name}/" if name else ""


def feed(name: str) -> str:
    """Where the feeds of a list stand, below feeds/ and without the ending."""
    return base(name).rstrip("/") or "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What the site remembers of a root it shows: enough to find every page it stands on, and none of its text.

    `sort` is the published time in ISO 8601, "" when unknown: undated posts come last in a list of newest first.
    """

    id: str
    sort: str
    month: str  # "2026-11", or "undated"
    address: str
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # its topics
    collections: tuple[str, ...] = ()  # saved questions that its conversation answers

    @property
    def topics(self) -> tuple[str, ...]:
        """The lists of its topics."""
        return tuple(f"topic/{tag}" for tag in self.tags)

    @property
    def stream(self) -> str:
        """The list in which it has neighbours: what the brand says, or what others began."""
        return MENTIONS if MENTIONS in self.channels else HOME

    @property
    def lists(self) -> tuple[str, ...]:
        streams = (HOME,) if self.stream == HOME else ()
        return (*streams, *self.channels, *self.topics, *(f"collection/{name}" for name in self.collections))


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One file of the site, or a few made together: what it is of, by name and number."""

    kind: str
    name: str = ""
    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A place in a list: the post that stands or stood there; `onward` says that everything newer moved too."""

    list: str
    sort: str
    id: str
    onward: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """What a change shows on: whole pages, stretches of lists, and the neighbours of places in the list of all."""

    pages: frozenset[Page]
    stretches: frozenset[Stretch]
    around: frozenset[tuple[str, str, str]] = frozenset()  # (stream, sort, id)


def sort_key(item: Item) -> str:
    """Published as a string that sorts by time; "" when unknown."""
    return item.published.isoformat() if item.published else ""


def touched(before: Post | None, after: Post | None) -> Touched:
    """The few places that show a post, and the ones it was on before."""
    posts = [post for post in (before, after) if post]
    moved = before is None or after is None or before.sort != after.sort
    pages = {Page(kind="post", name=post.id) for post in posts}
    pages |= {Page(kind=kind, name=post.month) for post in posts for kind in ("month", "sitemap")}
    if moved:
        pages |= {Page(kind="year", name=post.month[:4]) for post in posts} | {
            Page(kind="archive"),
            Page(kind="sitemap"),
        }
    if len({post.tags for post in posts}) == 2 or moved:  # topics are counted on the first page and by each other
        topics = {name for post in posts for name in post.topics}
        pages |= {Page(kind="list", name=name) for name in (HOME, *topics)} | {Page(kind="topics")} if topics else set()
    return Touched(
        pages=frozenset(pages),
        stretches=frozenset(_stretches(before, after, moved)),
        around=frozenset((post.stream, post.sort, post.id) for post in posts if moved),
    )


def _stretches(before: Post | None, after: Post | None, moved: bool) -> Iterator[Stretch]:
    was, now = set(before.lists if before else ()), set(after.lists if after else ())
    for post, lists in ((before, was), (after, now)):
        if post is None:
            continue
        for name in lists:
            yield Stretch(list=name, sort=post.sort, id=post.id, onward=moved or (name in was) != (name in now))


def closed(total: int) -> int:
    """How many closed pages a list of `total` posts has."""
    return max(0, total // PER - 1)


def page_at(rank: int, total: int) -> int:
    """The page that shows the post of this rank, counted from the oldest: 1 to closed(total), or 0 for the open one."""
    number = rank // PER + 1
    return number if number <= closed(total) else 0


def window(number: int, total: int) -> tuple[int, int]:
    """(first rank, how many) of a page."""
    if number:
        return (number - 1) * PER, PER
    first = closed(total) * PER
    return first, total - first


def paged(name: str) -> bool:
    """Does the feed of a list lead on to older posts? Those of topics and saved questions show the newest alone."""
    return not name.startswith(("topic/", "collection/"))


def older(total: int, per: int) -> int:
    """How many closed pages of `per` posts, numbered from the oldest, a feed of the newest `per` needs behind it."""
    return max(0, -((per - total) // per))


def list_path(base: str, number: int) -> str:
    """Address of a list's page: base itself for the open one."""
    return f"{base}page/{number}/" if number else base
