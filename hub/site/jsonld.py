"""schema.org descriptions of pages, as JSON-LD that is safe inside a script element."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from markupsafe import Markup

from hub import tidy
from hub.model import Item, Reply, Thread, Tombstone, Unknown
from hub.pages import address, anchor
from hub.site.pieces import Place
from hub.site.quoting import MOST
from hub.site.shell import Addresses
from hub.site.talk import Part, Talk
from hub.site.views import Card

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
LISTED = 100  # pages named of a list at most, for these data are to be no more than a third of a page


def script(data: Mapping[str, object]) -> Markup:
    """JSON with every `<` escaped, so that no text can end the element (HTML Standard, restrictions of script)."""
    text = json.dumps({"@context": CONTEXT, **data}, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704


def home(shop: Workshop, cards: Iterable[Card]) -> Markup:
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": shop.at.absolute("search/") + "?q={search_term_string}"},
        "query-input": "required name=search_term_string",
    }
    site = {**_site(shop), "inLanguage": shop.shell.language, "potentialAction": search}
    return script({"@graph": [site, _brand(shop), _listing(shop.shell.name, _hrefs(cards), shop)]})


def _site(shop: Workshop) -> dict[str, object]:
    return {"@type": "WebSite", "url": shop.at.root, "name": shop.shell.name}


def _brand(shop: Workshop) -> dict[str, object]:
    """Who speaks here, and where else: the channels that the page about this site calls the brand's own."""
    logo = shop.at.absolute(shop.shell.logo) if shop.shell.logo else ""
    profiles = list(dict.fromkeys(place.profile for place in shop.shell.nav if place.profile))
    known = {"@type": "Organization", "name": shop.shell.name, "url": shop.at.root, "logo": logo, "sameAs": profiles}
    return _full(known)


def gathered(name: str, path: str, hrefs: Iterable[str], shop: Workshop) -> dict[str, object]:
    """A page that does no more than list others."""
    page = {"@type": "CollectionPage", "url": shop.at.absolute(path), "name": name, "isPartOf": _site(shop)}
    return {**page, "mainEntity": _listing(name, hrefs, shop)}


def _hrefs(cards: Iterable[Card]) -> Iterator[str]:
    return (card.href for card in cards)


def _listing(name: str, hrefs: Iterable[str], shop: Workshop) -> dict[str, object]:
    elements = [
        {"@type": "ListItem", "position": place, "url": shop.at.absolute(href)}
        for place, href in enumerate(islice(hrefs, LISTED), 1)
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
    page = {"@type": "WebPage", "url": url, "name": name, "isPartOf": _site(shop), "mainEntity": _full(entity)}
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
        "isPartOf": _list(card.place, shop),
        "interactionStatistic": [_counter(kind, number) for kind, number in card.counts if kind in ACTIONS],
        **_film(card, shop),
    }


def _list(place: Place, shop: Workshop) -> dict[str, object]:
    """The list a post stands on."""
    return {"@type": "CollectionPage", "url": shop.at.absolute(place.href), "name": place.label}


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
    """The first comments, each under its parent, which may be deleted; those of no other stand at the top."""
    made: dict[str, dict[str, object]] = {}
    top: list[dict[str, object]] = []
    here = shop.at.absolute(address(talk.thread.root))
    for reply in replies:
        node, comment = reply.node, dict[str, object]()
        if isinstance(node, Item):
            where = f"{here}{talk.places.get(node.id, '')}#{anchor(node.id)}"
            comment = _full({"@type": "Comment", **_said(node, where, shop)})
        elif isinstance(node, Tombstone) and node.why == "deleted":
            comment = {"@type": "Comment", "creativeWorkStatus": "Deleted"}
        if comment and not isinstance(node, Unknown) and len(made) < COMMENTS:
            made[node.id] = comment
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
        **_words(item, shop),
        "inLanguage": item.language,
    }


def _words(item: Item, shop: Workshop) -> dict[str, object]:
    """What was said: its text, or where it has none its pictures, and what it quotes. Where terms allow no text in
    data, nothing."""
    if item.withheld or item.channel in shop.texts.settings.bare:
        return {}
    text, covered = tidy.text(item.html)[:500], item.sensitive or bool(item.warning)
    pictures = () if text or covered else (media for media in item.media if media.type == "image")
    files = (shop.composer.picture(media).src for media in pictures)
    return {
        "text": text,
        "image": [shop.at.absolute(file) for file in files if file],
        "sharedContent": [_shared(url) for url in _quoted(item, shop)],
    }


def _quoted(item: Item, shop: Workshop) -> Iterator[str]:
    """Where stands what a message quotes; what is gone has no address any more."""
    for name in item.quotes[:MOST]:
        found = shop.store.item(name)
        if found and found.url:
            yield found.url
        elif not found and name.startswith(("http://", "https://")) and not shop.store.named([name]):
            yield name


def _shared(url: str) -> dict[str, object]:
    return {"@type": "SocialMediaPosting", "url": url}


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


def _full(value: Mapping[str, object]) -> dict[str, object]:
    return {name: part for name, part in value.items() if part or part == 0}
