"""Questions about the brand on a site of Stack Exchange, with all answers and comments.

Questions come by last activity, so one request finds new ones and those that were answered; new comments move no
activity and are asked for by a second one. `backoff` and the daily quota (300 requests, 10,000 with a free key) are
obeyed: what is left waits for the next pull. https://api.stackexchange.com/docs
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from hub.channels import Ask
from hub.channels.board import Page, Round, Said, Topic
from hub.channels.loose import LATEST, Json, at, digest, mapping, number, plain, rows, string, under
from hub.channels.single import standing
from hub.errors import Malformed, Missing, RateLimited, Unreachable
from hub.model import Account, Batch, Cursor, Item, Left, Terms
from hub.web import Seen, Web, shown

API = "https://api.stackexchange.com/2.3"
PAGE = 100
THROTTLED = "502"  # their error number, sent with status 400
WAIT = re.compile(r"available in (\d{1,6}) seconds")


@dataclass(frozen=True, slots=True)
class Stackexchange:
    """Questions under `tags` (all of them) or found by `search`. `team`: numbers of users who speak for the brand."""

    name: str
    tags: tuple[str, ...] = ()
    search: str = ""
    site: str = "stackoverflow.com"
    api_key: str = ""
    team: tuple[int, ...] = ()
    replies: bool = True
    label: str = ""
    language: str = ""
    watch_days: int = 30

    # https://stackoverflow.com/help/licensing: CC BY-SA asks for name, link and licence.
    terms: ClassVar[Terms] = Terms(
        marks=("name", "linked time", "licence"), licence="https://creativecommons.org/licenses/by-sa/4.0/"
    )

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """Questions that moved with what stands below them, then new comments below watched posts."""
        if not self.tags and not self.search:
            raise Malformed("this channel has neither tags nor search", fix='add tags = ["…"] to its settings')
        cursor = under(self, cursor)
        desk = _Site(self, web, ask.now)
        state = dict(cursor)
        desk.posts = {post: string(question) for post, question in mapping(cursor, "posts").items()}
        board = Round(desk, ask, mapping(cursor, "board"), self.watch_days, self.replies)
        for batch in board.batches():
            state = {**state, "board": batch.cursor, "posts": desk.watched(board.topics), **desk.spent}
            yield replace(batch, cursor=state)
        mark = number(cursor, "mark")
        if not mark:
            yield Batch(cursor={**state, "mark": int(ask.now.timestamp())})
        elif desk.posts and self.replies:
            found = list(desk.comments(list(desk.posts)[-PAGE:], since=mark))
            newest = max([mark, *(int(one.published.timestamp()) + 1 for one in found if one.published)])
            yield Batch(items=tuple(found), cursor={**state, "mark": newest, **desk.spent})

    def left(self, cursor: Cursor, now: datetime) -> Left:
        """Requests of today (UTC), as the site told with its last answer."""
        told, most = mapping(cursor, "quota"), number(cursor, "quota", "most")
        same = string(told, "day") == now.date().isoformat()
        return Left(what="requests today", left=number(told, "left") if same else most, most=most)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Answers in one question, comments in another."""
        site, there = _Site(self, web, ask.now), list[str]()
        for what, at_ in (("answer", "/a/"), ("comment", "/posts/comments/")):
            asked = {item.id.rpartition("/")[2]: item.id for item in items if at_ in item.id}
            there += standing(asked, site.shows(what, list(asked)))
        return there


