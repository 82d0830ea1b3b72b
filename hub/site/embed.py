"""A conversation for pages elsewhere: a piece of HTML that a server includes or theme/static/embed/talk.js fetches, and
an oEmbed of the post. Neither has a script, a style or a frame, and every link in them is absolute.

The piece lies where the address of the post's own page says (`place`), so that a page finds it without asking anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from markupsafe import Markup

from hub import tidy
from hub.model import Item
from hub.site.nest import Nest
from hub.site.sheets import EmbedPage
from hub.site.talk import Talk
from hub.site.views import Card
from hub.store import Record

if TYPE_CHECKING:
    from hub.site.make import Workshop

FOLDER = "embed/"
PIECE = "talk.htm"  # no .html: it is no page
OEMBED = "oembed.json"
LONGEST = 200  # bytes of a name that a file system takes, and something to spare
PLAIN = "!~*'()"  # with letters, digits and -._ what encodeURIComponent leaves as it is
WIDE, AGE = 600, 3600  # pixels and seconds that an oEmbed suggests


def place(url: str) -> str:
    """Where the conversation about this page lies: embed/blog.example/2026/kettle/talk.htm; "" where no file can.

    Each part of the address stands as encodeURIComponent writes it, with "=" for "%"; talk.js does the same.
    """
    parts = urlsplit(url)
    said = [parts.netloc.lower(), *parts.path.split("/"), f"?{parts.query}" if parts.query else ""]
    names = [quote(unquote(part), safe=PLAIN).replace("%", "=") for part in said if part]
    fits = parts.netloc and all(name.strip(".") and len(name) <= LONGEST for name in names)
    return f"{FOLDER}{'/'.join(names)}/{PIECE}" if fits and len("/".join(names)) <= 4 * LONGEST else ""


def files(shop: Workshop, record: Record, talk: Talk, card: Card) -> dict[str, bytes]:
    """What pages elsewhere may show of a post and of the talk below it."""
    made = {path: _piece(shop, talk, card) for path in _places(shop, record)}
    if barred(shop, record.shown):
        return made
    return {**made, f"{card.href}{OEMBED}": _oembed(shop, record.shown, card)}


def barred(shop: Workshop, item: Item) -> bool:
    """Do its network's terms keep it off other pages?"""
    return shop.texts.settings.terms(item.channel).embed == "no"


def _places(shop: Workshop, record: Record) -> Iterator[str]:
    """What has a title stands on a page of its own: each version, but where another thread has that page."""
    thread = {one.id for one in (record.item, *record.copies)}
    for one in (record.item, *record.copies):
        if one.title and not barred(shop, one) and (path := place(one.url)):
            holder = shop.store.item(tidy.name(one.url))
            if holder is None or holder.id in thread:
                yield path


def _piece(shop: Workshop, talk: Talk, card: Card) -> bytes:
    composer, settings = shop.composer.linking(shop.at.absolute), shop.texts.settings
    part = talk.parts[""]
    view = EmbedPage(
        card=card,
        lines=Nest(composer, talk, part).lines(),
        barred=frozenset(name for name in settings.channels if settings.terms(name).embed == "no"),
        more=bool(part.later),
    )
    return shop.render("embed", view)


def _oembed(shop: Workshop, item: Item, card: Card) -> bytes:
    """oEmbed 1.0 of type "rich": a quotation with a link. A text that may not be cut is only linked to."""
    whole = shop.texts.settings.terms(item.channel).embed == "whole"
    here, said = shop.at.absolute(card.href), item.warning or (card.summary if whole and not item.sensitive else "")
    quoted = Markup('<p lang="{}" dir="auto">{}</p>').format(item.language, said) if said else Markup()
    link = Markup('<p><a href="{}">{}</a> · {}</p>').format(here, card.heading, shop.shell.name)
    html = Markup('<blockquote class="hub-talk" cite="{}">{}{}</blockquote>').format(here, quoted, link)
    told = {
        "version": "1.0",
        "type": "rich",
        "title": card.heading,
        "author_name": card.who.name,
        "author_url": card.who.href,
        "provider_name": shop.shell.name,
        "provider_url": shop.at.root,
        "cache_age": AGE,
        "html": html,
        "width": WIDE,
        "height": None,
    }
    return json.dumps({name: part for name, part in told.items() if part != ""}, ensure_ascii=False, indent=1).encode()
