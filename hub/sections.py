"""The tables of content/hub.toml and what a value in them must look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hub.pages import topic

SECRET = re.compile(r"(^|_)(password|token|secret|api_?key|key)$")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def _check(holds: Callable[[str], object], why: str) -> AfterValidator:
    def checked(value: str) -> str:
        if value and not holds(value):
            raise ValueError(why)
        return value

    return AfterValidator(checked)


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_secret(value: str) -> bool:
    return value.startswith(("env:", "file:")) and bool(value.partition(":")[2])


def _is_inside(value: str) -> bool:
    return not Path(value).is_absolute() and ".." not in Path(value).parts


def _is_walled(value: str) -> bool:
    return topic(value) not in ("", "recap")


def _site(value: str) -> str:
    if not _is_web(value) or urlsplit(value).query or urlsplit(value).fragment or urlsplit(value).username:
        raise ValueError('needs a web address without query, such as "https://talk.example.org/"')
    return value.rstrip("/") + "/"


Text = Annotated[str, Field(min_length=1)]
Web = Annotated[str, _check(_is_web, "needs an address that begins with https:// or http://")]
Name = Annotated[str, _check(re.compile(r"[a-z0-9][a-z0-9_-]{0,39}").fullmatch, "needs lower-case letters and digits")]
Secret = Annotated[str, _check(_is_secret, 'a secret is never written here: use "env:NAME" or "file:PATH"')]
Language = Annotated[str, _check(LANGUAGE.fullmatch, 'needs a language tag such as "en" or "pt-BR"')]
Zone = Annotated[str, _check(lambda name: name in available_timezones(), 'needs a zone such as "Europe/Berlin"')]
Host = Annotated[str, _check(_HOST.fullmatch, 'needs a bare host name such as "blog.example.org"')]
Colour = Annotated[str, _check(re.compile(r"#([0-9a-fA-F]{3}){1,2}").fullmatch, 'needs a colour such as "#0b6e4f"')]
Inside = Annotated[str, _check(_is_inside, "needs a path inside the brand's folder, without ..")]
Contact = Annotated[
    str, _check(lambda value: _is_web(value) or "@" in value.strip("@"), "needs a mail address or the URL of a form")
]


Gate = Annotated[
    Literal["auto", "hold", "known"],
    Field(description="the public is shown at once, held until somebody looked, or held but for known accounts"),
]


class Section(BaseModel):
    """A table of hub.toml: closed, frozen, and strict about types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Brand(Section):
    """Who speaks here."""

    name: Text = Field(description="the brand's name, as visitors read it")
    url: Annotated[str, AfterValidator(_site)] = Field(description="where the site will stand; may have a path")
    language: Language = Field(default="en", description="language of the interface (BCP 47)")
    timezone: Zone = Field(default="UTC", description="zone in which times are shown")
    description: str = Field(default="", description="one sentence about the brand")
    contact: Contact = Field(default="", description="mail address or form for questions and removals")
    answers: Contact = Field(
        default="", description="mail address or form for answers of people without an account; a form is told ?about="
    )
    hosts: tuple[Host, ...] = Field(default=(), description="the brand's own hosts: links to them are mentions")
    team: tuple[str, ...] = Field(default=(), description="account ids of the people who answer for the brand")
    logo: Inside = Field(default="", description="a picture inside content/static/")
    accent: Colour = Field(default="", description="the theme's one colour")


SHORTENERS = (
    "bit.ly",
    "buff.ly",
    "cutt.ly",
    "dlvr.it",
    "hubs.ly",
    "ift.tt",
    "is.gd",
    "j.mp",
    "lnkd.in",
    "ow.ly",
    "rb.gy",
    "shorturl.at",
    "t.co",
    "t.ly",
    "tiny.cc",
    "tinyurl.com",
    "trib.al",
    "v.gd",
    "wp.me",
)


