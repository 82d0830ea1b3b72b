"""Hacker News: stories that lead to the brand's site, its own stories, and the whole talk below each, by Algolia's API.

One request finds new stories and how many comments each has; a story whose number moved is read as one tree.
https://hn.algolia.com/api · https://github.com/HackerNews/API
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from hub.channels import Ask
from hub.channels.board import Page, Round, Said, Topic, side_by_side
from hub.channels.loose import Json, at, mapping, number, rows, string, under, when
from hub.channels.single import each_alone, standing
from hub.errors import Malformed
from hub.model import Account, Batch, Cursor, Item, Terms
from hub.web import Answer, Seen, Web, shown

API = "https://hn.algolia.com/api/v1"
SITE = "https://news.ycombinator.com"
PAGE = 200  # stories of one answer; a thousand is the most a search reaches, so the next page is asked for by time
EMPTY = {"[deleted]", "[dead]", "[flagged]", "[delayed]"}


@dataclass(frozen=True, slots=True)
class Hackernews:
    """Stories that lead below `url`, and those of `user`, the brand's own name there."""

    name: str
    url: str
    user: str = ""
    replies: bool = True
    label: str = ""
    watch_days: int = 30

    terms: ClassVar[Terms] = Terms(marks=("name", "linked time"))

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New stories, then the trees of those that were talked about."""
        state = dict(under(self, cursor))
        rounds = {
            part: Round(_Search(self, web, part), ask, mapping(state, part), self.watch_days, self.replies)
            for part in (("site", "user") if self.user else ("site",))
        }
        for part, batch in side_by_side(rounds):
            state = {**state, part: batch.cursor}
            yield replace(batch, cursor=state)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each by its number."""
        numbers = {item.id.rpartition("=")[2]: item.id for item in items}
        come = each_alone(numbers, lambda id: web.get(f"{API}/items/{id}"))
        return standing(numbers, {id: _said(row) for id, row in come.items()})


@dataclass(frozen=True, slots=True)
class _Search:
    """One list of stories: those that lead to the site, or the other ones of the brand's own account."""

    channel: Hackernews
    web: Web
    part: str
    counts: dict[str, int] = field(default_factory=dict)  # story → comments, as the list says

    def page(self, where: str, seen: Seen | None = None) -> Page:
        """Stories, newest first, from a time downwards."""
        answer = self.web.get(f"{API}/search_by_date?{urlencode(self._params(where), safe=',()')}", seen=seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        hits = _hits(answer)
        times = [number(hit, "created_at_i") for hit in hits if number(hit, "created_at_i")]
        further = str(min(times)) if times and len(hits) >= PAGE else ""
        return Page(topics=tuple(map(self._topic, filter(self._wanted, hits))), next=further, seen=answer.seen)

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:  # noqa: ARG002
        """The tree below a story, in one answer, with the story itself where it may have changed."""
        answer = self.web.get(f"{API}/items/{key}")
        story = answer.json()
        if string(story, "id") != key or not isinstance(at(story, "children"), list):
            raise Malformed("this is no story of Hacker News", where=shown(answer.url))
        nodes = list(_below(story))
        items = [comment(node, key, self.channel) for node in nodes if _said(node)]
        first = [topic(story, self.channel)] if again else []
        whole = len(nodes) >= self.counts.get(key, 0)
        yield Said(items=(*first, *items), whole=whole, replies=max(len(items), self.counts.get(key, 0)))

    def _params(self, where: str) -> dict[str, str]:
        params = {"tags": "(story,poll)", "hitsPerPage": str(PAGE), "attributesToHighlight": "none"}
        params |= {"numericFilters": f"created_at_i<={where}"} if where else {}
        if self.part == "user":
            return {**params, "tags": f"(story,poll),author_{self.channel.user}"}
        return {**params, "query": _plain(self.channel.url), "restrictSearchableAttributes": "url"}

    def _wanted(self, hit: Json) -> bool:
        """The search forgives typing errors; each story belongs to one list only."""
        leads = f"{_plain(string(hit, 'url'))}/".startswith(f"{_plain(self.channel.url)}/")
        return leads if self.part == "site" else not leads

    def _topic(self, hit: Json) -> Topic:
        one, key, count = topic(hit, self.channel), _id(hit), number(hit, "num_comments")
        self.counts[key] = count
        moved = one.published.isoformat() if one.published else ""
        read = str(count) if count else ""  # where nobody spoke there is nothing to read
        figures = {"likes": number(hit, "points")}
        return Topic(key=key, name=one.id, mark=read, moved=moved, replies=count, item=one, figures=figures)


def topic(row: Json, channel: Hackernews) -> Item:
    """A story, from a list or from the top of its tree."""
    link, who = string(row, "url"), string(row, "author")
    return Item(
        id=page(_id(row)),
        url=page(_id(row)),
        channel=channel.name,
        kind="article",
        author=_author(who),
        published=_made(row),
        html=string(row, "story_text") or string(row, "text"),
        ours=bool(who) and who == channel.user,
        title=string(row, "title"),
        links=(link,) if link else (),
    )


def comment(row: Json, story: str, channel: Hackernews) -> Item:
    """A comment of a tree, under the story of that number."""
    who = string(row, "author")
    return Item(
        id=page(_id(row)),
        url=page(_id(row)),
        channel=channel.name,
        kind="note",
        author=_author(who),
        published=_made(row),
        html=string(row, "text"),
        ours=who == channel.user,
        reply_to=page(string(row, "parent_id") or story),
        root=page(story),
    )


def page(id: str) -> str:
    """The address of a story or comment, which is its id."""
    return f"{SITE}/item?id={id}"


def _author(name: str) -> Account:
    address = f"{SITE}/user?id={name}" if name else ""
    return Account(name=name, url=address, id=address)


def _made(row: Json) -> datetime | None:
    return when(row, "created_at")


def _id(row: Json) -> str:
    return string(row, "objectID") or string(row, "id")


def _said(node: Json) -> bool:
    """Whether somebody's words stand there; of what was deleted or flagged only the place is left."""
    return bool(string(node, "author")) and string(node, "text") not in ("", *EMPTY)


def _below(story: Json) -> Iterator[Json]:
    """Every comment below, each before its answers; a long quarrel is deeper than Python likes to recurse."""
    waiting = list(reversed(rows(story, "children")))
    while waiting:
        node = waiting.pop()
        waiting += reversed(rows(node, "children"))
        if _id(node).isdecimal():
            yield node


def _hits(answer: Answer) -> list[Json]:
    found = answer.json()
    if not isinstance(at(found, "hits"), list):
        raise Malformed("this is no list of stories", where=shown(answer.url))
    return [hit for hit in rows(found, "hits") if _id(hit).isdecimal()]


def _plain(address: str) -> str:
    """An address as it is searched for: host and path."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path}".rstrip("/")
