"""A feed in any format (RSS 0.9–2.0, Atom, RDF, JSON Feed) and the comment feeds its entries name.

A feed is a window: what is no longer in it may still exist, so absence deletes nothing; a tombstone (RFC 6721) does,
and a page that is gone (hub.channels.feed_past). Comment feeds (wfw:commentRss, Atom's link rel="replies" of RFC 4685)
are read once where an entry announces comments, later only below watched posts whose count moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from hub.channels import Ask
from hub.channels.feed_past import Past, none, turn
from hub.channels.feedentry import Document, Entry
from hub.channels.feedids import Memory, aliases, identify, uri
from hub.channels.feedparse import Parser
from hub.channels.loose import Json, at, chosen, digest, is_uri, mapping, string, when
from hub.errors import ChannelError, Missing, RateLimited, Unreachable
from hub.model import REST, Account, Batch, Complete, Cursor, Item, Terms
from hub.web import Seen, Web

# WordPress puts the parent of a comment into its text, in the blog's language: "In reply to <a href=…>Name</a>."
IN_REPLY_TO = re.compile(r"""\s*<p>[^<]{0,80}<a href="([^"<>]+#comment-\d+)"[^>]*>[^<]*</a>[^<]{0,20}</p>\s*""")

# WordPress lists posts behind a password too, with the form that asks for it in place of the text.
LOCKED = re.compile(r"""<form\b[^>]*\baction=["'][^"'<>]*[?&]action=postpass""")
UNSEEN = Seen()
SOON, DAY = timedelta(minutes=15), timedelta(days=1)  # between two readings of a comment feed without a count


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of the brand's posts. `comments = false` leaves its comment feeds alone."""

    name: str
    url: str
    comments: bool = True
    ours: bool = True
    label: str = ""
    language: str = ""
    watch_days: int = 30
    past: Past = none

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """The feed when it moved, then the comment feeds that are due; in a sweep some pages of what left it."""
        with Parser() as parser:
            yield from _Visit(self, web, ask, parser, cursor).batches()


def post(name: str, entry: Entry, document: Document, channel: Feed) -> Item:
    """An entry of the feed itself."""
    named = (one for one in (entry.author, document.author) if one.name)
    author = next(named, Account(name=document.title, url=document.page))
    item = _item(name, entry, document, channel)
    item = replace(item, author=author, ours=channel.ours, title=entry.title, private=_locked(entry))
    return replace(item, reply_to=_parent(entry, document.address))


def reply(name: str, entry: Entry, of: str, document: Document, channel: Feed) -> Item:
    """An entry of a comment feed, below the post whose id is `of`. Its title ("By: Jo") says nothing."""
    item = replace(_item(name, entry, document, channel), kind="note", author=entry.author, root=of)
    named = IN_REPLY_TO.match(entry.html) if "#comment-" in name else None
    if named:
        return replace(item, reply_to=named[1], html=entry.html[named.end() :])
    parent = _parent(entry, document.address)
    return replace(item, reply_to=of if not parent or _parent(entry, channel.url) == of else parent)


def _locked(entry: Entry) -> bool:
    return LOCKED.search(entry.html) is not None


def _parent(entry: Entry, feed: str) -> str:
    """The parent (RFC 4685 §3) by its id where that is a URI, else by its address; "" for none."""
    return next((name for name in entry.parent if is_uri(name)), uri(entry.parent[0], feed) if entry.parent else "")


def _item(name: str, entry: Entry, document: Document, channel: Feed) -> Item:
    edited = entry.updated if entry.published and entry.updated and entry.updated > entry.published else None
    return Item(
        id=name,
        url=entry.link or f"{document.page or document.address}#{digest(name)}",
        channel=channel.name,
        kind="video" if entry.video else "article" if entry.title else "note",
        published=entry.published,
        html=entry.html,
        links=entry.links,
        aliases=aliases(name, entry, document),
        syndication=entry.syndication,
        media=entry.media,
        tags=entry.tags,
        language=entry.language or document.language or channel.language,
        edited=edited,
        excerpt=entry.excerpt,
    )


@dataclass(frozen=True, slots=True)
class _Talk:
    """The comment feed of one post: what was announced, what was read, when the last word fell."""

    feed: str
    count: int = -1
    read: int | None = None  # the count when it was last read; None: never
    latest: str = ""
    asked: str = ""  # when it was last read, where no count tells whether it moved
    seen: Seen = UNSEEN

    @classmethod
    def load(cls, kept: object) -> _Talk:
        read, count = at(kept, "read"), at(kept, "count")
        return cls(
            feed=string(kept, "feed"),
            count=count if isinstance(count, int) else -1,
            read=read if isinstance(read, int) else None,
            latest=string(kept, "latest"),
            asked=string(kept, "asked"),
            seen=Seen.load(at(kept, "seen")),
        )

    def dump(self) -> dict[str, object]:
        more: dict[str, object] = {} if self.read is None else {"read": self.read}
        more |= {"asked": self.asked} if self.asked else {}
        return {"feed": self.feed, "count": self.count, "latest": self.latest, "seen": self.seen.dump(), **more}

    def due(self, ask: Ask, since: datetime) -> bool:
        """Once where comments are announced or may be; later while watched, when the count moved or on request. Where
        no count is told, after an eighth of the silence so far: hot ones often, cold ones once a day."""
        if ask.sweep or (self.read is None and self.count != 0):
            return True
        moved = self.read is not None and self.read != self.count
        return self.watched(since) and (ask.recheck or moved or self._cooled(ask.now))

    def _cooled(self, now: datetime) -> bool:
        asked, latest = when(self.asked), when(self.latest)
        if self.count >= 0 or asked is None:
            return False
        return now - asked >= (min(max((asked - latest) / 8, SOON), DAY) if latest else DAY)

    def watched(self, since: datetime) -> bool:
        """Whether the last word fell lately, as far as is known."""
        last = when(self.latest)
        return last is None or last > since


