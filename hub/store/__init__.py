"""The socket for the archive: a journal that says what changed, and the few questions its followers ask.

Every write gets the next sequence number. A follower asks `changed(mark)`, does just that, then moves its own mark,
which lies beside what it describes. From 0 the journal is everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from hub.copies import FREE, Rulings
from hub.model import Account, Batch, Changes, Complete, Coverage, Entry, Health, Item, Thread
from hub.people import Person

Judge = Callable[[Item], str]
"""Which rule hides an item: the rule's id, "" when it is shown. Pure (hub.rules)."""


def show_all(item: Item) -> str:  # noqa: ARG001
    """The judge of a hub without rules."""
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A fetched picture: `digest` names its folder in .hub/media/, `forms` are the widths there, from the narrowest.

    `digest` is "" while it could not be fetched; `width` and `height` are those of the widest form.
    """

    url: str
    digest: str = ""
    type: str = ""  # MIME type, by content
    width: int = 0
    height: int = 0
    tries: int = 0
    not_before: datetime | None = None
    error: str = ""
    forms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What a channel counted on a day (UTC): the last of that day. Days without news have none."""

    day: date
    channel: str
    type: str
    value: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A visible item with what the store knows around it, as `hub export` prints it."""

    item: Item
    channels: tuple[str, ...]
    thread: str  # id of the root
    parent: str = ""  # id of the parent, "" for a root
    counts: Mapping[str, int] = field(default_factory=dict)
    brought: tuple[str, ...] = ()  # by which channels this very item came, without its copies
    copy: bool = False  # it is shown with the post of which it is a copy
    copies: tuple[Item, ...] = ()  # of a root
    ties: Mapping[str, str] = field(default_factory=dict)  # id of a copy → what says that it is one
    face: Item | None = None  # the fullest of root and copies, where that is not the root
    part: bool = False  # it goes on with the post above it, and is shown with that
    parts: Mapping[str, tuple[Item, ...]] = field(
        default_factory=dict
    )  # of a root: id of root or copy → how it goes on

    @property
    def shown(self) -> Item:
        """The version a page shows; the address is the root's all the same."""
        return self.face or self.item


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgot:
    """What forgetting removed from the archive."""

    items: int = 0
    texts: int = 0  # versions of them, one for each channel that brought one
    names: int = 0
    reactions: int = 0


