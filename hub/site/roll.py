"""Who said what on the pages: the site's memory of people, and which of their pages a change touches.

The manifest keeps a row for each message of an account its network vouches for, and one for each person: ids, times and
digests, no name. A person's messages are cut like every list, so that old pages never move.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from unicodedata import normalize

from hub import tidy
from hub.insight.questions import asks
from hub.model import Item, Thread
from hub.pages import Page, address, closed, digest, list_path, page_at, person
from hub.store import Store, authors

MOST = 60  # people on a page of them
OTHER = "#"  # the letter of names that begin with none, or in a script of too many
APART = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """A message: who said it, where it stands in time, what it is (post, reply, question), and what is shown of it."""

    root: str
    author: str
    sort: str
    channel: str
    what: str
    ours: bool
    letter: str  # the name begins with it
    face: str  # digest of what a list of people shows
    home: str  # where the account's page stands
    over: str  # digest of what is shown of the post it answers, with APART where the message it answers is not


class Roll:
    """One run: follows threads, then says whose pages are due. `mode` is the setting `people`."""

    def __init__(self, db: sqlite3.Connection, mode: str) -> None:
        self.db, self.mode = db, mode
        self.anew: set[str] = set()  # authors whose person must be asked for
        self.places: dict[str, set[tuple[str, str, bool]]] = {}  # person → (sort, id, did messages move there?)
        self.overs: dict[str, str] = {}  # root → what is shown of it with every answer, while everything is read
        self.totals: dict[str, int] = {}  # of people, as they were before
        self.before = standing(db)

    # what is said

    def thread(self, root: str, thread: Thread | None, changed: Collection[str]) -> None:
        """The rows of a thread become what the store says; what has not changed is not looked at again."""
        old = rows(self.db, root)
        same = {ident: row for ident, row in old.items() if ident not in changed}
        new = {ident: row for ident, row in _told(thread, same) if self._wanted(row)} if thread else {}
        for ident in old.keys() - new.keys():
            self.drop(ident, old[ident])
        for ident, row in new.items():
            was = old.get(ident) or self._row(ident)
            if was != row:
                self.put(ident, row, was)
            elif ident in changed or ident == root:  # the card of a post counts its answers
                self._note(row.author, row.sort, ident)

    def put(self, ident: str, row: Row, was: Row | None = None) -> None:
        """A message that is new, or another than it `was`."""
        if was and (was.author, was.sort) != (row.author, row.sort):
            self.drop(ident, was)
            was = None
        self._note(row.author, row.sort, ident, moved=was is None)
        person = self.person(row.author)
        if not person:
            self.anew.add(row.author)
        self._insert(ident, row, person or row.author)

    def _insert(self, ident: str, row: Row, person: str) -> None:
        values = (ident, row.root, row.author, person, row.sort, row.channel, row.what, row.ours)
        query = "INSERT OR REPLACE INTO spoken VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self.db.execute(query, (*values, row.letter, row.face, row.home, row.over))

    def drop(self, ident: str, row: Row) -> None:
        self._note(row.author, row.sort, ident, moved=True)
        self.anew.add(row.author)
        self.db.execute("DELETE FROM spoken WHERE id=?", (ident,))

    def turn(self, author: str) -> None:
        """The author is with others one person than before, or says something else of itself."""
        if self.person(author):
            self.anew.add(author)
            self.places.setdefault(author, set())

    def read(self, item: Item, thread: str, shown: Item | None = None) -> None:
        """A message, while everything is read; `shown`: of a root, the version a page shows."""
        if shown:
            self.overs[thread] = _over(item, shown)
        if (shown or item).author.id:
            row = _row(shown or item, thread, item.published, root=shown is not None)
            if self._wanted(row):
                self._insert(item.id, row, row.author)
                self.anew.add(row.author)

    def _wanted(self, row: Row) -> bool:
        return bool(row.author) and (self.mode == "all" or (self.mode == "team" and row.ours))

    def _row(self, ident: str) -> Row | None:
        return next(iter(_rows(self.db, "id=?", ident).values()), None)

    def _note(self, author: str, sort: str, ident: str, moved: bool = False) -> None:
        name = self.person(author)
        if name:
            self.totals.setdefault(name, total(self.db, name))
        self.places.setdefault(name or author, set()).add((sort, ident, moved))

    # whose pages that touches

    def touched(self, store: Store) -> set[Page]:
        """Bring people up to date; the pages that what was followed shows on."""
        pages, moved = self._regroup(store)
        found: dict[str, set[tuple[str, str, bool]]] = {name: set() for name in moved}
        for name, places in self.places.items():
            for now in {name, self.person(name) or name}:
                found.setdefault(now, set()).update(places)
        for name, places in found.items():
            pages |= self._settled(name) | self._redrawn(name, places) | self._pages(name, places)
            pages |= _whole(name, max(total(self.db, name), self.totals.get(name, 0))) if name in moved else set()
        if standing(self.db) != self.before:
            pages |= {Page(kind="people"), Page(kind="sitemap")}
        return pages

    def everything(self, store: Store, lines: Collection[tuple[str, str, bool]]) -> set[Page]:
        """Every page of people, once everything is read; `lines`: each message shown and what it answers."""
        update = "UPDATE spoken SET over=? WHERE root=? AND id != root"
        self.db.executemany(update, [(over, root) for root, over in self.overs.items()])
        here = {ident for ident, _, _ in lines}
        apart = "UPDATE spoken SET over=over || ? WHERE id=? AND id != root"
        self.db.executemany(apart, [(APART, ident) for ident, parent, _ in lines if parent not in here])
        self._regroup(store)
        pages = {Page(kind="people")} if self.mode != "none" else set()
        for (author,) in self.db.execute("SELECT DISTINCT author FROM spoken").fetchall():
            self._settled(author)
            pages |= _whole(author, total(self.db, author))
        return pages.union(*(_letter(one, many) for one, many in letters(self.db).items()))

    def _regroup(self, store: Store) -> tuple[set[Page], set[str]]:
        """Give messages to the people their authors are now; pages of accounts, and the people that are others."""
        pages, moved = set[Page](), set[str]()
        groups = set(store.persons(sorted(self.anew)).values()) if self.anew else set()
        for group in sorted(groups):
            here = [author for author in group if self.person(author)]
            for author in here:
                was = self.person(author)
                if was != here[0]:
                    self.totals.setdefault(was, total(self.db, was))
                    self.db.execute("UPDATE spoken SET person=? WHERE author=?", (here[0], author))
                    moved |= {was, here[0]}
            moved |= {here[0]} if len(here) > 1 else set()
            pages |= {Page(kind="person", name=author) for author in group}
        return pages, moved

    def _redrawn(self, name: str, places: Iterable[tuple[str, str, bool]]) -> set[Page]:
        """Where people are listed, when a picture that the newest message brought came in."""
        last = window(self.db, name, max(total(self.db, name) - 1, 0), 1)
        if not any(ident == last[0][0] for _, ident, moved in places if last and not moved):
            return set()
        (letter,) = self.db.execute("SELECT letter FROM folk WHERE person=?", (name,)).fetchone()
        return {Page(kind="people")} | _letter(letter, letters(self.db, {letter})[letter])

    def _settled(self, name: str) -> set[Page]:
        """The row of a person, from the newest message; the pages of the list it stands on or stood on."""
        query = "SELECT letter, face, ours FROM spoken WHERE person=? ORDER BY sort DESC, id DESC LIMIT 1"
        newest = self.db.execute(query, (name,)).fetchone()
        old = self.db.execute("SELECT letter, face, ours FROM folk WHERE person=?", (name,)).fetchone()
        counted = letters(self.db, {row[0] for row in (newest, old) if row}) if newest != old else {}
        self.db.execute("DELETE FROM folk WHERE person=?", (name,))
        if newest:
            self.db.execute("INSERT INTO folk VALUES (?, ?, ?, ?, ?)", (name, total(self.db, name), *newest))
        now = letters(self.db, set(counted)) if counted else {}
        team = newest != old and any(row and row[2] for row in (newest, old))
        feeds = {Page(kind="sitemap"), Page(kind="texts")} if team else set()
        return feeds.union(*(_letter(one, max(counted[one], now.get(one, 0))) for one in counted))

    def _pages(self, name: str, places: Iterable[tuple[str, str, bool]]) -> set[Page]:
        many, before = total(self.db, name), self.totals.get(name, 0)
        pages = {Page(kind="person", name=name)}
        firsts = []
        for sort, ident, moved in places:
            at = page_at(rank(self.db, name, sort, ident), many)
            pages.add(Page(kind="person", name=name, number=at))
            firsts += [at or closed(many) + 1] if moved else []
        if firsts:
            first = (
                min(firsts) if closed(many) == closed(before) else min(*firsts, closed(before) or 1, closed(many) or 1)
            )
            last = max(closed(many), closed(before))
            pages |= {Page(kind="person", name=name, number=number) for number in range(first, last + 1)}
        return pages

    def person(self, author: str) -> str:
        """The account that stands for the person whose account this is; "" where it says nothing here."""
        return person_of(self.db, author)


def person_of(db: sqlite3.Connection, author: str) -> str:
    row = db.execute("SELECT person FROM spoken WHERE author=? LIMIT 1", (author,)).fetchone()
    return row[0] if row else ""


def front(db: sqlite3.Connection, page: Page) -> str:
    """The file of a page of people; "" where it will be gone."""
    if page.kind == "people":
        some = page.number * MOST < letters(db, {page.name})[page.name] if page.name else True
        path = list_path(under_letter(page.name), page.number + 1 if page.number else 0) if page.name else "people/"
        return f"{path}index.html" if some else ""
    row = db.execute("SELECT home, person FROM spoken WHERE author=? LIMIT 1", (page.name,)).fetchone()
    if not row or page.number > (closed(total(db, page.name)) if row[1] == page.name else 0):
        return ""
    return f"{list_path(row[0], page.number)}index.html"


def under_letter(letter: str) -> str:
    """Where the people of a letter are listed."""
    plain = letter.lower() if letter.isascii() and letter.isalpha() else "other" if letter == OTHER else ""
    return f"people/{plain or f'u{ord(letter):04x}'}/"


def accounts(db: sqlite3.Connection, person: str) -> list[str]:
    """The accounts of a person that say something here."""
    query = "SELECT DISTINCT author FROM spoken WHERE person=? ORDER BY author"
    return [author for (author,) in db.execute(query, (person,))]


def total(db: sqlite3.Connection, person: str) -> int:
    return int(db.execute("SELECT count(*) FROM spoken WHERE person=?", (person,)).fetchone()[0])


def rank(db: sqlite3.Connection, person: str, sort: str, ident: str) -> int:
    """How many messages of a person are older than this place."""
    query = "SELECT count(*) FROM spoken WHERE person=? AND (sort, id) < (?, ?)"
    return int(db.execute(query, (person, sort, ident)).fetchone()[0])


def window(db: sqlite3.Connection, person: str, first: int, many: int) -> list[tuple[str, str]]:
    """(id, root) of a stretch of a person's messages, oldest first."""
    query = "SELECT id, root FROM spoken WHERE person=? ORDER BY sort, id LIMIT ? OFFSET ?"
    return db.execute(query, (person, many, first)).fetchall()


