"""The one door to the database: opens it, keeps its promises, and says in our words what went wrong.

SQLite: WAL, so that a reader never waits and never sees half a batch; synchronous=FULL, so that what was acknowledged
survives a power cut; secure_delete, so that what is overwritten is gone. PostgreSQL: the same by its own means.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    create_engine,
    event,
    make_url,
    text,
    update,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from hub.errors import StoreError

_Value = TypeVar("_Value")
CHUNK = 400  # values in one IN (...), rows in one step of a reader
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "busy_timeout=5000", "foreign_keys=ON")
WRITER = 0x6875_6221  # the advisory lock of PostgreSQL's one writer ("hub!")


class DamagedError(StoreError):
    """Something in the archive is not what was kept there."""


class Database:
    """An opened archive. `file` is None on PostgreSQL."""

    def __init__(self, url: str, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.backups = folder / "backups"
        try:
            where = make_url(url) if url else URL.create("sqlite", database=str(folder / "archive.sqlite"))
            self.engine = create_engine(where)
        except (ArgumentError, NoSuchModuleError, ImportError) as why:
            raise StoreError(
                f"the archive cannot be opened: {why}",
                fix='[store] url is empty or "postgresql+psycopg://USER@HOST/NAME" (pip install "brandhub[postgres]")',
            ) from why
        self.sqlite = self.engine.dialect.name == "sqlite"
        self.file = Path(where.database) if self.sqlite and where.database else None
        if self.sqlite:
            _sqlite(self.engine)

    @property
    def place(self) -> str:
        """Where the archive lies, for messages: never with a password."""
        return str(self.file or self.engine.url.render_as_string(hide_password=True))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One answer: all of it from the same moment, and no transaction left open after it."""
        with self._told(), self.engine.connect() as opened:
            if not self.sqlite:
                opened = opened.execution_options(isolation_level="REPEATABLE READ")
            with opened.begin():
                yield opened

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write, whole or not at all. A second writer waits for a moment, then is told."""
        with self._told(), self.engine.connect().execution_options(writing=True) as opened, opened.begin():
            if not self.sqlite:
                opened.execute(text("SET LOCAL lock_timeout = '5s'"))
                opened.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER})
            yield opened

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection outside any transaction, for what the database does with itself."""
        mode = {"outside": True} if self.sqlite else {"isolation_level": "AUTOCOMMIT"}
        with self._told(), self.engine.connect().execution_options(**mode) as opened:
            yield opened

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as why:
            raise self.error(why) from why
        except DamagedError as why:
            raise StoreError(f"{self.place} is damaged: {why.what}", fix=self.restore) from why

    def error(self, why: Exception) -> StoreError:
        """What a driver said, as an error that names the place and how to mend it."""
        said = str(why.orig if isinstance(why, DBAPIError) else why).strip().split("\n")[0]
        return StoreError(f"{self.place}: {said}", fix=self._fix(said.lower()))

    def _fix(self, said: str) -> str:
        if "full" in said or "no space" in said:
            return "make room on that disk; nothing already stored is lost, and the next update goes on from there"
        if "malformed" in said or "not a database" in said or "corrupt" in said:
            return self.restore
        if "readonly" in said or "unable to open" in said or "permission" in said:
            return "let the user who runs hub write to that file and its folder"
        if "locked" in said or "lock timeout" in said:
            return "another process is writing to it; wait until it is done"
        return "see that the database is up and may be reached" if not self.sqlite else "run: hub doctor"

    @property
    def restore(self) -> str:
        """How to get a damaged archive back."""
        kept = sorted(self.backups.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
        if not self.sqlite:
            return "restore it from your own backup of the database"
        if kept:
            return f"put the backup in its place (and remove the -wal file beside it): {kept[-1]}"
        return f"restore {self.place} from your own backup ({self.backups} holds none); or move it away to begin anew"


def each(c: Connection, ask: Select[Any], column: ColumnElement[Any], values: Iterable[object]) -> Iterator[Row[Any]]:
    """The rows of `ask` whose `column` is among the values, however many these are."""
    for chunk in chunks(values):
        yield from c.execute(ask.where(column.in_(chunk)))


def chunks(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    """Values in lists that one statement takes."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def sign(c: Connection, column: Column[bool], said: Mapping[str, bool]) -> None:
    """Write down what is so of the rows with these ids, and of which it is not."""
    ident = column.table.c.id
    for value in (True, False):
        for chunk in chunks(id for id, is_so in said.items() if is_so is value):
            c.execute(update(column.table).where(ident.in_(chunk)).values({column: value}))


def _sqlite(engine: Engine) -> None:
    """Transactions begin where we say: at once for a writer, so that it never meets a change half-way."""

    @event.listens_for(engine, "connect")
    def connected(raw: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(c: Connection) -> None:
        options = c.get_execution_options()
        if not options.get("outside"):
            c.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")
