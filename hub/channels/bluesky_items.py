"""What a Bluesky AppView says of posts (app.bsky.feed.defs), as items. Pure.

An item's id is its at-URI, an account's its DID: both survive a change of handle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.channels import bluesky_text
from hub.channels.atproto import NOBODY, Address, address, is_handle
from hub.channels.bluesky_text import APP
from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.model import Account, Item, Media

POST = "app.bsky.feed.post"
# https://docs.bsky.app/docs/advanced-guides/moderation: global label values
WARNINGS = {"porn": "Adult content", "sexual": "Suggestive", "nudity": "Nudity", "graphic-media": "Graphic media"}
CLOSED = {"!no-unauthenticated", "!hide", "!takedown"}
COUNTS = {"likes": "likeCount", "reposts": "repostCount", "replies": "replyCount"}
PAGES = {"app.bsky.feed.generator": "feed", "app.bsky.graph.list": "lists"}
PIXELS = 50  # an aspect ratio below this is only a ratio ("may not correspond to absolute dimensions")


@dataclass(frozen=True, slots=True)
class Side:
    """What a payload does not say of itself: whose channel it is, and who the brand is there."""

    channel: str
    did: str = ""
    language: str = ""


def named(view: Json) -> Address | None:
    """The parts of a post's name; None for anything that is no post."""
    found = address(string(view, "uri"))
    return found if found and found.collection == POST and found.key else None


def post(view: Json, side: Side) -> Item | None:
    """A post (#postView, or #viewRecord of a quote); None for what cannot be one."""
    name = named(view)
    record = mapping(view, "record") or mapping(view, "value")
    if not name or not record:
        return None
    author = account(mapping(view, "author"), name.who)
    found, labels = bluesky_text.parts(record), _labels(view, record)
    barred = labels & CLOSED
    links = [part.link for part in found if part.link]
    embed = mapping(view, "embed")
    card = _card(embed, links)
    return Item(
        id=string(view, "uri"),
        url=f"{author.url}/post/{name.key}",
        channel=side.channel,
        author=author,
        published=moment(view),
        html=bluesky_text.html(found) + card,
        ours=author.id == side.did,
        reply_to=string(record, "reply", "parent", "uri"),
        root=string(record, "reply", "root", "uri"),
        quotes=quoted(view),
        links=tuple(dict.fromkeys(link for link in (*links, string(_media(embed), "external", "uri")) if link)),
        aliases=(f"{APP}/profile/{author.id}/post/{name.key}",) if author.id not in author.url else (),
        media=tuple(media(_media(embed))),
        warning=next((text for value, text in WARNINGS.items() if value in labels), ""),
        sensitive=bool(labels & {"!warn", *WARNINGS}),
        tags=tuple(dict.fromkeys([*(part.tag for part in found if part.tag), *strings(record, "tags")])),
        language=next(iter(strings(record, "langs")), side.language if author.id == side.did else ""),
        private=bool(barred),
        cause="consent" if barred == {"!no-unauthenticated"} else "",
    )


def account(row: Json, did: str) -> Account:
    """Who said it (#profileViewBasic); `did` is the repository the post lies in."""
    did, handle = string(row, "did") or did, string(row, "handle")
    known = handle if is_handle(handle) and handle != NOBODY else ""
    return Account(
        name=string(row, "displayName"),
        handle=known,
        url=f"{APP}/profile/{known or did}",
        avatar=string(row, "avatar"),
        id=did,
        automated=any(string(label, "src") == did for label in rows(row, "labels") if string(label, "val") == "bot"),
    )


def moment(view: Json) -> datetime | None:
    """When it was written: what its author's clock said, but never later than the network saw it ("sortAt")."""
    record = mapping(view, "record") or mapping(view, "value")
    known = [time for time in (when(record, "createdAt"), when(view, "indexedAt")) if time]
    return min(known, default=None)


def iso(time: datetime | None) -> str:
    """A time as the cursor keeps it."""
    return time.isoformat() if time else ""


def stamp_of(view: Json) -> str:
    """When a post was written, as the cursor keeps it."""
    return iso(moment(view))


