"""Webmentions as webmention.io tells them (JF2) or as a page says of itself, as items and reactions. Pure.

https://github.com/aaronpk/webmention.io#api · https://www.w3.org/TR/jf2/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from hub.channels.loose import Json, at, mapping, string, when
from hub.channels.plaintext import paragraphs
from hub.model import Account, Item, Media, Reaction

REACTIONS = {"like-of": "like", "repost-of": "repost", "bookmark-of": "bookmark", "rsvp": "rsvp"}
# Bridges speak for others: a page of theirs names the post it stands for, which lies on another host.
BRIDGES = ("brid.gy", "www.brid.gy", "fed.brid.gy", "brid-gy.appspot.com")


@dataclass(frozen=True, slots=True)
class Known:
    """A mention that was read: a digest of its line, and what it came to (an item's name, or a reaction)."""

    mark: str = ""
    name: str = ""
    target: str = ""
    type: str = ""
    id: str = ""
    url: str = ""


def mention(row: Json, channel: str, language: str = "") -> Item | Reaction | None:
    """What a webmention comes to; None where a page of the target's own site speaks: its own channel brings that."""
    source, target, sort = string(row, "wm-source"), string(row, "wm-target"), string(row, "wm-property")
    if not host(source) or not host(target) or host(source) == host(target):
        return None
    made = when(row, "published") or when(row, "wm-received")
    if sort in REACTIONS:
        kind = _answer(row) if sort == "rsvp" else REACTIONS[sort]
        return Reaction(target=target, type=kind, account=author(row), when=made)
    text, html = _words(row)
    title = string(row, "name")
    named = bool(title) and not text.startswith(title.rstrip(".… "))
    return Item(
        id=_name(row),
        url=_name(row),
        channel=channel,
        kind="article" if named else "note",
        author=author(row),
        published=made,
        html=html,
        title=title if named else "",
        reply_to=target if sort == "in-reply-to" else "",
        links=(target,),
        aliases=(source,) if source != _name(row) else (),
        media=tuple(Media(url=url, alt=alt) for url, alt in _values(row, "photo")),
        tags=tuple(tag for tag, _ in _values(row, "category")) if named else (),
        language=string(row, "language") or language,
        edited=_edited(row),
        private=at(row, "wm-private") is True,
    )


def known(mark: str, said: Item | Reaction | None) -> Known:
    """What is remembered of a line."""
    if isinstance(said, Item):
        return Known(mark=mark, name=said.id)
    if said is None:
        return Known(mark=mark)
    return Known(mark=mark, target=said.target, type=said.type, id=said.account.id, url=said.account.url)


def parting(old: Known) -> Iterator[Reaction | str]:
    """What has to go with a line that is not there any more, or means something else now."""
    if old.name:
        yield old.name
    if old.type:
        yield Reaction(target=old.target, type=old.type, account=Account(id=old.id, url=old.url), withdrawn=True)


def author(row: Json) -> Account:
    """Who wrote it. A site vouches for its own addresses alone; without a name it is the host that speaks."""
    said, source = mapping(row, "author"), string(row, "wm-source")
    url = string(said, "url")
    vouched = host(url) == host(source) or host(source) in BRIDGES
    return Account(
        name=string(said, "name") or host(url) or host(source),
        url=url or source,
        avatar=string(said, "photo"),
        id=url if host(url) and vouched else "",
    )


def host(address: str) -> str:
    """The host of a web address, without www; "" for anything else."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _name(row: Json) -> str:
    """The address it goes by: what it calls its own where it may speak for that, else the page that was sent."""
    source, own = string(row, "wm-source"), string(row, "url")
    bridged = host(source) in BRIDGES and host(own) != host(string(row, "wm-target"))
    return own if host(own) and (host(own) == host(source) or bridged) else source


def _words(row: Json) -> tuple[str, str]:
    """Its text and its HTML."""
    content = mapping(row, "content")
    text = string(content, "text") or string(row, "content") or string(row, "summary", "value")
    html = string(content, "html")
    return text or html, html or paragraphs(text)


def _answer(row: Json) -> str:
    """Only who comes is an rsvp; the others say so in the name of theirs."""
    said = string(row, "rsvp").lower()
    return f"rsvp-{said}" if said in ("no", "maybe", "interested") else "rsvp"


def _edited(row: Json) -> datetime | None:
    updated, published = when(row, "updated"), when(row, "published")
    return updated if updated and published and updated > published else None


def _values(row: Json, name: str) -> list[tuple[str, str]]:
    """The values of a property, each with its alternative text."""
    found = at(row, name)
    listed = found if isinstance(found, list) else [found]
    both = [(one, "") if isinstance(one, str) else (string(one, "value"), string(one, "alt")) for one in listed]
    return [(value, alt) for value, alt in both if value]