@dataclass(slots=True)
class _Site:
    """One site. `posts` says which question every known question and answer belongs to."""

    channel: Stackexchange
    web: Web
    now: datetime
    posts: dict[str, str] = field(default_factory=dict)
    quota: tuple[int, int] = (0, 0)  # requests left today, and of how many
    silent: set[str] = field(default_factory=set)  # questions without an answer, as the list says
    later: datetime | None = None

    def page(self, where: str, seen: Seen | None = None) -> Page:
        """Questions, the liveliest first."""
        found, more = self._get(self._list, {**self._asked, "sort": "activity", "order": "desc"}, number(where or "1"))
        mark = Seen(digest=digest(json.dumps(found, sort_keys=True)))
        topics = tuple(self._topic(row) for row in found if number(row, "question_id"))
        further = str(number(where or "1") + 1) if more else ""
        return Page(topics=topics, next=further, seen=mark, unchanged=bool(seen and mark == seen))

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:  # noqa: ARG002
        """All answers to a question and the comments below it and them."""
        if again:
            found, _ = self._get(f"/questions/{key}", {"filter": "withbody"})
            if not found:
                raise Missing(f"question {key} is not there any more")
            yield Said(items=tuple(question(row, self.channel) for row in found))
        listed = self._all(f"/questions/{key}/answers", {"sort": "creation", "order": "asc"})
        found = [row for row in listed if number(row, "answer_id")] if key not in self.silent else []
        answers = [answer(row, self.channel) for row in found]
        figures = {one.id: {"likes": number(row, "score")} for one, row in zip(answers, found, strict=True)}
        below = [key, *(string(row, "answer_id") for row in found)]
        self.posts |= dict.fromkeys(below, key)
        yield Said(items=tuple(answers), figures=figures)
        comments = [one for start in range(0, len(below), PAGE) for one in self.comments(below[start : start + PAGE])]
        yield Said(items=tuple(comments), whole=True, replies=len(answers) + len(comments))

    def comments(self, posts: list[str], since: int = 0) -> Iterator[Item]:
        """Comments below these posts, oldest first."""
        params = {"sort": "creation", "order": "asc", **({"fromdate": str(since)} if since else {})}
        for row in self._all(f"/posts/{';'.join(posts)}/comments", params):
            post = string(row, "post_id")
            if number(row, "comment_id") and post in self.posts:
                yield comment(row, self.posts[post], self.channel)

    def shows(self, what: str, ids: list[str]) -> dict[str, bool]:
        """Those of these answers or comments that come when they are asked for alone."""
        found, _ = self._get(f"/{what}s/{';'.join(ids)}", {}) if ids else ([], False)
        return {string(row, f"{what}_id"): True for row in found}

    def watched(self, topics: Mapping[str, object]) -> dict[str, str]:
        """The posts whose comments are asked about."""
        self.posts = {post: question for post, question in self.posts.items() if question in topics}
        return self.posts

    @property
    def spent(self) -> dict[str, object]:
        """What the cursor keeps of the day's limit."""
        left, most = self.quota
        return {"quota": {"day": self.now.date().isoformat(), "left": left, "most": most}} if most else {}

    @property
    def _list(self) -> str:
        return "/search/advanced" if self.channel.search else "/questions"

    @property
    def _asked(self) -> dict[str, str]:
        params = {"tagged": ";".join(self.channel.tags), "q": self.channel.search, "filter": "withbody"}
        return {name: value for name, value in params.items() if value}

    def _topic(self, row: Json) -> Topic:
        one, moved = question(row, self.channel), _time(row, "last_activity_date")
        key, answers = string(row, "question_id"), number(row, "answer_count")
        self.posts[key] = key
        self.silent = self.silent - {key} if answers else self.silent | {key}
        return Topic(
            key=key,
            name=one.id,
            mark=f"{number(row, 'last_activity_date')} {answers}",
            moved=moved.isoformat() if moved else "",
            replies=answers,
            item=one,
            figures={"likes": number(row, "score"), "views": number(row, "view_count")},
        )

    def _all(self, path: str, params: Mapping[str, str]) -> Iterator[Json]:
        page, more = 1, True
        while more:
            found, more = self._get(path, {**params, "filter": "withbody"}, page)
            yield from found
            page += 1

    def _get(self, path: str, params: Mapping[str, str], page: int = 1) -> tuple[list[Json], bool]:
        """The rows of a page and whether there are more. RateLimited when they asked for peace or nothing is left."""
        if self.later:
            raise RateLimited(f"{API} asked for peace until {self.later:%Y-%m-%d %H:%M} UTC", until=self.later)
        key = {"key": self.channel.api_key} if self.channel.api_key else {}
        query = {**params, **key, "site": self.channel.site, "pagesize": str(PAGE), "page": str(page)}
        try:
            got = self.web.get(f"{API}{path}?{urlencode(query, safe=';')}")
        except Unreachable as why:
            raise self._throttled(why) from None
        told = got.json()
        if not isinstance(at(told, "items"), list):
            raise Malformed("this is no answer of Stack Exchange", where=shown(got.url))
        self._heed(told)
        return list(rows(told, "items")), at(told, "has_more") is True and bool(rows(told, "items"))

    def _heed(self, told: Json) -> None:
        self.quota = number(told, "quota_remaining"), number(told, "quota_max")
        if pause := number(told, "backoff"):
            self.later = self.now + timedelta(seconds=min(pause, 86400))
        if at(told, "quota_remaining") == 0:
            tomorrow = self.now.date() + timedelta(days=1)
            self.later = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC)

    def _throttled(self, why: Unreachable) -> Unreachable | RateLimited:
        if string(why.told, "error_id") != THROTTLED:
            return why
        pause = WAIT.search(string(why.told, "error_message"))
        return RateLimited(why.what, until=self.now + timedelta(seconds=int(pause[1]) if pause else 3600))


def question(row: Json, channel: Stackexchange) -> Item:
    """A question; it goes by its short address, as in the site's own feeds."""
    id = string(row, "question_id")
    tags = at(row, "tags")
    return replace(
        _post(row, f"https://{channel.site}/q/{id}", channel),
        url=string(row, "link") or f"https://{channel.site}/q/{id}",
        kind="question",
        title=plain(row, "title"),
        aliases=(f"https://{channel.site}/questions/{id}",),
        tags=tuple(map(string, tags)) if isinstance(tags, list) else (),
        state="solved" if number(row, "accepted_answer_id") else "closed" if number(row, "closed_date") else "",
    )


def answer(row: Json, channel: Stackexchange) -> Item:
    """An answer."""
    of = f"https://{channel.site}/q/{string(row, 'question_id')}"
    return replace(_post(row, f"https://{channel.site}/a/{string(row, 'answer_id')}", channel), reply_to=of, root=of)


def comment(row: Json, of: str, channel: Stackexchange) -> Item:
    """A comment below the question `of` or one of its answers."""
    post = string(row, "post_id")
    return replace(
        _post(row, f"https://{channel.site}/posts/comments/{string(row, 'comment_id')}", channel),
        reply_to=f"https://{channel.site}/{'q' if post == of else 'a'}/{post}",
        root=f"https://{channel.site}/q/{of}",
    )


def _post(row: Json, id: str, channel: Stackexchange) -> Item:
    user = number(row, "owner", "user_id")
    here = bool(user) and string(row, "owner", "user_type") != "does_not_exist"
    return Item(
        id=id,
        url=id,
        channel=channel.name,
        kind="note",
        author=Account(
            name=plain(row, "owner", "display_name"),
            url=string(row, "owner", "link"),
            avatar=string(row, "owner", "profile_image"),
            id=f"https://{channel.site}/users/{user}" if here else "",
        ),
        published=_time(row, "creation_date"),
        html=string(row, "body"),
        ours=here and user in channel.team,
        language=channel.language,
        edited=_time(row, "last_edit_date"),
    )


def _time(row: Json, name: str) -> datetime | None:
    seconds = number(row, name)
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= LATEST else None
