"""One pull of Bluesky: what is asked when, and what is remembered of it.

A conversation is read answer by answer; what is left of one that is cut stands in the cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.channels import Ask
from hub.channels.atproto import address
from hub.channels.bluesky_items import (
    POST,
    Side,
    counts,
    feed_times,
    is_nothing,
    iso,
    key_of,
    named,
    quoted,
    stamp_of,
    strings,
)
from hub.channels.bluesky_memory import Guest, Own, Talk, lengthened, shortened
from hub.channels.bluesky_tree import Tree
from hub.channels.bluesky_view import LEAVES, PAGE, View, page
from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.channels.memory import dump, load
from hub.errors import Missing
from hub.model import REST, Batch, Complete, Cursor, Item
from hub.web import Seen

if TYPE_CHECKING:
    from hub.channels.bluesky import Bluesky

FEED, QUOTES, SEARCH = "app.bsky.feed.getAuthorFeed", "app.bsky.feed.getQuotes", "app.bsky.feed.searchPosts"
GUESTS = 5_000  # other people's posts that are remembered, the newest
DAY = timedelta(days=1)


@dataclass(slots=True)
class Visit:
    """One pull. `own` are posts of the brand that are watched or still to be read, by key; `met` is what was seen."""

    channel: Bluesky
    view: View
    ask: Ask
    state: dict[str, object]
    own: dict[str, Own] = field(init=False)
    talks: dict[str, Talk] = field(init=False)
    guests: dict[str, Guest] = field(init=False)
    names: dict[str, list[str]] = field(init=False)  # what was read below each talk
    met: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)  # talks and quotes that were read in this visit
    open: dict[str, Json] = field(init=False)  # readings of talks that were cut
    whole: bool = True
    barred: dict[str, Item] = field(default_factory=dict)  # what was seen and is not brought

    def __post_init__(self) -> None:
        self.own = load(Own, mapping(self.state, "own"))
        self.talks = load(Talk, mapping(self.state, "talks"))
        self.guests = load(Guest, mapping(self.state, "guests"))
        self.open = dict(mapping(self.state, "open"))  # type: ignore[arg-type]
        kept = mapping(self.state, "names")
        self.names = {top: list(map(lengthened, strings(kept, top))) for top in kept}

    def batches(self) -> Iterator[Batch]:
        if self.ask.sweep:
            yield from self._everything()
        else:
            yield from self._newest()
            yield from self._daily()
            yield from self._answers()
        yield from self._search() if self.channel.app_password else ()
        if self.ask.sweep:
            yield from self._check(self.guests)
            claims = (Complete(ids=frozenset(self.met)),) if self.whole else ()
            yield Batch(complete=claims, cursor=self._dump())
        yield from self._renamed()

    # what is new from us

    def _newest(self) -> Iterator[Batch]:
        """The feed from its top to what is known, then what is left of older stretches: the back-fill, a cut pull."""
        answer = self.view.ask(FEED, self._feed(""), Seen.load(self.state.get("seen")))
        if not (answer.unchanged and "seen" in self.state):
            found, cursor = page(answer, "feed")
            batch, lost = self._posts(found), self._fallen(found)
            self.state["seen"] = answer.seen.dump()
            self._stretch(found, cursor, string(self.state, "mark"))
            yield replace(batch, cursor=self._dump())
            yield from self._check(lost) if lost else ()
        while left := rows(self.state, "left"):
            yield from self._answers()
            found, cursor = page(self.view.ask(FEED, self._feed(string(left[0], "at"))), "feed")
            batch = self._posts(found)
            self.state["left"] = list(left[1:])
            self._stretch(found, cursor, string(left[0], "until"))
            yield replace(batch, cursor=self._dump())

    def _stretch(self, found: list[Json], cursor: str, until: str) -> None:
        """Note where to read on, unless what is known (`until`) or the end is reached."""
        times = feed_times(found)
        self.state["mark"] = max([string(self.state, "mark"), *times])
        if cursor and not (until and times and min(times) <= until):
            self.state["left"] = [{"at": cursor, "until": until}, *rows(self.state, "left")]

    def _everything(self) -> Iterator[Batch]:
        """The whole feed, and below it every talk."""
        cursor, more = "", True
        while more:
            found, cursor = page(self.view.ask(FEED, self._feed(cursor)), "feed")
            batch, more = self._posts(found), bool(cursor)
            self._stretch(found, "", "")
            yield replace(batch, cursor=self._dump())
            yield from self._answers()
        self.state["left"], who = [], string(self.state, "did")  # a feed without a post may be a failure
        self.whole &= bool(self.met) or at(self.view.profile(who) if who else {}, "postsCount") == 0

    def _feed(self, cursor: str) -> Json:
        actor = string(self.state, "did") or string(self.state, "account")
        return {"actor": actor, "filter": "posts_with_replies", "limit": PAGE, **({"cursor": cursor} if cursor else {})}

    def _posts(self, found: list[Json]) -> Batch:
        """A page of the feed without reposts; with an answer to others come the posts it answers."""
        mine = [row for row in found if "reason" not in row and named(mapping(row, "post"))]
        if mine and not string(self.state, "did"):
            self.state["did"] = string(mine[0], "post", "author", "did")
        if handle := string(mine[0], "post", "author", "handle") if mine else "":
            self.state["called"] = handle
        views, gone = dict[str, Json](), list[str]()
        for row in mine:
            name = string(row, "post", "uri")
            views[name] = mapping(row, "post")
            self._note(row)
            above = [mapping(row, "reply", "root"), mapping(row, "reply", "parent")]
            gone += [string(view, "uri") for view in above if is_nothing(view)]
            for view in above if self._is_foreign(above[0]) else ():
                if named(view) and not is_nothing(view):
                    views.setdefault(string(view, "uri"), view)
                    self._guest(view, name)
        return replace(self._items(views.values()), gone=tuple(gone))

    def _note(self, row: Json) -> None:
        """Remember a post of ours while it is watched, or until what is below it was read for the first time."""
        view, root = mapping(row, "post"), mapping(row, "reply", "root")
        key, stamp = key_of(view), stamp_of(view)
        # Below a post that is gone an AppView shows nothing: our answer to one begins a talk of its own.
        torn = is_nothing(root) or is_nothing(mapping(row, "reply", "parent"))
        top = key if not root or torn or self._is_foreign(root) else key_of(root)
        before, replies, quotes = self.own.get(key, Own()), number(view, "replyCount"), number(view, "quoteCount")
        if key in self.own or stamp > self._since or replies or quotes:
            self.own[key] = replace(before, when=stamp, top=top, replies=replies, quotes=quotes)
        if replies or top in self.talks:
            talk = self.talks.get(top, Talk())
            self.talks[top] = replace(talk, last=max(talk.last, stamp))

    def _fallen(self, found: list[Json]) -> list[str]:
        """Watched posts that should stand on this page and do not."""
        oldest, here = min(feed_times(found), default="~"), {string(row, "post", "uri") for row in found}
        return [self._name(key) for key, own in self.own.items() if own.when > oldest and self._name(key) not in here]

    def _renamed(self) -> Iterator[Batch]:
        """That the settings call the account by another name than the network does; told until they agree."""
        account, handle = string(self.state, "account"), string(self.state, "called")
        if handle and account.lower() not in (string(self.state, "did"), handle.lower()):
            yield Batch(warnings=(f'{account} is called {handle} now: write handle = "{handle}"',), cursor=self._dump())

    # who answered

    def _answers(self) -> Iterator[Batch]:
        """The talks that are due, and who quotes us where that count moved."""
        for top in [top for top, talk in self.talks.items() if self._is_due(top, talk)] if self.channel.replies else ():
            yield from self._talk(top)
        for key in [key for key, own in self.own.items() if self._is_quoted(key, own)] if self.channel.quotes else ():
            yield self._quotes(key)

    def _is_due(self, top: str, talk: Talk) -> bool:
        here = [own for own in self.own.values() if own.top == top]
        if top in self.read or not any(own.replies or own.heard for own in here):
            return False
        if top in self.open:
            return True
        moved = any(own.replies != own.heard for own in here)
        hot = talk.is_hot(self.ask.now, self.ask.now - timedelta(days=self.channel.watch_days))
        return moved or hot or self.ask.recheck or self.ask.sweep

    def _talk(self, top: str) -> Iterator[Batch]:
        """A conversation, answer by answer; a reading that is cut goes on in the next pull."""
        self.read.add(top)
        name, goes_on = self._name(top), top in self.open
        tree = Tree.load(self.open.get(top), name)
        until = tree.asked + LEAVES
        while tree.todo and tree.asked < until:
            try:
                self.view.grow(tree, name)
            except Missing as why:
                yield self._unread(name, why)
                return
            came = self._items(tree.views.values(), tree.veiled)
            causes = {one: item.cause or "private" for one, item in self.barred.items()}
            tree.judge(self.met, causes)
            last = max([self.talks[top].last, *map(stamp_of, tree.views.values())])
            self.talks[top] = replace(self.talks[top], last=last)
            self.open = {**self.open, top: tree.dump()}
            yield replace(self._so_far(came, top, tree), gone=tuple(tree.gone), cursor=self._dump())
        self.whole &= tree.whole
        if not tree.todo:
            yield self._close(top, tree, goes_on=goes_on)

    def _so_far(self, came: Batch, top: str, tree: Tree) -> Batch:
        """What an answer brought; of a talk that nobody read to its end, how much of it is here, too."""
        name = self._name(top)
        if self.talks[top].read:
            return came
        figures = {**came.counts, name: {**came.counts.get(name, {}), "replies": tree.told}}
        return replace(came, counts=figures, absent={name: {**tree.absent(name), "later": REST}})

    def _close(self, top: str, tree: Tree, *, goes_on: bool) -> Batch:
        """What reading a talk to its end came to: what is no longer in it is gone."""
        name = self._name(top)
        self.open = {other: kept for other, kept in self.open.items() if other != top}
        self.talks[top] = replace(self.talks[top], read=self.ask.now.isoformat())
        for key, own in self.own.items():
            node = tree.met.get(self._name(key))
            if node or own.top == top:
                heard = node.count if node else own.replies
                # A reading that took more than one pull may have begun before the feed told of another answer.
                self.own[key] = replace(own, top=top, replies=own.replies if goes_on else heard, heard=heard)
        elsewhere = {one for other, names in self.names.items() if other != top for one in names}
        elsewhere |= {self._name(key) for key in self.own}
        self.met |= tree.public
        there = (tree.public - {name}) | self._torn(set(self.names.get(top, ())) - elsewhere, tree)
        self.names[top] = sorted(there)
        claims = (Complete(ids=frozenset(there | elsewhere), under=name, kind="reply"),) if tree.whole else ()
        counts, absent = {name: {"replies": tree.told}}, {name: tree.absent(name)}
        return Batch(complete=claims, counts=counts, absent=absent, cursor=self._dump())

    def _torn(self, known: set[str], tree: Tree) -> set[str]:
        """Posts below one that was deleted: no answer shows them any more, but they may still be there."""
        missing = sorted(known - tree.met.keys())
        self.met |= (alive := set(self.view.public(missing, self._side)))
        return alive

    def _unread(self, name: str, why: Missing) -> Batch:
        """A talk that is said not to exist: gone when its first post is, too."""
        if name not in self.view.posts([name]):
            return self._lost([name])
        self.whole = False
        return Batch(warnings=(why.what,), cursor=self._dump())

    def _is_quoted(self, key: str, own: Own) -> bool:
        again = own.quotes > 0 and (self.ask.recheck or self.ask.sweep)
        return self._name(key) not in self.read and (own.quotes != own.quoted or again)

    def _quotes(self, key: str) -> Batch:
        """Who quotes a post of ours; one that is not listed any more, or took its quote back, is gone."""
        name = self._name(key)
        self.read.add(name)
        pages = list(self.view.pages(self.view.ask, QUOTES, {"uri": name}))
        found, whole = [view for some, _ in pages for view in some], pages[-1][1]
        before = {guest for guest, known in self.guests.items() if known.by == name}
        came = self._items(found)
        came = replace(came, items=tuple(item for item in came.items if name in item.quotes and not item.ours))
        # What the list lacks is asked for by name.
        found += self.view.posts(sorted(before - {string(view, "uri") for view in found})).values() if whole else ()
        here = {string(view, "uri") for view in found if name in quoted(view)} & (self.met | before)
        for view in found:
            if string(view, "uri") in here and self._is_foreign(view):
                self._guest(view, name)
        self.own[key] = replace(self.own[key], quoted=self.own[key].quotes)
        return replace(came, gone=self._dismiss(before - here) if whole else (), cursor=self._dump())

    def _search(self) -> Iterator[Batch]:
        """Posts that mention the account or hold a word it listens for; of each only those not known yet."""
        account = string(self.state, "account")
        asked = [{"q": f"@{account}", "mentions": string(self.state, "did") or account}]
        wanted = [*asked, *({"q": word} for word in self.channel.search)]
        for found, marks in self.view.search(wanted, mapping(self.state, "searched")):
            came = self._items(view for view in found if string(view, "uri") not in self.guests)
            fresh = tuple(item for item in came.items if not (item.ours or item.private))
            self.guests |= {item.id: Guest(iso(item.published)) for item in fresh}
            if marks:
                self.state["searched"] = marks
            yield replace(came, items=fresh, cursor=self._dump())

    # what became of it

    def _daily(self) -> Iterator[Batch]:
        """Once a day how many follow us; and, on demand, too, whether what is watched still stands: nobody tells of a
        deletion."""
        first, checked = "checked" not in self.state, when(self.state, "checked")
        if first or checked is None or self.ask.now - checked >= DAY:
            self.state["checked"] = self.ask.now.isoformat()
            yield self._profile()
        elif not self.ask.recheck:
            return
        yield from self._recheck() if not first or self.ask.recheck else ()

    def _profile(self) -> Batch:
        row = self.view.profile(string(self.state, "did") or string(self.state, "account"))
        self.state["called"] = string(row, "handle") or string(self.state, "called")
        followers = number(row, "followersCount")
        counts = {self.channel.url: {"followers": followers}} if followers else {}
        return Batch(counts=counts, cursor=self._dump())

    def _recheck(self) -> Iterator[Batch]:
        watched = [self._name(key) for key, own in self.own.items() if own.when > self._since]
        return self._check([*watched, *(name for name, guest in self.guests.items() if guest.when > self._since)])

    def _check(self, names: Iterable[str]) -> Iterator[Batch]:
        """Ask for posts by name: what does not come, or is not public any more, is gone."""
        names = list(names)
        there = self.view.posts(names)
        came = self._items(there.values())
        for name, view in there.items():
            if name == self._name(key_of(view)) and (own := self.own.get(key_of(view))):
                replies, quotes = number(view, "replyCount"), number(view, "quoteCount")
                self.own[key_of(view)] = replace(own, replies=replies, quotes=quotes)
        yield replace(came, cursor=self._dump())
        lost = [name for name in names if name not in there or name not in self.met]
        if lost:
            yield self._lost(lost)

    def _lost(self, names: list[str]) -> Batch:
        """Posts that are gone; with one of ours go the talk below it and those it was about."""
        claims, gone = list[Complete](), set(names)
        for name in names:
            key = name.rpartition("/")[2]
            if name == self._name(key) and key in self.own:
                del self.own[key]
                self.talks.pop(key, None)
                self.open = {top: kept for top, kept in self.open.items() if top != key}
                orphans = [other for other, own in self.own.items() if own.top == key]
                self.own |= {other: replace(self.own[other], top=other, heard=0) for other in orphans}
                claims.append(Complete(ids=frozenset(map(self._name, orphans)), under=name, sure=True))
                gone |= {guest for guest, known in self.guests.items() if known.by == name}
        return Batch(gone=self._dismiss(gone), complete=tuple(claims), cursor=self._dump())

    # what is remembered

    def _items(self, views: Iterable[Json], hid: frozenset[str] = frozenset()) -> Batch:
        """Posts as items, each once in a visit, with what is counted of them."""
        views = list(views)
        found = self.view.items(views, self._side, hid)
        public = {name for name, item in found.items() if not item.private}
        fresh = tuple(item for name, item in found.items() if name not in self.met)
        self.met = (self.met - found.keys()) | public
        self.barred |= {name: item for name, item in found.items() if item.private}
        figures = {string(view, "uri"): self._counts(view) for view in views if string(view, "uri") in public}
        return Batch(items=fresh, counts=figures)

    def _counts(self, view: Json) -> dict[str, int]:
        """What is counted of a post; a conversation that was read knows better how many replies it has."""
        read = string(view, "uri") == self._name(key_of(view)) and self.talks.get(key_of(view), Talk()).read
        return {what: many for what, many in counts(view).items() if not (read and what == "replies")}

    @property
    def _side(self) -> Side:
        return Side(self.channel.name, string(self.state, "did"), self.channel.language)

    def _guest(self, view: Json, by: str) -> None:
        self.guests[string(view, "uri")] = Guest(stamp_of(view), by)

    def _dismiss(self, names: Iterable[str]) -> tuple[str, ...]:
        found = tuple(sorted(names))
        for name in found:
            self.guests.pop(name, None)
        return found

    def _is_foreign(self, view: Json) -> bool:
        place = address(string(view, "uri"))
        return place is not None and place.who != string(self.state, "did")

    def _name(self, key: str) -> str:
        return f"at://{string(self.state, 'did')}/{POST}/{key}"

    @property
    def _since(self) -> str:
        return (self.ask.now - timedelta(days=self.channel.watch_days)).isoformat()

    def _is_kept(self, own: Own) -> bool:
        unread = (self.channel.replies and own.replies != own.heard) or (
            self.channel.quotes and own.quotes != own.quoted
        )
        return unread or max(own.when, self.talks.get(own.top, Talk()).last) > self._since

    def _dump(self) -> Cursor:
        own = {key: one for key, one in self.own.items() if self._is_kept(one)}
        tops = {one.top for one in own.values()}
        talks = {top: talk for top, talk in self.talks.items() if top in tops}
        newest = sorted(self.guests.items(), key=lambda pair: pair[1].when)[-GUESTS:]
        names = {top: list(map(shortened, self.names[top])) for top in talks if self.names.get(top)}
        cut = {top: kept for top, kept in self.open.items() if top in talks}
        kept = {"own": dump(own), "talks": dump(talks), "guests": dump(dict(newest)), "names": names, "open": cut}
        return {**self.state, **kept}
