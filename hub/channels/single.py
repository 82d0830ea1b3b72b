"""One thing asked for by its own name: is it there, for everybody? (hub.channels.Sure)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from urllib.parse import quote

from hub.channels.loose import Json, mapping
from hub.channels.mastodon_items import Site, host, status, uri
from hub.channels.mastodon_talk import NUMBER
from hub.errors import Missing
from hub.model import Item
from hub.web import Answer, Web


def alone(get: Callable[[], Answer]) -> Json:
    """The object of an answer; {} where it is said not to be there. Any other error is none of the item's doing."""
    try:
        return mapping(get().json())
    except Missing:
        return {}


def each_alone(numbers: Iterable[str], get: Callable[[str], Answer]) -> dict[str, Json]:
    """The same for things that can be asked for by a number."""
    return {number: alone(partial(get, number)) for number in numbers}


def on_mastodon(web: Web, item: Item, site: Site, token: str = "", homes: bool = True) -> bool:
    """Whether a status is shown by the brand's own server, or where it knows no number there, by its author's. What the
    brand said under another account is no longer the channel's."""
    known = {host(name): number[1] for name in (item.id, *item.aliases) if (number := NUMBER.search(name))}
    place = site.api if site.api in known else host(item.id) if homes else ""
    if place not in known:
        return False
    headers = {"Authorization": f"Bearer {token}"} if token and place == site.api else None
    row = alone(lambda: web.get(f"{place}/api/v1/statuses/{quote(known[place], safe='')}", headers=headers))
    there = site if place == site.api else Site(site.channel, place, own=False)
    elsewhere = item.ours and place == site.api and bool(site.account) and not site.ours(row)
    return uri(row) == item.id and not elsewhere and not status(row, there).private


def standing(asked: Mapping[str, str], come: Mapping[str, bool]) -> list[str]:
    """Of what was `asked` for (number → id), the ids of what came and is public (number → is it?)."""
    return [id for number, id in asked.items() if come.get(number)]
