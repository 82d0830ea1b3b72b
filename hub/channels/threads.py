"""An account on Threads: how often its posts were answered, and where to read that. No text of anybody.

Meta's terms let an application show posts to their own author alone, so neither the account's words nor anybody's
answers are asked for: only addresses, times and figures. Where the account is shared to the fediverse, that side can be
read whole (`mastodon`). https://developers.facebook.com/documentation/threads/reference
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from hub.channels import Ask, memory
from hub.channels.flat import Page, Row, Walk
from hub.channels.graph import Graph, listed
from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.channels.single import each_alone
from hub.errors import Missing
from hub.model import REST, Account, Batch, Cursor, Item, Terms
from hub.web import Seen, Web

SITE = "https://www.threads.com"
POST = "id,permalink,timestamp,username,media_type,is_reply,link_attachment_url"
FIGURES = "likes,replies,reposts,quotes"
AGAIN = timedelta(hours=6)  # until the figures of a post are asked for again


@dataclass(frozen=True, slots=True)
class Threads:
    """The account of a token that has threads_basic and threads_manage_insights."""

    name: str
    token: str
    label: str = ""
    watch_days: int = 14
    service: str = "https://graph.threads.net/v1.0"

    terms: ClassVar[Terms] = Terms(
        page="no", feed="no", json="no", search="no", embed="no", wall="no", mail="no", sweep_days=1
    )

    token_days: ClassVar[int] = 60  # https://developers.facebook.com/docs/threads/get-started/long-lived-tokens

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New posts, then the figures of those that are watched."""
        desk = _Account(self, Graph(web, self.service, self.token, ask.now))
        state, watched = dict(cursor), memory.load(_Post, mapping(cursor, "watched"))
        for batch in Walk(desk, ask, mapping(cursor, "list"), kind="post").batches():
            watched |= {name: replace(one, asked=watched.get(name, one).asked) for name, one in desk.met.items()}
            state = {**state, "list": batch.cursor, "watched": memory.dump(watched)}
            yield replace(batch, cursor=state)
        since = (ask.now - timedelta(days=self.watch_days)).isoformat()
        watched = {name: one for name, one in watched.items() if one.made > since}
        late = (ask.now - AGAIN).isoformat()
        for name, one in list(watched.items()):
            if ask.recheck or one.asked <= late:
                watched[name] = replace(one, asked=ask.now.isoformat())
                kept = {**state, "watched": memory.dump(watched)}
                absent = {name: {"limit": REST}}
                yield Batch(counts={name: desk.figures(one.id)}, absent=absent, cursor=kept)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:
        """Each post that is watched by its number; Threads finds none by its address."""
        graph, watched = Graph(web, self.service, self.token, ask.now), memory.load(_Post, mapping(cursor, "watched"))
        known = [watched[item.id].id for item in items if item.id in watched]
        come = each_alone(known, lambda id: graph.ask(id, {"fields": "id,permalink"}))
        return [string(row, "permalink") for row in come.values() if row]


@dataclass(frozen=True, slots=True)
class _Post:
    """A post whose figures are watched: its number, when it was made and when they were asked for."""

    id: str = ""
    made: str = ""
    asked: str = ""


@dataclass(slots=True)
class _Account:
    """The account's list of posts."""

    channel: Threads
    graph: Graph
    met: dict[str, _Post]

    def __init__(self, channel: Threads, graph: Graph) -> None:
        self.channel, self.graph, self.met = channel, graph, {}

    def page(self, where: str, seen: Seen | None = None) -> Page:
        answer = self.graph.list("me/threads", {"fields": POST}, where, seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        found, more = listed(answer)
        return Page(rows=tuple(map(self._row, filter(_is_post, found))), next=more, seen=answer.seen)

    def figures(self, id: str) -> Mapping[str, int]:
        """How often a post was liked, answered and passed on; nothing where it is gone."""
        try:
            said = self.graph.ask(f"{id}/insights", {"metric": FIGURES}).json()
        except Missing:
            return {}
        return {string(row, "name"): _value(row) for row in rows(said, "data") if string(row, "name")}

    def _row(self, row: Json) -> Row:
        said = post(row, self.channel)
        moved = said.published.isoformat() if said.published else ""
        self.met[said.id] = _Post(id=string(row, "id"), made=moved)
        return Row(name=said.id, moved=moved, item=said)


def post(row: Json, channel: Threads) -> Item:
    """A post without its words: where it stands, when it was made, and what it leads to."""
    who, leads = string(row, "username"), string(row, "link_attachment_url")
    page = f"{SITE}/@{who}" if who else ""
    return Item(
        id=string(row, "permalink"),
        url=string(row, "permalink"),
        channel=channel.name,
        author=Account(name=channel.label or who, handle=f"@{who}" if who else "", url=page, id=page),
        published=when(row, "timestamp"),
        ours=True,
        links=(leads,) if leads else (),
    )


def _is_post(row: Json) -> bool:
    """Whether it is a post of the account's own, with an address, not an answer nor somebody else's passed on."""
    own = at(row, "is_reply") is not True and string(row, "media_type") != "REPOST_FACADE"
    return own and bool(string(row, "permalink"))


def _value(row: Json) -> int:
    return number(row, "values", 0, "value") or number(row, "total_value", "value")
