"""What the whole program speaks of: plain frozen data, no I/O, nothing of ours imported.

Kinds are ActivityStreams 2.0 vocabulary names in lower case; times are aware and in UTC;
every name of an item (id, url, alias) is a URI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

HELD = "held:"  # begins the pseudo-rule that holds an item of a channel until a person has looked at it


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Who said it, on one network. `id` is given only where the network vouches for it; a name proves nothing."""

    name: str = ""
    handle: str = ""
    url: str = ""
    avatar: str = ""
    id: str = ""
    automated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What an account says of itself: pages its profile links, and those of them that its network has `verified`.

    Verified means that the page was seen to link back with rel=me; a link alone proves nothing.
    """

    account: Account
    links: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A picture, film or sound that belongs to an item. Sizes in pixels, duration in seconds, 0 when unknown."""

    url: str
    type: str = "image"  # image, video, audio
    alt: str = ""
    width: int = 0
    height: int = 0
    duration: int = 0
    poster: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Emoji:
    """A custom emoji: `code` without colons, and the picture it stands for."""

    code: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option of a poll; votes move without news and are kept beside the item, not in its digest."""

    title: str
    votes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """A question with options."""

    choices: tuple[Choice, ...]
    closes: datetime | None = None
    multiple: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rating:
    """A review's mark: 4 of 5."""

    value: float
    best: float = 5.0


STATES = ("open", "closed", "solved")  # of what was asked or reported: the last, that an answer was accepted


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One public utterance, the brand's or anyone's. Post and reply are the same type."""

    id: str  # one URI, the same whoever brought it
    url: str  # where a person can read it
    channel: str
    kind: str = "note"
    author: Account = Account()
    published: datetime | None = None  # None: "Date unknown", sorted last by id
    html: str = ""  # trusted only after tidy
    ours: bool = False
    title: str = ""
    reply_to: str = ""  # any name of the parent
    root: str = ""  # any name of the conversation, where the network gives one
    quotes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # what it points at, in order
    aliases: tuple[str, ...] = ()  # other names others may use for it
    syndication: tuple[str, ...] = ()  # where, by its own word, the same stands elsewhere: no names of this one
    media: tuple[Media, ...] = ()
    poll: Poll | None = None
    emojis: tuple[Emoji, ...] = ()
    rating: Rating | None = None
    warning: str = ""
    sensitive: bool = False
    tags: tuple[str, ...] = ()
    language: str = ""  # BCP 47, "" when the network does not say
    edited: datetime | None = None
    excerpt: bool = False  # the source gave only a beginning of the text
    private: bool = False  # its author did not address the public web: dropped before it is stored
    cause: str = ""  # why it is private, where that is one of REASONS other than "private"
    unsearchable: bool = False  # public, but its author asked to stay out of search
    state: str = ""  # of a topic, an issue or a question, where its network tells: one of STATES
    withheld: bool = False  # terms let no text of it stand: all there is, is that it was said, and where (hub.terms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaction:
    """A like, repost, bookmark or rsvp with a face. `withdrawn`: it was taken back, or its page is gone. `channel` is
    the store's to say: which one brought it."""

    target: str
    type: str
    account: Account
    when: datetime | None = None
    withdrawn: bool = False
    channel: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Complete:
    """A claim that a list was read whole: of all this channel brought `under` that talk, only `ids` still exist.

    `under` is any name of a conversation's root; "" means everything the channel ever brought.
    `kind` narrows it to "post" (roots) or "reply"; "" means both. Without such a claim absence deletes nothing.
    `sure`: the source says so in words (a talk is closed, or not there), and not by leaving something out of a list.
    """

    ids: frozenset[str]
    under: str = ""
    kind: str = ""
    sure: bool = False


Cursor = Mapping[str, object]
"""A channel's own memory between pulls: JSON values only, opaque to everyone else."""


