"""What Reddit says of posts (t3) and comments (t1), as items. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

from hub.channels.loose import LATEST, Json, at, string
from hub.model import Account, Item

SITE = "https://www.reddit.com"
EMPTY = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
CLOSED = ("private", "employees_only", "gold_only", "user_private")


class Place(Protocol):
    """What a payload does not say of itself."""

    @property
    def name(self) -> str: ...
    @property
    def team(self) -> tuple[str, ...]: ...
    @property
    def language(self) -> str: ...


def topic(row: Json, place: Place) -> Item:
    """A post: a link or a text."""
    leads = "" if at(row, "is_self") is True else string(row, "url")
    return Item(
        id=page(string(row, "id")),
        url=_address(row) or page(string(row, "id")),
        channel=place.name,
        kind="article",
        author=_author(row),
        published=_time(row, "created_utc"),
        html=string(row, "selftext_html"),
        ours=_is_ours(row, place),
        title=string(row, "title"),
        links=(leads,) if leads.startswith("http") else (),
        aliases=(f"https://redd.it/{string(row, 'id')}",),
        sensitive=at(row, "over_18") is True,
        tags=(string(row, "subreddit"),) if string(row, "subreddit") else (),
        language=place.language,
        edited=_time(row, "edited"),
        private=_is_closed(row),
    )


def comment(row: Json, key: str, place: Place) -> Item:
    """A comment below the post of that key."""
    kind, _, above = string(row, "parent_id").partition("_")
    return Item(
        id=page(key, string(row, "id")),
        url=_address(row) or page(key, string(row, "id")),
        channel=place.name,
        author=_author(row),
        published=_time(row, "created_utc"),
        html=string(row, "body_html"),
        ours=_is_ours(row, place),
        reply_to=page(key, above) if kind == "t1" and above else page(key),
        root=page(key),
        language=place.language,
        edited=_time(row, "edited"),
        private=_is_closed(row),
    )


def page(post: str, comment: str = "") -> str:
    """The short address of a post or of a comment below it, which is its id."""
    return f"{SITE}/comments/{post}/_/{comment}" if comment else f"{SITE}/comments/{post}"


def is_away(row: Json) -> bool:
    """Deleted by its author, with or without the account, or removed by a moderator."""
    words = {string(row, name) for name in ("author", "body", "selftext", "title")}
    return bool(words & set(EMPTY)) or not string(row, "author") or bool(string(row, "removed_by_category"))


def _author(row: Json) -> Account:
    name = string(row, "author")
    address = f"{SITE}/user/{quote(name, safe='')}" if name else ""
    return Account(name=name, handle=f"u/{name}" if name else "", url=address, id=address)


def _is_ours(row: Json, place: Place) -> bool:
    return string(row, "author").lower() in {name.lower().removeprefix("u/") for name in place.team}


def _is_closed(row: Json) -> bool:
    """Whether it stands where not everybody may read."""
    return string(row, "subreddit_type") in CLOSED or at(row, "quarantine") is True


def _address(row: Json) -> str:
    link = string(row, "permalink")
    return f"{SITE}{link}" if link.startswith("/") else ""


def _time(row: Json, name: str) -> datetime | None:
    found = at(row, name)
    fits = isinstance(found, int | float) and not isinstance(found, bool) and 0 < found <= LATEST
    return datetime.fromtimestamp(int(found), UTC) if fits else None  # type: ignore[call-overload]