def newest(db: sqlite3.Connection, author: str) -> str:
    """What an account said last."""
    query = "SELECT id FROM spoken WHERE author=? ORDER BY sort DESC, id DESC LIMIT 1"
    row = db.execute(query, (author,)).fetchone()
    return row[0] if row else ""


def tally(db: sqlite3.Connection, author: str) -> list[tuple[str, str, int]]:
    """(channel, what, how many) of an account."""
    query = "SELECT channel, what, count(*) FROM spoken WHERE author=? GROUP BY channel, what ORDER BY channel, what"
    return db.execute(query, (author,)).fetchall()


def team(db: sqlite3.Connection) -> list[str]:
    """The people who speak for the brand, by how much they say."""
    query = "SELECT person FROM folk WHERE ours ORDER BY many DESC, person"
    return [person for (person,) in db.execute(query)]


def busiest(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """(person, messages) of those who say the most, the team aside."""
    query = "SELECT person, many FROM folk WHERE NOT ours ORDER BY many DESC, person LIMIT ?"
    return db.execute(query, (MOST,)).fetchall()


def standing(db: sqlite3.Connection) -> object:
    """All that the page of people shows."""
    query = "SELECT face, many FROM folk WHERE person=?"
    shown = [*team(db), *(person for person, _ in busiest(db))]
    return [(person, db.execute(query, (person,)).fetchone()) for person in shown], sorted(letters(db))


def letters(db: sqlite3.Connection, some: Collection[str] | None = None) -> dict[str, int]:
    """Letter → how many people's names begin with it."""
    if some is None:
        return dict(db.execute("SELECT letter, count(*) FROM folk GROUP BY letter").fetchall())
    query = "SELECT count(*) FROM folk WHERE letter=?"
    return {one: db.execute(query, (one,)).fetchone()[0] for one in some}


def under(db: sqlite3.Connection, letter: str) -> list[str]:
    return [person for (person,) in db.execute("SELECT person FROM folk WHERE letter=? ORDER BY person", (letter,))]


def rows(db: sqlite3.Connection, root: str) -> dict[str, Row]:
    """The messages of a thread by id."""
    return _rows(db, "root=?", root)


def _rows(db: sqlite3.Connection, where: str, value: str) -> dict[str, Row]:
    query = f"SELECT id, root, author, sort, channel, what, ours, letter, face, home, over FROM spoken WHERE {where}"  # noqa: S608
    found = db.execute(query, (value,))
    return {ident: Row(root, author, sort, channel, what, bool(ours), *rest)
            for ident, root, author, sort, channel, what, ours, *rest in found}  # fmt: skip


def _told(thread: Thread, same: Mapping[str, Row]) -> Iterator[tuple[str, Row]]:
    root, over = thread.root, _over(thread.root, thread.shown)
    yield root.id, same.get(root.id) or _row(thread.shown, root.id, root.published, root=True)
    said = [(reply.node, reply.parent) for reply in thread.replies if isinstance(reply.node, Item)]
    parts = {part.id for line in thread.parts.values() for part in line}
    here = {root.id, *(copy.id for copy in thread.copies), *parts, *(item.id for item, _ in said)}
    for item, parent in said:
        row = same.get(item.id) or _row(item, root.id, item.published)
        yield item.id, replace(row, over=over if parent in here else over + APART)


def _row(item: Item, thread: str, published: datetime | None, *, root: bool = False) -> Row:
    who, question = item.author, not item.ours and asks(item)
    return Row(
        root=thread,
        author=authors.key(who) if who.id and not item.withheld else "",
        sort=published.isoformat() if published else "",
        channel=item.channel,
        what="post" if root and item.ours else "question" if question else "reply",
        ours=item.ours,
        letter=letter(who.name or who.handle),
        face=digest(repr((who.name, who.handle, who.avatar))),
        home=person(who.id),
        over="",
    )


def _over(root: Item, shown: Item) -> str:
    """What an answer shows of the post, and where that stands."""
    return digest(
        repr((address(root), shown.title, shown.warning, tidy.text(shown.html)[:100] if not shown.title else ""))
    )


def letter(name: str) -> str:
    """What a name is listed under."""
    first = next((sign for sign in normalize("NFKD", name) if sign.isalnum()), "")
    return first.upper() if first.isalpha() and first < "\u2e80" and len(first.upper()) == 1 else OTHER


def _whole(name: str, many: int) -> set[Page]:
    return {Page(kind="person", name=name, number=number) for number in range(closed(many) + 1)}


def _letter(letter: str, many: int) -> set[Page]:
    """The pages of a letter's people."""
    return {Page(kind="people", name=letter, number=number) for number in range((max(many, 1) - 1) // MOST + 1)}
