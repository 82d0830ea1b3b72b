"""An Instagram professional account: its own posts with how often they were answered, and on request the comments.

Comments are left at Instagram unless `replies` asks for them; hidden ones stay out. Answers go one level deep. Pictures
stay at Instagram: their addresses end within days.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media
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
from hub.channels.single import each_alone, standing
from hub.model import Account, Batch, Cursor, Item, Terms
from hub.web import Seen, Web

SITE = "https://www.instagram.com"
POST = "id,caption,media_type,permalink,timestamp,username,like_count,comments_count"
SAID = "id,text,timestamp,username,hidden,like_count,from{id,username}"
COMMENT = f"{SAID},replies.limit(100){{{SAID}}}"


@dataclass(frozen=True, slots=True)
class Instagram:
    """An account by its number, with a token that has instagram_business_basic (and
    instagram_business_manage_comments for `replies`)."""

    name: str
    account: str
    token: str
    replies: bool = False
    label: str = ""
    language: str = ""
    watch_days: int = 30
    service: str = "https://graph.instagram.com/v25.0"

    # https://developers.facebook.com/terms: what is deleted there goes; no data sets of what others wrote.
    terms: ClassVar[Terms] = Terms(
        json="no", embed="no", wall="no", mail="no", sweep_days=1, marks=("name", "linked time")
    )

    token_days: ClassVar[int] = 60  # https://developers.facebook.com/docs/instagram-platform/reference/access_token

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New posts and the figures of all that stand on the first page; the comments where they are wanted."""
        desk = _Account(self, Graph(web, self.service, self.token, ask.now))
        yield from Round(desk, ask, under(self, cursor), self.watch_days, self.replies).batches()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each comment by its number."""
        graph = Graph(web, self.service, self.token, ask.now)
        numbers = {item.id.rstrip("/").rpartition("/")[2]: item.id for item in items}
        come = each_alone(numbers, lambda id: graph.ask(id, {"fields": "id,hidden"}))
        return standing(numbers, {id: bool(row) and at(row, "hidden") is not True for id, row in come.items()})


@dataclass(frozen=True, slots=True)
class _Account:
    """The account's list of posts, and the comments below each."""

    channel: Instagram
    graph: Graph

    def page(self, where: str, seen: Seen | None = None) -> Page:
        answer = self.graph.list(f"{self.channel.account}/media", {"fields": POST}, where, seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        found, more = listed(answer)
        topics = tuple(self._topic(row) for row in found if string(row, "id") and string(row, "permalink"))
        return Page(topics=topics, next=more, seen=answer.seen)

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """All comments with their answers; the post is read anew to learn where they stand."""
        row = self.graph.ask(key, {"fields": POST}).json()
        on, total, told = string(row, "permalink"), number(rest, "total"), number(row, "comments_count")
        yield Said(items=(post(row, self.channel),) if again else (), rest=rest)
        for found, after in self.graph.pages(f"{key}/comments", {"fields": COMMENT}, string(rest, "after")):
            said = [one for top in found for one in _with_answers(top, on, self.channel)]
            total += len(said)
            yield Said(items=tuple(said), rest={"after": after, "total": total} if after else {})
        yield Said(whole=total >= told, replies=max(total, told))

    def _topic(self, row: Json) -> Topic:
        item, count = post(row, self.channel), number(row, "comments_count")
        return Topic(
            key=string(row, "id"),
            name=item.id,
            mark=str(count) if count else "",
            moved=item.published.isoformat() if item.published else "",
            replies=count,
            item=item,
            figures={"likes": number(row, "like_count")},
        )


def post(row: Json, channel: Instagram) -> Item:
    """One of the account's own posts."""
    return Item(
        id=string(row, "permalink"),
        url=string(row, "permalink"),
        channel=channel.name,
        kind="video" if string(row, "media_type") == "VIDEO" else "note",
        author=_author(string(row, "username")),
        published=when(row, "timestamp"),
        html=paragraphs(string(row, "caption")),
        ours=True,
        language=channel.language,
    )


def comment(row: Json, on: str, channel: Instagram, above: str = "") -> Item:
    """A comment below the post at that address, or an answer to one."""
    who = string(row, "username") or string(row, "from", "username")
    top = f"{on}c/{above or string(row, 'id')}/"
    id = f"{top}r/{string(row, 'id')}/" if above else top
    return Item(
        id=id,
        url=id,
        channel=channel.name,
        author=_author(who),
        published=when(row, "timestamp"),
        html=paragraphs(string(row, "text")),
        ours=string(row, "from", "id") == channel.account,
        reply_to=top if above else on,
        root=on,
        language=channel.language,
    )


def _with_answers(top: Json, on: str, channel: Instagram) -> Iterator[Item]:
    """A comment and the answers to it, as far as they are shown."""
    if not string(top, "id") or at(top, "hidden") is True:
        return
    yield comment(top, on, channel)
    for row in rows(top, "replies", "data"):
        if string(row, "id") and at(row, "hidden") is not True:
            yield comment(row, on, channel, string(top, "id"))


def _author(name: str) -> Account:
    page = f"{SITE}/{name}/" if name else ""
    return Account(name=name, handle=f"@{name}" if name else "", url=page, id=page)
