"""One page at a time: what is due becomes views, views become files. No page is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from hub.model import Item
from hub.pages import MENTIONS, Page, address, anchor, base, feed, list_path
from hub.site import (
    answered,
    archives,
    beside,
    crowd,
    embed,
    headers,
    insights,
    joining,
    jsonld,
    machine,
    people,
    robots,
    roll,
    search,
    sitemap,
    streams,
    topics,
    wall,
)
from hub.site.collect import LISTS
from hub.site.compose import Composer
from hub.site.faces import PersonLine
from hub.site.follow import part_of
from hub.site.manifest import Manifest
from hub.site.nest import Nest
from hub.site.pieces import Moment
from hub.site.shelf import Shelf
from hub.site.shell import Addresses, feeds_of
from hub.site.talk import ORDERS, Part, Talk
from hub.site.texts import Texts
from hub.site.views import Card, Feeds, Head, MonthLine, MonthPage, PartPage, PostPage, Shell, TextPage
from hub.site.writer import Made
from hub.store import Judge, Record, Store, show_all

Render = Callable[[str, Any], bytes]  # template name, view
KEPT = 10_000  # records kept at hand while a site is built


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """Everything a page may be made from."""

    store: Store
    manifest: Manifest
    composer: Composer
    shell: Shell
    at: Addresses
    render: Render
    texts: Texts
    shelf: Shelf
    judge: Judge = show_all  # by which rule something is hidden
    let: Callable[[Item], bool] = bool  # has a person decided about this?
    kept: dict[str, Record | None] = field(default_factory=dict)  # one build sees one state of the store
    pinned: tuple[str, ...] = ()  # posts that come first on the first page
    tallies: dict[str, tuple[int, int]] = field(default_factory=dict)  # of posts: replies, channels they came from
    listed: dict[tuple[str, str], list[PersonLine]] = field(default_factory=dict)  # the people of one letter
    talks: dict[str, Talk | None] = field(default_factory=dict)  # the one read last
    rows: dict[str, list[tuple[str, str, int, str]]] = field(default_factory=dict)  # of the block of search read last

    def make(self, page: Page) -> Made:
        """The files of one page; none when there is nothing to show there any more."""
        self.composer.used.clear()
        maker = MAKERS.get(page.kind)  # a kind of page that an earlier version made has none, and goes
        files = maker(self, page) if maker else {}
        if page.kind != "statics":  # what the brand put into content/static/ stands in place of ours
            files = {path: content for path, content in files.items() if path not in self.texts.statics}
        return Made(page=page, files=files, pictures=frozenset(self.composer.used))

    # what several pages need
    def records(self, idents: list[str]) -> list[Record]:
        """In the order asked for; what is no longer visible is left out."""
        unread = [ident for ident in idents if ident not in self.kept]
        if len(self.kept) + len(unread) > KEPT:
            self.kept.clear()
            unread = idents
        if unread:
            self.kept.update(dict.fromkeys(unread))
            self.kept.update((record.item.id, record) for record in self.store.records(unread))
        return [record for ident in idents if (record := self.kept[ident])]

    def reading(self, idents: Collection[str]) -> Iterator[Record]:
        """Each once, in any order; as many as there is room for are at hand afterwards."""
        if len(self.kept) + len(idents) > KEPT:
            self.kept.clear()
        for record in self.store.records(idents):
            if len(self.kept) < KEPT:
                self.kept[record.item.id] = record
            yield record

    def talk(self, root: str) -> Talk | None:
        """The conversation under a root; the pages of one come one after the other."""
        if root not in self.talks:
            self.talks.clear()
            thread = self.store.thread(root)
            self.talks[root] = Talk(thread) if thread else None
        return self.talks[root]

    def spot(self, root: Item, ident: str) -> str:
        """Where in the site a message of a thread stands: its page and fragment; the page alone for the root."""
        here = address(root)
        return f"{here}{self.manifest.place(ident)}#{anchor(ident)}" if ident != root.id else here

    def where(self, root: Item, ident: str) -> str:
        """The same as an absolute address."""
        return self.at.absolute(self.spot(root, ident))

    def cards(self, idents: list[str]) -> tuple[Card, ...]:
        return tuple(self.card(record) for record in self.records(idents))

    def card(self, record: Record, whole: bool = False) -> Card:
        ident = record.item.id
        if ident not in self.tallies:
            self.tallies[ident] = self.manifest.reply_counts(ident)
        wait = answered.delay(self.manifest.db, ident)
        card = self.composer.card(record, self.tallies[ident], whole)
        if card.poll and card.poll.closes and card.poll.closes.iso[:10] < insights.newest_day(self.manifest.db):
            card = replace(card, poll=replace(card.poll, closed=True))
        return replace(card, answered=self.texts.words.span(wait)) if wait is not None else card

    def list_title(self, name: str) -> str:
        """What a list is called: the brand's name, a channel's or a topic's."""
        if name.startswith("topic/"):
            return name.removeprefix("topic/")
        if name.startswith(LISTS):
            found = self.texts.settings.collections.get(name.removeprefix(LISTS))
            return (found.title if found else "") or name.removeprefix(LISTS)
        if name == MENTIONS:
            return self.texts.word("Mentions")
        return self.composer.place(name).label if name else self.shell.name

    def feeds(self, name: str) -> Feeds:
        return feeds_of(self.list_title(name), feed(name))


