"""A Ghost site: its posts by the Content API, and every public comment by the Admin API.

The Admin API sees hidden comments and leaves a stub where a deleted one is answered; both stay out. A post for members
is told as far as everybody may read it. Members' addresses are sent along and never kept.

https://docs.ghost.org/content-api · https://docs.ghost.org/admin-api
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote, urlencode

from hub.channels import Ask
from hub.channels.flat import Page, Row, Walk
from hub.channels.loose import Json, at, mapping, number, rows, string, texts, under, when
from hub.channels.plaintext import paragraphs
from hub.channels.single import alone
from hub.errors import Malformed, Refused
from hub.model import Account, Batch, Cursor, Item, Media, Terms
from hub.web import Answer, Seen, Web, shown

PAGE = 100
MINUTES = 5  # a token's life
VERSION = {"Accept-Version": "v5.0"}


@dataclass(frozen=True, slots=True)
class Ghost:
    """A site by its address with its Content API `key`; `admin_key` brings the comments. `team`: ids of the members
    who speak for the brand."""

    name: str
    url: str
    key: str
    admin_key: str = ""
    team: tuple[str, ...] = ()
    label: str = ""
    language: str = ""

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """Posts that were made or edited, then new comments on any of them."""
        state = dict(under(self, cursor))
        closed = set(texts(state, "closed"))
        shelves: dict[str, _Posts | _Comments] = {"post": _Posts(self, web, closed)}
        if self.admin_key:
            shelves["reply"] = _Comments(self, web, closed, ask.now)
        for kind, shelf in shelves.items():
            for batch in Walk(shelf, ask, mapping(state, kind), kind=kind).batches():
                state = {**state, "closed": sorted(closed), kind: batch.cursor}
                yield replace(batch, cursor=state)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:
        """Posts by their slugs, comments by their numbers."""
        closed = set(texts(cursor, "closed"))
        posts, talk = _Posts(self, web, closed), _Comments(self, web, closed, ask.now)
        return [item.id for item in items if (talk if item.root else posts).shows(item.id)]


@dataclass(frozen=True, slots=True)
class _Posts:
    """All published posts, the last edited first. `closed` collects the ids of those that are not for everybody."""

    channel: Ghost
    web: Web
    closed: set[str]

    def page(self, where: str, seen: Seen | None = None) -> Page:
        params = {"key": self.channel.key, "include": "authors,tags", "formats": "html", "order": "updated_at desc"}
        query = urlencode({**params, "limit": PAGE, "page": where or "1"})
        answer = self.web.get(f"{_site(self.channel)}/ghost/api/content/posts/?{query}", seen=seen, headers=VERSION)
        return _page(answer, "posts", self._row)

    def shows(self, id: str) -> bool:
        """Whether a post is there when it is asked for alone."""
        slug = quote(id.rstrip("/").rpartition("/")[2], safe="")
        address = f"{_site(self.channel)}/ghost/api/content/posts/slug/{slug}/?{urlencode({'key': self.channel.key})}"
        row = mapping(alone(lambda: self.web.get(address, headers=VERSION)), "posts", 0)
        return string(row, "url") == id

    def _row(self, row: Json) -> Row:
        self.closed.discard(string(row, "id"))
        if not _is_open(row):
            self.closed.add(string(row, "id"))
        return Row(name=string(row, "url"), moved=_time(row, "updated_at"), item=post(row, self.channel))


@dataclass(frozen=True, slots=True)
class _Comments:
    """All comments of the site in one flat list, the newest first; those on a closed post only members may read."""

    channel: Ghost
    web: Web
    closed: set[str]
    now: datetime

    def page(self, where: str, seen: Seen | None = None) -> Page:
        return self._list({"order": "created_at desc", "limit": PAGE, "page": where or "1"}, seen)

    def shows(self, id: str) -> bool:
        """Whether a comment is there when the list is narrowed to it alone."""
        lines = self._list({"filter": f"id:'{id.rpartition('-')[2]}'"}).rows
        if any(line.name != id for line in lines):
            raise Malformed("Ghost tells of other comments than that which was asked for", where=id)
        return any(line.item for line in lines)

    def _list(self, params: dict[str, object], seen: Seen | None = None) -> Page:
        query = urlencode({"include_nested": "true", **params})
        headers = {**VERSION, "Authorization": f"Ghost {token(self.channel.admin_key, self.now)}"}
        answer = self.web.get(f"{_site(self.channel)}/ghost/api/admin/comments/?{query}", seen=seen, headers=headers)
        return _page(answer, "comments", self._row)

    def _row(self, row: Json) -> Row:
        on, id = string(row, "post", "url"), string(row, "id")
        open_ = string(row, "post", "id") not in self.closed and not on.endswith("/404/")  # of a post taken back
        said = comment(row, self.channel) if open_ else None
        figures = {"likes": number(row, "count", "likes")}
        return Row(name=_name(on, id) if on and id else "", moved=_time(row, "created_at"), item=said, figures=figures)


def token(key: str, now: datetime) -> str:
    """A token for the Admin API, signed with the secret half of its key (HS256, RFC 7519). Refused for a key of another
    shape."""
    id, _, secret = key.partition(":")
    begun = int(now.timestamp())
    try:
        signing = bytes.fromhex(secret)
    except ValueError:
        signing = b""
    if not id or not signing:
        fix = "copy the Admin API key of a custom integration: two parts with a colon between them"
        raise Refused("this is no Admin API key", status=401, fix=fix)
    head: Json = {"alg": "HS256", "kid": id, "typ": "JWT"}
    body: Json = {"iat": begun, "exp": begun + MINUTES * 60, "aud": "/admin/"}
    said = b".".join(_base64(json.dumps(part).encode()) for part in (head, body))
    return (said + b"." + _base64(hmac.new(signing, said, hashlib.sha256).digest())).decode()


def post(row: Json, channel: Ghost) -> Item:
    """A post. Of one that is not for everybody the Content API gives what stands above the wall."""
    picture, who, origin = string(row, "feature_image"), mapping(row, "primary_author"), string(row, "canonical_url")
    made, moved = when(row, "published_at"), when(row, "updated_at")
    return Item(
        id=string(row, "url"),
        url=string(row, "url"),
        channel=channel.name,
        kind="article",
        author=Account(
            name=string(who, "name"),
            url=string(who, "url"),
            avatar=string(who, "profile_image"),
            id=string(who, "url"),
        ),
        published=made,
        html=string(row, "html") or paragraphs(string(row, "custom_excerpt") or string(row, "excerpt")),
        ours=True,
        title=string(row, "title"),
        syndication=(origin,) if origin not in ("", string(row, "url")) else (),
        media=(Media(url=picture, alt=string(row, "feature_image_alt")),) if picture else (),
        tags=tuple(string(tag, "name") for tag in rows(row, "tags") if string(tag, "visibility") != "internal"),
        language=channel.language,
        edited=moved if made and moved and (moved - made).total_seconds() > MINUTES * 60 else None,
        excerpt=not _is_open(row),
    )


def comment(row: Json, channel: Ghost) -> Item | None:
    """A comment; None where it is hidden or deleted."""
    if string(row, "status") != "published" or not string(row, "html"):
        return None
    on, who = string(row, "post", "url"), mapping(row, "member")
    above = string(row, "in_reply_to_id") or string(row, "parent_id")
    member = string(who, "id")
    return Item(
        id=_name(on, string(row, "id")),
        url=_name(on, string(row, "id")),
        channel=channel.name,
        author=Account(
            name=string(who, "name"),
            avatar=string(who, "avatar_image"),
            id=f"{_site(channel)}/#member-{member}" if member else "",
        ),
        published=when(row, "created_at"),
        html=string(row, "html"),
        ours=bool(member) and member in channel.team,
        reply_to=_name(on, above) if above else on,
        root=on,
        language=channel.language,
        edited=when(row, "edited_at"),
    )


def _page(answer: Answer, name: str, read: Callable[[Json], Row]) -> Page:
    """A page of a list, and the number of the next one."""
    if answer.unchanged:
        return Page(seen=answer.seen, unchanged=True)
    said = answer.json()
    if not isinstance(at(said, name), list):
        raise Malformed(f"this is no list of {name}", where=shown(answer.url))
    about, lines = mapping(said, "meta", "pagination"), tuple(map(read, rows(said, name)))
    total = number(about, "total") if "total" in about else -1
    named = tuple(line for line in lines if line.name)
    return Page(rows=named, next=string(about, "next"), total=total, seen=answer.seen)


def _is_open(row: Json) -> bool:
    """Whether a post is for everybody, not for members alone."""
    return string(row, "visibility") in ("", "public")


def _time(row: Json, name: str) -> str:
    """A time as it is compared."""
    found = when(row, name)
    return found.isoformat() if found else ""


def _name(on: str, id: str) -> str:
    """A comment's address: its place below the post."""
    return f"{on}#ghost-comments-{id}"


def _site(channel: Ghost) -> str:
    return channel.url.rstrip("/")


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
