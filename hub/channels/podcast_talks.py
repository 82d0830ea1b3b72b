"""What is said below a post that an episode names as its place of talk, read by that network's own kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from hub.channels.bluesky_items import POST, Side
from hub.channels.bluesky_text import APP
from hub.channels.bluesky_view import View
from hub.channels.feedentry import Place
from hub.channels.loose import mapping, string
from hub.channels.mastodon_items import Site, account, host, uri
from hub.channels.mastodon_talk import NUMBER, Reading, Talk
from hub.errors import Malformed
from hub.model import Account, Item
from hub.web import Web, shown

PROTOCOLS = ("activitypub", "atproto")


@dataclass(frozen=True, slots=True)
class Said:
    """The talk below the post called `head`: its items, the ids of all public ones, and what is still to be read."""

    head: str
    items: tuple[Item, ...]
    there: frozenset[str]
    whole: bool
    rest: Mapping[str, object] = field(default_factory=dict)


def fediverse(web: Web, place: Place, channel: str, rest: Mapping[str, object]) -> Said:
    """Below a post of the fediverse, through the API of the server it lives on."""
    site, known = host(place.uri), NUMBER.search(place.uri.rstrip("/").replace("/@", "/p/"))
    if not site or not known:
        raise Malformed(f"{shown(place.uri)} is not the address of a post")
    row = web.get(f"{site}/api/v1/statuses/{quote(known[1], safe='')}").json()
    head = uri(mapping(row))
    if not head:
        raise Malformed(f"{shown(place.uri)} is no post")
    who = account(mapping(row, "account"), Site(channel, site))
    mine = string(row, "account", "id") if is_them(who, place.account) else ""
    talk = Talk.load(rest) if string(rest, "head") == head else Talk(head=head, root=head)
    reading = Reading(web, Site(channel, site, mine), talk)
    reading.start(mapping(row))
    items = tuple(item for step in reading.steps() for item in step if item.id not in (head, *reading.above))
    there = frozenset(reading.below)
    left = talk.dump() if talk.todo else {}
    reading.close()
    return Said(head, items, there, reading.whole and not left, left)


def bluesky(web: Web, place: Place, channel: str, service: str) -> Said:
    """Below a post of Bluesky."""
    view, asked = View(web, service), place.uri
    who, _, key = asked.removeprefix(f"{APP}/profile/").partition("/post/")
    tree = view.thread(f"at://{who}/{POST}/{key}" if asked.startswith(APP) else asked)
    head = next(iter(tree.views), "")
    if not head:
        raise Malformed(f"{shown(place.uri)} is no post")
    first = view.items([tree.views[head]], Side(channel)).get(head)
    if not first:
        raise Malformed(f"{shown(place.uri)} is no post that can be read")
    wrote = first.author
    side = Side(channel, wrote.id if is_them(wrote, place.account) else "")
    found = view.items((one for name, one in tree.views.items() if name != head), side, tree.hidden)
    there = frozenset(name for name, item in found.items() if not item.private)
    return Said(head, tuple(found.values()), there, tree.whole)


def is_them(who: Account, said: str) -> bool:
    """Whether an account is the one that the feed calls the maker's."""
    known = {name.strip("@/").lower() for name in (who.handle, who.url, who.id) if name}
    return bool(said) and said.strip("@/").lower() in known
