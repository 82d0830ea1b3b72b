"""Reddit: posts that a search finds, those of a subreddit or an account, each with the whole talk below (OAuth only).

What its author deleted or a moderator removed is not kept: every post is asked about again each day. A long talk comes
in parts: children that were left out are asked for by number, answers too deep by the comment they hang from.

https://www.reddit.com/dev/api · https://github.com/reddit-archive/reddit/wiki/JSON
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import quote, urlencode

from hub.channels import Ask
from hub.channels.board import Page, Round, Said, Topic, side_by_side
from hub.channels.loose import Json, at, mapping, number, rows, string, texts, under
from hub.channels.reddit_items import comment, is_away, page, topic
from hub.channels.single import standing
from hub.errors import Malformed, Refused
from hub.model import Batch, Cursor, Item, Terms
from hub.web import Answer, Seen, Web, shown

API, LOGIN = "https://oauth.reddit.com", "https://www.reddit.com/api/v1/access_token"
PAGE = 100
AT_ONCE = 100  # children of one request
MOST = 200  # requests for one talk


@dataclass(frozen=True, slots=True)
class Reddit:
    """Any of `search` (words, url:…, site:…), `subreddit` and `user`, by an approved application's id and secret.
    `team`: names that speak for the brand."""

    name: str
    client_id: str
    client_secret: str
    search: str = ""
    subreddit: str = ""
    user: str = ""
    team: tuple[str, ...] = ()
    replies: bool = True
    label: str = ""
    language: str = ""
    watch_days: int = 30

    # https://redditinc.com/policies/data-api-terms: deleted content goes, everywhere.
    terms: ClassVar[Terms] = Terms(sweep_days=1, marks=("name", "linked time"))
    service: ClassVar[str] = API

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New posts of each list, then the talk below those that were talked about."""
        lists = self._lists()
        if not lists:
            raise Malformed("this channel has no search, subreddit or user", fix='add search = "…" to its settings')
        headers, state = {"Authorization": f"Bearer {_login(self, web)}"}, dict(under(self, cursor))
        rounds = {
            part: Round(_List(self, web, headers, path), ask, mapping(state, part), self.watch_days, self.replies)
            for part, path in lists.items()
        }
        for part, batch in side_by_side(rounds):
            state = {**state, part: batch.cursor}
            yield replace(batch, cursor=state)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """All comments in one question."""
        numbers = {item.id.rpartition("/")[2]: item.id for item in items if item.root}
        desk = _List(self, web, {"Authorization": f"Bearer {_login(self, web)}"}, "")
        return standing(numbers, desk.shows(list(numbers))) if numbers else []

    def _lists(self) -> dict[str, str]:
        """The path of each list that is asked for, with its query."""
        query = urlencode({"q": self.search, "sort": "new", "type": "link", "t": "all"})
        named = {
            "search": (self.search, f"/search?{query}"),
            "subreddit": (self.subreddit, f"/r/{quote(self.subreddit, safe='')}/new?"),
            "user": (self.user, f"/user/{quote(self.user, safe='')}/submitted?sort=new"),
        }
        return {part: path for part, (wanted, path) in named.items() if wanted}


@dataclass(slots=True)
class _Talk:
    """What is known of one talk while it is read."""

    found: list[Json] = field(default_factory=list)  # comments of the last answer
    met: set[str] = field(default_factory=lambda: {""})  # numbers of all comments
    left: list[str] = field(default_factory=list)  # children that were left out
    deep: list[str] = field(default_factory=list)  # comments whose answers were too deep

    def take(self, things: tuple[Json, ...]) -> None:
        """Comments with those below them; what was left out is noted."""
        waiting = list(reversed(things))
        while waiting:
            thing = waiting.pop()
            said = mapping(thing, "data")
            if string(thing, "kind") == "t1":
                self.found += [said] if string(said, "id") not in self.met else []
                self.met.add(string(said, "id"))
                waiting += reversed(rows(said, "replies", "data", "children"))
            if string(thing, "kind") == "more":
                self.left += texts(said, "children")
                self.deep += [] if texts(said, "children") else [string(said, "parent_id").removeprefix("t1_")]


