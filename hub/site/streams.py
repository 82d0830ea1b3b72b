"""Lists of posts, newest first: the first page, channels, topics, collections, mentions, and their numbered pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hub.model import Reply
from hub.pages import HOME, MENTIONS, Page, base, closed, list_path, window
from hub.site import jsonld, topics
from hub.site.collect import LISTS, lists
from hub.site.follow import LATEST
from hub.site.views import Card, Head, ListPage

if TYPE_CHECKING:
    from hub.site.make import Workshop


def page(shop: Workshop, what: Page) -> dict[str, bytes]:
    name, number = what.name, what.number
    total = shop.manifest.total(name)
    settings = shop.texts.settings
    saved = settings.collections
    known = not name or name in settings.channels or name in lists(saved)
    known |= name == MENTIONS and settings.mentions != "none"
    if number > closed(total) or not (known or total):
        return {}
    of = base(name)
    idents = shop.manifest.window(name, *window(number, total))
    pinned = shop.pinned if not name and not number else ()
    cards = shop.cards([ident for ident in idents[::-1] if ident not in pinned])
    channel = name not in (HOME, MENTIONS) and not name.startswith(("topic/", LISTS))
    one = saved.get(name.removeprefix(LISTS)) if name.startswith(LISTS) else None
    title = shop.list_title(name)
    last = closed(total)
    view = ListPage(
        head=_head(shop, what, title, cards),
        title=title,
        intro=shop.texts.list_description(name, title, 0) if channel else shop.shell.description if not name else "",
        pinned=shop.cards(list(pinned)),
        cards=cards,
        newer=list_path(of, number + 1 if number < last else 0) if number else "",
        older=list_path(of, (number or last + 1) - 1) if (number or last + 1) > 1 else "",
        oldest=list_path(of, 1) if last and number != 1 else "",
        place=shop.composer.place(name) if channel else None,
        stale=channel and not number and shop.store.health(name).stale,
        total=total if channel and not number else 0,
        followers=next((many for _, many in reversed(shop.store.followers(name))), 0) if channel and not number else 0,
        topic=topics.facts(shop, name, number) if name.startswith("topic/") else None,
        query=one.query if one else "",
        collections=tuple((shop.list_title(other), base(other)) for other in lists(saved)) if not name else (),
        latest=_latest(shop) if not name and not number else (),
        topics=topics.most(shop) if not name and not number else (),
        is_home=not name and not number,
    )
    return {f"{list_path(of, number)}index.html": shop.render("list", view)}


def _head(shop: Workshop, what: Page, title: str, cards: tuple[Card, ...]) -> Head:
    numbered = f" · {shop.texts.word('Page')} {what.number}" if what.number else ""
    full = f"{title}{numbered}" if not what.name else f"{title}{numbered} · {shop.shell.name}"
    if what.name or what.number:
        steps = [(shop.shell.name, ""), (title, base(what.name))]
        hrefs, path = [card.href for card in cards], list_path(base(what.name), what.number)
        data = {"@graph": [jsonld.gathered(full, path, hrefs, shop), jsonld.crumbs(steps, shop.at)]}
    described = jsonld.script(data) if what.name or what.number else jsonld.home(shop, cards)
    about = shop.texts.list_description(what.name, title, what.number)
    return Head(
        title=full,
        description=about,
        path=list_path(base(what.name), what.number),
        feeds=(shop.feeds(what.name),),
        jsonld=described,
    )


def _latest(shop: Workshop) -> tuple[tuple[Any, str, str], ...]:
    """The newest replies, for the first page alone: (line, heading of its post, where it stands)."""
    named = dict(shop.manifest.latest_replies(LATEST))
    roots = {record.item.id: record for record in shop.records(sorted(set(named.values())))}
    out = []
    for record in shop.records(list(named)):
        if root := roots.get(record.thread):
            reply = Reply(depth=0, node=record.item, parent=record.parent)
            line = shop.composer.line(reply, {}, root.item)
            if not shop.texts.settings.terms(record.item.channel).short:
                line = replace(line, body=Markup(""))
            out.append((line, shop.card(root).heading, shop.spot(root.item, record.item.id)))
    return tuple(out)
