"""What machines read: feeds and redirects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING

from markupsafe import Markup

from hub import pages
from hub.model import Account, Item
from hub.pages import HOME, Page, older, paged
from hub.site import feeds
from hub.site.collect import lists
from hub.site.feeds import FeedEntry, FeedOf
from hub.site.follow import FEED
from hub.site.talk import WHOLE, Talk
from hub.site.views import Card
from hub.store import Record

if TYPE_CHECKING:
    from hub.site.make import Workshop


# feeds
def feed(shop: Workshop, page: Page) -> dict[str, bytes]:
    """Atom, RSS and JSON of the newest posts, of all or of a list, or of all replies; of older posts JSON alone."""
    if page.name == "replies":
        return _formats("replies", _feed_of(shop, "replies", "", shop.texts.replies_title()), _latest_replies(shop))
    name = page.name if page.name != "all" else HOME
    total = shop.manifest.total(name)
    behind = older(total, FEED) if paged(name) else 0
    known = {HOME, pages.MENTIONS, *shop.texts.settings.channels, *lists(shop.texts.settings.collections)}
    if page.number > behind or not (total or name in known):
        return {}
    of = _feed_of(shop, pages.feed(name), pages.base(name), shop.list_title(name) if name else "")
    if page.number:
        return _behind(shop, of, name, page.number)
    found = shop.manifest.newest(name, FEED)
    entries = [_post_entry(shop, record) for record in shop.records(found)]
    return _formats(pages.feed(name), replace(of, older=f"{of.base}/{behind}.json" if behind else ""), entries)


def _behind(shop: Workshop, of: FeedOf, name: str, number: int) -> dict[str, bytes]:
    """A closed page of older posts, numbered from the oldest."""
    found = shop.manifest.window(name, (number - 1) * FEED, FEED)[::-1]
    entries = [_post_entry(shop, record) for record in shop.records(found)]
    onward = f"{of.base}/{number - 1}.json" if number > 1 else ""
    of = replace(of, base=f"{of.base}/{number}", older=onward, hub="")
    return {f"feeds/{pages.feed(name)}/{number}.json": feeds.json_feed(of, entries)}


def _feed_of(shop: Workshop, where: str, home: str, told: str) -> FeedOf:
    at = shop.at.absolute(f"feeds/{where}")
    return FeedOf(
        id=f"{at}.atom",
        title=f"{told} · {shop.shell.name}" if told else shop.shell.name,
        description=shop.shell.description,
        home=shop.at.absolute(home),
        base=at,
        language=shop.shell.language,
        hub=shop.texts.settings.publish.websub,
    )


def _formats(where: str, of: FeedOf, entries: list[FeedEntry]) -> dict[str, bytes]:
    return {
        f"feeds/{where}.atom": feeds.atom(of, entries),
        f"feeds/{where}.rss": feeds.rss(of, entries),
        f"feeds/{where}.json": feeds.json_feed(of, entries),
    }


def _entry_id(item: Item, url: str) -> str:
    """The item's own id where it is an IRI (RFC 4287 §4.2.6), else its address here."""
    return item.id if ":" in item.id.split("/")[0] and " " not in item.id else url


def _post_entry(shop: Workshop, record: Record) -> FeedEntry:
    card = shop.card(record)
    item = replace(record.shown, id=record.item.id, published=record.item.published)
    more = (one.html for one in record.parts.get(record.shown.id, ()))
    item = replace(item, html="\n".join((item.html, *more)))
    newest = shop.manifest.last_reply(item.id)
    entry = _entry(shop, item, card.heading, shop.at.absolute(card.href), card.replies)
    return replace(entry, replied=datetime.fromisoformat(newest) if newest else None)


def _entry(shop: Workshop, item: Item, title: str, url: str, replies: int) -> FeedEntry:
    """An entry of a feed. Where its network's terms forbid the text there, it is id, address, channel and date."""
    if barred(shop, item):
        label = shop.composer.place(item.channel).label
        by = Account(name=shop.shell.name if item.ours else label)
        blank = Item(id=item.id, url=item.url, channel=item.channel, published=item.published, author=by)
        return _told(shop, replace(blank, html=_link(url, label)), label, url, replies)
    return _told(shop, item, title, url, replies)


def barred(shop: Workshop, item: Item) -> bool:
    """May the text of a message stand in no feed?"""
    terms = shop.texts.settings.terms(item.channel)
    return item.withheld or "no" in (terms.feed, terms.json)


