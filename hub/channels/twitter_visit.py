"""One pull of X: which question is asked when, and what its answer means for the next. Lists are read newest first.

The brand's timeline, its mentions, the reply counts of watched posts, then the conversations whose count moved: by the
recent search where that sees far enough, else by the search of the whole archive. What is left goes to the past.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from hub.channels import Ask
from hub.channels.loose import Json, mapping, rows, string, when
from hub.channels.twitter_items import Desk, Included, figures, followers, illustrated, item, sound, versions
from hub.channels.twitter_price import OWNED, POST, USER, Ledger, Question, bill
from hub.channels.twitter_search import ALL, BRIEF, FULL, PAGE, afford, answers, listed, search, told
from hub.channels.twitter_state import Reach, Span, Talk, absent, below, gone
from hub.channels.twitter_text import page
from hub.errors import Missing, RateLimited, Refused
from hub.model import Batch, Cursor, Item
from hub.web import Web

if TYPE_CHECKING:
    from hub.channels.twitter import Twitter

WEEK = timedelta(days=7)
OVER = "take the app's bearer token: a user's of OAuth 2.0 ends after two hours, and is not renewed here"
LIMITS = {"tweets": 3100, "mentions": 750}  # X gives 3,200 and 800 of them, "up to"
PLAIN = Question(authors=False, pictures=False)


@dataclass(slots=True)
class Visit:
    """One pull."""

    channel: Twitter
    web: Web | None
    ask: Ask
    ledger: Ledger
    user: str = ""
    handle: str = ""  # whose number that is, as the settings say
    called: str = ""  # and as X says
    fresh: dict[str, Span] = field(default_factory=dict)  # list → what of it is known
    older: dict[str, str] = field(default_factory=dict)  # list → below which number its past is still to be read
    reach: dict[str, Reach] = field(default_factory=dict)  # list → how much of it was seen
    talks: dict[str, Talk] = field(default_factory=dict)  # number of a conversation → what is known of it
    known: dict[str, None] = field(default_factory=dict)  # every number ever brought, longest unseen first
    late: dict[str, None] = field(default_factory=dict)  # numbers to be looked up whole
    lost: dict[str, None] = field(default_factory=dict)  # numbers that were gone when last looked at
    short: set[str] = field(default_factory=set)  # what there was no money for
    walled: str = ""  # when the search of the archive was refused
    blind: bool = False  # a conversation is older than the search that is allowed

    @classmethod
    def of(cls, channel: Twitter, web: Web | None, ask: Ask, ledger: Ledger, cursor: Cursor) -> Visit:
        """Everything the cursor remembers."""
        visit = cls(channel, web, ask, ledger)
        visit.user, visit.handle, visit.called = (string(cursor, part) for part in ("user", "handle", "called"))
        visit.walled = string(cursor, "walled")
        visit.fresh = {name: Span.load(kept) for name, kept in mapping(cursor, "fresh").items()}
        visit.older = {name: string(kept) for name, kept in mapping(cursor, "older").items()}
        visit.reach = {name: Reach.load(kept) for name, kept in mapping(cursor, "reach").items()}
        visit.talks = {name: Talk.load(kept) for name, kept in mapping(cursor, "talks").items()}
        visit.known, visit.late, visit.lost = (_numbers(cursor, what) for what in ("known", "late", "lost"))
        return visit

    def batches(self) -> Iterator[Batch]:
        """Every question, the most wanted first."""
        yield from self._who()
        for name in self._lists:
            yield from self._new(name)
        yield from self._figures()
        yield from self._whole()
        for number in self._due():
            yield from self._talk(number)
        for name in self._lists:
            yield from self._past(name)
        if self.ask.sweep:
            yield from self._sweep()
        yield replace(self._batch(warnings=tuple(self._warnings())), absent=absent(self.talks))

    # what is new from us and to us

    def _who(self) -> Iterator[Batch]:
        """The number of the account, asked for once for each handle that is written in the settings: a name may move,
        the number stays. Another number is another account, of which nothing is known yet."""
        handle = self._handle
        if self.user and self.handle == handle:
            return
        question = Question(post=0, authors=False, pictures=False, beside=USER)
        if self.ledger.left < USER:
            self.short.add("the account")
            return
        found = yield from self._buy(
            f"/users/by/username/{quote(handle)}", {"user.fields": "name,public_metrics"}, question, 0
        )
        user = string(found, "data", "id")
        if not user:
            raise Missing(f"there is no account @{handle} on X", fix="look how it is called now and correct the handle")
        if user != self.user:
            blank = Visit(self.channel, self.web, self.ask, self.ledger)
            for part in ("fresh", "older", "reach", "talks", "known", "late", "lost"):
                setattr(self, part, getattr(blank, part))
        self.user, self.handle, self.called = user, handle, string(found, "data", "username")
        yield self._batch(counts=followers(mapping(found, "data")))

    def _new(self, name: str) -> Iterator[Batch]:
        """What was added to a list since it was last read; on the first pull, its newest page."""
        more = bool(self.user)
        while more:
            span = self.fresh.get(name, Span())
            payload = yield from self._page(name, span.params())
            if payload is None:
                return
            numbers, more = listed(payload)
            if not span.newest:
                self.older[name], more = below("", numbers, more), False
            self.fresh[name] = span.after(numbers, more)
            more = bool(self.fresh[name].until)
            self.reach[name] = self.reach.get(name, Reach()).plus(numbers)
            yield self._take(payload)

    def _past(self, name: str) -> Iterator[Batch]:
        """The back of a list, from where reading stopped."""
        while until := self.older.get(name, ""):
            payload = yield from self._page(name, {"until_id": until})
            if payload is None:
                return
            numbers, more = listed(payload)
            self.older[name] = below(until, numbers, more)
            self.reach[name] = self.reach.get(name, Reach()).plus(numbers)
            yield self._take(payload)

    def _page(self, name: str, span: Mapping[str, str]) -> Generator[Batch, None, Json | None]:
        own = name == "tweets"
        question = Question(post=self._cheap, authors=not own, beside=USER if own else 0)
        size = question.size(self.ledger.left, 5, PAGE)
        if not size:
            self.short.add("its own posts" if own else "mentions")
            return None
        params = {**FULL, **span, "max_results": str(size), **({"exclude": "retweets"} if own else {})}
        return (yield from self._buy(f"/users/{self.user}/{name}", params, question, size))

    # who answered

    def _figures(self) -> Iterator[Batch]:
        """How many answers the watched posts have: costs each of them once a day, a quarter of the money at most."""
        wanted = [self.talks[name].post for name in self._watched()][:PAGE]
        numbers = self.ledger.affordable(wanted, min(self.ledger.left, self.ledger.cap // 4))
        if not numbers:
            return
        payload = yield from self._look(numbers, BRIEF, PLAIN)
        came = {string(row, "id"): row for row in rows(payload, "data")}
        counts = {}
        for name, talk in self.talks.items():
            if row := came.get(talk.post):
                self.talks[name] = talk.counted(answers(row), self.ask.now)
                counts[page(name)] = figures(row)
        yield self._batch(gone=self._gone(payload, numbers), counts=counts)

    def _due(self) -> list[str]:
        """Conversations to be read now: those whose count moved; on demand and once a day all that are watched.

        Answers to answers move no count of ours. To search where nothing is new costs nothing.
        """
        watched, every = set(self._watched()), self.ask.recheck or self.ask.sweep
        due = {name for name, talk in self.talks.items() if talk.open or (every and talk.owed)}
        return self._by_word(due | watched if every else due)

    def _watched(self) -> list[str]:
        """Conversations that are young or had a word lately; older ones are forgotten once they were read."""
        since = (self.ask.now - timedelta(days=self.channel.watch_days)).isoformat()
        self.talks = {name: talk for name, talk in self.talks.items() if talk.word >= since or talk.owed}
        return self._by_word(name for name, talk in self.talks.items() if talk.word >= since)

    def _by_word(self, names: Iterable[str]) -> list[str]:
        return sorted(names, key=lambda name: (self.talks[name].word, int(name)), reverse=True)

    def _talk(self, name: str) -> Iterator[Batch]:
        """One conversation, newest first, down to what is known."""
        more = True
        while more:
            talk = self.talks[name]
            path, since, blind = search(talk, self.ask.now, archive=self.channel.archive and not self._walled)
            self.blind |= blind
            size, question, fields = afford(talk, self.ledger.left)
            if not size or not path:
                self.short |= {"conversations"} if path else set()
                return
            params = {"query": self._query(name), "max_results": str(size), "sort_order": "recency"}
            params = {**fields, **since, **params}
            try:
                payload = yield from self._buy(path, params, question, size)
            except Refused as why:  # a user's token may not search the archive: an app's own does
                if path != ALL or why.status != 403:
                    raise
                self.walled = self.ask.now.isoformat()
                continue
            numbers, more = listed(payload)
            self.talks[name] = talk.read_on(numbers, more, self.ask.now)
            more = bool(self.talks[name].span.until)
            yield self._take(payload, pictures=question.pictures, by_search=True)

    def _query(self, name: str) -> str:
        """A conversation and what quotes its root, without what the two lists bring for less or did bring already."""
        seen = [
            sign + (self.called or self._handle)
            for sign, of in (("-from:", "tweets"), ("-@", "mentions"))
            if of in self._lists and of in self.reach
            if self.reach[of].covers(name, ended=not self.older.get(of, ""), limit=LIMITS[of])
        ]
        return " ".join([f"(conversation_id:{name} OR quotes_of_tweet_id:{name}) -is:retweet", *seen])

    # what became of it

    def _whole(self) -> Iterator[Batch]:
        """Posts whose pictures were too dear when they were found, and posts that came back."""
        while self.late:
            question = Question()
            size = question.size(self.ledger.left, 1, PAGE)
            if not size:
                self.short.add("pictures")
                return
            numbers = list(self.late)[:size]
            payload = yield from self._look(numbers, FULL, question)
            lost = self._gone(payload, numbers)
            self.late = {number: None for number in self.late if number not in numbers}
            yield self._take(payload, gone=lost, by_search=True)

    def _sweep(self) -> Iterator[Batch]:
        """Look whether everything ever brought still stands, longest unseen first, as far as the money reaches."""
        numbers = self.ledger.affordable(list(self.known), self.ledger.left)
        if len(numbers) < len(self.known):
            self.short.add(f"a look at {len(self.known) - len(numbers)} of {len(self.known)} posts")
        for start in range(0, len(numbers), PAGE):
            group = numbers[start : start + PAGE]
            payload = yield from self._look(group, BRIEF, PLAIN)
            lost = self._gone(payload, group)
            self.known = {**{number: None for number in self.known if number not in group}, **dict.fromkeys(group)}
            yield self._batch(gone=lost)
            yield from self._whole()

    def _look(self, numbers: list[str], fields: Mapping[str, str], question: Question) -> Generator[Batch, None, Json]:
        params = {**fields, "ids": ",".join(numbers)}
        return (yield from self._buy("/tweets", params, question, len(numbers)))

    def _gone(self, payload: Json, asked: list[str]) -> tuple[str, ...]:
        """Those asked about that X says nobody may see any more; those that are back are to be looked up whole."""
        held = {string(row, "id") for row in rows(payload, "data") if "withheld" in row}
        missing = (gone(payload) | held) & set(asked)
        back = {string(row, "id") for row in rows(payload, "data")} & self.lost.keys() - missing
        self.late |= dict.fromkeys(sorted(back))
        self.lost |= dict.fromkeys(sorted(missing))
        self.talks = {name: talk for name, talk in self.talks.items() if talk.post not in missing}
        return tuple(page(number) for number in asked if number in missing)

    # taking

    def _take(
        self, payload: Json, *, pictures: bool = True, by_search: bool = False, gone: tuple[str, ...] = ()
    ) -> Batch:
        """The posts of an answer as items, and what they say about conversations."""
        beside, desk = Included.of(payload), Desk(self.channel.name, self.user, self.channel.language)
        self.called = string(beside.users, self.user, "username") or self.called
        items, withdrawn = [], []
        counts = followers(mapping(beside.users, self.user))
        for row in filter(sound, rows(payload, "data")):
            one, number = item(row, beside, desk), string(row, "id")
            if illustrated(row) and not pictures and number not in self.known:
                self.late[number] = None
                continue
            if one.private:
                withdrawn += [] if self.known.keys().isdisjoint(versions(row)) else [one.id]
            if not self._stands(number):
                items.append(one)
            if not one.private:
                counts[one.id] = figures(row)
                self._note(row, one, by_search=by_search)
        return self._batch(tuple(items), (*gone, *withdrawn), counts)

    def _stands(self, number: str) -> bool:
        """Whether a post was brought and is not gone: its text never changes, an edit gives it a new number."""
        return number in self.known and number not in self.lost

    def _note(self, row: Json, one: Item, *, by_search: bool) -> None:
        """Remember a post, and in its conversation that somebody spoke."""
        numbers, name = versions(row), string(row, "conversation_id")
        new = self.known.keys().isdisjoint(numbers)
        for number in numbers:
            self.known.pop(number, None)
        self.known[numbers[-1]] = None
        self.lost.pop(numbers[-1], None)
        word = one.published.isoformat() if one.published else ""
        if one.ours and name == numbers[0]:
            before = self.talks.get(name, Talk(span=Span(newest=name, since=name)))
            self.talks[name] = before.posted(numbers[-1], word).counted(answers(row), None)
        elif name in self.talks:
            direct = new and not by_search and one.reply_to == page(name)
            self.talks[name] = self.talks[name].heard(word, answers=int(direct))

    # asking

    def _buy(
        self, path: str, params: Mapping[str, str], question: Question, posts: int
    ) -> Generator[Batch, None, Json]:
        """One request. What it may cost is on record before it goes out, and what it did cost afterwards."""
        most = question.worst(posts)
        self.ledger = self.ledger.hold(most)
        yield self._batch()
        assert self.web
        url = f"{self.channel.service.rstrip('/')}{path}?{urlencode(params, safe=',')}"
        headers = {"Authorization": f"Bearer {self.channel.token}"}
        try:
            answer = self.web.get(url, headers=headers)
        except (Missing, RateLimited, Refused) as why:  # an answer without data is not billed
            self.ledger = self.ledger.settle(most, {})
            yield self._batch()
            if isinstance(why, Refused) and why.status == 401:
                why.fix = OVER
            raise
        payload = told(answer)
        self.ledger = self.ledger.settle(most, bill(payload, question.post or POST))
        return payload

    @property
    def _walled(self) -> bool:
        """Whether the search of the archive was refused lately; it is tried again each week."""
        since = when(self.walled)
        return bool(since and self.ask.now - since < WEEK)

    @property
    def _handle(self) -> str:
        return self.channel.handle.strip().lstrip("@")

    @property
    def _lists(self) -> tuple[str, ...]:
        return ("tweets", "mentions") if self.channel.mentions else ("tweets",)

    @property
    def _cheap(self) -> int:
        return OWNED if self.channel.owned else POST

    def plan(self) -> list[tuple[int, int]]:
        """What is known to be ahead: posts and what each costs."""
        watched = [self.talks[name] for name in self._watched()]
        ahead = [(len(self.late), Question().each)]
        ahead += [(1, POST) for talk in watched[:PAGE] if self.ledger.unpaid([talk.post])]
        ahead += [(talk.told - talk.read, POST + USER) for talk in self.talks.values() if talk.told > talk.read]
        ahead += [(PAGE, self._cheap) for name in self._lists if self.older.get(name, "first")]
        ahead += [(len(self.known), POST)] if self.ask.sweep else []
        return ahead

    def _warnings(self) -> Iterator[str]:
        if self.called.lower() not in ("", self._handle.lower()):
            yield f'@{self._handle} is called @{self.called} now: write handle = "{self.called}"'
        if self.short:
            wait = ", ".join(sorted(self.short))
            yield f"the {self.channel.daily_usd:.2f} USD of today do not reach for {wait}: it goes on after 00:00 UTC"
        if self._walled and self.channel.archive:
            yield "this token may not search X's archive: only an app's own one finds answers older than seven days"
        elif self.blind:
            yield "answers older than seven days are only found with archive = true"

    def _batch(
        self,
        items: tuple[Item, ...] = (),
        gone: tuple[str, ...] = (),
        counts: Mapping[str, Mapping[str, int]] | None = None,
        warnings: tuple[str, ...] = (),
    ) -> Batch:
        cursor = {
            "user": self.user,
            "handle": self.handle,
            "called": self.called,
            "walled": self.walled,
            "fresh": {name: span.dump() for name, span in self.fresh.items()},
            "older": dict(self.older),
            "reach": {name: reach.dump() for name, reach in self.reach.items()},
            "talks": {name: talk.dump() for name, talk in self.talks.items()},
            "known": list(self.known),
            "late": list(self.late),
            "lost": list(self.lost),
            "ledger": self.ledger.dump(),
        }
        return Batch(items=items, gone=gone, counts=counts or {}, warnings=warnings, cursor=cursor)


def _numbers(cursor: Cursor, what: str) -> dict[str, None]:
    kept = cursor.get(what)
    return dict.fromkeys(map(str, kept)) if isinstance(kept, list) else {}
