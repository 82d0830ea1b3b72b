"""The site as a follower of the store: what the journal says becomes pages that are due.

Cost is that of the threads a change touches. Everything is written in one step with the mark; what is due stays due
until its files are whole.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.insight.answers import heard, replied
from hub.model import Entry, Item, Thread
from hub.pages import (
    HOME,
    MENTIONS,
    Page,
    Post,
    Stretch,
    Touched,
    address,
    closed,
    older,
    page_at,
    paged,
    sort_key,
    topic,
    touched,
)
from hub.site import answered, described, lacks
from hub.site.collect import Collector, lists
from hub.site.insights import newest_day, planned
from hub.site.manifest import Manifest
from hub.site.quoting import Citations
from hub.site.roll import Roll
from hub.site.search import Ledger, version
from hub.site.talk import CHOICE, Talk
from hub.store import Store

FEED = 50  # entries in a feed
WITHIN = 400  # newest posts and replies among which the wall finds its messages
LATEST = 5  # replies shown on the first page
MANY = 500  # threads: a change of more of them than this, and than half, is cheaper read as a whole

STANDING = tuple(
    Page(kind=kind)
    for kind in (
        "archive",
        "topics",
        "texts",
        "sitemap",
        "robots",
        "beside",
        "headers",
        "search",
        "assets",
        "statics",
        "redirects",
    )
)
"""Pages that exist whatever was said."""


def part_page(root: str, path: str) -> Page:
    """A further page of a conversation, named by the id of the post and the path below its address; see `part_of`."""
    return Page(kind="part", name=f"{root} {path}")


def part_of(page: Page) -> tuple[str, str]:
    root, _, path = page.name.rpartition(" ")
    return root, path


def month(published: datetime | None, zone: ZoneInfo) -> str:
    """The month a post is listed under, by the brand's clock."""
    return published.astimezone(zone).strftime("%Y-%m") if published else "undated"


def remembered(
    root: Item, shown: Item, channels: tuple[str, ...], zone: ZoneInfo, collections: Iterable[str] = ()
) -> Post:
    """What is remembered of a thread: its root says where and when, the version that is shown what about."""
    return Post(
        id=root.id,
        sort=sort_key(root),
        month=month(root.published, zone),
        address=address(root),
        channels=(channels or (root.channel,)) if root.ours else (MENTIONS,),
        tags=tuple(dict.fromkeys(name for tag in shown.tags if (name := topic(tag)))),
        collections=tuple(sorted(collections)),
    )


