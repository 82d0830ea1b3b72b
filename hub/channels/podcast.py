"""A podcast: the episodes of its feed, and the talk about them on the networks where the feed says it happens.

`podcast:socialInteract` names a post on the fediverse or on Bluesky; what is said below it hangs below the episode,
which answers to that post's name. An episode and its talk come together the first time; later the talk is looked at
again, the more seldom the longer nobody spoke.

https://podcasting2.org/docs/podcast-namespace/tags/socialInteract
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from hub.channels import Ask
from hub.channels.bluesky_items import Side
from hub.channels.bluesky_memory import Talk
from hub.channels.bluesky_view import View
from hub.channels.feed import Feed, post
from hub.channels.feedentry import Entry, Place
from hub.channels.feedids import Memory, identify, uri
from hub.channels.feedparse import Parser
from hub.channels.loose import at, mapping, string, under
from hub.channels.mastodon_items import Site, host
from hub.channels.memory import dump, load
from hub.channels.podcast_talks import PROTOCOLS, Said, bluesky, fediverse
from hub.channels.single import on_mastodon
from hub.errors import ChannelError, Missing, RateLimited
from hub.model import Batch, Complete, Cursor, Item, Terms
from hub.web import Seen, Web

KEPT = 1000  # episodes whose talk is remembered, the newest


@dataclass(frozen=True, slots=True)
class Podcast:
    """A podcast by its feed. `comments = false` leaves the talk about episodes alone."""

    name: str
    url: str
    comments: bool = True
    label: str = ""
    language: str = ""
    watch_days: int = 30
    appview: str = "https://public.api.bsky.app"

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New episodes with what is said of them, then the talks that are due."""
        yield from _Visit(self, web, ask, dict(under(self, cursor))).batches()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """What is said on Bluesky in one question; the rest each at its home."""
        ids = [item.id for item in items if item.id.startswith("at://")]
        there = View(web, self.appview).public(ids, Side(self.name)) if ids else []
        others = (item for item in items if item.id not in ids)
        return [*there, *(item.id for item in others if on_mastodon(web, item, Site(self.name, host(item.root))))]


@dataclass(frozen=True, slots=True)
class Show:
    """Where an episode is talked about: the post as the feed names it and as its network does (`head`)."""

    when: str = ""
    protocol: str = ""
    uri: str = ""
    account: str = ""
    head: str = ""
    read: str = ""
    last: str = ""

    def due(self, ask: Ask, since: datetime) -> bool:
        """A first time always; then as Bluesky's talks, which tell of nothing by themselves either."""
        newest = max(self.when, self.last)
        if not self.read or ask.sweep or (ask.recheck and newest > since.isoformat()):
            return True
        return Talk(self.read, newest).is_hot(ask.now, since)


