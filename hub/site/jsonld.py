"""schema.org descriptions of pages, as JSON-LD that is safe inside a script element."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from markupsafe import Markup

from hub import tidy
from hub.model import Account, Item, Thread
from hub.pages import address, anchor
from hub.site.shell import Addresses
from hub.site.views import Card, Shell

CONTEXT = "https://schema.org"
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


def post(thread: Thread, card: Card, shell: Shell, at: Addresses, bare: Collection[str] = ()) -> Markup:
    """A post's page: the posting with its comments as a tree, and where the page stands. Of the channels in `bare` no
    text may stand in data."""
    here = at.absolute(address(thread.root))
    entity = {
        **_said(thread.root, here, bare, shell.unnamed),
        "@type": "SocialMediaPosting" if thread.root.kind == "note" else "BlogPosting",
        "headline": card.heading[:110],
        "commentCount": card.replies,
        "comment": _comments(thread, here, bare, shell.unnamed),
        "mainEntityOfPage": here,
    }
    steps = [(shell.name, ""), (card.place.label, card.place.href), (card.heading[:110], address(thread.root))]
    page = {"@type": "WebPage", "url": here, "name": card.heading[:110], "mainEntity": _full(entity)}
    return script({"@graph": [page, crumbs(steps, at)]})


def _comments(thread: Thread, here: str, bare: Collection[str], unnamed: str) -> list[dict[str, object]]:
    """The first comments, each under its parent; those whose parent is not shown stand at the top."""
    made: dict[str, dict[str, object]] = {}
    top: list[dict[str, object]] = []
    for reply in thread.replies:
        if isinstance(reply.node, Item) and len(made) < COMMENTS:
            at = f"{here}#{anchor(reply.node.id)}"
            comment = _full({"@type": "Comment", **_said(reply.node, at, bare, unnamed)})
            made[reply.node.id] = comment
            parent = made.get(reply.parent)
            below = parent.setdefault("comment", []) if parent else top
            below.append(comment)  # type: ignore[attr-defined]
    return top


def _said(item: Item, url: str, bare: Collection[str], unnamed: str) -> dict[str, object]:
    return {
        "url": url,
        "author": _author(item.author, unnamed),
        "datePublished": item.published.isoformat(timespec="seconds") if item.published else "",
        "dateModified": item.edited.isoformat(timespec="seconds") if item.edited else "",
        "text": "" if item.channel in bare else tidy.text(item.html)[:500],
        "inLanguage": item.language,
    }


def _author(account: Account, unnamed: str) -> dict[str, object]:
    return _full({"@type": "Person", "name": account.name or account.handle or unnamed, "url": account.url})


def _full(value: dict[str, object]) -> dict[str, object]:
    return {name: part for name, part in value.items() if part or part == 0}
