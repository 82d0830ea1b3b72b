"""A Facebook Page: its own posts with how often they were answered, and on request the comments, by a Page token.

Comments are left at Facebook unless `replies` asks for them: who wrote them did so there, often without a name for
others. What the Page hid stays out. Pictures stay at Facebook, too: their addresses end within days.

https://developers.facebook.com/docs/graph-api/reference/page/feed · …/object/comments
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hub.channels import Ask
from hub.channels.board import Page, Round, Said, Topic
from hub.channels.graph import Graph, listed
from hub.channels.loose import Json, at, number, rows, string, under, when
from hub.channels.plaintext import paragraphs
from hub.channels.single import each_alone
from hub.model import Account, Batch, Cursor, Item, Terms
from hub.web import Seen, Web

SITE = "https://www.facebook.com"
POST = (
    "id,message,story,created_time,permalink_url,is_published,privacy,attachments{unshimmed_url,title},shares,"
    "reactions.limit(0).summary(total_count),comments.limit(0).filter(stream).summary(total_count)"
)
COMMENT = "id,message,created_time,from{id,name},parent{id},permalink_url,is_hidden,like_count"


@dataclass(frozen=True, slots=True)
class Facebook:
    """A Page by its number, with a Page token that has pages_read_engagement (and pages_read_user_content for
    `replies`)."""

    name: str
    page: str
    token: str
    replies: bool = False
    label: str = ""
    language: str = ""
    watch_days: int = 30
    service: str = "https://graph.facebook.com/v25.0"

    # https://developers.facebook.com/terms: what is deleted there goes; no data sets of what others wrote.
    terms: ClassVar[Terms] = Terms(
        json="no", embed="no", wall="no", mail="no", sweep_days=1, marks=("name", "linked time")
    )

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New posts and the figures of all that stand on the first page; the comments where they are wanted."""
        desk = _Page(self, Graph(web, self.service, self.token, ask.now))
        yield from Round(desk, ask, under(self, cursor), self.watch_days, self.replies).batches()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each comment by its number."""
        graph, numbers = Graph(web, self.service, self.token, ask.now), {item.id.rpartition("/")[2] for item in items}
        come = each_alone(numbers, lambda id: graph.ask(id, {"fields": "id,is_hidden"}))
        return [address(id) for id, row in come.items() if row and at(row, "is_hidden") is not True]


@dataclass(frozen=True, slots=True)
class _Page:
    """The Page's list of posts, and the comments below each."""

    channel: Facebook
    graph: Graph

    def page(self, where: str, seen: Seen | None = None) -> Page:
        answer = self.graph.list(f"{self.channel.page}/posts", {"fields": POST}, where, seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        found, more = listed(answer)
        return Page(topics=tuple(map(self._topic, filter(_is_open, found))), next=more, seen=answer.seen)

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """All comments in one flat list, each with the one it answers."""
        if again and not rest:
            row = self.graph.ask(key, {"fields": POST}).json()
            yield Said(items=(post(row, self.channel),)) if _is_open(row) else Said(gone=(address(key),))
        total, params = number(rest, "total"), {"fields": COMMENT, "filter": "stream"}
        for found, after in self.graph.pages(f"{key}/comments", params, string(rest, "after")):
            here = [row for row in found if string(row, "id") and at(row, "is_hidden") is not True]
            items = tuple(comment(row, key, self.channel) for row in here)
            total += len(items)
            figures = {item.id: {"likes": number(row, "like_count")} for item, row in zip(items, here, strict=True)}
            yield Said(items=items, figures=figures, rest={"after": after, "total": total} if after else {})
        yield Said(whole=True, replies=total)

    def _topic(self, row: Json) -> Topic:
        item, count = post(row, self.channel), number(row, "comments", "summary", "total_count")
        likes, shares = number(row, "reactions", "summary", "total_count"), number(row, "shares", "count")
        return Topic(
            key=string(row, "id"),
            name=item.id,
            mark=str(count) if count else "",
            moved=item.published.isoformat() if item.published else "",
            replies=count,
            item=item,
            figures={"likes": likes, "reposts": shares},
        )


def post(row: Json, channel: Facebook) -> Item:
    """One of the Page's own posts."""
    leads = [string(one, "unshimmed_url") for one in rows(row, "attachments", "data")]
    page = f"{SITE}/{channel.page}"
    return Item(
        id=address(string(row, "id")),
        url=string(row, "permalink_url") or address(string(row, "id")),
        channel=channel.name,
        author=Account(name=channel.label, url=page, id=page),
        published=when(row, "created_time"),
        html=paragraphs(string(row, "message") or string(row, "story")),
        ours=True,
        links=tuple(link for link in leads if link and not link.startswith(SITE)),
        language=channel.language,
    )


def comment(row: Json, key: str, channel: Facebook) -> Item:
    """A comment below the post of that key. Facebook tells who wrote it only where it may."""
    who, above = string(row, "from", "id"), string(row, "parent", "id")
    return Item(
        id=address(string(row, "id")),
        url=string(row, "permalink_url") or address(string(row, "id")),
        channel=channel.name,
        author=Account(name=string(row, "from", "name"), id=f"{SITE}/{who}" if who else ""),
        published=when(row, "created_time"),
        html=paragraphs(string(row, "message")),
        ours=who == channel.page,
        reply_to=address(above or key),
        root=address(key),
        language=channel.language,
    )


def address(id: str) -> str:
    """Where Facebook sends for the number of a post or comment, which is its id."""
    return f"{SITE}/{id}"


def _is_open(row: Json) -> bool:
    """Whether a post is published, and for everybody."""
    closed = at(row, "is_published") is False or string(row, "privacy", "value") not in ("", "EVERYONE")
    return bool(string(row, "id")) and not closed