@dataclass(frozen=True, slots=True)
class _List:
    """One list of posts."""

    channel: Reddit
    web: Web
    headers: dict[str, str]
    path: str

    def page(self, where: str, seen: Seen | None = None) -> Page:
        """Posts, newest first."""
        query = urlencode({"limit": PAGE, "raw_json": 1, **({"after": where} if where else {})})
        answer = self._get(f"{self.path}&{query}", seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        found = _listing(answer.json(), answer)
        topics = tuple(self._topic(mapping(one, "data")) for one in rows(found, "children") if _is_post(one))
        return Page(topics=topics, next=string(found, "after"), seen=answer.seen)

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """All that stands below a post, and whether the post itself is still there."""
        talk, asked = _Talk(left=texts(rest, "left"), deep=texts(rest, "deep")), texts(rest, "asked")
        if not rest:
            post, below = self._read(key)
            if is_away(post):
                yield Said(gone=(page(key),))
            elif again:
                yield Said(items=(topic(post, self.channel),))
            talk.take(below)
            yield self._said(key, talk, asked)
        for _ in range(MOST):
            if talk.left:
                some = talk.left[:AT_ONCE]
                asked += some
                talk.take(self._more(key, some))
            elif talk.deep:
                asked.append(f"below {talk.deep[0]}")
                talk.take(self._read(key, talk.deep[0])[1])
            else:
                break
            yield self._said(key, talk, asked)
        yield Said(whole=not talk.left and not talk.deep, replies=0)

    def shows(self, ids: list[str]) -> dict[str, bool]:
        """Comments by their numbers, and whether their words still stand."""
        query = urlencode({"id": ",".join(f"t1_{id}" for id in ids), "raw_json": 1})
        answer = self._get(f"/api/info?{query}")
        found = [mapping(one, "data") for one in rows(_listing(answer.json(), answer), "children")]
        return {string(row, "id"): not is_away(row) for row in found}

    def _said(self, key: str, talk: _Talk, asked: list[str]) -> Said:
        """The comments of one answer, and what is to be asked for after it: nothing twice."""
        found, talk.found = talk.found, []
        talk.left = [id for id in dict.fromkeys(talk.left) if id not in set(asked)]
        talk.deep = [id for id in dict.fromkeys(talk.deep) if f"below {id}" not in set(asked)]
        here = [row for row in found if not is_away(row)]
        items = tuple(comment(row, key, self.channel) for row in here)
        figures = {item.id: {"likes": number(row, "score")} for item, row in zip(items, here, strict=True)}
        gone = tuple(page(key, string(row, "id")) for row in found if is_away(row))
        rest = {"left": list(talk.left), "deep": list(talk.deep), "asked": list(asked)}
        more = bool(talk.left or talk.deep)
        return Said(items=items, gone=gone, figures=figures, rest=rest if more else {})

    def _topic(self, row: Json) -> Topic:
        item, count = topic(row, self.channel), number(row, "num_comments")
        return Topic(
            key=string(row, "id"),
            name=item.id,
            mark=str(count) if count else "",
            moved=item.published.isoformat() if item.published else "",
            replies=count,
            item=None if is_away(row) else item,
            figures={"likes": number(row, "score")},
        )

    def _read(self, key: str, below: str = "") -> tuple[Json, tuple[Json, ...]]:
        """A post and what stands below it, or below one comment."""
        query = urlencode({"sort": "old", "limit": 500, "raw_json": 1, **({"comment": below} if below else {})})
        answer = self._get(f"/comments/{key}?{query}")
        said = answer.json()
        first = next(iter(rows(_listing(at(said, 0), answer), "children")), {})
        if not _is_post(first):
            raise Malformed("this is no post of Reddit", where=shown(answer.url))
        return mapping(first, "data"), rows(_listing(at(said, 1), answer), "children")

    def _more(self, key: str, children: list[str]) -> tuple[Json, ...]:
        params = {"api_type": "json", "link_id": f"t3_{key}", "children": ",".join(children)}
        answer = self._get(f"/api/morechildren?{urlencode({**params, 'raw_json': 1})}")
        said = answer.json()
        if not isinstance(at(said, "json", "data", "things"), list):
            raise Malformed("these are no comments of Reddit", where=shown(answer.url))
        return rows(said, "json", "data", "things")

    def _get(self, path: str, seen: Seen | None = None) -> Answer:
        return self.web.get(f"{API}{path}", seen=seen, headers=self.headers)


def _login(channel: Reddit, web: Web) -> str:
    """A token for reading as an application, good for a day; it is asked for anew each time and kept nowhere."""
    pair = base64.b64encode(f"{channel.client_id}:{channel.client_secret}".encode()).decode()
    answer = web.post(LOGIN, {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"})
    said = answer.json()
    if string(said, "error"):
        fix = "check client_id and client_secret; new applications need Reddit's approval"
        raise Refused(f"Reddit gives no token: {string(said, 'error')}", status=401, fix=fix)
    if not string(said, "access_token"):
        raise Malformed("this is no token", where=shown(answer.url))
    return string(said, "access_token")


def _listing(said: object, answer: Answer) -> Json:
    if not isinstance(at(said, "data", "children"), list):
        raise Malformed("this is no list of Reddit", where=shown(answer.url))
    return mapping(said, "data")


def _is_post(thing: Json) -> bool:
    return string(thing, "kind") == "t3" and string(thing, "data", "id").isalnum()