def key_of(view: Json) -> str:
    """The key of a post in its repository."""
    return string(view, "uri").rpartition("/")[2]


def feed_times(found: list[Json]) -> list[str]:
    """The times rows of a feed are sorted by: a repost stands where it was reposted."""
    times = (when(row, "reason", "indexedAt") or moment(mapping(row, "post")) for row in found)
    return [time.isoformat() for time in times if time]


def is_nothing(view: Json) -> bool:
    """Whether a view stands for a post that is not there, or whose author blocks."""
    return at(view, "notFound") is True or at(view, "blocked") is True


def counts(view: Json) -> dict[str, int]:
    """What the network counts of a post; `replies` are the direct ones."""
    return {name: number(view, field) for name, field in COUNTS.items() if field in view}


def quoted(view: Json) -> tuple[str, ...]:
    """The post it quotes; none where that post's author withdrew from it (detached) or blocks."""
    shown = _shown(mapping(view, "embed"))
    if at(shown, "detached") is True or at(shown, "blocked") is True:
        return ()
    meant = mapping(mapping(view, "record") or mapping(view, "value"), "embed", "record")
    named_ones = (string(ref, "uri") for ref in (meant, mapping(meant, "record"), shown) if named(ref))
    return tuple(named_ones)[:1]


def hidden(gate: Json) -> frozenset[str]:
    """The replies that the host of a conversation hid (app.bsky.feed.threadgate)."""
    return frozenset(strings(mapping(gate, "record"), "hiddenReplies"))


def is_open(profile: Json) -> bool:
    """Whether the text of a profile does not ask to be left alone by bots and bridges."""
    words = string(profile, "description").lower().split()
    return not any(word.strip(".,;:!?()[]") in ("#nobot", "#nobots", "#nobridge") for word in words)


def media(part: Json) -> Iterator[Media]:
    """Pictures and films of an embed's view."""
    for row in (*rows(part, "images"), *rows(part, "items")):
        width, height = _size(row)
        yield Media(url=string(row, "fullsize"), alt=string(row, "alt"), width=width, height=height)
    if string(part, "playlist"):
        width, height = _size(part)
        alt, poster = string(part, "alt"), string(part, "thumbnail")
        yield Media(url=string(part, "playlist"), type="video", alt=alt, width=width, height=height, poster=poster)


def _size(row: Json) -> tuple[int, int]:
    width, height = number(row, "aspectRatio", "width"), number(row, "aspectRatio", "height")
    return (width, height) if min(width, height) >= PIXELS else (0, 0)


def _media(embed: Json) -> Json:
    """The part of an embed that shows something; beside a quote it lies one deeper."""
    return mapping(embed, "media") or embed


def _shown(embed: Json) -> Json:
    """The record an embed shows; beside media it lies one deeper."""
    return mapping(embed, "record", "record") or mapping(embed, "record")


def _card(embed: Json, links: list[str]) -> str:
    """A link card, or the feed or list it shows, as a line of its own; nothing where the text has the link."""
    card, shown = mapping(_media(embed), "external"), _shown(embed)
    to, title = string(card, "uri"), string(card, "title")
    place = address(string(shown, "uri"))
    if place and place.collection in PAGES:
        to = f"{APP}/profile/{place.who}/{PAGES[place.collection]}/{place.key}"
        title = string(shown, "displayName") or string(shown, "name")
    if not to or to in links:
        return ""
    return bluesky_text.html([bluesky_text.Part(title or to, link=to)])


def _labels(view: Json, record: Json) -> set[str]:
    """What moderators and the author say of post and account; a negation takes a label back."""
    given = [*rows(view, "labels"), *rows(view, "author", "labels")]
    taken = {_label(row) for row in given if at(row, "neg") is True}
    own = {string(row, "val") for row in rows(record, "labels", "values")}
    return own | {string(row, "val") for row in given if _label(row) not in taken}


def _label(row: Json) -> tuple[str, ...]:
    return string(row, "src"), string(row, "uri"), string(row, "val")


def strings(row: Json, name: str) -> list[str]:
    """The strings of a list."""
    found = at(row, name)
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
