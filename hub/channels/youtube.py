"""YouTube: a channel's uploads, and with a key of the Data API the comments below them.

Without a key the feed of uploads tells the newest fifteen. With one, the playlist of uploads is read to its end, one
request tells the counts of up to fifty videos, and comments are read below those whose count moved: newest first, to
what is known, and whole at least once a day. A unit budget bounds all of it; what it cuts goes on the next day.

https://developers.google.com/youtube/v3/docs
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from hub.channels import Ask
from hub.channels.absent import dropped
from hub.channels.feedparse import Parser
from hub.channels.loose import Json, digest, mapping, number, rows, string, when
from hub.channels.memory import dump, load
from hub.channels.single import standing
from hub.channels.youtube_api import Api, CommentsOff, day, page
from hub.channels.youtube_items import SITE, Place, comment, counts, talk, upload, video, watch
from hub.errors import Malformed, Missing, Refused, SettingsError
from hub.model import REST, Batch, Complete, Cursor, Item, Left, Terms
from hub.web import Seen, Web

GROUP = 50  # the most that playlistItems and videos give at once
PAGE = 100  # comments of a page
SINGLE = 2  # units of one question about comments and one about videos
KNOWN = 1000  # uploads that are remembered where there is no key
DAY = timedelta(days=1)
CHANNEL = re.compile(r"UC[\w-]{22}")
NAMED = re.compile(r"(?:https?://(?:www\.|m\.)?youtube\.com/)?((?:@|c/|user/)[^\s/?#]+)[^\s]*")
IN_PAGE = re.compile(r'(?:"externalId":"|channel_id=|/channel/)(UC[\w-]{22})')


@dataclass(frozen=True, slots=True)
class Youtube:
    """A channel: its id (UC…), its @handle, or its address. `units` of the key's daily 10,000 are spent at most."""

    name: str
    account: str
    api_key: str = ""
    comments: bool = True
    units: int = 8000
    label: str = ""
    language: str = ""
    watch_days: int = 30
    service: str = "https://www.googleapis.com/youtube/v3"
    site: str = SITE

    # Developer Policies III.E.4: refresh or delete within 30 days; III.I: no alteration.
    terms: ClassVar[Terms] = Terms(
        page="untouched",
        feed="untouched",
        json="untouched",
        search="untouched",
        embed="untouched",
        wall="untouched",
        mail="untouched",
        keep_days=30,
        sweep_days=7,
        marks=("name", "linked time"),
    )

    @property
    def url(self) -> str:
        """The channel's page, for people."""
        named = NAMED.fullmatch(self.account.strip())
        return f"{self.site}/{named[1] if named else f'channel/{self.account}'}"

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New uploads, then comments below those that moved."""
        state: dict[str, object] = {"account": self.account}
        state |= cursor if string(cursor, "account") == self.account else {}
        spent = mapping(state, "spent")
        api = Api(web, self.service.rstrip("/"), self.api_key, self.units, ask.now, string(spent, "day"))
        api.used = number(spent, "used") if api.day == string(spent, "day") else 0
        if not string(state, "id"):
            state["id"] = self._identify(web, api)
        place = Place(self.name, string(state, "id"), self.language)
        if self.api_key:
            yield from _Visit(self, api, ask, place, state).batches()
        else:
            yield from self._uploads(web, state, ask, place)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:
        """All comments in one question of one unit beside the budget, all videos in another."""
        api = Api(web, self.service.rstrip("/"), self.api_key, SINGLE, ask.now)
        place, said, films = Place(self.name, string(cursor, "id"), self.language), dict[str, str](), dict[str, str]()
        for item in items:
            (said if "&lc=" in item.id else films)[item.id.rpartition("=")[2]] = item.id
        come = api.named("comments", "snippet", list(said))
        there = {string(row, "id"): not comment(row, "", place).private for row in come}
        come = api.named("videos", "snippet,status", list(films))
        come = [row for row in come if string(row, "snippet", "channelId") in ("", place.id)]
        there |= {string(row, "id"): not video(row, place).private for row in come}
        return standing(said | films, there)

    def left(self, cursor: Cursor, now: datetime) -> Left:
        """The units of the key that may still be spent today, by Google's clock."""
        spent = mapping(cursor, "spent")
        used = number(spent, "used") if string(spent, "day") == day(now) else 0
        most = self.units if self.api_key else 0
        return Left(what="units today", left=max(most - used, 0), most=most)

    def _uploads(self, web: Web, state: dict[str, object], ask: Ask, place: Place) -> Iterator[Batch]:
        """The feed of uploads; a sweep asks for each video by name."""
        seen = None if ask.sweep else Seen.load(state.get("seen"))  # a sweep brings anew what may be kept 30 days
        answer = web.get(f"{self.site}/feeds/videos.xml?channel_id={place.id}", seen=seen)
        known = dict.fromkeys(string(row) for row in _list(state.get("known")))
        items: list[Item] = []
        if not (answer.unchanged and "seen" in state):
            with Parser() as parser:
                document = parser.read(answer)
            items = [item for entry in document.entries if (item := upload(entry, place))]
            known = dict.fromkeys([item.id for item in items]) | known
            state |= {"seen": answer.seen.dump(), "known": list(known)[:KNOWN]}
            yield Batch(items=tuple(items), cursor=dict(state))
        if ask.sweep:
            gone = [name for name in known if not self._is_there(web, name)]
            yield Batch(gone=tuple(gone), cursor={**state, "known": [name for name in known if name not in gone]})

    def _is_there(self, web: Web, name: str) -> bool:
        """Whether a video still exists; one that may not be embedded does."""
        try:
            web.get(f"{self.site}/oembed?format=json&url={quote(name, safe='')}")
        except Missing:
            return False
        except Refused:
            return True
        return True

    def _identify(self, web: Web, api: Api) -> str:
        """The id behind what the settings say."""
        if found := CHANNEL.search(self.account):
            return found[0]
        named = NAMED.fullmatch(self.account.strip())
        if not named:
            fix = "write its id (UC…), its @handle or its address"
            raise SettingsError(f"channels.{self.name}.account", f"{self.account!r} names no channel", fix=fix)
        if self.api_key and named[1].startswith("@"):
            channels, _ = page(api.ask("channels", {"part": "id", "forHandle": named[1]}))
            if not channels:
                raise Missing(f"YouTube knows no channel {named[1]}", fix="write the channel's id (UC…)")
            return string(channels[0], "id")
        found = IN_PAGE.search(web.get(f"{self.site}/{named[1]}").text)
        if not found:
            raise Malformed(f"YouTube's page of {named[1]} does not say its id", fix="write the channel's id (UC…)")
        return found[1]


