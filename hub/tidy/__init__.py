"""The one door from untrusted to trusted: HTML, addresses, names, lengths and dates of everything that comes in.

`item` is what every pulled item goes through before it can be saved. Tidying twice changes nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from hub.model import STATES, Account, Batch, Choice, Emoji, Item, Media, Poll, Profile, Rating, Reaction
from hub.tidy.markup import LINKS_MOST, PICTURES_MOST, body, text
from hub.tidy.urls import host, link, name, url
from hub.tidy.words import plain, scrub

__all__ = [
    "account",
    "beside",
    "body",
    "host",
    "identity",
    "item",
    "language",
    "link",
    "name",
    "plain",
    "text",
    "time",
    "url",
]

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)  # for what may lie ahead, like the end of a poll
TITLE, NAME, TAG, WARNING, ALT, NAME_OF_ITEM = 300, 80, 60, 500, 2000, 2000
TAGS_MOST, CHOICES_MOST, EMOJIS_MOST, PAGES_MOST, COPIES_MOST = 30, 50, 100, 20, 20

# RFC 5646 §2.1 without grandfathered tags: language, script, region, variants, extensions, private use.
_LANGUAGE = re.compile(
    r"([a-z]{2,3}(?:-[a-z]{3}){0,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?"
    r"((?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)"
)


def item(given: Item, now: datetime) -> Item:
    """The trusted form of an item; `now` is the pull time."""
    address = url(given.url)
    found = body(given.html, address, ours=given.ours)
    links = _distinct([*(url(there, address) for there in given.links), *found.links])
    same = _distinct([*(url(there, address) for there in given.syndication), *found.syndication])
    return replace(
        given,
        id=identity(given.id),
        url=address,
        kind=plain(given.kind, TAG).lower(),
        author=account(given.author),
        published=time(given.published, now + timedelta(days=1)),
        edited=time(given.edited, now + timedelta(days=1)),
        html=found.html,
        title=plain(given.title, TITLE),
        reply_to=identity(given.reply_to),
        root=identity(given.root),
        quotes=_distinct(map(identity, given.quotes)),
        aliases=_distinct(map(identity, given.aliases)),
        syndication=tuple(there for there in same if name(there) != name(address))[:COPIES_MOST],
        links=links[:LINKS_MOST],
        media=_media([*given.media, *found.media], address)[:PICTURES_MOST],
        poll=_poll(given.poll),
        emojis=_emojis(given.emojis),
        rating=_rating(given.rating),
        state=given.state if given.state in STATES else "",
        warning=plain(given.warning, WARNING),
        tags=_distinct(plain(tag, TAG) for tag in given.tags)[:TAGS_MOST],
        language=language(given.language),
        excerpt=given.excerpt or found.cut,
    )


def beside(given: Batch) -> Batch:
    """The trusted form of all that a batch brings beside its items."""
    counts = given.counts.items()
    return replace(
        given,
        reactions=tuple(map(_reaction, given.reactions)),
        gone=_distinct(map(identity, given.gone)),
        missing=_distinct(map(identity, given.missing)),
        complete=tuple(replace(one, ids=frozenset(map(identity, one.ids))) for one in given.complete),
        profiles=tuple(map(_profile, given.profiles)),
        counts={identity(id): {plain(type, TAG): number for type, number in said.items()} for id, said in counts},
        absent={identity(id): said for id, said in given.absent.items()},
        warnings=tuple(plain(sentence, WARNING) for sentence in given.warnings),
    )


def _reaction(given: Reaction) -> Reaction:
    target, type = identity(given.target), plain(given.type, TAG)
    return replace(given, target=target, type=type, account=account(given.account), when=time(given.when))


def _profile(given: Profile) -> Profile:
    links, verified = (_distinct(map(url, some))[:PAGES_MOST] for some in (given.links, given.verified))
    return Profile(account=account(given.account), links=links, verified=verified)


def account(given: Account) -> Account:
    """The trusted form of an author."""
    return Account(
        name=plain(given.name, NAME),
        handle=plain(given.handle, NAME),
        url=url(given.url),
        avatar=url(given.avatar),
        id=identity(given.id),
        automated=given.automated,
    )


def identity(uri: str) -> str:
    """Any name of an item as it is kept: without controls, at most 2,000 bytes of UTF-8, never ambiguous.

    A database index takes no longer ones (PostgreSQL: 2,704 bytes).
    """
    kept = " ".join(scrub(uri).split())
    whole = kept.encode()
    if len(whole) <= NAME_OF_ITEM:
        return kept
    beginning = whole[: NAME_OF_ITEM - 41].decode("utf-8", "ignore")
    return f"{beginning}#{blake2b(whole, digest_size=20).hexdigest()}"


def time(given: datetime | None, latest: datetime = LATEST) -> datetime | None:
    """The moment in UTC (naive ones are UTC); None outside [1990, `latest`]."""
    if given is None:
        return None
    try:
        moment = given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except OverflowError:  # year 1 or 9999 at the edge of a time zone
        return None
    return moment if EARLIEST <= moment <= latest else None


def language(tag: str) -> str:
    """A language tag in its usual spelling ("zh-Hant-TW"); "" when it is none or says nothing."""
    found = _LANGUAGE.fullmatch(tag.strip().replace("_", "-").lower())
    if found is None or found[1] in ("und", "mul", "zxx"):
        return ""
    script, region = (found[2] or "").title(), (found[3] or "").upper()
    return "-".join(part for part in (found[1], script, region) if part) + found[4]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _media(given: Iterable[Media], base: str) -> tuple[Media, ...]:
    """Each address once; what the channel said of it counts before what the text said."""
    found: dict[str, Media] = {}
    for medium in given:
        clean = replace(
            medium,
            url=url(medium.url, base),
            type=medium.type if medium.type in ("image", "video", "audio") else "image",
            alt=plain(medium.alt, ALT),
            width=_size(medium.width),
            height=_size(medium.height),
            duration=_size(medium.duration),
            poster=url(medium.poster, base),
        )
        if clean.url:
            found.setdefault(name(clean.url), clean)
    return tuple(found.values())


def _size(number: int) -> int:
    return number if 0 < number < 1_000_000 else 0


def _emojis(given: Iterable[Emoji]) -> tuple[Emoji, ...]:
    clean = (Emoji(code=plain(emoji.code, TAG).strip(":"), url=url(emoji.url)) for emoji in given)
    return tuple(emoji for emoji in clean if emoji.url and re.fullmatch(r"[\w+-]+", emoji.code))[:EMOJIS_MOST]


def _poll(given: Poll | None) -> Poll | None:
    if given is None:
        return None
    choices = (Choice(title=plain(choice.title, TITLE), votes=max(0, choice.votes)) for choice in given.choices)
    return replace(given, choices=tuple(choices)[:CHOICES_MOST], closes=time(given.closes))


def _rating(given: Rating | None) -> Rating | None:
    if given is None or not (math.isfinite(given.value) and math.isfinite(given.best)):
        return None
    return given if 0 <= given.value <= given.best else None