class Store(Protocol):
    """The socket. One writer at a time; readers keep no transaction open past one answer. Raises StoreError."""

    @property
    def seq(self) -> int:
        """The newest sequence number, 0 for an empty archive."""
        ...

    # what a pull brings
    def save(
        self, channel: str, batch: Batch, judge: Judge = show_all, day: date | None = None, keep: int = 0
    ) -> Changes:
        """Items, reactions, gone ids, counts and the cursor, in one transaction. Counts and how many messages left are
        kept by `day`, if told; texts for `keep` days from then, where that is a limit, or until they are brought again.
        """
        ...

    def preview(self, channel: str, batch: Batch, judge: Judge = show_all) -> Changes:
        """What `save` would alter; nothing of it is kept."""
        ...

    def fade(self, today: date, judge: Judge = show_all) -> int:
        """Erase the texts whose keeping time is over; what is left says that something was said, and where."""
        ...

    def recruit(self, team: Iterable[str], judge: Judge = show_all) -> Changes:
        """These account ids speak for the brand, also in what is stored; the items whose standing that alters."""
        ...

    def welcome(self, said: str, let: Iterable[str] = ()) -> Changes:
        """Which mentions head conversations of their own, also of what is stored: answered, all or none; and which
        messages, by any of their names, because a person let them through."""
        ...

    def introduce(self, stated: Iterable[Sequence[str]]) -> None:
        """The operator calls the accounts of each line, given by any of their names, one person's."""
        ...

    def asked(self, before: date, many: int) -> list[Account]:
        """Accounts that others call theirs, whose own page was not asked since that day; the longest ago first."""
        ...

    def vouch(self, account: Account, links: Sequence[str] | None, day: date) -> None:
        """An account's own page was asked on that day, and calls these addresses its own (rel=me); None: it did not
        answer, and what it said before counts on."""
        ...

    def held(self, channel: str, ids: Iterable[str]) -> Mapping[str, datetime | None]:
        """Which of these a channel brought before: when each was last written or edited, None for what it said is gone.

        What has no date counts as the oldest.
        """
        ...

    def lacking(self, channel: str, complete: Complete) -> list[str]:
        """Ids of what a channel brings and would bring no longer if this claim were saved."""
        ...

    def after(self, channel: str, id: str, many: int) -> list[Item]:
        """Posts that a channel brings, by id, behind this one: so many at most, as that channel tells them."""
        ...

    def brought(self, channel: str, names: Iterable[str]) -> list[Item]:
        """What a channel brings of what answers to these names, as that channel tells it."""
        ...

    def forget(
        self,
        ids: Collection[str],
        forgotten: Callable[[Account], bool],
        judge: Judge = show_all,
        day: date | None = None,
        clean: Callable[[Mapping[str, object]], Mapping[str, object]] = dict,
    ) -> Forgot:
        """Erase these items, whoever brought them, with their very ids, and the reactions of forgotten accounts; what
        left is counted in the month of `day`, if told. What channels remember is kept as `clean` leaves it.
        """
        ...

    def purge(self, heard: int) -> None:
        """All followers have heard of everything up to this number: forgotten ids may leave the journal."""
        ...

    def decide(self, ids: Iterable[str], judge: Judge, was: str, digest: str) -> Changes:
        """Rules of the digest `was` became these, which can judge only `ids` differently; `rejudge` does the rest."""
        ...

    def rejudge(self, judge: Judge, digest: str, rulings: Rulings = FREE) -> Changes:
        """Apply changed rules, and what is decided of copies, to what is stored; does nothing when `digest` is the one
        applied last."""
        ...

    # what the followers ask
    def changed(self, since: int) -> Iterator[Entry]:
        """What is different since a mark, oldest first; each thing once, at its newest seq."""
        ...

    def item(self, name: str) -> Item | None:
        """The shown version of the item that answers to this name; None when unknown, gone or hidden."""
        ...

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        """Ids of what answers to these names, whether it is shown or not."""
        ...

    def said_by(self, names: Iterable[str]) -> tuple[str, ...]:
        """Ids of all that the accounts of these names (address, id, whole handle) said, shown or not."""
        ...

    def persons(self, authors: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Author (hub.store.authors.key) → all accounts of that person, the one that stands for all first."""
        ...

    def accounts(self, names: Collection[str]) -> list[Account]:
        """All accounts of the people who answer to one of these names (address, id, whole handle)."""
        ...

    def voices(self) -> list[Account]:
        """The accounts by which the brand and its team speak, and those that are theirs by proof."""
        ...

    def person(self, author: str) -> Person:
        """The person an author is, with what proves it; without accounts when nothing is kept of the author."""
        ...

    def told(self, ids: Iterable[str]) -> list[Item]:
        """Every channel's version of these items, shown or not."""
        ...

    @property
    def floor(self) -> int:
        """A follower whose mark is below this number must begin anew: what it has not heard left the journal."""
        ...

    def thread(self, root: str) -> Thread | None:
        """The conversation under a root's id; None when no visible thread has that root."""
        ...

    def incomplete(self) -> list[tuple[str, tuple[Coverage, ...]]]:
        """Every conversation of which something is known to be missing, by its root; costs as much as there is."""
        ...

    def records(self, ids: Iterable[str] | None = None) -> Iterator[Record]:
        """Every visible item (of those named) by published, then id; undated last."""
        ...

    def redirects(self) -> Mapping[str, str]:
        """Address of a thread that was merged → id of the root it is under now."""
        ...

    def removed(self) -> Mapping[str, int]:
        """Month → how many messages were removed in it: gone at their source, hidden or forgotten."""
        ...

    def waiting(self, prefix: str) -> list[tuple[str, Item]]:
        """What rules whose ids begin so hide, each with that id, the oldest first."""
        ...

    def newest(self, many: int) -> list[Item]:
        """What the public said last, as far as it is shown, the newest first."""
        ...

    def reacted(self, channels: Collection[str]) -> list[Item]:
        """Likes, reposts and such that these channels brought, as rules judge them: `reply_to` is what each is about,
        `kind` what it is."""
        ...

    def unplaced(self, many: int) -> list[Item]:
        """What mentions the brand, stands nowhere and has no answer of the brand's, the newest first."""
        ...

    def past(self, name: str) -> list[Past]:
        """What was counted of a thing by any of its names (a post, an account), oldest first."""
        ...

    def followers(self, channel: str) -> list[tuple[date, int]]:
        """How many follow the brand on a channel, rounded as pages tell it: the days on which that was another number
        than before, oldest first."""
        ...

    def hidden(self) -> Mapping[str, int]:
        """Rule id → how many items it hides."""
        ...

    # channels
    def health(self, channel: str) -> Health:
        """What is known of a channel, but for its number of items (`brings`); a blank Health for a new one."""
        ...

    def brings(self, channel: str) -> int:
        """How many items a channel still brings; costs as much as there are."""
        ...

    def spoke(self, channel: str, many: int = 30) -> list[datetime]:
        """When the brand last spoke there, the newest first; for those who ask, as `brings`."""
        ...

    def note(self, health: Health) -> None:
        """Keep the facts of a pull (not the cursor: `save` does that)."""
        ...

    def hosts(self) -> Mapping[str, datetime]:
        """Origin → the time before which it asked not to be bothered."""
        ...

    def note_hosts(self, waits: Mapping[str, datetime]) -> None: ...

    # pictures
    def wanted(self, now: datetime, limit: int = 500) -> list[str]:
        """Addresses of pictures that visible items show and that are not here yet and may be tried."""
        ...

    def file(self, url: str) -> File | None: ...

    def keep(self, file: File) -> None:
        """Remember a picture; every item that shows it is journalled."""
        ...

    def unused(self) -> list[str]:
        """Digests of pictures that nothing visible shows any more; forgets them."""
        ...

    # erasing
    def settle(self, seconds: float = 5.0) -> bool:
        """After an erasure: make sure no deleted text is left in the files. False when a reader was in the way."""
        ...

    def erasing(self) -> bool:
        """Is an erasure still pending?"""
        ...

    def check(self) -> list[str]:
        """What is wrong with the file itself; nothing is what should come."""
        ...

    def close(self) -> None: ...
