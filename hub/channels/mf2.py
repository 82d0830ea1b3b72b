"""What a page says of itself in microformats: which entry of it speaks of an address, in the shape of JF2. Pure.

https://microformats.org/wiki/microformats2 · https://www.w3.org/TR/jf2/ · https://indieweb.org/authorship-spec
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from hub.channels.child import Child
from hub.channels.loose import Json, at, mapping, rows, string
from hub.errors import Malformed
from hub.web import Answer, shown

# What an entry can be to an address, the most telling first: an RSVP names the event it answers, too.
RELATIONS = ("rsvp", "like-of", "repost-of", "bookmark-of", "in-reply-to", "mention-of")
CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.I)
SIMPLE = ("name", "published", "updated", "rsvp", "url")
MOST = 2_000  # objects of a page that are looked at


class Reader(Child):
    """Reads the pages of one pull."""

    script = Path(__file__).with_name("mf2child.py")

    def read(self, answer: Answer) -> Json:
        """A page as mf2py gives it, with all its links. Malformed says why it cannot be read."""
        charset = CHARSET.search(str(answer.headers.get("content-type", "")))
        found = self.ask({"charset": charset[1] if charset else "", "url": answer.url}, answer.body)
        if "links" not in found:
            raise Malformed(f"{shown(answer.url)} cannot be read as a page", where=string(found, "why"))
        return found


def links_to(page: Json, target: str) -> bool:
    """Whether the page really points to an address, whatever its scheme, its www and its fragment."""
    listed = at(page, "links")
    return isinstance(listed, list) and bare(target) in {bare(link) for link in listed if isinstance(link, str)}


def bare(address: str) -> str:
    """What two spellings of an address have in common."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    return f"{host}{port}{parts.path.rstrip('/')}?{parts.query}"


def spoken(page: Json, target: str) -> Json:
    """The entry of a page that speaks of `target`, as JF2, where it names it with the relation as wm-property."""
    found = [entry for entry in entries(page) if _types(entry) & {"h-entry", "h-event", "h-cite", "h-review"}]
    best = [entry for entry in found if relation(entry, target)] or [entry for entry in found if _says(entry, target)]
    entry = best[0] if best else found[0] if len(found) == 1 else None
    if entry is None:
        return {}
    about = {"author": _author(entry, page), "wm-property": relation(entry, target), "language": _language(entry, page)}
    return {**jf2(entry), **{name: value for name, value in about.items() if value}}


def entries(page: Json) -> Iterator[Json]:
    """The objects of a page, each before those inside it; a feed's entries are its children."""
    waiting = list(rows(page, "items"))
    for _ in range(MOST):
        if not waiting:
            return
        entry = waiting.pop(0)
        yield entry
        waiting = [*rows(entry, "children"), *waiting]


def relation(entry: Json, target: str) -> str:
    """Which property of an entry names the address: "in-reply-to", "like-of"…; "" for none of them."""
    for name in RELATIONS:
        place = "in-reply-to" if name == "rsvp" else name
        if values(entry, name) and bare(target) in {bare(address) for address in _addresses(entry, place)}:
            return name
    return ""


def jf2(entry: Json) -> Json:
    """An entry's own words in the flat shape of JF2."""
    flat: dict[str, object] = {name: _first(entry, name) for name in SIMPLE if _first(entry, name)}
    content = next(iter(values(entry, "content")), "")
    if isinstance(content, Mapping):
        flat["content"] = {"html": string(content, "html"), "text": string(content, "value")}
    elif content:
        flat["content"] = {"text": content}
    if not content and _first(entry, "summary"):
        flat["content"] = {"text": _first(entry, "summary")}
    lists = {name: [one for one in values(entry, name) if _address(one)] for name in ("photo", "category")}
    return {**flat, **{name: some for name, some in lists.items() if some}}


def values(entry: Json, name: str) -> list[object]:
    """All values of a property."""
    found = at(entry, "properties", name)
    return found if isinstance(found, list) else []


def card(value: object) -> Json:
    """An author in the shape of JF2, from an h-card or a mere name or address."""
    if isinstance(value, Mapping):
        photo = next(iter(values(value, "photo")), "")
        return {"name": _first(value, "name"), "url": _first(value, "url"), "photo": _address(photo)}
    text = value.strip() if isinstance(value, str) else ""
    return {"url": text} if re.match(r"https?://", text) else {"name": text} if text else {}


def _author(entry: Json, page: Json) -> Json:
    """Who wrote it: as the entry says, else the feed around it, else the only card of the page."""
    feeds = [one for one in rows(page, "items") if "h-feed" in _types(one)]
    said = [value for one in (entry, *feeds) for value in values(one, "author")]
    cards = [one for one in rows(page, "items") if "h-card" in _types(one)]
    return card(said[0]) if said else card(cards[0]) if len(cards) == 1 else {}


def _says(entry: Json, target: str) -> bool:
    """Whether the words of an entry hold the address."""
    place = bare(target).removesuffix("?")
    return any(place in string(value, "html") for value in values(entry, "content"))


def _language(entry: Json, page: Json) -> str:
    content = mapping(next(iter(values(entry, "content")), {}))
    return string(content, "lang") or string(entry, "lang") or string(page, "language")


def _types(entry: Json) -> set[str]:
    found = at(entry, "type")
    return {name for name in found if isinstance(name, str)} if isinstance(found, list) else set()


def _first(entry: Json, name: str) -> str:
    return next((text for text in map(_address, values(entry, name)) if text), "")


def _addresses(entry: Json, name: str) -> Iterator[str]:
    """The addresses in a property: as they stand, or those of a citation."""
    for value in values(entry, name):
        yield from map(_address, values(value, "url")) if isinstance(value, Mapping) else ()
        yield _address(value)


def _address(value: object) -> str:
    return value.strip() if isinstance(value, str) else string(value, "value")