class Follower:
    """One run from the manifest's mark to the store's newest number."""

    def __init__(
        self,
        manifest: Manifest,
        store: Store,
        zone: ZoneInfo,
        channels: Iterable[str] = (),
        collector: Collector | None = None,
    ) -> None:
        """`channels` are those of the settings: they have a page and feeds, whether or not they have brought a post."""
        self.manifest, self.store, self.zone = manifest, store, zone
        self.collector = collector or Collector()
        self.channels = [*channels, *lists(self.collector.asked)]
        self.walls = frozenset({HOME, *manifest.get("walls").splitlines()})
        self.said = Ledger(manifest.db)
        self.roll = Roll(manifest.db, manifest.get("people"))
        self.cites = Citations(manifest.db)
        self.pages: set[Page] = set()
        self.stretches: set[Stretch] = set()
        self.around: set[tuple[str, str, str]] = set()
        self.totals: dict[str, int] = {}
        self.moved: set[str] = set()  # times of what came, went or was edited
        self.talks: dict[str, Talk] = {}  # the long one read last: its pages may be due

    def follow(self) -> None:
        """Apply the journal, say what is due, move the mark: one transaction."""
        if self.manifest.mark == 0:
            self._from_nothing()
        else:
            self._from_mark()
        self.manifest.ask_for(self.pages)
        self.manifest.commit()

    def _from_nothing(self) -> None:
        seq = self.store.seq
        collected: list[tuple[str, str, str, frozenset[str]]] = []
        lines: list[tuple[str, str, bool]] = []
        times: dict[str, str] = {}  # of what the brand says
        for record in self.store.records():
            item = record.item
            for state in self.collector.states(item) if record.thread else ():
                if found := self.collector.of(item, record.thread, state):
                    collected.append((item.id, record.thread, state, found))
            if record.thread == item.id:
                self.manifest.put(remembered(item, record.shown, record.channels, self.zone))
            elif record.thread and not (record.copy or record.part):
                self.manifest.put_reply(item.id, record.thread, sort_key(item), item.channel)
            if record.thread and not (record.copy or record.part):
                self.roll.read(item, record.thread, record.shown if record.thread == item.id else None)
                answered.put(self.manifest.db, item, record.thread)
            if record.thread:
                described.put(self.manifest.db, item, record.thread)
            if record.thread and item.quotes:
                self.cites.put((item,), record.thread, self.store)
            if record.thread and not item.unsearchable:
                self.said.read(item, record.thread, version(item, record.thread))
            if record.thread:
                lines.append((item.id, record.parent, item.ours))
                times |= {item.id: sort_key(item)} if item.ours else {}
        answered.everything(self.manifest.db, replied(lines, times), self.store)
        states = heard(lines)
        self.said.hear(states)
        for ident, root, state, names in collected:
            post = self.manifest.post(root) if state in ("", states.get(ident, "")) else None
            if post:
                self.manifest.put(replace(post, collections=tuple(sorted(names.union(post.collections)))))
        for root in self.manifest.talks(CHOICE):
            self._talk(root, self.store.thread(root), ())
        self.pages |= {Page(kind="redirect", name=old) for old in self.store.redirects()}
        self.pages |= everything(self.manifest, self.channels) | self.said.everything()
        for root, coverage in self.store.incomplete():
            lacks.put(self.manifest, root, coverage)
        self.pages |= self.roll.everything(self.store, lines) | {Page(kind="wall", name=name) for name in self.walls}
        self._hidden()
        self._insights()
        self.manifest.keep("mark", str(seq))

    def _from_mark(self) -> None:
        mark = self.manifest.mark
        self.totals = {HOME: self.manifest.total(HOME)}
        roots: dict[str, set[str]] = {}
        for entry in self.store.changed(mark):
            mark = max(mark, entry.seq)
            for root in self._roots(entry):
                roots.setdefault(root, set()).add(entry.id)
            for root, ident in self.cites.of(entry) if entry.what == "item" else ():
                roots.setdefault(root, set()).add(ident)
            self._other(entry)
        if len(roots) > max(MANY, self.totals.get(HOME, 0) // 2):
            self.manifest.blank()
            self._from_nothing()
            return
        for root, ids in roots.items():
            self._thread(root, ids)
        self._resolve()
        self.pages |= self.said.touched() | self.roll.touched(self.store)
        self._hidden()
        self._insights()
        self.manifest.keep("mark", str(mark))

    def _insights(self) -> None:
        """Only whole days count there: they are drawn anew once a day, and when something of such a day changed."""
        day = newest_day(self.manifest.db)
        if day != self.manifest.get("day") or any(time < day for time in self.moved):
            self.manifest.keep("day", day)
            self.pages |= planned(self.channels) | {Page(kind="sitemap")}

    def _hidden(self) -> None:
        """The transparency page counts what each rule hides, what left in each month, and what is not here."""
        tally = json.dumps([self.store.hidden(), self.store.removed(), lacks.totals(self.manifest)], sort_keys=True)
        if tally != self.manifest.get("hidden"):
            self.manifest.keep("hidden", tally)
            self.pages.add(Page(kind="texts"))

    def _roots(self, entry: Entry) -> set[str]:
        """The threads an entry shows in, now and before."""
        if entry.what != "item":
            return set()
        was = entry.id if self.manifest.post(entry.id) else self.manifest.reply_root(entry.id)
        return {root for root in (was, entry.thread) if root}

    def _other(self, entry: Entry) -> None:
        pages = {
            "channel": {Page(kind="texts"), Page(kind="list", name=entry.id), *planned([entry.id])},
            "redirect": {Page(kind="redirect", name=entry.id), Page(kind="redirects")},
            "rules": {Page(kind="texts")},
        }
        self.pages |= pages.get(entry.what, set())
        if entry.what == "person":
            self.roll.turn(entry.id)

    def _thread(self, root: str, changed: Collection[str]) -> None:
        """Bring what we remember of one thread up to date, and note what that touches."""
        before, thread = self.manifest.post(root), self.store.thread(root)
        after, parts = None, set[str]()
        if thread:
            names = self.collector.thread(thread)
            after = remembered(thread.root, thread.shown, thread.channels, self.zone, names)
            parts = {one.id for line in thread.parts.values() for one in line}
        if thread and not {*parts, *(one.id for one in thread.copies)}.isdisjoint(changed):
            changed = {*changed, root}  # another version may be shown, or one less
        self._recent(root, changed)
        for name in {*(before.lists if before else ()), *(after.lists if after else ())} - self.totals.keys():
            self.totals[name] = self.manifest.total(name)
        if before != after or root in changed:
            self.moved |= {post.sort for post in (before, after) if post}
        if before != after:
            self._relatives(before)
            self.manifest.drop(root)
        if after and before != after:
            self.manifest.put(after)
        self._replies(thread, root)
        lacks.put(self.manifest, root, thread.coverage if thread else ())
        self.cites.thread(root, thread, self.store)
        where = self.manifest.places(root)
        self._talk(root, thread, changed)
        moved = dict(where.items() ^ self.manifest.places(root).items())
        self.roll.thread(root, thread, {*changed, *moved})
        self.moved |= answered.thread(self.manifest.db, root, thread, {*changed, *moved})
        self.moved |= described.thread(self.manifest.db, root, thread)
        self.said.thread(root, thread, root in changed)
        self._recent(root, {*changed, *_answering(thread, changed)})
        self._note(touched(before, after))
        if root in changed:
            self._relatives(after)
            self.around |= {(post.stream, post.sort, post.id) for post in (before, after) if post}

    def _note(self, what: Touched) -> None:
        self.pages |= what.pages
        self.stretches |= what.stretches
        self.around |= what.around

    def _relatives(self, post: Post | None) -> None:
        if post:
            self.pages |= {Page(kind="post", name=ident) for ident in self.manifest.relating(post)}

    def _replies(self, thread: Thread | None, root: str = "") -> None:
        """The reply rows of a thread become what the store says."""
        root = thread.root.id if thread else root
        nodes = [reply.node for reply in thread.replies] if thread else []
        new = {node.id: (sort_key(node), node.channel) for node in nodes if isinstance(node, Item)}
        old = self.manifest.replies(root)
        self.moved |= {pair[0] for ident in old.keys() ^ new.keys() if (pair := old.get(ident) or new.get(ident))}
        for ident in old.keys() - new.keys():
            self.manifest.drop_reply(ident)
        for ident, (sort, channel) in new.items():
            if old.get(ident) != (sort, channel):
                self.moved |= {sort, old.get(ident, (sort, ""))[0]}
                self.manifest.put_reply(ident, root, sort, channel)

    def _talk(self, root: str, thread: Thread | None, changed: Collection[str]) -> None:
        """The further pages of a conversation: those that are another, and those that show something changed."""
        talk = Talk(thread) if thread and len(thread.replies) > CHOICE else None
        self.talks = {root: talk} if talk else self.talks
        before, after = self.manifest.parts(root), talk.signs() if talk else {}
        if before or after:
            paths = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
            paths |= talk.showing(changed) if talk else set()
            self.pages |= {part_page(root, path) for path in paths if path}
            self.manifest.put_parts(root, after, talk.places if talk else {})

    def _recent(self, root: str, changed: Iterable[str]) -> None:
        """A change among the newest replies shows on the first page and in the feed of replies."""
        rows = self.manifest.replies(root)
        sorts = [(rows[ident][0], ident) for ident in changed if ident in rows]
        sorts += [(sort, ident) for ident, (sort, _) in rows.items()] if root in changed else []
        if not sorts:
            return
        newer = self.manifest.replies_after(*max(sorts), limit=WITHIN)
        if newer < FEED:
            self.pages.add(Page(kind="feed", name="replies"))
        if newer < WITHIN:
            self.pages.add(Page(kind="wall"))
        post = self.manifest.post(root)
        self.pages |= {Page(kind="wall", name=name) for name in self.walls.intersection(post.topics if post else ())}
        if newer < LATEST:
            self.pages.add(Page(kind="list", name=HOME))

    def _resolve(self) -> None:
        """Stretches of lists become numbered pages; what stands at their end is in the feeds."""
        places: dict[str, set[tuple[str, str]]] = {}
        for stretch in self.stretches:
            if stretch.onward:
                places.setdefault(stretch.list, set()).add((stretch.sort, stretch.id))
            else:
                self._page(stretch.list, stretch.sort, stretch.id)
        for name, moved in places.items():
            self._onward(name, *min(moved))
            self._top(name, *max(moved))
        for stream, sort, ident in self.around:
            older, newer = self.manifest.beside(stream, sort, ident)
            self.pages |= {Page(kind="post", name=name) for name in (older, newer) if name}

    def _page(self, name: str, sort: str, ident: str) -> None:
        rank, total = self.manifest.rank(name, sort, ident), self.manifest.total(name)
        self.pages.add(Page(kind="list", name=name, number=page_at(rank, total)))
        self._feed(name, rank, total)
        behind = rank // FEED + 1
        self._older(name, [behind] if behind <= older(total, FEED) else [])

    def _onward(self, name: str, sort: str, ident: str) -> None:
        """Every page from this place to the newest, and one before: its link to the newer page may be new."""
        rank, total = self.manifest.rank(name, sort, ident), self.manifest.total(name)
        last = max(closed(total), closed(self.totals.get(name, 0)))
        first = page_at(rank, total) or closed(total) + 1
        if closed(total) != closed(self.totals.get(name, 0)):
            first = min(first, closed(self.totals.get(name, 0)) or 1, closed(total) or 1)
        numbers = [*range(first, last + 1), 0]
        self.pages |= {Page(kind="list", name=name, number=number) for number in numbers}
        before, now = older(self.totals.get(name, 0), FEED), older(total, FEED)
        self._older(name, range(min(rank // FEED, before, now) + 1, max(before, now) + 1))
        if name and not (total and self.totals.get(name)):
            self.pages.add(Page(kind="sitemap"))

    def _older(self, name: str, numbers: Iterable[int]) -> None:
        """Pages behind a feed: closed, so that what comes at its end moves none."""
        if paged(name):
            self.pages |= {Page(kind="feed", name=name or "all", number=number) for number in numbers}

    def _top(self, name: str, sort: str, ident: str) -> None:
        """What shows a list's newest posts, as far as the newest place that moved is among them."""
        rank, total = self.manifest.rank(name, sort, ident), self.manifest.total(name)
        if rank >= total - 1:  # the page about this site names each channel's newest post
            self.pages.add(Page(kind="texts"))
        self._feed(name, rank, total)

    def _feed(self, name: str, rank: int, total: int) -> None:
        if name in self.walls and total - rank <= WITHIN + 1:
            self.pages.add(Page(kind="wall", name=name))
        if total - rank <= FEED + 1:
            self.pages.add(Page(kind="feed", name=name or "all"))


def _answering(thread: Thread | None, changed: Collection[str]) -> Iterator[str]:
    """The replies to these: where they are listed they name what they answer."""
    replies = thread.replies if thread else ()
    return (reply.node.id for reply in replies if reply.parent in changed and isinstance(reply.node, Item))


def everything(manifest: Manifest, channels: Iterable[str] = ()) -> set[Page]:
    """Every page there is, and every one that has a file: what is no longer planned renders to nothing and goes."""
    pages = set(STANDING) | {page for _, page in manifest.all_files() if page.kind not in ("picture", "old")}
    for post in manifest.posts():
        pages |= {Page(kind="post", name=post.id), Page(kind="year", name=post.month[:4])}
        pages |= {Page(kind=kind, name=post.month) for kind in ("month", "sitemap")}
    pages |= {part_page(*key) for key in manifest.all_parts()}
    for name in {HOME, *manifest.lists(), *channels}:
        numbers = range(closed(manifest.total(name)) + 1)
        pages |= {Page(kind="list", name=name, number=number) for number in numbers}
        behind = older(manifest.total(name), FEED) if paged(name) else 0
        pages |= {Page(kind="feed", name=name or "all", number=number) for number in range(behind + 1)}
    return pages | {Page(kind="feed", name="replies")} | planned(channels)
