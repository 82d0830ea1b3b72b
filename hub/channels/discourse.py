"""A Discourse forum, one of its categories or tags, or the topics of one person; every topic with all that was said.

A topic answers with its first 20 posts and the numbers of all; the others are asked for by number. What moderators hid,
deleted or whispered stays out.

https://docs.discourse.org/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode, urljoin, urlsplit

from hub.channels import Ask
from hub.channels.board import Page, Round, Said, Topic
from hub.channels.loose import Json, at, mapping, number, rows, string, texts, under, when
from hub.channels.single import alone
from hub.errors import Malformed, Refused
from hub.model import Account, Batch, Cursor, Item, Media, Terms
from hub.web import Seen, Web, shown

AT_ONCE = 20  # posts in one answer
MOST = 10_000  # posts of a topic; Discourse closes topics at that length
SPOKEN = {1, 2}  # post types: a post, a moderator's note; not what happened to the topic (3) nor a whisper (4)
LIKE = 2  # the number of that action
PICTURE = 90  # pixels


@dataclass(frozen=True, slots=True)
class Discourse:
    """A list of topics by its address: a whole forum, /c/name/5, /tag/name, or /u/name. `team`: usernames that speak
    for the brand."""

    name: str
    url: str
    team: tuple[str, ...] = ()
    replies: bool = True
    label: str = ""
    language: str = ""
    watch_days: int = 30

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """The topics that moved, with everything below them."""
        # A topic's own text stands in its first post: without the talk there is nothing.
        yield from Round(_Forum(self, web), ask, under(self, cursor), self.watch_days).batches()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each post by its number; that it is not for everybody is said with a 403."""
        forum = _Forum(self, web)
        return [item.id for item in items if item.id.startswith(f"{forum.site}/") and forum.shows(item)]


