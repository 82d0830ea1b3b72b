"""The archive: the store on SQLite or PostgreSQL. One method per question; the modules beside it answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import select

from hub.copies import FREE, Rulings
from hub.errors import StoreError
from hub.model import Account, Batch, Changes, Complete, Coverage, Entry, Health, Item, Profile, Thread
from hub.people import Person
from hub.store import (
    File,
    Forgot,
    Judge,
    Past,
    Record,
    authors,
    channels,
    codec,
    coverage,
    facts,
    figures,
    files,
    intake,
    journal,
    kin,
    lists,
    mentions,
    migrate,
    oblivion,
    persons,
    reactions,
    reading,
    redirects,
    show_all,
    texts,
    versions,
)
from hub.store.database import Database, chunks
from hub.store.names import holders
from hub.store.schema import items
from hub.store.transaction import Transaction


def open_archive(url: str, folder: Path) -> Archive:
    """The archive at a database URL; "" is archive.sqlite in the folder. An older one is brought up to date."""
    return _opened(url, folder, migrate.upgrade)


def read_archive(url: str, folder: Path) -> Archive:
    """The same for one who only asks, without the lock of an update: an older archive is refused, not altered."""
    return _opened(url, folder, migrate.begin)


def _opened(url: str, folder: Path, prepare: Callable[[Database], None]) -> Archive:
    database = Database(url, folder)
    try:
        prepare(database)
    except StoreError:
        database.close()
        raise
    return Archive(database)


class Archive:
    """Everything that was said, as a journal. See hub.store.Store for what each method promises."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def seq(self) -> int:
        with self.database.reading() as c:
            return journal.seq(c)

    # what a pull brings

    def save(
        self, channel: str, batch: Batch, judge: Judge = show_all, day: date | None = None, keep: int = 0
    ) -> Changes:
        """Items first, then what is gone, then lists that were read whole; figures, faces, cursor: one transaction."""
        with self.database.writing() as c:
            return intake.write(c, channel, batch, judge, day, keep)

    def preview(self, channel: str, batch: Batch, judge: Judge = show_all) -> Changes:
        """The same write, taken back before it counts."""
        with self.database.writing() as c:
            changes = intake.write(c, channel, batch, judge)
            c.rollback()
        return changes

    def fade(self, today: date, judge: Judge = show_all) -> int:
        with self.database.reading() as c:
            due = versions.over(c, today)
        for channel, ids in due.items():
            for chunk in chunks(ids):
                with self.database.writing() as c:
                    work = Transaction(c, channel, judge)
                    work.fade(chunk)
                    work.finish()
        return sum(map(len, due.values()))

    def recruit(self, team: Iterable[str], judge: Judge = show_all) -> Changes:
        """A team that is the same as before costs one question."""
        if self._kept(facts.TEAM, "\n".join(sorted({codec.key(id) for id in team}))):
            return Changes()
        with self.database.writing() as c:
            work = Transaction(c, "", judge)
            work.recruit(team)
            return work.finish()

    def welcome(self, said: str, let: Iterable[str] = ()) -> Changes:
        through = {codec.key(name) for name in let} - {""}
        if self._kept(facts.MENTIONS, said) and self._kept(facts.LET, "\n".join(sorted(through))):
            return Changes()
        with self.database.writing() as c:
            work = Transaction(c, "", show_all)
            work.welcome(said, through)
            return work.finish()

    def introduce(self, stated: Iterable[Sequence[str]]) -> None:
        lines = persons.lines(stated)
        if self._kept(facts.PEOPLE, lines):
            return
        with self.database.writing() as c:
            persons.introduce(c, lines)

    def _kept(self, fact: str, said: str) -> bool:
        """Was this said before, so that nothing of what is stored turns?"""
        with self.database.reading() as c:
            return facts.get(c, fact) == said

    def asked(self, before: date, many: int) -> list[Account]:
        with self.database.reading() as c:
            return persons.asked(c, before.isoformat(), many)

    def vouch(self, account: Account, links: Sequence[str] | None, day: date) -> None:
        with self.database.writing() as c:
            if links is None:
                persons.look_again(c, account, day.isoformat())
                return
            circle = persons.Circle(c)
            circle.tell(persons.PAGE, [Profile(account=account, links=tuple(links))], day.isoformat())
            circle.settle()

    def held(self, channel: str, ids: Iterable[str]) -> Mapping[str, datetime | None]:
        with self.database.reading() as c:
            return versions.held(c, channel, ids)

    def lacking(self, channel: str, complete: Complete) -> list[str]:
        with self.database.reading() as c:
            return sorted(lists.lacking(c, channel, complete))

    def after(self, channel: str, id: str, many: int) -> list[Item]:
        with self.database.reading() as c:
            return versions.after(c, channel, id, many)

    def brought(self, channel: str, names: Iterable[str]) -> list[Item]:
        with self.database.reading() as c:
            held = holders(c, {codec.key(name) for name in names}, channel)
            return list(versions.said(c, channel, sorted({id for id, _ in held.values()})).values())

    def forget(
        self,
        ids: Collection[str],
        forgotten: Callable[[Account], bool],
        judge: Judge = show_all,
        day: date | None = None,
        clean: Callable[[Mapping[str, object]], Mapping[str, object]] = dict,
    ) -> Forgot:
        with self.database.writing() as c:
            work = Transaction(c, "", judge)
            done = work.forget(sorted(ids))
            many, faced = oblivion.faces(c, forgotten)
            work.finish(faced=faced)
            oblivion.rename(c, ids)
            if channels.clean(c, clean):
                oblivion.unname(c)
            facts.left(c, day, done.items)
        return replace(done, reactions=many)

    def purge(self, heard: int) -> None:
        with self.database.writing() as c:
            oblivion.purge(c, heard)

    def decide(self, ids: Iterable[str], judge: Judge, was: str, digest: str) -> Changes:
        """Where other rules changed as well nothing is done: all of them must be asked about everything."""
        with self.database.reading() as c:
            if facts.get(c, facts.RULES) != was:
                return Changes()
        with self.database.writing() as c:
            work = Transaction(c, "", judge)
            faced = set[str]()
            for chunk in chunks(sorted(set(ids))):
                rows = reading.rows(c, chunk)
                work.judge_anew(rows)
                faced |= reactions.by(c, [item.author for item in reading.bodies(c, rows.values()).values()])
                faced |= reactions.at(c, chunk)
            facts.put(c, facts.RULES, digest)
            return work.finish(faced=faced)

    def rejudge(self, judge: Judge, digest: str, rulings: Rulings = FREE) -> Changes:
        """Ask changed rules about every text that is kept."""
        with self.database.reading() as c:
            if facts.get(c, facts.RULES) == digest and kin.settled(c):
                return Changes()
        with self.database.writing() as c:
            work = Transaction(c, "", judge)
            for ids in chunks(
                c.scalars(select(items.c.id).where(items.c.text.is_not(None)).order_by(items.c.id)).all()
            ):
                work.judge_anew(reading.rows(c, ids))
            work.rule(rulings)
            facts.put(c, facts.RULES, digest)
            return work.finish(faced=reactions.every(c))

    # what the followers ask

    def changed(self, since: int) -> Iterator[Entry]:
        """Read in steps, each an answer of its own: what changes meanwhile comes next time, at its newer number."""
        until = self.seq
        while entries := self._entries(since, until):
            yield from entries
            since = entries[-1].seq

    def item(self, name: str) -> Item | None:
        with self.database.reading() as c:
            return reading.item(c, name)

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        with self.database.reading() as c:
            return tuple(sorted(id for id, _ in holders(c, {codec.key(name) for name in names}).values()))

    def said_by(self, names: Iterable[str]) -> tuple[str, ...]:
        with self.database.reading() as c:
            return tuple(authors.said(c, authors.answering(c, names)))

    def persons(self, authors: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        with self.database.reading() as c:
            return persons.of(c, authors)

    def accounts(self, names: Collection[str]) -> list[Account]:
        with self.database.reading() as c:
            return persons.Circle(c).named(names)

    def voices(self) -> list[Account]:
        with self.database.reading() as c:
            return persons.voices(c)

    def person(self, author: str) -> Person:
        with self.database.reading() as c:
            return persons.Circle(c).of(author)

    def told(self, ids: Iterable[str]) -> list[Item]:
        with self.database.reading() as c:
            return oblivion.told(c, ids)

    @property
    def floor(self) -> int:
        with self.database.reading() as c:
            return int(facts.get(c, facts.FLOOR) or 0)

    def thread(self, root: str) -> Thread | None:
        with self.database.reading() as c:
            return reading.thread(c, root)

    def incomplete(self) -> list[tuple[str, tuple[Coverage, ...]]]:
        with self.database.reading() as c:
            return list(coverage.incomplete(c))

    def records(self, ids: Iterable[str] | None = None) -> Iterator[Record]:
        wanted = None if ids is None else sorted(set(ids))
        past: tuple[str, str] | None = ("", "")
        while past:
            with self.database.reading() as c:
                found = reading.records(c, past, wanted)
            yield from (record for _, record in found)
            past = found[-1][0] if found and wanted is None else None

    def redirects(self) -> Mapping[str, str]:
        with self.database.reading() as c:
            return redirects.read(c)

    def removed(self) -> Mapping[str, int]:
        with self.database.reading() as c:
            return {month: int(many) for month, many in facts.beginning(c, facts.REMOVED).items()}

    def waiting(self, prefix: str) -> list[tuple[str, Item]]:
        with self.database.reading() as c:
            return reading.waiting(c, prefix)

    def newest(self, many: int) -> list[Item]:
        with self.database.reading() as c:
            return reading.newest(c, many)

    def reacted(self, channels: Collection[str]) -> list[Item]:
        with self.database.reading() as c:
            return reactions.brought(c, channels)

    def unplaced(self, many: int) -> list[Item]:
        with self.database.reading() as c:
            return mentions.unplaced(c, many)

    def past(self, name: str) -> list[Past]:
        with self.database.reading() as c:
            return figures.past(c, name)

    def followers(self, channel: str) -> list[tuple[date, int]]:
        with self.database.reading() as c:
            return figures.followers(c, channel)

    def hidden(self) -> Mapping[str, int]:
        with self.database.reading() as c:
            return reading.hidden(c)

    # channels

    def health(self, channel: str) -> Health:
        with self.database.reading() as c:
            return channels.health(c, channel)

    def spoke(self, channel: str, many: int = 30) -> list[datetime]:
        with self.database.reading() as c:
            return channels.spoke(c, channel, many)

    def brings(self, channel: str) -> int:
        with self.database.reading() as c:
            return channels.brings(c, channel)

    def note(self, health: Health) -> None:
        with self.database.writing() as c:
            channels.note(c, health)

    def hosts(self) -> Mapping[str, datetime]:
        with self.database.reading() as c:
            return channels.waits(c)

    def note_hosts(self, waits: Mapping[str, datetime]) -> None:
        with self.database.writing() as c:
            channels.note_waits(c, waits)

    # pictures

    def wanted(self, now: datetime, limit: int = 500) -> list[str]:
        with self.database.reading() as c:
            return files.wanted(c, now, limit)

    def file(self, url: str) -> File | None:
        with self.database.reading() as c:
            return files.read(c, url)

    def keep(self, file: File) -> None:
        with self.database.writing() as c:
            files.keep(c, file)

    def unused(self) -> list[str]:
        with self.database.writing() as c:
            return files.unused(c)

    # erasing

    def settle(self, seconds: float = 5.0) -> bool:
        """Backups go, too: what was a good update's past may hold what is erased now."""
        migrate.drop_backups(self.database)
        if not self.erasing():
            return True
        done = texts.settle(self.database, seconds)
        if done:
            with self.database.writing() as c:
                facts.put(c, facts.ERASING, "")
        return done

    def erasing(self) -> bool:
        with self.database.reading() as c:
            return bool(facts.get(c, facts.ERASING))

    def check(self) -> list[str]:
        """What is wrong with the file itself, for hub doctor; nothing is what should come."""
        with self.database.reading() as c:
            said = c.exec_driver_sql("PRAGMA integrity_check").scalars().all() if self.database.sqlite else ["ok"]
        return [str(line) for line in said if line != "ok"]

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _entries(self, since: int, until: int) -> list[Entry]:
        with self.database.reading() as c:
            return reading.entries(c, since, until)
