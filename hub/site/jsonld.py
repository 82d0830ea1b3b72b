"""schema.org descriptions of pages, as JSON-LD that is safe inside a script element."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from hub import tidy
from hub.model import Item, Reply, Thread
from hub.pages import address, anchor
from hub.site.shell import Addresses
from hub.site.talk import Part, Talk
from hub.site.views import Card, Shell

if TYPE_CHECKING:
    from hub.site.make import Workshop

CONTEXT = "https://schema.org"
TYPES = {"article": "BlogPosting", "video": "VideoObject"}
FORUMS = {"forum", "discourse", "lemmy", "stackexchange", "hackernews", "reddit"}
ACTIONS = {
    "likes": "LikeAction",
    "reposts": "ShareAction",
    "bookmarks": "BookmarkAction",
    "views": "ViewAction",
}
"""What networks count, in the words of schema.org."""
COMMENTS = 100  # described at most; the feed has all


def script(data: Mapping[str, object]) -> Markup:
    """JSON with every `<` escaped, so that no text can end the element (HTML Standard, restrictions of script)."""
    text = json.dumps({"@context": CONTEXT, **data}, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704


def home(shell: Shell, cards: Iterable[Card], at: Addresses) -> Markup:
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": at.absolute("search/") + "?q={search_term_string}"},
        "query-input": "required name=search_term_string",
    }
    site = {"@type": "WebSite", "url": at.root, "name": shell.name, "inLanguage": shell.language}
    brand = {"@type": "Organization", "name": shell.name, "url": at.root}
    return script({"@graph": [{**site, "potentialAction": search}, brand, listing(shell.name, cards, at)]})


def listing(name: str, cards: Iterable[Card], at: Addresses) -> dict[str, object]:
    elements = [
        {"@type": "ListItem", "position": place, "url": at.absolute(card.href)} for place, card in enumerate(cards, 1)
    ]
    return {"@type": "ItemList", "name": name, "itemListElement": elements}


def crumbs(steps: Iterable[tuple[str, str]], at: Addresses) -> dict[str, object]:
    elements = [
        {"@type": "ListItem", "position": place, "name": name, "item": at.absolute(path)}
        for place, (name, path) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": elements}


def post(talk: Talk, card: Card, shop: Workshop) -> Markup:
    """A post's page: the posting with its comments as a tree, and where the page stands. Where terms allow no text in
    data there is none."""
    here, thread = shop.at.absolute(card.href), talk.thread
    entity = {
        **_posting(_piece(thread), card, shop),
        "commentCount": card.replies,
        "comment": _comments(talk, thread.replies, shop),
    }
    return _page(here, entity, card, shop)


def part(talk: Talk, part: Part, card: Card, shop: Workshop) -> Markup:
    """A further page of a conversation: the same posting, by the address of its own page, with the comments here."""
    replies = [talk.replies[number] for number in part.shown]
    entity = {**_posting(_piece(talk.thread), card, shop), "comment": _comments(talk, replies, shop)}
    return _page(shop.at.absolute(card.href + part.path), entity, card, shop)


def _page(url: str, entity: dict[str, object], card: Card, shop: Workshop) -> Markup:
    name = card.heading[:110]
    steps = [(shop.shell.name, ""), (card.place.label, card.place.href), (name, card.href)]
    page = {"@type": "WebPage", "url": url, "name": name, "mainEntity": _full(entity)}
    return script({"@graph": [page, crumbs(steps, shop.at)]})


def _piece(thread: Thread) -> Item:
    """The fullest version of a post, told at the time of the earliest, as the page tells it."""
    return replace(thread.shown, published=thread.root.published)


def _posting(root: Item, card: Card, shop: Workshop) -> dict[str, object]:
    here = shop.at.absolute(card.href)
    return {
        **_said(root, here, shop),
        "@type": "DiscussionForumPosting" if card.place.kind in FORUMS else TYPES.get(root.kind, "SocialMediaPosting"),
        "headline": card.heading[:110],
        "mainEntityOfPage": here,
        "interactionStatistic": [_counter(kind, number) for kind, number in card.counts if kind in ACTIONS],
        **_film(card, shop),
    }


def _counter(kind: str, number: int) -> dict[str, object]:
    """What the network counts, as the page shows it: rounded."""
    action = f"{CONTEXT}/{ACTIONS[kind]}"
    return {"@type": "InteractionCounter", "interactionType": action, "userInteractionCount": number}


def _film(card: Card, shop: Workshop) -> dict[str, object]:
    """What search engines ask of a film beside its text."""
    posters = [picture.poster for picture in card.pictures if picture.poster]
    if not posters:
        return {}
    return {"name": card.heading[:110], "thumbnailUrl": shop.at.absolute(posters[0]), "uploadDate": card.published.iso}


def _comments(talk: Talk, replies: Iterable[Reply], shop: Workshop) -> list[dict[str, object]]:
    """The first comments, each under its parent; those whose parent is not shown stand at the top."""
    made: dict[str, dict[str, object]] = {}
    top: list[dict[str, object]] = []
    here = shop.at.absolute(address(talk.thread.root))
    for reply in replies:
        if isinstance(reply.node, Item) and len(made) < COMMENTS:
            where = f"{here}{talk.places.get(reply.node.id, '')}#{anchor(reply.node.id)}"
            comment = _full({"@type": "Comment", **_said(reply.node, where, shop)})
            made[reply.node.id] = comment
            parent = made.get(reply.parent)
            below = parent.setdefault("comment", []) if parent else top
            below.append(comment)  # type: ignore[attr-defined]
    return top


def _said(item: Item, url: str, shop: Workshop) -> dict[str, object]:
    return {
        "url": url,
        "author": _author(item, shop),
        "datePublished": item.published.isoformat(timespec="seconds") if item.published else "",
        "dateModified": item.edited.isoformat(timespec="seconds") if item.edited else "",
        "text": "" if item.channel in shop.texts.settings.bare else tidy.text(item.html)[:500],
        "inLanguage": item.language,
    }


def _author(item: Item, shop: Workshop) -> dict[str, object]:
    """Who said it, with the page of that person here, else the one at home."""
    who = shop.composer.speaker(item)
    return _full(
        {
            "@type": "Person",
            "name": who.name or shop.shell.unnamed,
            "url": shop.at.absolute(who.page) if who.page else who.href,
        }
    )


def _full(value: dict[str, object]) -> dict[str, object]:
    return {name: part for name, part in value.items() if part or part == 0}