@dataclass(frozen=True, slots=True)
class _Forum:
    """The forum's own way of listing and telling."""

    channel: Discourse
    web: Web

    @property
    def site(self) -> str:
        """Where the forum lies; it may lie in a folder."""
        return re.split(r"/(?:c|tags?|u|t|latest|top)(?:/|$)", self.channel.url.rstrip("/"), maxsplit=1)[0]

    def page(self, where: str, seen: Seen | None = None) -> Page:
        answer = self.web.get(where or self._list, seen=seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        body = answer.json()
        if not isinstance(at(body, "topic_list", "topics"), list):
            raise Malformed("this is no list of topics", where=shown(answer.url))
        more = string(body, "topic_list", "more_topics_url")
        topics = tuple(_topic(row, self.site) for row in rows(body, "topic_list", "topics") if _listed(row))
        return Page(topics=topics, next=_json(urljoin(f"{self.site}/", more)) if more else "", seen=answer.seen)

    def shows(self, item: Item) -> bool:
        """Whether a post is there when it is asked for alone."""
        id = item.id.rpartition("/")[2]
        try:
            row = alone(lambda: self.web.get(f"{self.site}/posts/{id}.json"))
        except Refused as why:
            if string(why.told, "error_type") != "invalid_access":
                raise
            return False
        return string(row, "id") == id and not _away(row)

    @property
    def _list(self) -> str:
        place = self.channel.url.rstrip("/").removesuffix(".json")
        path = place[len(self.site) :]
        person = re.match(r"/u/([^/]+)", path)
        if person:
            return f"{self.site}/topics/created-by/{person[1]}.json"
        return f"{self.site}{path or '/latest'}.json"

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:  # noqa: ARG002
        answer = self.web.get(f"{self.site}/t/{key}.json")
        topic = answer.json()
        found, stream = rows(topic, "post_stream", "posts"), at(topic, "post_stream", "stream")
        if not found or not isinstance(stream, list):
            raise Malformed("this is no topic", where=shown(answer.url))
        done = [string(row, "id") for row in found]
        done += [id for id in texts(rest, "done") if id not in set(done)]
        left = [id for id in map(string, stream[:MOST]) if id not in set(done)]
        missing = number(rest, "missing")
        yield self._said(found, topic, {"done": list(done), "missing": missing})
        for start in range(0, len(left), AT_ONCE):
            some = left[start : start + AT_ONCE]
            ask = urlencode([("post_ids[]", id) for id in some])
            found = rows(self.web.get(f"{self.site}/t/{key}/posts.json?{ask}").json(), "post_stream", "posts")
            missing += len(set(some) - {string(row, "id") for row in found})
            done += some
            yield self._said(found, topic, {"done": list(done), "missing": missing})
        missing += len(stream[MOST:])
        spoken = self.channel.replies
        yield Said(whole=not missing and spoken, replies=max(number(topic, "posts_count") - 1, 0))

    def _said(self, found: tuple[Json, ...], topic: Json, rest: Json) -> Said:
        posts = [row for row in found if number(row, "post_number") and number(row, "post_type") in SPOKEN]
        posts = [row for row in posts if self.channel.replies or number(row, "post_number") == 1]
        here = [row for row in posts if not _away(row)]
        items = tuple(post(row, topic, self.channel, self.site) for row in here)
        gone = tuple(_name(row, topic, self.site) for row in posts if _away(row))
        figures = {item.id: {"likes": _likes(row)} for item, row in zip(items, here, strict=True)}
        first = {f"{self.site}/t/{string(topic, 'id')}": {"views": number(topic, "views")}} if topic else {}
        figures = {name: {**said, **first.get(name, {})} for name, said in figures.items()}
        return Said(items=items, gone=gone, figures=figures, rest=rest)


def post(row: Json, topic: Json, channel: Discourse, site: str) -> Item:
    """A post of a topic. The first one is the topic itself; one that names no other answers the first."""
    number_, id, slug = number(row, "post_number"), string(topic, "id"), string(topic, "slug")
    first, above = number_ == 1, number(row, "reply_to_post_number")
    root = f"{site}/t/{id}"
    ours = string(row, "username").lower() in {name.lower() for name in channel.team}
    edited, published = when(row, "updated_at"), when(row, "created_at")
    place = f"{site}/t/{slug or '-'}/{id}"
    aliases = (f"{root}/{number_}", f"{site}/p/{string(row, 'id')}", place)
    return Item(
        id=root if first else f"{site}/p/{string(row, 'id')}",
        url=place if first else f"{place}/{number_}",
        channel=channel.name,
        kind="article" if first else "note",
        author=_author(row, site),
        published=published,
        html=string(row, "cooked"),
        ours=ours,
        title=string(topic, "title") if first else "",
        reply_to="" if first else f"{root}/{above}" if above > 1 else root,
        root="" if first else root,
        aliases=aliases[:2] if first else aliases[:1],
        media=_picture(topic, site) if first else (),
        tags=_tags(topic) if first else (),
        language=channel.language,
        state=_state(topic) if first else "",
        edited=edited if number(row, "version") > 1 and edited and published and edited > published else None,
        private=string(topic, "archetype") == "private_message" or (at(topic, "visible") is False and not ours),
    )


def _state(topic: Json) -> str:
    return "solved" if mapping(topic, "accepted_answer") else "closed" if at(topic, "closed") is True else ""


def _author(row: Json, site: str) -> Account:
    name = string(row, "username")
    return Account(
        name=string(row, "name") or string(row, "display_username") or name,
        handle=name,
        url=f"{site}/u/{name}" if name else "",
        avatar=_avatar(row, site),
        id=f"{site}/u/{name.lower()}" if name else "",
        automated=string(row, "user_id").startswith("-"),  # the forum's own voices have numbers below zero
    )


def _avatar(row: Json, site: str) -> str:
    template = string(row, "avatar_template")
    return urljoin(f"{site}/", template.replace("{size}", str(PICTURE))) if template else ""


def _name(row: Json, topic: Json, site: str) -> str:
    return f"{site}/t/{string(topic, 'id')}" if number(row, "post_number") == 1 else f"{site}/p/{string(row, 'id')}"


def _away(row: Json) -> bool:
    """Deleted by its author or a moderator, or hidden by flags; the place of such a post stays in the list."""
    deleted = bool(string(row, "deleted_at")) or at(row, "user_deleted") is True
    return deleted or at(row, "hidden") is True


def _likes(row: Json) -> int:
    return next((number(one, "count") for one in rows(row, "actions_summary") if number(one, "id") == LIKE), 0)


def _tags(topic: Json) -> tuple[str, ...]:
    found = at(topic, "tags")  # names; since 2025 objects with a name
    names = (string(tag) or string(tag, "name") for tag in found) if isinstance(found, list) else ()
    return tuple(dict.fromkeys(name for name in names if name))


def _picture(topic: Json, site: str) -> tuple[Media, ...]:
    url = string(topic, "image_url")
    return (Media(url=urljoin(f"{site}/", url)),) if url else ()


def _listed(row: Json) -> bool:
    return bool(number(row, "id")) and string(row, "archetype") in ("", "regular")


def _topic(row: Json, site: str) -> Topic:
    pinned = at(row, "pinned") is True or at(row, "pinned_globally") is True
    moved = when(row, "bumped_at") or when(row, "last_posted_at")
    return Topic(
        key=string(row, "id"),
        name=f"{site}/t/{string(row, 'id')}",
        mark=f"{number(row, 'posts_count')} {string(row, 'last_posted_at')}",
        moved=moved.isoformat() if moved and not pinned else "",
        replies=max(number(row, "posts_count") - 1, 0),
        figures={"views": number(row, "views")},
    )


def _json(url: str) -> str:
    """The address of a list as JSON: ".json" belongs before the query."""
    parts = urlsplit(url)
    path = parts.path if parts.path.endswith(".json") else f"{parts.path.rstrip('/')}.json"
    return parts._replace(path=path).geturl()
