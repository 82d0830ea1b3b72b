"""What the archive must read and write for hub.people to say which accounts are one person's: what a change reaches.

An account is found by digests: of the names it answers to (hub.store.authors), and of the pages it calls its own
(`claims`). What it says of itself is kept while anything it said is kept, and no longer. A tie joins two accounts that
name each other or hold the same page; so a change can only alter the ties of those near to it, and the people of these
are made anew, as far as their ties reach.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, union, update

from hub import people as proof
from hub.model import Account, Profile
from hub.people import Person
from hub.store import authors, codec, facts, journal, texts
from hub.store.authors import TYPED
from hub.store.database import chunks, each
from hub.store.schema import accounts, claims, people, profiles, versions
from hub.tidy.urls import name

PAGE = "rel=me"  # in place of a channel: what the account's own page says, which was asked for
NOTHING = codec.digest("")


class Circle:
    """The accounts around some that change. `note` those before the change and after it, then `settle`."""

    def __init__(self, c: Connection) -> None:
        self.c = c
        self.stated = stated(c)
        self.turned: set[str] = set()  # accounts that may be another person's now
        self.fresh: set[str] = set()  # those that answer to a name they had not before
        self.news: set[str] = set()  # those that say something else of themselves

    def note(self, some: Iterable[str]) -> None:
        """These accounts change, or have changed."""
        self.turned |= self._near(self._tied({one for one in some if one and not one.startswith(TYPED)}))

    def leave(self, ids: Iterable[str]) -> None:
        """What accounts said under these ids will be another's, or gone."""
        self.note({row.author for row in each(self.c, select(versions.c.author), versions.c.item, ids)})

    def meet(self, found: Iterable[Account]) -> None:
        """These accounts will say something new. One that is called what it was called before is tied as before."""
        known = {authors.key(one): one for one in found if one.id}
        rows = each(self.c, select(accounts.c.author, accounts.c.name), accounts.c.author, known)
        called = {(row.author, row.name) for row in rows}
        fresh = {key for key, one in known.items() if any((key, one) not in called for one in authors.names(one))}
        domains = {key for key, one in known.items() if one.id.startswith("did:")} - fresh
        self.note(fresh | domains)
        self.fresh |= fresh
        self.turned |= {key for key in fresh if proof.sites(Profile(account=known[key]))}

    def tell(self, channel: str, said: Iterable[Profile], day: str = "") -> None:
        """Keep what accounts say of themselves, in place of what the channel said of it before."""
        found = {authors.key(one.account): _body(one) for one in said if one.account.id}
        known = {row.author: row for row in self._kept(found) if row.channel == channel}
        other = {key for key, body in found.items() if codec.digest(body) != _digest(known.get(key))}
        self.note(other)
        _drop(self.c, channel, other if not day else found)
        numbers = texts.add(self.c, [found[key] for key in found if found[key] and (day or key in other)])
        rows = [
            {
                "author": key,
                "channel": channel,
                "text": numbers.pop(0) if body else None,
                "digest": codec.digest(body),
                "day": day,
            }
            for key, body in found.items()
            if day or (body and key in other)
        ]
        if rows:
            self.c.execute(insert(profiles), rows)
        self.turned |= other
        self.news |= other

    def settle(self) -> None:
        """Say anew whose the accounts are that may have turned, and journal those that are another's."""
        self.note(self.fresh)
        if not self.turned:
            return
        voices = self._read(self.turned)
        self._claim({key: voices.get(key) for key in self.turned})
        start = {*self.turned, *self._near(voices)}
        start |= self._mates(start)
        found, held = self._gathered(start)
        now = {key: min(group) for group in found for key in group if len(group) > 1}
        was = {row.author: row.person for row in each(self.c, select(people), people.c.author, held)}
        other = {key for key in held if now.get(key) != was.get(key)}
        for chunk in chunks(other):
            self.c.execute(delete(people).where(people.c.author.in_(chunk)))
        rows = [{"author": key, "person": now[key]} for key in sorted(other) if key in now]
        if rows:
            self.c.execute(insert(people), rows)
        journal.write(self.c, "person", sorted(other | (self.news & now.keys())))
        for some in (self.turned, self.fresh, self.news):
            some.clear()

    def of(self, key: str) -> Person:
        """The person an account is of, with all that proves it."""
        voices = self._read({key, *self._mates([key])})
        found = {one for key in voices for one in self._proofs(key)}
        return proof.gathered((one.account.id for one in voices.values()), found)[0] if voices else Person(())

    def named(self, names: Collection[str]) -> list[Account]:
        """All accounts of the people who answer to one of these names, as far as anything is kept of them."""
        found = authors.answering(self.c, names)
        return [one.account for one in self._read(found | self._mates(found)).values()]

    # whom a change reaches

    def _tied(self, some: Collection[str]) -> set[str]:
        """Those of the accounts that call a page theirs, or are called so, or are with others one person."""
        called = select(accounts.c.author).join(claims, claims.c.name == accounts.c.name)
        asks = (
            (select(claims.c.author), claims.c.author),
            (select(people.c.author), people.c.author),
            (select(profiles.c.author), profiles.c.author),
            (called, accounts.c.author),
        )
        found = {row.author for ask, column in asks for row in each(self.c, ask, column, some)}
        if self.stated:
            ask = select(accounts.c.author, accounts.c.name)
            every = {one for line in self.stated for one in line}
            found |= {row.author for row in each(self.c, ask, accounts.c.author, some) if row.name in every}
        return found

    def _near(self, some: Collection[str]) -> set[str]:
        """The accounts, and all that one of them may be tied to."""
        return {*some, *(other for one in some for other in self._beside(one))}

    def _beside(self, key: str) -> set[str]:
        own = select(accounts.c.name).where(accounts.c.author == key)
        said = select(claims.c.name).where(claims.c.author == key)
        held = said.where(claims.c.held)
        called = select(accounts.c.author).where(accounts.c.name.in_(union(own, said)))
        holding = select(claims.c.author).where(claims.c.held, claims.c.name.in_(union(own, held)))
        found = set(self.c.scalars(union(called, holding)))
        names = set(self.c.scalars(own)) if self.stated else set()
        lines = {one for line in self.stated if names & line for one in line}
        found |= {row.author for row in each(self.c, select(accounts.c.author), accounts.c.name, lines)}
        return {one for one in found if not one.startswith(TYPED)} - {key}

    def _mates(self, some: Iterable[str]) -> set[str]:
        """All that were one person with one of these."""
        heads = {row.person for row in each(self.c, select(people.c.person), people.c.author, some)}
        return {row.author for row in each(self.c, select(people.c.author), people.c.person, heads)}

    # who is whose

    def _gathered(self, start: Collection[str]) -> tuple[list[list[str]], set[str]]:
        """The people around some accounts, as far as proofs reach: their accounts; and all that were looked at."""
        looked: set[str] = set()
        found: set[proof.Proof] = set()
        ids: dict[str, str] = {}
        ahead = set(start)
        while ahead:
            looked |= ahead
            voices = self._read(ahead)
            ids |= {one.account.id: key for key, one in voices.items()}
            new = {one for key in voices for one in self._proofs(key)}
            ends = {authors.key(Account(id=id)) for one in new for id in (one.one, one.other)}
            ahead = (ends | self._mates(ends)) - looked
            found |= new
        return [[ids[id] for id in person.accounts] for person in proof.gathered(ids, found)], looked

    def _proofs(self, key: str) -> set[proof.Proof]:
        """All that ties an account to others: those it may be tied to are enough to say so."""
        voices = self._read({key, *self._beside(key)})
        if key not in voices:
            return set()
        id = voices[key].account.id
        lines = [self._line(line, voices) for line in self.stated]
        return {one for one in proof.proofs(voices.values(), lines) if id in (one.one, one.other)}

    def _line(self, line: Collection[str], voices: Mapping[str, Profile]) -> list[str]:
        """The ids of those that the operator names in one line."""
        rows = each(self.c, select(accounts.c.author), accounts.c.name, line)
        return sorted(voices[key].account.id for key in {row.author for row in rows} & voices.keys())

    def _read(self, some: Iterable[str]) -> dict[str, Profile]:
        """What is known of accounts of which anything is kept."""
        wanted = sorted(set(some))
        newest = {key: row for key in wanted if (row := _newest(self.c, key))}
        kept = [row for row in self._kept(newest) if row.text is not None]
        numbers = [*(row.text for row in newest.values()), *(row.text for row in kept)]
        read = texts.read(self.c, dict.fromkeys(numbers, ""))
        said: dict[str, list[Profile]] = {}
        for one in kept:
            said.setdefault(one.author, []).append(_profile(read[one.text]))
        return {key: _together(codec.load(read[row.text]).author, said.get(key, ())) for key, row in newest.items()}

    def _kept(self, some: Iterable[str]) -> list[Row[Any]]:
        rows = list(each(self.c, select(profiles), profiles.c.author, some))
        return sorted(rows, key=lambda row: (row.author, row.channel))

    def _claim(self, voices: Mapping[str, Profile | None]) -> None:
        """Keep which pages these accounts call theirs; None for one of which nothing is kept any more."""
        gone = [key for key, one in voices.items() if one is None]
        for chunk in chunks(voices):
            self.c.execute(delete(claims).where(claims.c.author.in_(chunk)))
        for row in self._kept(gone):
            _drop(self.c, row.channel, [row.author])
        rows = [
            {"name": codec.digest(page), "author": key, "held": page in proof.sites(one)}
            for key, one in voices.items()
            if one
            for page in sorted(_pages(one))
        ]
        if rows:
            self.c.execute(insert(claims), rows)