@dataclass(frozen=True, slots=True)
class _Film:
    """A video that is watched or still to be read: `heard` comments when they were last `read`, `whole` or not."""

    when: str = ""
    count: int = 0
    heard: int = 0
    read: str = ""
    whole: int = 0
    last: str = ""  # when the newest comment fell
    print: str = ""  # digest of what it was when it was brought


@dataclass(slots=True)
class _Visit:
    """One pull with a key."""

    channel: Youtube
    api: Api
    ask: Ask
    place: Place
    state: dict[str, object]
    films: dict[str, _Film] = field(init=False)
    read: set[str] = field(default_factory=set)
    whole: bool = True

    def __post_init__(self) -> None:
        self.films = load(_Film, mapping(self.state, "films"))

    def batches(self) -> Iterator[Batch]:
        if self.ask.sweep and not self._swept_lately():
            yield from self._sweep()
        else:
            yield from self._newest()
        yield from self._talks()
        yield from self._followers()
        yield self._batch()  # what was spent, also where nothing moved

    def _followers(self) -> Iterator[Batch]:
        """How many subscribed, once a day; a channel may keep that to itself."""
        counted = when(self.state, "counted")
        if counted and self.ask.now - counted < DAY:
            return
        self.state["counted"] = self.ask.now.isoformat()
        try:
            found, _ = page(self.api.ask("channels", {"part": "statistics", "id": self.place.id}))
        except (Missing, Malformed):
            return
        many = number(found[0], "statistics", "subscriberCount") if found else 0
        if many:
            yield replace(self._batch(), counts={self.channel.url: {"followers": many}})

    # uploads

    def _newest(self) -> Iterator[Batch]:
        """Uploads from the newest to what is known, the counts of watched ones, then what is left to be filled in."""
        answer = self.api.ask("playlistItems", self._playlist, Seen.load(self.state.get("seen")))
        found = list[Json]()
        if not (answer.unchanged and "seen" in self.state):
            found, token = page(answer)
            self._stretch(found, token, string(self.state, "mark"))
            self.state["seen"] = answer.seen.dump()
        watched = [id for id, film in self.films.items() if max(film.when, film.last) > self._since]
        yield from self._videos(dict.fromkeys([*map(_video, found), *watched]))
        while left := rows(self.state, "left"):
            yield from self._talks()
            token = string(left[0], "at")
            found, token = page(self.api.ask("playlistItems", {**self._playlist, "pageToken": token}))
            batches = list(self._videos(map(_video, found)))
            self.state["left"] = list(left[1:])
            self._stretch(found, token, string(left[0], "until"))
            yield from (replace(batch, cursor=self._dump()) for batch in batches)

    def _stretch(self, found: list[Json], token: str, until: str) -> None:
        """Note where to read on, unless what is known (`until`) or the end is reached."""
        times = [time for row in found if (time := string(row, "contentDetails", "videoPublishedAt"))]
        self.state["mark"] = max([string(self.state, "mark"), *times])
        if token and not (until and times and min(times) <= until):
            self.state["left"] = [{"at": token, "until": until}, *rows(self.state, "left")]

    def _videos(self, ids: Iterable[str]) -> Iterator[Batch]:
        """Videos by id: one we knew that does not come is gone."""
        left, before = list(filter(None, ids)), {} if self.ask.sweep else mapping(self.state, "asked")
        self.state["asked"] = {}
        for start in range(0, len(left), GROUP):
            group = left[start : start + GROUP]
            params = {"part": "snippet,contentDetails,status,statistics", "id": ",".join(group), "maxResults": GROUP}
            mark = digest(*group)
            answer = self.api.ask("videos", params, Seen.load(before.get(mark)))
            self.state["asked"] = {**mapping(self.state, "asked"), mark: answer.seen.dump()}
            if not (answer.unchanged and mark in before):
                yield self._films(group, page(answer)[0])

    def _films(self, group: list[str], found: list[Json]) -> Batch:
        """What videos are now: as items where that is new, their counts, and those that are not public any more."""
        came = {string(row, "id"): row for row in found if string(row, "id") in group}
        items = {id: item for id, row in came.items() if not (item := video(row, self.place)).private}
        figures = {item.id: counts(came[id]) for id, item in items.items()}
        fresh = list[Item]()
        for id, item in items.items():
            film, mark = self.films.get(id, _Film()), _print(came[id])
            stamp = item.published.isoformat() if item.published else ""
            self.films[id] = replace(film, when=stamp, count=figures[item.id].get("replies", 0), print=mark)
            fresh += [item] if self.ask.sweep or film.print != mark else []
        believed = bool(came) or len(group) == 1  # an answer without any of fifty is more likely a failure
        self.whole &= believed
        lost = [id for id in group if id in self.films and id not in items] if believed else []
        for id in lost:
            del self.films[id]
        claims = tuple(Complete(ids=frozenset(), under=watch(id), sure=True) for id in lost)
        gone = tuple(map(watch, lost))
        unread = [id for id in items if self.channel.comments and self._is_unread(self.films[id])]
        absent = {watch(id): {"later": REST} for id in unread}
        batch = Batch(items=tuple(fresh), gone=gone, complete=claims, counts=figures, absent=absent)
        return replace(batch, cursor=self._dump())

    def _sweep(self) -> Iterator[Batch]:
        """Every upload; the comments of each are due again."""
        there = list[str]()
        for found, _ in self.api.pages("playlistItems", self._playlist):
            there += map(_video, found)
            yield from self._videos(map(_video, found))
            self._stretch(found, "", "")
        silent = tuple(id for id in there if id in self.films and not self.films[id].count)
        self.films = {id: replace(film, read="") for id, film in self.films.items()}
        self.state |= {"swept": self.ask.now.isoformat(), "left": []}
        ids = frozenset(watch(id) for id in there if id in self.films)
        posts = (Complete(ids=ids, kind="post"),) if ids and self.whole else ()
        yield self._batch(complete=(*posts, *map(_silent, silent)))

    def _swept_lately(self) -> bool:
        """Whether a sweep that ran out of units goes on with the comments it left."""
        swept = when(self.state, "swept")
        return bool(swept and self.ask.now - swept < 3 * DAY and any(map(self._is_unread, self.films.values())))

    # comments

    def _talks(self) -> Iterator[Batch]:
        due = [id for id, film in self.films.items() if id not in self.read and self._is_due(film)]
        for id in due if self.channel.comments else ():
            self.read.add(id)
            try:
                yield from self._comments(id)
            except CommentsOff:
                self._heard(id, self.films[id].last, whole=True)
                claims = (replace(_silent(id), sure=True),)
                yield replace(self._batch(complete=claims), counts={watch(id): {"replies": 0}})
            except (Missing, Refused) as why:
                self._heard(id, self.films[id].last, whole=False)
                yield replace(self._batch(warnings=(why.what,)), absent={watch(id): {"limit": REST}})

    def _is_due(self, film: _Film) -> bool:
        read = when(film.read)
        late = not film.whole and read is not None and self.ask.now - read >= DAY
        again = (self.ask.recheck or late) and film.count > 0
        return again or film.count != film.heard or self._is_unread(film)

    def _is_unread(self, film: _Film) -> bool:
        return not film.read and (film.count > 0 or film.heard > 0)

    def _comments(self, id: str) -> Iterator[Batch]:
        """Comments newest first: all of them, or until one that is known."""
        film, paging = self.films[id], mapping(self.state, "paging")
        start = string(paging, "at") if string(paging, "video") == id else ""
        whole = not film.read or not film.whole or self.ask.recheck
        came, last = dict[str, Item](), film.last
        params = {"part": "snippet,replies", "videoId": id, "maxResults": PAGE, "order": "time", "textFormat": "html"}
        for found, token in self.api.pages("commentThreads", params, start):
            items = [item for row in found for item in self._thread(row, id)]
            came |= {item.id: item for item in items}
            there = {id for id, item in came.items() if not item.private}
            times = [item.published.isoformat() for item in items if item.published]
            last = max([last, *times])
            known = bool(times) and not whole and min(times) <= film.last
            complete = not token and not start
            self.state["paging"] = {} if known or not token else {"video": id, "at": token}
            if known or not token:
                self._heard(id, last, whole=complete)
            claims = (Complete(ids=frozenset(there), under=watch(id), kind="reply"),) if complete else ()
            absent = {watch(id): dropped(came.values(), "limit")} if complete else {}
            yield replace(self._batch(tuple(items), claims), absent=absent)
            if known:
                return

    def _thread(self, row: Json, under: str) -> Iterator[Item]:
        """A comment and all answers to it; more than five do not come along."""
        top, answers, count, public = talk(row)
        if not string(top, "id"):
            return
        yield comment(top, under, self.place, public=public)
        if count > len(answers):
            params = {"part": "snippet", "parentId": string(top, "id"), "maxResults": PAGE, "textFormat": "html"}
            answers = [one for some, _ in self.api.pages("comments", params) for one in some]
        yield from (comment(one, under, self.place, public=public) for one in answers if string(one, "id"))

    def _heard(self, id: str, last: str, *, whole: bool) -> None:
        film = self.films[id]
        self.films[id] = replace(
            film, heard=film.count, read=self.ask.now.isoformat(), whole=int(whole), last=max(film.last, last)
        )

    # what is remembered

    @property
    def _playlist(self) -> Json:
        """The uploads of UCxyz are the playlist UUxyz."""
        return {"part": "contentDetails", "playlistId": f"UU{self.place.id[2:]}", "maxResults": GROUP}

    @property
    def _since(self) -> str:
        return (self.ask.now - timedelta(days=self.channel.watch_days)).isoformat()

    def _batch(
        self, items: tuple[Item, ...] = (), complete: tuple[Complete, ...] = (), warnings: tuple[str, ...] = ()
    ) -> Batch:
        return Batch(items=items, complete=complete, warnings=warnings, cursor=self._dump())

    def _dump(self) -> Cursor:
        kept = {
            id: film
            for id, film in self.films.items()
            if max(film.when, film.last) > self._since or (self.channel.comments and self._is_due(film))
        }
        return {**self.state, "films": dump(kept), "spent": {"day": self.api.day, "used": self.api.used}}


def _print(row: Json) -> str:
    """What a viewer could tell apart in a video, without its counts."""
    return digest(*(json.dumps(mapping(row, part), sort_keys=True) for part in ("snippet", "contentDetails", "status")))


def _silent(id: str) -> Complete:
    """The claim that there is no comment below a video."""
    return Complete(ids=frozenset(), under=watch(id), kind="reply")


def _video(row: Json) -> str:
    return string(row, "contentDetails", "videoId")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
