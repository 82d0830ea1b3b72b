"""What a template is given: finished, safe values and nothing to compute.

Every `str` is plain text that autoescape will escape; every `Markup` went through tidy; every `*_url` and `href` is
either relative to the site's root ("p/2026-…/") and printed with the `url` filter, or absolute and already safe.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from hub.site.pieces import NOTHING, UNTIMED, Ballot, Faces, Moment, Picture, Place, Quoted, Version, Who


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A post in a list, and the head of its own page (h-entry)."""

    key: str  # stable id for feeds: the item's id
    href: str
    origin: str
    place: Place
    also: tuple[tuple[Place, str], ...] = ()  # other channels that brought it, and where
    posted: tuple[Version, ...] = ()  # on its own page: what was said in other words elsewhere
    who: Who
    withheld: bool = False  # its text may not stand here: there is no more than where it stands
    title: str = ""
    heading: str = ""  # the title, or the first 60 characters of a title-less note
    body: Markup = NOTHING
    big: bool = False  # a few emoji and nothing else
    minutes: int = 0  # an article takes to read
    unknown: bool = False  # a kind of message that no template knows: what else there is, its source shows
    summary: str = ""  # plain text, 40 words, for lists and descriptions
    parts: int = 1  # in how many posts it was said
    announced: int = 1  # of how many parts it says to be some
    clamped: bool = False  # the list shows `summary` and a "Read on" link
    published: Moment = UNTIMED
    edited: Moment | None = None
    language: str = ""
    poll: Ballot | None = None
    rating: str = ""  # "4 of 5"
    state: str = ""  # one of model.STATES
    quotes: tuple[Quoted, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()  # (as it is written, href of the topic)
    warning: str = ""
    sensitive: bool = False
    reply_to: str = ""  # origin address of what the brand answered, when its post is itself a reply
    replies: int = 0
    channels: int = 0  # how many channels the replies came from
    counts: tuple[tuple[str, int], ...] = ()  # ("likes", 1200), rounded
    answered: str = ""  # how long the first message that the brand answered waited


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How soon messages are answered, in percent of the scale: a dot for half of them, a line to nine of ten."""

    title: str
    finding: str
    half: float
    most: float
    marks: tuple[tuple[float, str], ...]  # on the scale, with what they stand for


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A reply in reading order with what hangs below it. `state`: here, deleted, hidden, unknown."""

    anchor: str
    state: str = "here"
    origin: str = ""
    place: Place | None = None
    who: Who | None = None
    withheld: bool = False
    body: Markup = NOTHING
    big: bool = False  # a few emoji and nothing else
    unknown: bool = False  # a kind of message that no template knows
    published: Moment = UNTIMED
    edited: Moment | None = None
    language: str = ""
    poll: Ballot | None = None
    rating: str = ""  # "4 of 5"
    quotes: tuple[Quoted, ...] = ()
    pictures: tuple[Picture, ...] = ()
    warning: str = ""
    sensitive: bool = False
    parent_anchor: str = ""  # "" when it answers the post itself
    parent_page: str = ""  # where that stands, "" when it stands on the same page
    parent_name: str = ""
    parent_origin: str = ""  # for u-in-reply-to
    joined: bool = False
    mention: bool = False  # it speaks of the post, of its own accord
    flat: bool = False  # an only child: stays at its parent's level
    below: tuple[Line, ...] = ()
    size: int = 0  # visible replies below it, at any depth
    more: tuple[str, int] = ("", 0)  # where its branch goes on, and how many replies stand there (0: not told)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feeds:
    """The three feed files of something, relative to the root."""

    title: str
    atom: str
    rss: str
    json: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shell:
    """What every page shares."""

    name: str
    description: str
    language: str
    dir: str  # ltr or rtl
    url: str  # the site's absolute root, with a trailing slash
    contact: str
    logo: str
    icon: str  # the logo, else the theme's own
    nav: tuple[Place, ...]
    own_pages: tuple[tuple[str, str], ...]  # (title, href) of content/pages/
    feeds: Feeds
    css: str  # hashed file names, relative to the root
    js: str
    search_js: str
    lookup_js: str = ""  # reads the static search index
    wall_css: str = ""
    wall_js: str = ""
    csp: str
    mentions: bool = False  # is there a page of mentions?
    people: bool = False  # are there pages of people?
    api: str = ""  # origin of the search API, "" when there is none
    about: str = ""  # one sentence on the site, for pages that have little to say of themselves
    card: str = ""  # what stands beside a link to the site elsewhere
    webmention: str = ""  # where pages elsewhere say that they link here
    unnamed: str = "Unnamed"  # what stands for a name that nobody gave


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands in a page's <head>."""

    title: str
    description: str
    path: str  # relative to the root, "" for home
    noindex: bool = False
    feeds: tuple[Feeds, ...] = ()
    jsonld: Markup = NOTHING  # safe inside <script type="application/ld+json">
    published: str = ""
    activity: str = ""  # the same thing as ActivityStreams 2.0
    oembed: str = ""  # how other pages may quote it
    image: str = ""  # what stands beside a link to it elsewhere, 1200 × 630 pixels; "" for that of the site
    image_alt: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One value of a chart, drawn: along it in percent, upwards in pixels, `height` 0 for none."""

    label: str
    value: int | None  # None: not known
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """A row of bars from zero up, and the sentence that says what it shows."""

    title: str
    finding: str
    height: float
    bars: tuple[Bar, ...] = ()
    most: int = 0
    base: tuple[tuple[float, float], ...] = ((0, 100),)  # the line they stand on, with a gap where nothing is known


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicFacts:
    """What a topic's open page says of it beside its posts: (month, posts), and (other topic, href, posts of both)."""

    name: str
    chart: Bars | None = None
    months: tuple[tuple[str, int], ...] = ()
    beside: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPage:
    """Home, page N and channel pages (h-feed). Numbered from the oldest; the newest is the open-ended one."""

    head: Head
    title: str
    intro: str
    cards: tuple[Card, ...]
    pinned: tuple[Card, ...] = ()  # on "/" alone: before the others
    newer: str = ""  # hrefs
    older: str = ""
    oldest: str = ""
    place: Place | None = None
    stale: bool = False  # the channel has not been read for long
    total: int = 0  # posts of a channel, on its open page
    followers: int = 0  # of the brand on this channel, rounded; 0 where that is not told
    topic: TopicFacts | None = None
    query: str = ""  # of a collection: the question it answers
    collections: tuple[tuple[str, str], ...] = ()  # on "/" alone: title, href
    topics: tuple[tuple[str, str, int], ...] = ()  # on "/" alone: what is most spoken of
    latest: tuple[tuple[Line, str, str], ...] = ()  # on "/" alone: reply, the post's heading, href with fragment
    is_home: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """How one can answer a post: where it stands, by a post of one's own elsewhere, by mail or a form (`letter`).

    `home` is what to ask one's own server of the fediverse (`*`) for; `own`: people's own sites are heard of.
    """

    there: tuple[tuple[Place, str], ...] = ()
    compose: tuple[tuple[Place, str], ...] = ()
    home: str = ""
    letter: str = ""
    own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPage:
    """A post with its conversation."""

    head: Head
    card: Card
    lines: tuple[Line, ...]
    places: tuple[Place, ...]  # channels the replies came from
    newer: tuple[str, str] = ("", "")  # href, heading
    older: tuple[str, str] = ("", "")
    related: tuple[tuple[str, str, Moment], ...] = ()
    replies_atom: str = ""
    ways: Ways = Ways()
    faces: tuple[Faces, ...] = ()
    notes: tuple[str, ...] = ()  # sentences: why the conversation may be incomplete
    later: str = ""  # further replies of a long conversation
    orders: tuple[str, ...] = ()  # of "newest", "most": other orders the replies stand in, at those paths below


@dataclass(frozen=True, kw_only=True, slots=True)
class PartPage:
    """A stretch of a long conversation, below the short head of its post. `order` is "" for the order of time."""

    head: Head
    card: Card
    title: str
    lines: tuple[Line, ...]
    places: tuple[Place, ...]
    order: str = ""
    branch: bool = False  # one reply and what hangs below it
    up: str = ""  # where that reply stands among the others
    earlier: str = ""
    later: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthLine:
    """One line of a month: time, channel, title, replies."""

    href: str
    heading: str
    clock: str
    place: Place
    replies: int
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthPage:
    """/archive/YYYY/MM/: day headings, one line each. Undated posts stand under /archive/undated/."""

    head: Head
    title: str
    days: tuple[tuple[Moment, tuple[MonthLine, ...]], ...]
    newer: tuple[str, str] = ("", "")
    older: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivePage:
    """/archive/ and /archive/YYYY/: (title, href, number of posts) per year or month."""

    head: Head
    title: str
    rows: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextPage:
    """A page of words: the brand's own, about, privacy, 404, search, feeds. `data` is what the named template needs."""

    head: Head
    title: str
    body: Markup = NOTHING
    language: str = ""
    data: dict[str, object] = field(default_factory=dict)
