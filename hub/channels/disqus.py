"""Comments that Disqus keeps for the brand's pages: all of a forum in one list, the newest first.

The list holds approved comments alone; one that is deleted or called spam leaves it. They hang below the page they were
written on, by its address. https://disqus.com/api/docs/forums/listPosts/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote, urlencode

from hub.channels import Ask
from hub.channels.flat import Page, Row, Walk
from hub.channels.loose import Json, at, mapping, number, rows, string, under, when
from hub.errors import ChannelError, Malformed, Missing, RateLimited, Refused, Unreachable
from hub.model import Account, Batch, Cursor, Item, Terms
from hub.web import Answer, Seen, Web, shown

API = "https://disqus.com/api/3.0"
PAGE = 100
UNKNOWN = 2  # their error number of an argument that names nothing
SPENT = (13, 14)  # their error numbers of a rate limit: 1,000 requests an hour


@dataclass(frozen=True, slots=True)
class Disqus:
    """A forum by its short name, with the public key of an application. `team`: usernames that speak for the brand."""

    name: str
    forum: str
    api_key: str
    team: tuple[str, ...] = ()
    label: str = ""
    language: str = ""

    terms: ClassVar[Terms] = Terms(marks=("name", "linked time"))

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New comments; all of them the first time and on a sweep."""
        try:
            yield from Walk(_Forum(self, web), ask, under(self, cursor), kind="reply").batches()
        except ChannelError as why:
            if number(why.told, "code") not in SPENT:
                raise
            raise RateLimited(why.what, until=ask.now + timedelta(hours=1)) from None

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each by its number."""
        forum = _Forum(self, web)
        return [item.id for item in items if comment(forum.one(item.id.rpartition(":")[2]), self)]


@dataclass(frozen=True, slots=True)
class _Forum:
    """The list."""

    channel: Disqus
    web: Web

    def page(self, where: str, seen: Seen | None = None) -> Page:
        asked = {"forum": self.channel.forum, "api_key": self.channel.api_key, "related": "thread", "limit": str(PAGE)}
        query = urlencode({**asked, **({"cursor": where} if where else {})})
        answer = self.web.get(f"{API}/forums/listPosts.json?{query}", seen=seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        found, more = _listed(answer)
        lines = tuple(self._row(row) for row in found if string(row, "id"))
        return Page(rows=lines, next=more, seen=answer.seen)

    def one(self, id: str) -> Json:
        """A comment by its number; {} where they know none."""
        query = urlencode({"post": id, "related": "thread", "api_key": self.channel.api_key})
        try:
            said = self.web.get(f"{API}/posts/details.json?{query}").json()
        except (Missing, Unreachable) as why:
            if isinstance(why, Unreachable) and number(why.told, "code") != UNKNOWN:
                raise
            return {}
        if number(said, "code"):
            raise Refused(f"Disqus says: {string(said, 'response')}", status=403, fix="check api_key and forum")
        return mapping(said, "response")

    def _row(self, row: Json) -> Row:
        made = when(row, "createdAt")
        figures = {"likes": number(row, "likes")}
        moved = made.isoformat() if made else ""
        return Row(name=name(string(row, "id")), moved=moved, item=comment(row, self.channel), figures=figures)


def comment(row: Json, channel: Disqus) -> Item | None:
    """A comment; None where it is not for everybody to read, or its page is not."""
    on = string(row, "thread", "link").partition("#")[0]
    hidden = at(row, "isDeleted") is True or at(row, "isSpam") is True or at(row, "isApproved") is False
    if hidden or not on or at(row, "thread", "isDeleted") is True:
        return None
    who, id, above = mapping(row, "author"), string(row, "id"), string(row, "parent")
    username = "" if at(who, "isAnonymous") is True else string(who, "username")
    profile = f"https://disqus.com/by/{quote(username, safe='')}/" if username else ""
    return Item(
        id=name(id),
        url=f"{on}#comment-{id}",
        channel=channel.name,
        author=Account(
            name=string(who, "name") or username,
            handle=username,
            url=profile or string(who, "url"),
            avatar=string(who, "avatar", "permalink"),
            id=profile,
        ),
        published=when(row, "createdAt"),
        html=string(row, "message"),
        ours=bool(username) and username.lower() in {one.lower() for one in channel.team},
        reply_to=name(above) if above else on,
        root=on,
        language=channel.language,
    )


def name(id: str) -> str:
    """A comment's id, the same in an export."""
    return f"urn:disqus:post:{id}"


def _listed(answer: Answer) -> tuple[tuple[Json, ...], str]:
    """The rows of a page and where the next one lies ("" at the end)."""
    said = answer.json()
    if number(said, "code"):
        raise Refused(f"Disqus says: {string(said, 'response')}", status=403, fix="check api_key and forum")
    if not isinstance(at(said, "response"), list) or "cursor" not in mapping(said):
        raise Malformed("this is no list of comments", where=shown(answer.url))
    more = at(said, "cursor", "hasNext") is True
    return rows(said, "response"), string(said, "cursor", "next") if more else ""
