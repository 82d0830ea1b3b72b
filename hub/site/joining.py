"""How one can join in: answer where a post stands, from a server of one's own, by a post of one's own, or by mail.

Every way is a plain link; nothing is asked of anybody before it is followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from hub.channels import Channel
from hub.site.pieces import Place
from hub.site.views import Card, Ways

if TYPE_CHECKING:
    from hub.site.make import Workshop

FEDIVERSE = {"mastodon", "lemmy"}
COMPOSE = {"x": "https://x.com/intent/post", "bluesky": "https://bsky.app/intent/compose"}
STATUS = re.compile(r"/status(?:es)?/(\d+)")


def ways(shop: Workshop, card: Card) -> Ways:
    """Every way to answer a post."""
    here = shop.at.absolute(card.href)
    first = [(card.place, card.origin)] if card.origin != here else []
    stands = [(place, href) for place, href in [*first, *card.also] if href]
    settings = shop.texts.settings
    found = {place.kind: (place, settings.channels[place.name]) for place in shop.shell.nav[::-1]}
    missing = {kind: pair for kind, pair in found.items() if kind not in {place.kind for place, _ in stands}}
    return Ways(
        there=tuple((place, _answer(place, href)) for place, href in stands),
        compose=tuple(_compose(missing, card, here)),
        home=_home(stands, missing, card, here),
        letter=_letter(settings.brand.answers, card, here),
        own=bool(shop.shell.webmention),
    )


def _answer(place: Place, href: str) -> str:
    """Where a post is answered: X has an address for that, elsewhere it is the post's own."""
    post = STATUS.search(urlsplit(href).path) if place.kind == "x" else None
    return f"{COMPOSE['x']}?{urlencode({'in_reply_to': post[1]})}" if post else href


def _compose(missing: dict[str, tuple[Place, Channel]], card: Card, here: str) -> Iterator[tuple[Place, str]]:
    """Where the brand is and this post is not: a post of one's own that names both."""
    for kind, (place, channel) in sorted(missing.items()):
        if kind in COMPOSE:
            yield place, f"{COMPOSE[kind]}?{_query(text=_text(channel, card, here))}"


def _home(stands: list[tuple[Place, str]], missing: dict[str, tuple[Place, Channel]], card: Card, here: str) -> str:
    """What to ask a visitor's own server (*) of the fediverse for: to answer the post, else to write about it."""
    there = next((href for place, href in stands if place.kind in FEDIVERSE), "")
    if there:
        return f"https://*/authorize_interaction?{_query(uri=there)}"
    return f"https://*/share?{_query(text=_text(missing['mastodon'][1], card, here))}" if "mastodon" in missing else ""


def _text(channel: Channel, card: Card, here: str) -> str:
    """What a post begins with that is to be found by the channel: it names the post and the brand's account there."""
    return " ".join(part for part in (card.heading, here, handle(channel)) if part)


def handle(channel: Channel) -> str:
    """How the brand's account is mentioned on a network."""
    name, url = getattr(channel, "handle", ""), urlsplit(getattr(channel, "url", ""))
    if isinstance(name, str) and name:
        return f"@{name.removeprefix('@')}"
    last = url.path.rstrip("/").rpartition("/")[2].removeprefix("@")
    return f"@{last}@{url.netloc}" if last and url.netloc else ""


def _letter(to: str, card: Card, here: str) -> str:
    """For people without an account: a mail that says what it is about, or a form that is told."""
    if not to:
        return ""
    if "://" in to:
        return f"{to}{'&' if urlsplit(to).query else '?'}{_query(about=here)}"
    return f"mailto:{to.removeprefix('mailto:')}?{_query(subject=f'Re: {card.heading}', body=here)}"


def _query(**values: str) -> str:
    return urlencode(values, quote_via=quote)
