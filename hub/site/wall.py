"""The wall: messages one after the other, for a screen in a room. A script turns them; without one they are a list."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import segno

from hub import tidy
from hub.model import Item
from hub.pages import HOME, Page
from hub.site.follow import QUEUE
from hub.site.sheets import WallItem, WallPage
from hub.site.views import Head
from hub.store import Record

if TYPE_CHECKING:
    from hub.site.make import Workshop

LISTED = 20  # of them on the page itself
LONG = 280  # characters, above which a text is cut at a sentence


def files(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    """The page, its data, and the code that leads from the room to the site."""
    title, word = shop.texts.word("Wall"), shop.texts.word
    items = [item for record in _newest(shop) if (item := _shown(shop, record))]
    head = Head(
        title=f"{title} · {shop.shell.name}",
        description=word("The newest messages, one after the other, for a screen in a room."),
        path="wall/",
        noindex=True,
    )
    view = WallPage(head=head, title=title, items=tuple(items[:LISTED]), address=shop.at.root.split("://")[-1])
    return {
        "wall/index.html": shop.render("wall", view),
        "wall/feed.json": _feed(shop, items),
        "wall/qr.svg": code(shop.at.root),
    }


def _newest(shop: Workshop) -> list[Record]:
    """Posts and replies together, the newest first."""
    posts = shop.manifest.newest(HOME, QUEUE)
    replies = [ident for ident, _ in shop.manifest.latest_replies(QUEUE)]
    records = shop.records([*posts, *replies])
    dated = (record for record in records if record.item.published)
    key = {record.item.id: (record.item.published, record.item.id) for record in records}
    return sorted(dated, key=lambda record: key[record.item.id], reverse=True)[:QUEUE]


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
    )


def _cut(item: Item, text: str) -> str:
    """The title of what has one, else its words, a long text as far as its last whole sentence."""
    words = " ".join((item.title or text).split())
    if len(words) <= LONG:
        return words
    cut = words[:LONG]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "。", "؟ "))
    return f"{cut[: end + 1] if end > LONG // 2 else cut.rsplit(' ', 1)[0]} …"


def _feed(shop: Workshop, items: list[WallItem]) -> bytes:
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
            "picture": shop.at.url(item.picture.src) if item.picture else "",
            "alt": item.picture.alt if item.picture else "",
        }
        for item in items
    ]
    return json.dumps({"items": rows}, ensure_ascii=False, indent=1).encode()


@cache
def code(address: str) -> bytes:
    """A QR code of an address: black on white, error correction M, four modules of quiet around it (ISO/IEC 18004)."""
    out = BytesIO()
    segno.make(address, error="m", boost_error=False).save(
        out, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, omitsize=True
    )
    return out.getvalue()
