"""One pull of an account with Mastodon's API: its list of statuses, then the conversations that are due.

https://docs.joinmastodon.org/methods/accounts/#statuses
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from hub.channels import Ask
from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.channels.mastodon_items import Site, figures, followers, hidden, host, profiles, status, uri
from hub.channels.mastodon_talk import Reading, Talk, incomplete, strings
from hub.errors import Malformed, Missing, Refused, Unreachable
from hub.model import REST, Batch, Complete
from hub.web import Answer, Seen, Web, shown

if TYPE_CHECKING:
    from hub.channels.mastodon import Mastodon

PAGE = 40  # the most a server gives at once
PENDING = 200  # conversations below replies that wait for those below posts
FAILURES = 2  # conversations that may fail before the server counts as failing
NEXT = re.compile(r"""<([^<>]+)>\s*;\s*rel=["']?next""")
SELDOM = timedelta(hours=6)  # between looks at watched posts that the first page does not hold
REFUSED = "the server shows no replies {}; set token to an access token with read:statuses"


@dataclass(slots=True)
class Visit:
    """One pull. `state` is the cursor; its parts are replaced, never changed in place."""

    channel: Mastodon
    web: Web
    ask: Ask
    state: dict[str, object]
    talks: dict[str, Talk] = field(default_factory=dict)  # number of the head → its conversation
    fresh: dict[str, Json] = field(default_factory=dict)  # statuses that came in this pull, by number
    read: set[str] = field(default_factory=set)  # heads of conversations that were read in this pull
    failures: int = 0  # conversations that could not be read
    refused: bool = False  # the server has just said that it shows no replies

    def batches(self) -> Iterator[Batch]:
        if not string(self.state, "account"):
            self.state |= {"account": self._account()}
        if string(self.state, "shut") not in ("", self._key):  # there is a token now: everything may be read anew
            kept = {"settings": self.state["settings"], "account": self._account()}
            self.state = {**kept, "gaps": [{"below": "", "until": ""}]}
        self.talks = {id: Talk.load(kept) for id, kept in mapping(self.state, "talks").items()}
        yield from self._newest()
        self._look_back()
        yield from self._older("gaps")
        if self.ask.sweep and not rows(self.state, "sweep"):
            self.state["sweep"] = [{"below": "", "until": ""}]
        if "sweep" in self.state:
            yield from self._sweep()
        yield from self._conversations()
        self._forget()
        if mapping(self.state, "talks") != self._dump()["talks"]:
            yield Batch(cursor=self._dump())
        if notes := tuple(self._notes()):
            yield Batch(warnings=notes, cursor=self._dump())

    def _notes(self) -> Iterator[str]:
        """What a person has to mend in the settings, told until that is done."""
        if self.channel.replies and "shut" in self.state:
            yield REFUSED.format("to this token" if self.channel.token else "without a token")
        if moved := string(self.state, "moved"):
            yield f'{self.channel.url} moved to {moved}: write url = "{moved}"'

    # the account's own statuses

    def _account(self) -> str:
        """The account's number on its server."""
        name = urlsplit(self.channel.url).path.rstrip("/").rpartition("/")[2].lstrip("@")
        if not name:
            raise Malformed(f"{self.channel.url} names no account", fix="url is that of a profile: https://host/@name")
        answer = self._get(f"/api/v1/accounts/lookup?acct={quote(name, safe='@')}")
        id = string(answer.json(), "id")
        if not id:
            raise Malformed("this is no account", where=shown(answer.url))
        self.state["moved"] = string(answer.json(), "moved", "url")
        return id

    def _newest(self) -> Iterator[Batch]:
        """The first page. Where it does not reach back to what is known, the gap is noted and walked afterwards."""
        answer = self._page("", Seen.load(self.state.get("page")))
        if answer.unchanged and "page" in self.state:
            return
        found, top = _list(answer), when(self.state, "top")
        times = _times(found)
        if found and (top is None or min(times, default=top) > top):
            self._gap(string(found[-1], "id"), string(self.state, "top"))
        self.state["page"] = answer.seen.dump()
        self.state["end"] = [string(found[-1], "id") if len(found) >= PAGE else "", min(map(str, times), default="")]
        if times:
            self.state["top"] = max(*times, top or times[0]).isoformat()
        gone = self._vanished(found)
        if found:
            self.state["moved"] = string(found[0], "account", "moved", "url")
        self._note(found)
        yield self._posts(found, gone)

    def _look_back(self) -> None:
        """Every now and then, look at the watched posts that the first page does not hold any more."""
        below, oldest = (string(self.state, "end", place) for place in (0, 1))
        looked = when(self.state, "looked") or self.ask.now - 2 * SELDOM
        if not below or (when(oldest) or self._since) <= self._since or rows(self.state, "gaps"):
            return
        if self.ask.recheck or self.ask.now - looked >= SELDOM:
            self.state["looked"] = self.ask.now.isoformat()
            self._gap(below, self._since.isoformat())

    def _gap(self, below: str, until: str) -> None:
        self.state["gaps"] = [*map(dict, rows(self.state, "gaps")), {"below": below, "until": until}]

    def _older(self, what: str) -> Iterator[Batch]:
        """Walk the gaps, newest first, each down to what is known or to the account's first status."""
        while left := rows(self.state, what):
            gap, rest = left[-1], [dict(one) for one in left[:-1]]
            found, until = _list(self._page(string(gap, "below"))), when(gap, "until")
            swept = strings(at(self.state, "swept"))
            known = set(swept) if what == "sweep" else set(self.fresh)
            new = [row for row in found if string(row, "id") not in known]
            # Some servers take no notice of max_id: a page that brings nothing new is the end.
            done = not new or (until is not None and min(_times(found), default=until) <= until)
            self.state[what] = rest if done else [*rest, {**gap, "below": string(found[-1], "id")}]
            if what == "sweep":
                self.state["swept"] = [*swept, *(string(row, "id") for row in new)]
                names = [uri(row) for row in new if uri(row) and not self._private(row)]
                self.state["names"] = [*strings(at(self.state, "names")), *names]
            self._note(new, anew=what == "sweep")
            yield self._posts(new)
            yield from self._conversations(most=PENDING)
            self._forget()
        self.state.pop(what, None)

    def _sweep(self) -> Iterator[Batch]:
        """Every status of the account and every conversation below; what is not there any more is gone."""
        yield from self._older("sweep")
        names, swept = strings(at(self.state, "names")), set(strings(at(self.state, "swept")))
        answers, others = mapping(self.state, "answers"), mapping(self.state, "others")
        lost = {id: name for id, name in answers.items() if id not in swept}
        lost |= {id: name for id, name in others.items() if self._status(id) is None}
        self.state = {key: kept for key, kept in self.state.items() if key not in ("swept", "names")}
        for key, known in (("answers", answers), ("others", others)):
            self.state[key] = {id: name for id, name in known.items() if id not in lost}
        ids = frozenset([*names, *map(string, mapping(self.state, "others").values())])
        gone = tuple(map(string, lost.values()))
        yield Batch(complete=(Complete(ids=ids, kind="post"),), gone=gone, cursor=self._dump())

    def _private(self, row: Json) -> bool:
        return hidden(row, ours=self._site.ours(row))

    def _posts(self, found: list[Json], gone: tuple[str, ...] = ()) -> Batch:
        """What the brand said first, not as a reply; its replies follow with their conversations."""
        placed, items, counts, absent = mapping(self.state, "placed"), [], followers(found, self._site), {}
        for row in found:
            name, where = uri(row), placed.get(string(row, "id"))
            if name and (where is not None or not string(row, "in_reply_to_id") or self._shut):
                items.append(status(row, self._site, string(where, 1), string(where, 0)))
                counts[name] = figures(row) | self._unread(row)
                if "replies" in counts[name]:
                    absent[name] = {"limit" if self._shut else "later": REST}
        told = profiles(found, self._site) if items else ()
        batch = Batch(items=tuple(items), gone=gone, counts=counts, absent=absent, profiles=told)
        return replace(batch, cursor=self._dump())

    def _unread(self, row: Json) -> dict[str, int]:
        """As long as nobody read the conversation below a status: how many replies there are at least."""
        talk = self.talks.get(string(row, "id"))
        unread = self._shut or (talk is not None and talk.read < 0 and not talk.tree)
        return {"replies": number(row, "replies_count")} if unread else {}

    def _note(self, found: list[Json], *, anew: bool = False) -> None:
        """Note the conversations of these statuses and how many replies they have; `anew`: each is to be read again."""
        self.fresh |= {string(row, "id"): row for row in found}
        placed, talked, answers = (mapping(self.state, name) for name in ("placed", "talked", "answers"))
        for row in found:
            id, name, count = string(row, "id"), uri(row), number(row, "replies_count")
            quotes = number(row, "quotes_count") if self.channel.token else 0  # told to their author alone
            if not name or self._shut or self._private(row):
                continue
            reply = bool(string(row, "in_reply_to_id"))
            wanted = (id not in placed and not anew) or id in answers if reply else count or quotes or id in talked
            if id not in self.talks and wanted:
                self.talks[id] = Talk(head=name, root="" if reply else name, latest=string(row, "created_at"))
            if id in self.talks:
                self.talks[id].count, self.talks[id].quotes = count, quotes
                self.talks[id].read = -1 if anew else self.talks[id].read

    def _vanished(self, found: list[Json]) -> tuple[str, ...]:
        """Statuses that should stand on this page and do not: each is asked for before it counts as gone."""
        here, recent = {string(row, "id") for row in found}, mapping(self.state, "recent")
        oldest = min(_times(found), default=self.ask.now) if len(found) >= PAGE or not found else self._since
        lost = [id for id in recent if id not in here and (when(recent, id, 1) or oldest) > oldest]
        self.state["recent"] = {string(row, "id"): [uri(row), string(row, "created_at")] for row in found if uri(row)}
        return tuple(string(recent, id, 0) for id in lost if self._status(id) is None)

    def _status(self, id: str) -> Json | None:
        """A status by number; None when it is not there any more."""
        try:
            return mapping(self._get(f"/api/v1/statuses/{quote(id, safe='')}").json())
        except Missing:
            self.talks.pop(id, None)
            return None

    # conversations

    def _conversations(self, most: int = 0) -> Iterator[Batch]:
        """Those that are due: below posts first, because most of the brand's replies stand there; then below its
        replies elsewhere, once there are more than `most`."""
        for reply in (False, True):
            while due := [
                id for id, talk in self.talks.items() if self._due(id, talk) and (talk.head != talk.root) is reply
            ]:
                if reply and len(due) <= most:
                    return
                yield from self._talk(due[0])

    def _due(self, id: str, talk: Talk) -> bool:
        return id not in self.read and talk.due(self.ask, self._since)

    def _talk(self, id: str) -> Iterator[Batch]:
        """One conversation, batch by batch; a reading that is cut short goes on in the next pull."""
        self.read.add(id)
        talk = self.talks[id]
        if not talk.root and id in mapping(self.state, "placed"):
            self.talks.pop(id)  # it came with the post it stands below
            return
        if self._shut:
            return
        row = self.fresh.get(id) or (_stub(id, talk) if talk.root == talk.head else self._status(id))
        if not row or uri(row) != talk.head:
            self.talks.pop(id, None)
            yield Batch(gone=(talk.head,) if row is None else (), cursor=self._dump())
            return
        reading = Reading(self.web, self._site, talk, self.channel.token, self.channel.homes)
        reading.start(row)
        try:
            for found in reading.steps():
                self._placed(id, reading)
                counts = {item.id: figures(reading.found[item.id]) for item in found}
                if talk.read < 0:
                    counts[talk.head] = {**counts.get(talk.head, {}), "replies": reading.told}
                told = profiles(reading.known(found), self._site)
                yield Batch(items=tuple(found), counts=counts, profiles=told, cursor=self._dump())
        except Refused as why:
            if self.channel.token and why.status == 401:  # the token has run out: a new one goes on here
                raise
            self.state["shut"], self.refused = self._key, True
            yield self._posts(list(self.fresh.values()))
            return
        except Missing:
            self.talks.pop(id, None)
            yield Batch(gone=(talk.head,), cursor=self._dump())
            return
        except (Malformed, Unreachable) as why:
            self.failures += 1
            if self.failures > FAILURES:
                raise
            yield Batch(warnings=(f"replies below {talk.head} cannot be read: {why.what}",), cursor=self._dump())
            return
        yield self._close(id, reading)
        if id in self.talks:
            yield from self._quotes(id)

    def _close(self, id: str, reading: Reading) -> Batch:
        """What a reading came to: how many replies there are, and which of them are not there any more."""
        talk = self.talks[id]
        reading.close()
        talk.asked, talk.again = self.ask.now.isoformat(), reading.again
        self.state = {part: kept for part, kept in self.state.items() if part != "shut"}  # the server shows them
        public = [item for item in reading.items.values() if not item.private and item.published]
        talk.latest = max([talk.latest, *(item.published.isoformat() for item in public if item.published)])
        if talk.todo:
            return Batch(cursor=self._dump())
        below, missing, failed = reading.below, reading.missing, talk.failed
        told, absent = reading.told, reading.absent
        talk.read, talk.tree, talk.tried, talk.cut, talk.failed = talk.count, {}, [], [], {}
        if below and talk.root == talk.head:
            self.state["talked"] = {**mapping(self.state, "talked"), id: 1}
        self._hand_over(id, reading)
        claim = Complete(ids=frozenset(below), under=talk.head, kind="reply")
        return Batch(
            complete=(claim,) if reading.whole else (),
            counts={talk.head: {"replies": told}},
            absent={talk.head: absent},
            warnings=(incomplete(talk, missing, failed),) if missing and failed else (),
            cursor=self._dump(),
        )

    def _hand_over(self, id: str, reading: Reading) -> None:
        """A reply below one of the brand's own posts is read with that post from now on."""
        root = reading.found.get(reading.talk.root, {})
        if reading.above and self._site.ours(root):
            self.talks.pop(id)
            talk = Talk(head=uri(root), root=uri(root), latest=string(root, "created_at"))
            self.talks.setdefault(string(root, "id"), talk)

    def _placed(self, id: str, reading: Reading) -> None:
        """Remember where the brand's own replies stand, so that the list of its posts says the same of them, and what
        others said before it answered."""
        spots, others = dict(mapping(self.state, "placed")), dict(mapping(self.state, "others"))
        for name, item in reading.items.items():
            row = reading.found[name]
            if item.ours and string(row, "in_reply_to_id"):
                spots[string(row, "id")] = [item.root, item.reply_to]
            elif not item.ours and name in reading.above:
                others[string(row, "id")] = name
        self.state |= {"placed": spots, "others": others}
        if reading.above and not self._site.ours(reading.found.get(reading.talk.root, {})):
            self.state["answers"] = {**mapping(self.state, "answers"), id: reading.talk.head}

    def _quotes(self, id: str) -> Iterator[Batch]:
        """Who quoted the post (4.5), page by page, where that count moved; the server tells only its author's token."""
        talk = self.talks[id]
        path = talk.page or f"/api/v1/statuses/{quote(id, safe='')}/quotes?limit={PAGE}"
        while talk.page or talk.quotes != talk.quoted:
            try:
                answer = self._get(path)
                found = [row for row in _list(answer) if uri(row)]
            except (Refused, Missing) as why:
                if isinstance(why, Refused) and why.status == 401:
                    raise
                answer, found = None, []
            before, path = path, _further(answer, host(self.channel.url)) if answer else ""
            talk.page, talk.quoted = (path, talk.quoted) if path not in ("", before) else ("", talk.quotes)
            self.state["others"] = {**mapping(self.state, "others"), **{string(one, "id"): uri(one) for one in found}}
            yield Batch(items=tuple(status(one, self._site) for one in found), cursor=self._dump())

    def _forget(self) -> None:
        """Keep what is watched, or not yet read to its end."""
        self.talks = {
            id: talk
            for id, talk in self.talks.items()
            if talk.todo or talk.read < 0 or (when(talk.latest) or self._since) > self._since
        }
        here = set(mapping(self.state, "recent")) | set(self.talks)
        if placed := mapping(self.state, "placed"):
            self.state["placed"] = {id: spot for id, spot in placed.items() if id in here}

    # asking

    @property
    def _site(self) -> Site:
        return Site(self.channel.name, host(self.channel.url), string(self.state, "account"))

    @property
    def _key(self) -> str:
        return "token" if self.channel.token else "anonymous"

    @property
    def _shut(self) -> bool:
        """Whether replies are not to be asked for: by the settings, or because the server refused them before."""
        before = "shut" in self.state and not (self.ask.recheck or self.ask.sweep)
        return self.refused or before or not self.channel.replies

    @property
    def _since(self) -> datetime:
        return self.ask.now - timedelta(days=self.channel.watch_days)

    def _page(self, below: str, seen: Seen | None = None) -> Answer:
        params = {"exclude_reblogs": "true", "limit": PAGE, **({"max_id": below} if below else {})}
        return self._get(f"/api/v1/accounts/{quote(string(self.state, 'account'))}/statuses?{urlencode(params)}", seen)

    def _get(self, path: str, seen: Seen | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.channel.token}"} if self.channel.token else None
        return self.web.get(f"{host(self.channel.url)}{path}", seen=seen, headers=headers)

    def _dump(self) -> dict[str, object]:
        return {**self.state, "talks": {id: talk.dump() for id, talk in self.talks.items()}}


def _list(answer: Answer) -> list[Json]:
    """The statuses of an answer; whatever is no object is left out, and what is no list is refused."""
    found = answer.json()
    if not isinstance(found, list):
        raise Malformed("the server answered something that is no list of statuses", where=shown(answer.url))
    return [row for row in rows(found) if string(row, "id")]


def _stub(id: str, talk: Talk) -> Json:
    """As much of a post of the brand as its conversation needs: the post itself came with a list."""
    return {"id": id, "uri": talk.head, "replies_count": talk.count}


def _times(found: list[Json]) -> list[datetime]:
    return [moment for row in found if (moment := when(row, "created_at"))]


def _further(answer: Answer, site: str) -> str:
    """The path of the next page that an answer announces (RFC 8288); "" for none, or for one elsewhere."""
    found = NEXT.search(answer.headers.get("link", ""))
    return found[1].removeprefix(site) if found and host(found[1]) == site else ""