def _called(shop: Workshop, item: Item, card: Card) -> str:
    """What a post is called in a feed: the place where it was said, where no word of it may stand there."""
    return card.place.label if barred(shop, item) else card.heading


def _told(shop: Workshop, item: Item, title: str, url: str, replies: int) -> FeedEntry:
    pictures = [shop.composer.picture(media).src for media in item.media]
    return FeedEntry(
        id=_entry_id(item, url),
        url=url,
        title=title,
        html=_covered(item, url) if item.warning or item.sensitive else item.html,
        author=shop.composer.name(item.author),
        author_url=item.author.url,
        published=item.published,
        edited=item.edited,
        language=item.language,
        tags=item.tags,
        images=tuple(shop.at.absolute(picture) for picture in pictures if picture),
        channel=item.channel,
        origin=item.url,
        replies_feed=f"{url}replies.atom" if "#" not in url else "",
        replies=replies,
    )


def _covered(item: Item, url: str) -> str:
    """What its author put behind a warning stands in a feed as the warning and a link."""
    return _link(url, item.warning or "…")


def _link(url: str, words: str) -> str:
    return str(Markup('<p><a href="{}">{}</a></p>').format(url, words))


def _reply_entries(shop: Workshop, talk: Talk, heading: str) -> Iterator[FeedEntry]:
    """The newest replies of a thread, each naming what it answers; up to WHOLE, which is all of most threads."""
    root = talk.thread.root
    said = {reply.node.id: (reply.node, reply.parent) for reply in talk.replies if isinstance(reply.node, Item)}
    for item, parent in nlargest(WHOLE, said.values(), key=lambda pair: (pair[0].published or feeds.EPOCH, pair[0].id)):
        above = said[parent][0] if parent in said else root
        over = shop.where(root, above.id)
        entry = _entry(shop, item, shop.texts.reply_title(item.author, heading), shop.where(root, item.id), 0)
        yield replace(entry, answers=(_entry_id(above, over), over))


def replies_feed(shop: Workshop, talk: Talk, card: Card) -> bytes:
    """A thread's own feed, newest first."""
    here, name = shop.at.absolute(card.href), _called(shop, talk.thread.shown, card)
    of = FeedOf(
        id=f"{here}replies.atom",
        title=shop.texts.replies_title(name),
        description=card.summary if name == card.heading else "",
        home=here,
        base=f"{here}replies",
        language=card.language or shop.shell.language,
    )
    return feeds.atom(of, list(_reply_entries(shop, talk, name)))


def _latest_replies(shop: Workshop) -> list[FeedEntry]:
    """The newest replies of all threads, each naming what it answers."""
    replies = shop.records([ident for ident, _ in shop.manifest.latest_replies(FEED)])
    named = {name for reply in replies for name in (reply.thread, reply.parent) if name}
    known = {record.item.id: record for record in shop.records(sorted(named))}
    return [_latest_reply(shop, reply, known) for reply in replies if reply.thread in known]


def _latest_reply(shop: Workshop, reply: Record, known: Mapping[str, Record]) -> FeedEntry:
    root, above = known[reply.thread], known.get(reply.parent, known[reply.thread])
    over = shop.where(root.item, above.item.id)
    title = shop.texts.reply_title(reply.item.author, _called(shop, root.shown, shop.card(root)))
    entry = _entry(shop, reply.item, title, shop.where(root.item, reply.item.id), 0)
    return replace(entry, answers=(_entry_id(above.item, over), over))


def entries(shop: Workshop, found: list[tuple[str, str]]) -> list[FeedEntry]:
    """Posts and answers, given as (id, id of the root), as entries of a feed."""
    known = {record.item.id: record for record in shop.records([name for pair in found for name in pair])}
    said = [known[ident] for ident, root in found if ident in known and root in known]
    above = shop.records([record.parent for record in said if record.parent])
    known |= {record.item.id: record for record in above}
    return [_post_entry(shop, one) if one.thread == one.item.id else _latest_reply(shop, one, known) for one in said]


def redirects(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    """_redirects, as Netlify, Cloudflare Pages and our own preview read it."""
    rows = []
    for old, root in sorted(shop.store.redirects().items()):
        post = shop.manifest.post(root)
        if post:
            rows.append(f"{shop.at.url(old)} {shop.at.url(post.address)} 301\n")
    return {"_redirects": "".join(rows).encode()} if rows else {}


# files that are copied
def assets(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    return dict(shop.texts.assets.files)


def statics(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    return dict(shop.texts.statics)
