"""A Lemmy community or person, and the comments below each post. Version 3 of the API (0.19) and version 4 (1.0).

Which one a server speaks is asked once. Texts are Markdown and become HTML here; what moderators removed or authors
deleted stays in the answers with a mark, and goes.

https://join-lemmy.org/api/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from hub.channels import Ask
from hub.channels.board import Page, Round, Said, Topic
from hub.channels.loose import Json, at, mapping, number, rows, string, under, when
from hub.channels.marked import html
from hub.channels.single import alone
from hub.errors import Malformed, Missing, Unreachable
from hub.model import Account, Batch, Cursor, Item, Media, Terms
from hub.web import Answer, Seen, Web, shown

PAGE = 50  # the most a server gives at once
PLACE = re.compile(r"^(https?://[^/]+)/([cu])/([^/?#]+)")
PICTURE = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)(?:$|\?)|/pictrs/image/", re.I)
NOT_FOR_MACHINES = re.compile(r"(?i)#no(?:bot|bots|bridge)\b")
ABSENT = ("couldnt_find_comment", "not_found", "deleted")  # what older servers say with a 400
PUBLIC = ("", "public", "unlisted", "local_only_public")


@dataclass(frozen=True, slots=True)
class Lemmy:
    """A community (https://host/c/name) or a person (https://host/u/name). `team`: names that speak for the brand."""

    name: str
    url: str
    team: tuple[str, ...] = ()
    replies: bool = True
    label: str = ""
    language: str = ""
    watch_days: int = 30

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """The posts that are new or were answered, with all their comments."""
        place = PLACE.match(self.url)
        if not place:
            raise Malformed(
                f"{self.url} is no community or person", fix="url is https://host/c/name or https://host/u/name"
            )
        cursor = under(self, cursor)
        version = number(cursor, "version") or _version(web, place[1])
        server = _Server(self, web, place[1], place[2], place[3], version)
        for batch in Round(server, ask, cursor, self.watch_days, self.replies).batches():
            yield replace(batch, cursor={**batch.cursor, "version": version})

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each by its number on this server."""
        place = PLACE.match(self.url)
        if not place:
            return []
        server = _Server(self, web, place[1], place[2], place[3], number(cursor, "version") or _version(web, place[1]))
        return [item.id for item in items if server.shows(item)]


@dataclass(frozen=True, slots=True)
class _Server:
    """One server and what is read there: a community ("c") or a person ("u") of that name."""

    channel: Lemmy
    web: Web
    site: str
    kind: str
    what: str
    version: int
    counts: dict[str, int] = field(default_factory=dict)  # post → comments, as the server says

    def page(self, where: str, seen: Seen | None = None) -> Page:
        answer = self._get(*self._list(where), seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        views = [view for view in _rows(answer, "posts") if self._here(view)]
        topics = tuple(topic for view in views if (topic := self._topic(view)))
        return Page(topics=topics, next=self._next(answer, "posts", where), seen=answer.seen)

    def _list(self, where: str) -> tuple[str, dict[str, object]]:
        """The list's address. In version 4 a person's posts come newest first, whatever was said below."""
        params: dict[str, object] = {"limit": PAGE}
        if self.version == 4:
            params |= {"page_cursor": where} if where else {}
            if self.kind == "u":
                return "person/content", {
                    **params,
                    "type_": "posts",
                    "username": self.what,
                    "person_name_or_id": self.what,
                }
            named = {"community_name": self.what, "community_name_or_id": self.what}
            return "post/list", {**params, **named, "type_": "all", "sort": "new_comments"}
        params |= {"page": int(where or 1), "sort": "NewComments"}
        if self.kind == "u":
            return "user", {**params, "username": self.what}
        return "post/list", {**params, "community_name": self.what, "type_": "All"}

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """The comments of a post, oldest first; with the post itself where its text may have changed."""
        if again:
            answer = self._get("post", {"id": key})
            view = mapping(answer.json(), "post_view")
            if _gone(mapping(view, "post")):
                raise Missing(f"post {key} was deleted")
            found = self._topic(view)
            if not found or not found.item:
                raise Malformed("this is no post", where=shown(answer.url))
            yield Said(items=(found.item,), figures={found.name: found.figures})
        where, many = string(rest, "at"), number(rest, "many")
        expected = self.counts[key] if key in self.counts else number(rest, "told") if "told" in rest else -1
        seen, more = set[str](), True
        while more:
            answer = self._get(*self._comments(key, where))
            said = self._said(_rows(answer, "comments"))
            ids = {item.id for item in said.items} | set(said.gone)
            where = self._next(answer, "comments", where)
            more = bool(where) and not ids <= seen  # a list that goes round in circles ends
            many += len({item.id for item in said.items} - seen)
            seen |= ids
            yield replace(said, rest={"at": where, "many": many, "told": expected} if more else {})
        yield Said(whole=0 <= expected <= many, replies=max(many, expected))

    def shows(self, item: Item) -> bool:
        """Whether a comment is there, and for everybody, when it is asked for alone."""
        here = f"{self.site}/comment/"
        known = next((name.removeprefix(here) for name in (item.id, *item.aliases) if name.startswith(here)), "")
        try:
            view = mapping(alone(lambda: self._get("comment", {"id": known})), "comment_view")
        except Unreachable as why:
            if string(why.told, "error") not in ABSENT:
                raise
            return False
        row = mapping(view, "comment")
        return string(row, "ap_id") == item.id and not _gone(row) and not _hidden(view, self.ours(view))

    def _comments(self, key: str, where: str) -> tuple[str, dict[str, object]]:
        params: dict[str, object] = {"post_id": key, "limit": PAGE}
        if self.version == 4:
            params |= {"page_cursor": where} if where else {}
            return "comment/list", {**params, "sort": "old", "type_": "all"}
        return "comment/list", {**params, "page": int(where or 1), "sort": "Old", "type_": "All"}

    def _said(self, views: list[Json]) -> Said:
        comments = [(view, mapping(view, "comment")) for view in views]
        here = [(view, row) for view, row in comments if string(row, "ap_id") and not _gone(row)]
        items = tuple(_comment(view, self.channel, self.site, self.ours(view)) for view, _ in here)
        figures = {item.id: _figures(row, view) for item, (view, row) in zip(items, here, strict=True)}
        return Said(items=items, gone=tuple(string(row, "ap_id") for _, row in comments if _gone(row)), figures=figures)

    def _topic(self, view: Json) -> Topic | None:
        row = mapping(view, "post")
        if not string(row, "ap_id") or _gone(row):
            return None
        item = _post(view, self.channel, self.site, self.ours(view))
        last = string(row, "newest_comment_time_at") or string(view, "counts", "newest_comment_time")
        moved = when(last) or item.published
        count = self.counts[string(row, "id")] = _count(row, view, "comments")
        pinned = at(row, "featured_community") is True or at(row, "featured_local") is True
        return Topic(
            key=string(row, "id"),
            name=item.id,
            mark=f"{count} {last if count else ''}",
            moved=moved.isoformat() if moved and not pinned else "",
            replies=count,
            item=item,
            figures=_figures(row, view),
        )

    def ours(self, view: Json) -> bool:
        """Whether the brand wrote it: the person that is followed, or one of the team, on this server."""
        names = {self.what.lower()} if self.kind == "u" else set()
        return _handle(mapping(view, "creator"), self.site) in names | {
            name.lower().lstrip("@") for name in self.channel.team
        }

    def _here(self, view: Json) -> bool:
        """A server that does not know a parameter takes no notice of it, and lists everything."""
        who = mapping(view, "community" if self.kind == "c" else "creator")
        return _handle(who, self.site) == self.what.lower()

    def _next(self, answer: Answer, what: str, where: str) -> str:
        """Where the next page lies: a cursor, or a number as long as pages are full."""
        if self.version == 4:
            return string(answer.json(), "next_page")
        return str(int(where or 1) + 1) if len(_rows(answer, what)) >= PAGE else ""

    def _get(self, what: str, params: dict[str, object], seen: Seen | None = None) -> Answer:
        return self.web.get(f"{self.site}/api/v{self.version}/{what}?{urlencode(params)}", seen=seen)


def _version(web: Web, site: str) -> int:
    """Which API a server speaks: 1.0 has both, older ones the third version only."""
    try:
        answer = web.get(f"{site}/api/v4/site")
    except Missing as why:
        if why.forever:
            raise
        return 3
    if not mapping(answer.json(), "site_view"):
        raise Malformed("this is no Lemmy server", where=shown(answer.url))
    return 4


def _rows(answer: Answer, what: str) -> list[Json]:
    """The views of an answer: under their own name in version 3, as items in version 4."""
    body = answer.json()
    found = at(body, "items") if isinstance(at(body, "items"), list) else at(body, what)
    if not isinstance(found, list):
        raise Malformed(f"this is no list of {what}", where=shown(answer.url))
    return list(rows(found))


def _post(view: Json, channel: Lemmy, site: str, ours: bool) -> Item:
    row, link = mapping(view, "post"), string(view, "post", "url")
    picture = bool(PICTURE.search(link))
    return Item(
        id=string(row, "ap_id"),
        url=string(row, "ap_id"),
        channel=channel.name,
        kind="article",
        author=_author(view),
        published=_time(row, "published"),
        html=html(string(row, "body")),
        ours=ours,
        title=string(row, "name"),
        links=(link,) if link and not picture else (),
        aliases=_aliases(f"{site}/post/{string(row, 'id')}", string(row, "ap_id")),
        media=(Media(url=link, alt=string(row, "alt_text")),) if picture else (),
        sensitive=at(row, "nsfw") is True,
        language=channel.language,
        edited=_time(row, "updated"),
        private=_hidden(view, ours),
    )


def _comment(view: Json, channel: Lemmy, site: str, ours: bool) -> Item:
    row, root = mapping(view, "comment"), string(view, "post", "ap_id")
    steps = string(row, "path").split(".")  # "0.12.15": below the post, below comment 12, comment 15
    above = steps[-2] if len(steps) > 2 else ""
    return Item(
        id=string(row, "ap_id"),
        url=string(row, "ap_id"),
        channel=channel.name,
        author=_author(view),
        published=_time(row, "published"),
        html=html(string(row, "content")),
        ours=ours,
        reply_to=f"{site}/comment/{above}" if above else root,
        root=root,
        aliases=_aliases(f"{site}/comment/{string(row, 'id')}", string(row, "ap_id")),
        language=channel.language,
        edited=_time(row, "updated"),
        private=_hidden(view, ours),
    )


def _aliases(here: str, name: str) -> tuple[str, ...]:
    return (here,) if here != name else ()


def _author(view: Json) -> Account:
    row = mapping(view, "creator")
    page = string(row, "actor_id") or string(row, "ap_id")
    name = string(row, "name")
    return Account(
        name=string(row, "display_name") or name,
        handle=f"@{name}@{urlsplit(page).netloc}" if page else name,
        url=page,
        avatar=string(row, "avatar"),
        id=page,
        automated=at(row, "bot_account") is True,
    )


def _handle(row: Json, site: str) -> str:
    """A name as this server writes it: with its host for those who live elsewhere."""
    name, home = string(row, "name").lower(), urlsplit(string(row, "actor_id") or string(row, "ap_id")).netloc.lower()
    return name if not home or home == urlsplit(site).netloc.lower() else f"{name}@{home}"


def _hidden(view: Json, ours: bool) -> bool:
    """Communities that are not for everybody, and people who ask machines to leave their words alone."""
    seen_by = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", string(view, "community", "visibility")).lower()
    asked = NOT_FOR_MACHINES.search(string(view, "creator", "bio"))
    return seen_by not in PUBLIC or (bool(asked) and not ours)


def _gone(row: Json) -> bool:
    return at(row, "deleted") is True or at(row, "removed") is True


def _time(row: Json, what: str) -> datetime | None:
    return when(row, f"{what}_at") or when(row, what)


def _count(row: Json, view: Json, what: str) -> int:
    """A figure: beside the post in version 3, within it in version 4."""
    return number(row, what) or number(view, "counts", what)


def _figures(row: Json, view: Json) -> dict[str, int]:
    return {"likes": _count(row, view, "upvotes")}
