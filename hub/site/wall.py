"""The wall: messages one after the other, for a screen in a room. A script turns them; without one they are a list.

A topic that the settings name has a wall of its own. Beside each stands its recap: the same messages to be read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

import segno

from hub import tidy
from hub.model import Item
from hub.pages import HOME, Page, base, topic
from hub.sections import WallSettings
from hub.site.follow import WITHIN
from hub.site.sheets import RecapPage, WallItem, WallPage
from hub.site.views import Head
from hub.store import Record

if TYPE_CHECKING:
    from hub.site.make import Workshop

QUEUE = 80  # messages that are turned, of all channels or of the one that a screen asks for
LISTED = 20  # of them on the page itself
LONG = 280  # characters, above which a text is cut at a sentence


def walls(settings: WallSettings) -> tuple[str, ...]:
    """The lists that have a wall: that of all posts, and those of the topics in the settings."""
    return (HOME, *(f"topic/{topic(name)}" for name in settings.topics))


def path(name: str) -> str:
    """Where the wall of a list stands."""
    return f"wall/{base(name).removeprefix('topic/')}"


def files(shop: Workshop, page: Page) -> dict[str, bytes]:
    """The page, its data, its recap, and the code that leads from the room to the site."""
    settings, name, here = shop.texts.settings.wall, page.name, path(page.name)
    if name not in walls(settings):
        return {}
    title = _titled(shop.texts.word("Wall"), name)
    records = [record for record in _newest(shop, name) if not settings.manual or _let(shop, record.shown)]
    pin = _pinned(records, settings.pin)
    every = [item for record in records if (item := _shown(shop, record))]
    items = [item for at, item in enumerate(every) if at < QUEUE or item.key == pin]
    head = Head(
        title=f"{title} · {shop.shell.name}",
        description=shop.texts.word("The newest messages, one after the other, for a screen in a room."),
        path=here,
        noindex=True,
    )
    target = settings.target or shop.at.root
    view = WallPage(
        head=head,
        title=title,
        items=tuple(items[:LISTED]),
        address=target.split("://")[-1],
        hashtag=settings.hashtag,
        pin=pin,
    )
    return {
        f"{here}index.html": shop.render("wall", view),
        f"{here}feed.json": _feed(shop, list(_by_channel(every, pin)), pin),
        f"{here}qr.svg": code(target),
        f"{here}recap/index.html": shop.render("recap", _recap(shop, view, items, name)),
    }


def _let(shop: Workshop, item: Item) -> bool:
    """Is this the brand's, or has a person let it through by name?"""
    return item.ours or shop.let(item)


def _pinned(records: list[Record], address: str) -> str:
    """The id of the message with this id or address, if it is on the wall."""
    named = tidy.name(address)
    found = (record.item.id for record in records if named in map(tidy.name, (record.item.id, record.item.url)))
    return next(found, "") if named else ""


def _newest(shop: Workshop, name: str) -> list[Record]:
    """Posts and replies together, the newest first; the pinned one whatever its age."""
    ids = [*shop.manifest.newest(name, WITHIN), *(ident for ident, _ in shop.manifest.latest_replies(WITHIN, name))]
    records = [record for record in shop.records(ids) if record.item.published]
    newest = sorted(records, key=lambda record: (record.item.published, record.item.id), reverse=True)[:WITHIN]
    pinned = shop.texts.settings.wall.pin
    more = shop.records([pinned]) if pinned and not _pinned(newest, pinned) else []
    shop.records([record.thread for record in newest])  # together, what each is below
    return [*newest, *(record for record in more if record.item.published)]


def _by_channel(items: list[WallItem], pin: str) -> Iterator[WallItem]:
    """The newest of each channel, so that a screen of one channel has as many as a screen of all."""
    seen = Counter[str]()
    for item in items:
        seen[item.place.name] += 1
        if seen[item.place.name] <= QUEUE or item.key == pin:
            yield item


def _titled(word: str, name: str) -> str:
    return " · ".join(part for part in (word, name.removeprefix("topic/")) if part)


def _recap(shop: Workshop, view: WallPage, items: list[WallItem], name: str) -> RecapPage:
    """What is on the wall, day by day."""
    title = _titled(shop.texts.word("Recap"), name)
    head = replace(view.head, title=f"{title} · {shop.shell.name}", path=f"{view.head.path}recap/")
    days = tuple((day, tuple(those)) for day, those in groupby(items, key=lambda item: item.published.text))
    return RecapPage(head=head, title=title, wall=view.head.path, days=days)


def _shown(shop: Workshop, record: Record) -> WallItem | None:
    """A message as the wall shows it: nothing behind a warning, nothing its network keeps from walls or data."""
    item = record.shown
    terms, text = shop.texts.settings.terms(item.channel), tidy.text(item.html)
    barred = "no" in (terms.wall, terms.json) or (terms.wall == "untouched" and len(text) > LONG)
    barred |= bool({*terms.marks} - {"name", "linked time"})  # what the wall does not draw
    if item.warning or item.sensitive or item.unsearchable or barred or not (text or item.title):
        return None
    pictures = [shop.composer.picture(media) for media in item.media[:1] if media.type == "image"]
    root = record if record.thread == record.item.id else next(iter(shop.records([record.thread])), None)
    return WallItem(
        key=record.item.id,
        href=shop.spot(root.item, record.item.id) if root else "",
        who=shop.composer.who(item.author, item.ours),
        place=shop.composer.place(item.channel),
        text=_cut(item, text),
        published=shop.composer.moment(record.item.published),
        language=item.language,
        picture=pictures[0] if pictures and pictures[0].src else None,
        origin=item.url if "linked time" in terms.marks else "",
        whole=terms.wall == "untouched",
    )


def _cut(item: Item, text: str) -> str:
    """The title of what has one, else its words, a long text as far as its last whole sentence."""
    words = " ".join((item.title or text).split())
    if len(words) <= LONG:
        return words
    cut = words[:LONG]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "。", "؟ "))
    return f"{cut[: end + 1] if end > LONG // 2 else cut.rsplit(' ', 1)[0]} …"


def _feed(shop: Workshop, items: list[WallItem], pin: str) -> bytes:
    rows = [
        {
            "id": item.key,
            "url": shop.at.url(item.href),
            "name": item.who.name,
            "handle": item.who.handle,
            "avatar": shop.at.url(item.who.avatar) if item.who.avatar else "",
            "initial": item.who.initial,
            "channel": item.place.name,
            "label": item.place.label,
            "kind": item.place.kind,
            "text": item.text,
            "lang": item.language,
            "date": item.published.text,
            "iso": item.published.iso,
            "origin": item.origin,
            "whole": item.whole,
            "picture": shop.at.url(item.picture.src) if item.picture else "",
            "alt": item.picture.alt if item.picture else "",
        }
        for item in items
    ]
    return json.dumps({"pin": pin, "items": rows}, ensure_ascii=False, indent=1).encode()


@cache
def code(address: str) -> bytes:
    """A QR code of an address: black on white, error correction M, four modules of quiet around it (ISO/IEC 18004)."""
    out = BytesIO()
    segno.make(address, error="m", boost_error=False).save(
        out, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, omitsize=True
    )
    return out.getvalue()
