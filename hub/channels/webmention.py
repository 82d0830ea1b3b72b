"""Webmentions: replies, mentions, likes, reposts, bookmarks and RSVPs from anybody's site, collected by webmention.io.

A page of the list, the latest moved first, answers both questions. What is new on it is read at its source, which may
say more than the service kept; a source that is gone, or that no longer links here, takes its mention along. The whole
list is walked by number, so that nothing that is deleted meanwhile shifts it.

https://github.com/aaronpk/webmention.io#api · https://www.w3.org/TR/webmention/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import urlencode

from hub.channels import Ask, memory
from hub.channels.loose import Json, at, digest, mapping, number, rows, string, texts
from hub.channels.mf2 import Reader, links_to, spoken
from hub.channels.webmention_items import Known, known, mention, parting
from hub.errors import ChannelError, Malformed, Missing
from hub.model import Batch, Cursor, Item, Reaction, Terms
from hub.web import Seen, Web, shown

PAGE = 100
TARGETS = 40  # addresses of one request
STEP = 20  # mentions of one batch: each may be a request to another host
LARGEST = 2**20  # bytes of a source
PATIENCE = 5.0  # seconds for a source


@dataclass(frozen=True, slots=True)
class Webmention:
    """All mentions of a `domain` with its `token`, or without one those of some `targets`. `sources`: read the pages
    that mention us; without that the service's word is taken for what they say."""

    name: str
    domain: str = ""
    token: str = ""
    targets: tuple[str, ...] = ()
    sources: bool = True
    label: str = ""
    language: str = ""
    service: str = "https://webmention.io"

    terms: ClassVar[Terms] = Terms()
    publish: ClassVar[str] = "hold"  # anybody may send one, and the service has no gate of its own

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """What was mentioned lately, list by list."""
        lists = self._lists()
        state = {key: cursor[key] for key in lists if key in cursor}
        with Reader() as reader:
            for key, params in lists.items():
                desk = _List(self, web, reader, ask, params, dict(mapping(state, key)))
                for batch in desk.batches():
                    state = {**state, key: batch.cursor}
                    yield replace(batch, cursor=state)

    def _lists(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """What is asked for, by a key that differs when it does."""
        if self.token:
            return {self.domain or "all": [*([("domain", self.domain)] if self.domain else []), ("token", self.token)]}
        if not self.targets:
            fix = 'add token = "env:WEBMENTION_TOKEN", or targets = ["https://…"]'
            raise Malformed("this channel has neither a token nor targets", fix=fix)
        some = [self.targets[start : start + TARGETS] for start in range(0, len(self.targets), TARGETS)]
        return {digest(*few): [("target[]", one) for one in few] for few in some}


@dataclass(slots=True)
class _List:
    """One list of the service. `state` is its cursor; while it is walked, `walk` says how far ("at") and what stood
    there ("met")."""

    channel: Webmention
    web: Web
    reader: Reader
    ask: Ask
    params: Sequence[tuple[str, str]]
    state: dict[str, object]
    known: dict[str, Known] = field(default_factory=dict)  # by wm-id

    def batches(self) -> Iterator[Batch]:
        """The newest page; the whole list where that does not reach down to what is known, or on a sweep."""
        self.known = memory.load(Known, mapping(self.state, "known"))
        seen = Seen() if self.ask.sweep else Seen.load(self.state.get("page"))
        found, seen = self._page([("sort-by", "updated"), ("page", "0")], seen)
        news = [row for row in found or () if self._is_new(row)]
        if found is not None and len(found) < PAGE:
            self.state.pop("walk", None)
            yield from self._read(found if self.ask.sweep else news)
            yield self._lost({string(row, "wm-id") for row in found})
        elif self.ask.sweep or len(news) == PAGE or "walk" in self.state:
            yield from self._walk()
        else:
            yield from self._read(news)
        if self.state.get("page") != seen.dump():
            self.state["page"] = seen.dump()
            yield Batch(cursor=self._dump())

    def _walk(self) -> Iterator[Batch]:
        """Everything, oldest first, each page from the last number of the one before."""
        walk = mapping(self.state, "walk")
        place, met = number(walk, "at"), texts(walk, "met")
        more = True
        while more:
            found, _ = self._page([("sort-by", "created"), ("sort-dir", "up"), ("since_id", str(place))], Seen())
            ids = [number(row, "wm-id") for row in found or ()]
            more = len(ids) == PAGE and max(ids) > place
            yield from self._read([row for row in found or () if self.ask.sweep or self._is_new(row)])
            place, met = max([place, *ids]), [*met, *map(str, ids)]
            self.state["walk"] = {"at": place, "met": met}
            yield Batch(cursor=self._dump())
        del self.state["walk"]
        yield self._lost(set(met))

    def _page(self, params: Sequence[tuple[str, str]], seen: Seen) -> tuple[list[Json] | None, Seen]:
        """Mentions, and None for a page that has not changed."""
        query = urlencode([*self.params, ("per-page", str(PAGE)), *params])
        answer = self.web.get(f"{self.channel.service}/api/mentions.jf2?{query}", seen=seen)
        if answer.unchanged:
            return None, answer.seen
        said = answer.json()
        if not isinstance(at(said, "children"), list):
            raise Malformed("this is no list of webmentions", where=shown(answer.url))
        return [row for row in rows(said, "children") if number(row, "wm-id")], answer.seen

    def _read(self, found: Sequence[Json]) -> Iterator[Batch]:
        """What some lines come to, each read at its source."""
        for start in range(0, len(found), STEP):
            said = [one for row in found[start : start + STEP] for one in self._told(row)]
            yield Batch(
                items=tuple(one for one in said if isinstance(one, Item)),
                reactions=tuple(one for one in said if isinstance(one, Reaction)),
                gone=tuple(one for one in said if isinstance(one, str)),
                cursor=self._dump(),
            )

    def _told(self, row: Json) -> Iterator[Item | Reaction | str]:
        """What a line comes to now, and what it came to before where that is something else."""
        id, mark = string(row, "wm-id"), _mark(row)
        old = self.known.get(id, Known())
        try:
            row = heard(self.web, self.reader, row) if self.channel.sources else row
        except Missing:
            row = {}
        except ChannelError:
            if old.mark == mark:
                return  # a source that does not answer today is no news
        said = mention(row, self.channel.name, self.channel.language)
        if isinstance(said, Item) and said.private:
            said = None
        new = self.known[id] = known(mark, said)
        if old.mark and replace(new, mark=old.mark) != old:
            yield from parting(old)
        if said:
            yield said

    def _lost(self, there: set[str]) -> Batch:
        """Of a list that was read whole, what is not on it is gone."""
        lost = [id for id in self.known if id not in there]
        said = [one for id in lost for one in parting(self.known.pop(id))]
        return Batch(
            reactions=tuple(one for one in said if isinstance(one, Reaction)),
            gone=tuple(one for one in said if isinstance(one, str)),
            cursor=self._dump(),
        )

    def _is_new(self, row: Json) -> bool:
        return self.known.get(string(row, "wm-id"), Known()).mark != _mark(row)

    def _dump(self) -> Cursor:
        return {**self.state, "known": memory.dump(self.known)}


def heard(web: Web, reader: Reader, row: Json) -> Json:
    """A line with what its source says of itself. Missing when the source is gone or does not link to the target."""
    source, target = string(row, "wm-source"), string(row, "wm-target")
    answer = web.get(source, limit=LARGEST, seconds=PATIENCE)
    if "html" not in answer.headers.get("content-type", "text/html"):
        raise Malformed(f"{shown(source)} is no page")
    page = reader.read(answer)
    if not links_to(page, target):
        raise Missing(f"{shown(source)} does not link to {target} any more")
    return {**row, **spoken(page, target)}


def _mark(row: Json) -> str:
    return digest(json.dumps(row, sort_keys=True))