REASONS = ("private", "consent", "host", "gone", "limit", "later")
"""Why replies that a network counts are not here, the surest first: they are not public there; their authors ask
programs to leave them alone; whoever began the talk hid them there; they were deleted; the network gives no more of
them out; they are still to be fetched."""
REST = 2**31 - 1  # as many as are left


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What one step of a pull brings, with the cursor that is right once this batch is saved.

    `gone` are names of items the source says no longer exist; `missing`, those that should stand where they do not:
    whether they are gone is asked (hub.doubts). `counts` maps an item's name to what the network
    reports of it: {"replies": 12, "likes": 40}, and the brand's own account to {"followers": 1200}. `absent` says of a
    conversation, by a name of its root, how many replies at most are not brought for which of REASONS; it takes the
    place of what was said of that one before.
    `profiles` are what authors of these items say of themselves, where the channel sees that without asking for it.
    `warnings` are sentences about parts that failed (a comment feed).
    """

    items: tuple[Item, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    complete: tuple[Complete, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()
    absent: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    cursor: Cursor = field(default_factory=dict)


Use = Literal["whole", "untouched", "no"]
"""How a text may stand: in any form; as it was written and never cut; not at all."""

Mark = Literal["name", "handle", "avatar", "logo", "linked time", "licence"]
"""What terms may demand beside a text. "linked time": the time leads to the message at its source."""

PLACES = ("page", "feed", "json", "search", "embed", "wall", "mail")


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a kind allows: for each place how a text may stand there; days it may be kept (0: no limit).

    Raises ValueError where that makes no sense, so that a kind with such terms cannot be had at all.
    """

    page: Use = "whole"
    feed: Use = "whole"
    json: Use = "whole"
    search: Use = "whole"
    embed: Use = "whole"
    wall: Use = "whole"
    mail: Use = "whole"
    keep_days: int = 0
    sweep_days: int = 7  # the longest time until every id is asked about again
    marks: tuple[Mark, ...] = ()  # what must stand with the text
    licence: str = ""  # its address, where "licence" is one of the marks

    @property
    def short(self) -> bool:
        """May a beginning of a text stand on a page with no more than its author's name?"""
        return self.page == "whole" and not {*self.marks} - {"name"}

    def __post_init__(self) -> None:
        told = {place: getattr(self, place) for place in PLACES}
        if unknown := {*told.values()} - {*get_args(Use)} | {*self.marks} - {*get_args(Mark)}:
            raise ValueError(f"terms do not know {', '.join(sorted(unknown))}")
        if self.page == "no" and {*told.values()} != {"no"}:
            raise ValueError("what may stand on no page may stand nowhere else")
        if "logo" in self.marks and {self.feed, self.json, self.search, self.mail} != {"no"}:
            raise ValueError("a logo can stand on pages alone")
        if ("licence" in self.marks) != bool(self.licence):
            raise ValueError("a licence that must be named has an address")


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a pull will cost in US dollars where answers are paid for: as far as is known, and what it cannot exceed."""

    posts: int
    usd: float
    most: float
    cap: float  # of a whole day


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What a network or the settings still allow today: 1,200 of 8,000 `what`."""

    what: str
    left: float
    most: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What a save altered: ids in the order they came."""

    added: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.edited or self.gone or self.restored)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone:
    """The place of an item that is gone or hidden, kept while something visible hangs below. `why`: deleted, hidden."""

    id: str
    why: str = "deleted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """The place of a parent that was named but never seen."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One line of a conversation in reading order. `depth` 0 answers the root; `parent` is the id above, "" for it.

    `joined` is true when only the network's word for the conversation, not a parent, ties it to the root.
    """

    depth: int
    node: Item | Tombstone | Unknown
    parent: str = ""
    joined: bool = False
    mention: bool = False  # it answers nothing, and links to the post


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """For one channel of a thread: how many replies stand here, how many there are as far as is known, and why the
    others are not here."""

    channel: str
    shown: int
    reported: int
    hidden: Mapping[str, int] = field(default_factory=dict)  # by which rule
    held: int = 0  # until a person has looked at them
    absent: Mapping[str, int] = field(default_factory=dict)  # for which of REASONS

    @property
    def missing(self) -> int:
        """How many of those reported are not here, for a reason that nobody told."""
        known = self.shown + sum(self.hidden.values()) + self.held + sum(self.absent.values())
        return max(0, self.reported - known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """A root, its copies on other channels, and all replies to any of them in reading order."""

    root: Item
    copies: tuple[Item, ...] = ()
    replies: tuple[Reply, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    channels: tuple[str, ...] = ()  # every channel that brought a copy of the root
    counts: Mapping[str, int] = field(default_factory=dict)  # rounded: likes, reposts, views
    ties: Mapping[str, str] = field(default_factory=dict)  # id of a copy → what says that it is one (hub.copies)
    face: Item | None = None  # the fullest of root and copies, where that is not the root
    parts: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)  # id of root or copy → how it goes on
    reactions: tuple[Reaction, ...] = ()  # to root and copies, the oldest first

    @property
    def shown(self) -> Item:
        """The version a page shows; the address is the root's all the same."""
        return self.face or self.root


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the journal: thing `id` of `what` changed at `seq`; `item` is its shown version, None when not shown.

    `what`: item, channel, media, redirect, person (an account that is with others than before). `thread` is the id of
    the root it hangs under now ("" when it waits), `above` that of what it hangs from.
    """

    seq: int
    what: str
    id: str
    item: Item | None = None
    thread: str = ""
    above: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What is known of a channel: facts about its last pull. Times in UTC."""

    channel: str
    kind: str = ""
    cursor: Cursor = field(default_factory=dict)
    last_try: datetime | None = None
    last_success: datetime | None = None
    next_due: datetime | None = None
    last_sweep: datetime | None = None
    failures: int = 0
    error: str = ""  # class name of the ChannelError
    message: str = ""
    items: int = 0
    warnings: tuple[str, ...] = ()
    seal: str = ""  # digest of the settings it was asked with, secrets and all
    secret: str = ""  # of its secrets alone, "" where it has none
    secret_since: datetime | None = None  # when these secrets were used first
    stale: bool = False  # it has not been read for longer than the settings bear: its pages say so
    left: Left | None = None  # requests, as its server told with the last answer
    unread: tuple[tuple[str, str], ...] = ()  # UTC days of failures alone: from, up to and without ("": still)