@dataclass(slots=True)
class _Visit:
    """One pull of a feed; `talks` belong to the posts by id."""

    channel: Feed
    web: Web
    ask: Ask
    parser: Parser
    cursor: Cursor
    seen: Seen = field(init=False)
    memory: Memory = field(init=False)
    talks: dict[str, _Talk] = field(init=False)
    looked: Json = field(init=False)  # where the look at older posts has come to

    def __post_init__(self) -> None:
        twice = at(self.cursor, "twice")
        known = {key: string(name) for key, name in mapping(self.cursor, "known").items()}
        self.seen, self.looked = Seen.load(self.cursor.get("seen")), mapping(self.cursor, "looked")
        self.memory = Memory(known, frozenset(map(string, twice)) if isinstance(twice, list) else frozenset())
        self.talks = {name: _Talk.load(talk) for name, talk in mapping(self.cursor, "posts").items()}
        if self.cursor.get("settings") != chosen(self.channel):  # another address or language: all is read again
            self.seen = UNSEEN
            self.talks = {name: replace(talk, read=None, seen=UNSEEN) for name, talk in self.talks.items()}

    @property
    def _since(self) -> datetime:
        return self.ask.now - timedelta(days=self.channel.watch_days)

    def batches(self) -> Iterator[Batch]:
        answer = self.web.get(self.channel.url, seen=self.seen)
        if not answer.unchanged:
            document = replace(self.parser.read(answer), address=self.channel.url)
            self.seen = answer.seen
            yield self._posts(document)
        due = [name for name, talk in self.talks.items() if talk.due(self.ask, self._since)]
        for name in due if self.channel.comments else ():
            batch = self._talk(name)
            if batch:
                yield batch
        if self.ask.sweep:
            yield self._past()

    def _past(self) -> Batch:
        """What became of posts that left the window."""
        window = set(self.memory.known.values())
        gone, self.looked = turn(self.web, self.channel.past, window, self.looked)
        return Batch(gone=gone, cursor=self._dump())

    def _posts(self, document: Document) -> Batch:
        named, self.memory = identify(document, self.memory)
        locked = tuple(name for name, entry in named if _locked(entry))
        for name, entry in named:
            if name in locked:
                self.talks.pop(name, None)
            elif entry.replies and self.channel.comments:
                self._announce(name, entry)
        self._forget({name for name, _ in named})
        unread = {name for name, talk in self.talks.items() if talk.read is None}
        return Batch(
            items=tuple(post(name, entry, document, self.channel) for name, entry in named),
            gone=(*self._gone(document), *locked),
            complete=tuple(Complete(ids=frozenset(), under=name, sure=True) for name in locked),
            counts={name: {"replies": entry.count} for name, entry in named if entry.count >= 0},
            absent={name: {"later": REST} for name in self.talks.keys() & unread},
            cursor=self._dump(),
        )

    def _announce(self, name: str, entry: Entry) -> None:
        talk = self.talks.get(name, _Talk(entry.replies))
        latest = max(talk.latest, entry.published.isoformat() if entry.published else "")
        count = entry.count if entry.count >= 0 or talk.count else 0  # what cannot be read is told by no count, too
        self.talks[name] = replace(talk, feed=entry.replies, count=count, latest=latest)

    def _forget(self, window: set[str]) -> None:
        """Let go of talks that were read, are watched no longer and left the feed: else the cursor grows for ever."""
        for name, talk in list(self.talks.items()):
            if name not in window and talk.read is not None and not talk.watched(self._since):
                del self.talks[name]

    def _talk(self, name: str) -> Batch | None:
        """One comment feed. A failure is a warning: the post stands without it."""
        talk = self.talks[name]
        try:
            answer = self.web.get(talk.feed, seen=talk.seen)
            document = None if answer.unchanged else replace(self.parser.read(answer), address=talk.feed)
        except RateLimited:
            raise
        except ChannelError as why:
            if not isinstance(why, Unreachable):  # what may be over in a while is asked for again, the rest is not
                self.talks[name] = replace(talk, read=max(talk.count, 0), count=max(talk.count, 0))
            silent = isinstance(why, Missing) and why.forever
            return Batch(warnings=() if silent else (f"comments of {name}: {why.what}",), cursor=self._dump())
        asked = self.ask.now.isoformat() if talk.count < 0 else ""
        talk = replace(talk, read=talk.count, seen=answer.seen, asked=asked)
        items = self._replies(name, document) if document else ()
        latest = max((item.published.isoformat() for item in items if item.published), default="")
        before, self.talks[name] = self.talks[name], replace(talk, latest=max(talk.latest, latest))
        if before == self.talks[name] and not items:
            return None
        gone = self._gone(document) if document else ()
        return Batch(items=items, gone=gone, absent={name: {"limit": REST}}, cursor=self._dump())

    def _replies(self, of: str, document: Document) -> tuple[Item, ...]:
        named, _ = identify(document, Memory())
        return tuple(reply(name, entry, of, document, self.channel) for name, entry in named if name != of)

    def _gone(self, document: Document) -> tuple[str, ...]:
        return tuple(uri(name, document.address) for name in document.gone)

    def _dump(self) -> dict[str, object]:
        return {
            "settings": chosen(self.channel),
            "seen": self.seen.dump(),
            "known": dict(self.memory.known),
            "twice": sorted(self.memory.twice),
            **({"looked": self.looked} if self.looked else {}),
            "posts": {name: talk.dump() for name, talk in self.talks.items()},
        }