def front(manifest: Manifest, page: Page) -> str:
    """The file of a page to which others link, however new; "" where none does, or it is gone."""
    root, path = part_of(page) if page.kind == "part" else (page.name, "")
    if page.kind in ("post", "part"):
        post = manifest.post(root)
        return f"{post.address}{path}index.html" if post else ""
    if page.kind in ("person", "people"):
        return roll.front(manifest.db, page)
    if page.kind == "list":
        return f"{list_path(base(page.name), page.number)}index.html"
    return f"{archives.month_path(page.name)}index.html" if page.kind in ("month", "year") else ""


def _post(shop: Workshop, page: Page) -> dict[str, bytes]:
    post, talk = shop.manifest.post(page.name), shop.talk(page.name)
    related = shop.manifest.alike(post) if post and post.tags else []
    older, newer = shop.manifest.beside(post.stream, post.sort, post.id) if post else ("", "")
    records = {record.item.id: record for record in shop.records([page.name, older, newer, *related])}
    if not (post and talk and page.name in records):
        shop.manifest.relate(page.name, ())
        return {}
    thread, part = talk.thread, talk.parts[""]
    shop.manifest.relate(page.name, related)
    record = records[page.name]
    card = shop.card(record, whole=True)
    replies = f"{post.address}replies.atom"
    image, described = shop.composer.social(record.shown)
    view = PostPage(
        head=Head(
            title=f"{card.heading} · {shop.shell.name}",
            description=card.summary or card.heading,
            path=post.address,
            feeds=(Feeds(title=card.heading, atom=replies, rss="", json=""),),
            jsonld=jsonld.post(talk, card, shop),
            published=card.published.iso,
            activity=f"{post.address}{beside.ACTIVITY}",
            image=image,
            image_alt=described or card.heading,
            oembed="" if embed.barred(shop, record.shown) else f"{post.address}{embed.OEMBED}",
        ),
        card=card,
        lines=Nest(shop.composer, talk, part).lines(),
        places=_places(shop, talk, part),
        newer=_neighbour(shop, records.get(newer)),
        older=_neighbour(shop, records.get(older)),
        related=tuple((other.href, other.heading, other.published) for other in shop.cards(related)),
        replies_atom=replies,
        ways=joining.ways(shop, card),
        faces=crowd.faces(shop, thread.reactions),
        notes=(*shop.texts.answered(thread), *shop.texts.coverage(thread)),
        later=f"{post.address}{part.later}" if part.later else "",
        orders=tuple(order for order in ORDERS if f"{order}/" in talk.parts),
    )
    return {
        f"{post.address}index.html": shop.render("post", view),
        replies: machine.replies_feed(shop, talk, card),
        f"{post.address}{beside.ACTIVITY}": beside.activity(shop, record, talk, card),
        **embed.files(shop, record, talk, card),
    }