def stated(c: Connection) -> list[frozenset[str]]:
    """Digests of the names of accounts that the operator calls one person's, as it was applied last."""
    return [frozenset(line) for line in json.loads(facts.get(c, facts.PEOPLE) or "[]")]


def introduce(c: Connection, lines: str) -> None:
    """From now on the operator says this. Where nobody asked before, everybody is looked at."""
    circle = Circle(c)
    if facts.get(c, facts.PEOPLE):
        turned = [one for line in {*circle.stated} ^ {frozenset(line) for line in json.loads(lines)} for one in line]
    else:
        turned = None
    every = select(accounts.c.author).distinct()
    rows = c.execute(every) if turned is None else each(c, every, accounts.c.name, turned)
    circle.turned |= {row.author for row in rows if not row.author.startswith(TYPED)}
    circle.turned |= circle._mates(circle.turned)
    facts.put(c, facts.PEOPLE, lines)
    circle.stated = stated(c)
    circle.settle()


def lines(said: Iterable[Sequence[str]]) -> str:
    """What the operator says, as it is kept: no name, only digests."""
    found = {tuple(sorted({authors.called(one) for one in line} - {""})) for line in said}
    return json.dumps(sorted(line for line in found if len(line) > 1), separators=(",", ":"))


def of(c: Connection, some: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Account → all of its person's, the one that stands for all first."""
    heads = {row.author: row.person for row in each(c, select(people), people.c.author, some)}
    groups: dict[str, list[str]] = {}
    for row in each(c, select(people), people.c.person, set(heads.values())):
        groups.setdefault(row.person, []).append(row.author)
    return {key: tuple(sorted(groups[heads[key]])) if key in heads else (key,) for key in some}


def asked(c: Connection, before: str, many: int) -> list[Account]:
    """Accounts that others call theirs and whose network tells nothing of them, whose own page nobody has asked since
    that day; the longest ago first."""
    of = accounts.join(claims, (claims.c.name == accounts.c.name) & (claims.c.author != accounts.c.author))
    told = profiles.c.author == accounts.c.author
    ask = select(accounts.c.author, profiles.c.day).select_from(of.outerjoin(profiles, told)).distinct()
    network = select(profiles.c.author).where(profiles.c.channel != PAGE)
    due = or_(profiles.c.day.is_(None), profiles.c.day < before)
    rows = c.execute(ask.where(due, accounts.c.author.not_in(network))).all()
    wanted = sorted((row.day or "", row.author) for row in rows if not row.author.startswith(TYPED))
    voices = Circle(c)._read(key for _, key in wanted[:many])
    return [one.account for one in voices.values()]


def voices(c: Connection) -> list[Account]:
    """All accounts of those by whom the brand speaks."""
    known = {*facts.get(c, facts.TEAM).split(), *facts.get(c, facts.VOICES).split()}
    every = {one for group in of(c, known).values() for one in group}
    return [one.account for one in Circle(c)._read(every).values()]


def look_again(c: Connection, account: Account, day: str) -> None:
    """Its own page could not be read on that day: what it said before counts on."""
    this = {"author": authors.key(account), "channel": PAGE}
    where = (profiles.c.author == this["author"]) & (profiles.c.channel == PAGE)
    if not c.execute(update(profiles).where(where).values(day=day)).rowcount:
        c.execute(insert(profiles), {**this, "digest": NOTHING, "day": day})


def _newest(c: Connection, key: str) -> Row[Any, Any] | None:
    """The newest version that is kept of what an account said."""
    v = versions.c
    ask = select(v.text, v.digest).where(v.author == key, v.text.is_not(None))
    return c.execute(ask.order_by(v.edited.desc(), v.item, v.channel).limit(1)).first()


def _drop(c: Connection, channel: str, some: Iterable[str]) -> None:
    for chunk in chunks(some):
        of = (profiles.c.channel == channel) & profiles.c.author.in_(chunk)
        texts.wipe(c, c.scalars(select(profiles.c.text).where(of)).all())
        c.execute(delete(profiles).where(of))


def _digest(row: Row[Any] | None) -> str:
    return row.digest if row is not None else NOTHING


def _body(one: Profile) -> str:
    """A profile as it is kept: the pages alone, for the account is known by what it said."""
    return codec.pack(Profile(account=Account(), links=one.links, verified=one.verified)) if _said(one) else ""


def _said(one: Profile) -> bool:
    return bool(one.links or one.verified)


def _profile(body: str) -> Profile:
    said = codec.unpack(body)
    return Profile(account=Account(), **{key: tuple(said.get(key, ())) for key in ("links", "verified")})


def _together(account: Account, said: Iterable[Profile]) -> Profile:
    """An account with all that it says of itself anywhere."""
    every = list(said)
    links = dict.fromkeys(link for one in every for link in one.links)
    verified = dict.fromkeys(link for one in every for link in one.verified)
    return Profile(account=account, links=tuple(links), verified=tuple(verified))


def _pages(one: Profile) -> set[str]:
    """Every page it calls its own, in the spelling names are compared in."""
    return ({name(link) for link in (*one.links, *one.verified)} | proof.sites(one)) - {""}