class Network(Section):
    """How this program behaves on the net."""

    allow: tuple[str, ...] = Field(default=(), description="private hosts that may be asked: host, host:port or CIDR")
    contact: Contact = Field(default="", description="who runs this, for the User-Agent; else the brand's")
    replay: Inside = Field(default="", description="recordings in content/ that stand for the network")
    stale_days: float = Field(
        default=3, ge=0, description="for so long a channel may fail before its pages say that it cannot be read"
    )
    shorteners: tuple[str, ...] = Field(
        default=SHORTENERS, description="hosts that are asked where the brand's short links lead; [] asks none"
    )


class MediaSettings(Section):
    """Pictures of posts and replies."""

    fetch: bool = Field(default=True, description="fetch them once and serve them from the site itself")


class StoreSettings(Section):
    """Where the archive lies."""

    url: str = Field(default="", description='"" for .hub/archive.sqlite, or a PostgreSQL URL (or "env:NAME")')


class IndexSettings(Section):
    """The search engine."""

    kind: Literal["whoosh"] = Field(default="whoosh", description="which one")


class ServeSettings(Section):
    """`hub serve` and the search API."""

    api: Web = Field(default="", description="public origin of the search API; empty: visitors search the static index")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="port to listen on; 0: any free one")


class PublishSettings(Section):
    """What happens when the site changed."""

    command: tuple[str, ...] = Field(default=(), description='run in the brand\'s folder: ["rsync", "-a", …]')
    websub: Web = Field(default="", description="a WebSub hub that is told afterwards which feeds changed; empty: none")

    @property
    def wanted(self) -> bool:
        """Is there anything to do when the site changed?"""
        return bool(self.command or self.websub)


Walled = Annotated[str, _check(_is_walled, 'needs a word or more, other than "recap", which is the name of a page')]


class WallSettings(Section):
    """The wall: messages one after the other, for a screen in a room."""

    topics: tuple[Walled, ...] = Field(default=(), description="topics that have a wall of their own at wall/TOPIC/")
    pin: str = Field(default="", description="id of a message that comes first, and again after every ten others")
    moderation: Literal["none", "manual"] = Field(
        default="none", description="manual: of others, only what [[show]] in rules.toml lets through"
    )
    target: Web = Field(default="", description="where the code beside it leads; empty: this site")
    hashtag: str = Field(default="", description="what people in the room may write, shown beside the code")

    @property
    def manual(self) -> bool:
        """Does a person choose what others say there?"""
        return self.moderation == "manual"


class Collection(Section):
    """A saved question: its conversations have a page, feeds and a search of their own."""

    query: Text = Field(
        max_length=256,
        description='what belongs there, as one searches: "battery OR charging", "refund is:unanswered"',
    )
    title: str = Field(default="", description="what it is called; empty: its name")


class File(Section):
    """content/hub.toml as a whole."""

    mentions: Literal["answered", "all", "none"] = Field(
        default="answered",
        description="mentions that are shown; in talks of others those that the brand answered, or all",
    )
    people: Literal["all", "team", "none"] = Field(default="all", description="who has a page: everybody, or the team")
    crawlers: Literal["all", "no-ai"] = Field(
        default="all", description="programs that may read the site: robots.txt shuts out those that gather for AI"
    )
    theme: Inside = Field(default="theme", description="folder whose files replace those of the built-in theme")
    brand: Brand
    network: Network = Network()
    media: MediaSettings = MediaSettings()
    store: StoreSettings = StoreSettings()
    index: IndexSettings = IndexSettings()
    serve: ServeSettings = ServeSettings()
    publish: PublishSettings = PublishSettings()
    wall: WallSettings = WallSettings()
    collections: dict[Name, Collection] = {}


TOP = ("mentions", "people", "crawlers", "theme")
SECTIONS: Mapping[str, type[Section]] = MappingProxyType(
    {
        "brand": Brand,
        "network": Network,
        "media": MediaSettings,
        "store": StoreSettings,
        "index": IndexSettings,
        "serve": ServeSettings,
        "publish": PublishSettings,
        "wall": WallSettings,
    }
)