def _part(shop: Workshop, page: Page) -> dict[str, bytes]:
    """A further page of a long conversation. Totals stand on the post's own page alone."""
    root, path = part_of(page)
    post, talk = shop.manifest.post(root), shop.talk(root)
    records = shop.records([root])
    if not (post and talk and records and path in talk.parts):
        return {}
    part, card = talk.parts[path], shop.composer.card(records[0], (0, 0))
    title = shop.texts.part_title(talk, part, card.heading)
    head = Head(
        title=f"{title} · {shop.shell.name}",
        description=title,
        path=post.address + path,
        noindex=bool(part.order),
        jsonld=jsonld.part(talk, part, card, shop),
    )
    up = talk.up(part)
    view = PartPage(
        head=head,
        card=card,
        title=title,
        lines=Nest(shop.composer, talk, part).lines(),
        places=_places(shop, talk, part),
        order=part.order,
        branch=part.head >= 0,
        up=post.address + up if up is not None else "",
        earlier=post.address + part.earlier if part.earlier is not None else "",
        later=post.address + part.later if part.later is not None else "",
    )
    return {f"{post.address}{path}index.html": shop.render("part", view)}


def _places(shop: Workshop, talk: Talk, part: Part) -> tuple[Any, ...]:
    nodes = (talk.replies[number].node for number in part.shown)
    names = {node.channel for node in nodes if isinstance(node, Item)}
    return tuple(shop.composer.place(name) for name in sorted(names))


def _neighbour(shop: Workshop, record: Record | None) -> tuple[str, str]:
    card = shop.card(record) if record else None
    return (card.href, card.heading) if card else ("", "")


def _month(shop: Workshop, page: Page) -> dict[str, bytes]:
    posts = list(shop.manifest.posts(page.name))
    if not posts:
        return {}
    days: dict[str, tuple[Moment, list[MonthLine]]] = {}
    for record in shop.records([post.id for post in reversed(posts)]):
        card = shop.card(record)
        line = MonthLine(
            href=card.href,
            heading=card.heading,
            clock=card.published.clock,
            place=card.place,
            replies=card.replies,
            language=card.language,
        )
        days.setdefault(card.published.text, (card.published, []))[1].append(line)
    title = shop.texts.month(page.name)
    path = archives.month_path(page.name)
    steps = [(shop.shell.name, ""), (shop.texts.word("Archive"), "archive/"), (title, path)]
    hrefs = (line.href for _, lines in days.values() for line in lines)
    whole = jsonld.gathered(title, path, hrefs, shop)
    view = MonthPage(
        head=Head(
            title=f"{title} · {shop.shell.name}",
            description=shop.texts.month_description(title),
            path=path,
            jsonld=jsonld.script({"@graph": [whole, jsonld.crumbs(steps, shop.at)]}),
        ),
        title=title,
        days=tuple((moment, tuple(lines)) for moment, lines in days.values()),
    )
    return {f"{path}index.html": shop.render("month", view)}


def _redirect(shop: Workshop, page: Page) -> dict[str, bytes]:
    root = shop.store.redirects().get(page.name)
    post = shop.manifest.post(root) if root else None
    if not post:
        return {}
    title = shop.texts.word("This conversation has moved")
    head = Head(title=title, description=title, path=page.name, noindex=True)
    view = TextPage(head=head, title=title, body=Markup(""), data={"to": post.address})
    return {f"{page.name}index.html": shop.render("redirect", view)}


def _texts(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    return shop.texts.files(shop)


MAKERS: dict[str, Callable[[Workshop, Page], dict[str, bytes]]] = {
    "post": _post,
    "part": _part,
    "list": streams.page,
    "month": _month,
    "year": archives.year,
    "archive": archives.archive,
    "topics": topics.index,
    "redirect": _redirect,
    "person": people.page,
    "people": people.index,
    "texts": _texts,
    "feed": machine.feed,
    "sitemap": sitemap.files,
    "robots": robots.files,
    "beside": beside.files,
    "wall": wall.files,
    "insights": insights.files,
    "redirects": machine.redirects,
    "headers": headers.files,
    "assets": machine.assets,
    "statics": machine.statics,
    **search.MAKERS,
}