@dataclass(slots=True)
class _Visit:
    """One pull. `fresh` are episodes that were read just now and not brought yet."""

    channel: Podcast
    web: Web
    ask: Ask
    state: dict[str, object]
    shows: dict[str, Show] = field(init=False)
    fresh: dict[str, Item] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shows = load(Show, mapping(self.state, "shows"))

    def batches(self) -> Iterator[Batch]:
        # An episode answers to its post by the name it has there, which only its network knows: it comes with its talk.
        nameless = any(not self.shows[name].head for name in self._due)
        seen = Seen() if nameless else Seen.load(self.state.get("seen"))
        answer = self.web.get(self.channel.url, seen=seen)
        if nameless or not (answer.unchanged and "seen" in self.state):
            with Parser() as parser:
                document = replace(parser.read(answer), address=self.channel.url)
            named, memory = identify(document, self._memory)
            feed = Feed(self.channel.name, self.channel.url, language=self.channel.language)
            self.fresh = {name: post(name, entry, document, feed) for name, entry in named}
            for name, entry in named:
                self._note(name, entry)
            self.state |= {"seen": answer.seen.dump(), "known": dict(memory.known), "twice": sorted(memory.twice)}
            gone = tuple(uri(name, document.address) for name in document.gone)
            yield Batch(items=self._settled(), gone=gone, cursor=self._dump())
        yield from self._talks()

    def _talks(self) -> Iterator[Batch]:
        for name in self._due:
            try:
                said = self._read(name)
            except RateLimited:
                yield Batch(items=tuple(map(self._named, list(self.fresh))), cursor=self._dump())
                raise
            except Missing as why:
                yield self._silent(name, why)
            except ChannelError as why:
                self._heard(name, self.shows[name].head, ())
                warning = f"the talk about {name} cannot be read: {why.what}"
                yield Batch(items=self._episode(name), warnings=(warning,), cursor=self._dump())
            else:
                self._heard(name, said.head, said.items)
                claims = (Complete(ids=said.there, under=said.head, kind="reply"),) if said.whole else ()
                yield Batch(items=(*self._episode(name), *said.items), complete=claims, cursor=self._dump())

    def _read(self, name: str) -> Said:
        """The talk about an episode; what one visit cannot read is kept for the next."""
        show, cut = self.shows[name], mapping(self.state, "cut")
        place = Place(show.protocol, show.uri, show.account)
        if show.protocol == "atproto":
            return bluesky(self.web, place, self.channel.name, self.channel.appview)
        said = fediverse(self.web, place, self.channel.name, mapping(cut, name))
        left = {episode: rest for episode, rest in cut.items() if episode != name}
        self.state["cut"] = {**left, name: said.rest} if said.rest else left
        return said

    def _silent(self, name: str, why: Missing) -> Batch:
        """The post is not there any more: neither is what was said below it."""
        show = self.shows[name]
        self._heard(name, show.head, ())
        claims = (Complete(ids=frozenset(), under=show.head, kind="reply", sure=True),) if show.head else ()
        warnings = () if show.head else (f"the post about {name} is not there: {why.what}",)
        return Batch(items=self._episode(name), complete=claims, warnings=warnings, cursor=self._dump())

    # episodes

    def _settled(self) -> tuple[Item, ...]:
        """The episodes whose names are known, or that nobody talks about; the others come with their talk."""
        waiting = {name for name in self._due if not self.shows[name].head}
        return tuple(self._named(name) for name in list(self.fresh) if name not in waiting)

    def _episode(self, name: str) -> tuple[Item, ...]:
        return (self._named(name),) if name in self.fresh else ()

    def _named(self, name: str) -> Item:
        """An episode, once, with the names of the post it is talked about under."""
        item, show = self.fresh.pop(name), self.shows.get(name, Show())
        names = [other for other in (show.uri, show.head) if other and other not in item.aliases]
        return replace(item, aliases=tuple(dict.fromkeys([*item.aliases, *names])))

    def _note(self, name: str, entry: Entry) -> None:
        """Remember where an episode is talked about: the first place that can be read."""
        off = any(place.protocol == "disabled" for place in entry.talks)
        place = next((place for place in entry.talks if place.protocol in PROTOCOLS and place.uri), None)
        if place is None or off:
            self.shows.pop(name, None)
            return
        known = self.shows.get(name, Show())
        before = known if known.uri == place.uri else Show()
        stamp = entry.published.isoformat() if entry.published else ""
        protocol, address, account = place
        self.shows[name] = replace(before, when=stamp, protocol=protocol, uri=address, account=account)

    # what is remembered

    def _heard(self, name: str, head: str, items: tuple[Item, ...]) -> None:
        show = self.shows[name]
        last = max([show.last, *(item.published.isoformat() for item in items if item.published)])
        self.shows[name] = replace(show, head=head, read=self.ask.now.isoformat(), last=last)

    @property
    def _due(self) -> list[str]:
        """The episodes whose talk is to be read now."""
        return [name for name, show in self.shows.items() if self.channel.comments and show.due(self.ask, self._since)]

    @property
    def _since(self) -> datetime:
        return self.ask.now - timedelta(days=self.channel.watch_days)

    @property
    def _memory(self) -> Memory:
        twice, known = at(self.state, "twice"), mapping(self.state, "known")
        return Memory(
            {key: string(name) for key, name in known.items()},
            frozenset(map(string, twice)) if isinstance(twice, list) else frozenset(),
        )

    def _dump(self) -> Cursor:
        newest = sorted(self.shows.items(), key=lambda pair: pair[1].when)[-KEPT:]
        return {**self.state, "shows": dump(dict(newest))}
