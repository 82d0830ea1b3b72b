"""Archives that people brought home from a network, read into the same items that a pull of that network brings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.model import Item
from hub.threads import moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The channel that a file is read for: its name, the address its relative links begin with, its language, the
    numbers of users who speak for the brand, and for letters whose they are."""

    channel: str
    site: str = ""
    language: str = ""
    team: frozenset[str] = frozenset()
    sender: str = ""
    list_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What an archive holds for one channel.

    `skipped` counts what was left out, by reason; `files` says where in the archive the picture of an address lies;
    `heads` are ids of items that only stand for a page of the brand's that comments hang under: they give way to the
    page itself where the hub knows it.
    """

    items: tuple[Item, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    heads: frozenset[str] = frozenset()


@dataclass(slots=True)
class Shelf:
    """Comments of an export as they are read: pages by address, items, and what was left out."""

    target: Target
    pages: dict[str, Item] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def page(self, id: str, url: str, title: str, published: datetime | None) -> None:
        """A page of the brand's that comments stand below."""
        self.pages[url] = Item(
            id=id,
            url=url,
            channel=self.target.channel,
            kind="article",
            published=published,
            ours=True,
            title=title,
            language=self.target.language,
            excerpt=True,
        )

    def say(self, of: str, parent: str, item: Item) -> None:
        """A comment below the page of an address; `parent` is the id of the comment it answers, "" for none."""
        url = item.url or (item.id if item.id.startswith("http") else of)
        self.items.append(replace(item, url=url, channel=self.target.channel, reply_to=parent or of, root=of))

    @property
    def found(self) -> Found:
        """All of it. A page without a date is as old as its first comment; one without comments says nothing."""
        first: dict[str, datetime | None] = {}
        for item in sorted(self.items, key=lambda one: moment(one.published)):
            first.setdefault(item.root, item.published)
        known = [(page, first[url]) for url, page in self.pages.items() if url in first]
        heads = tuple(replace(page, published=page.published or when) for page, when in known)
        items = (*heads, *self.items)
        return Found(items=items, skipped=dict(+self.skipped), heads=frozenset(page.id for page in heads))
