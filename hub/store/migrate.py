"""Brings an archive's schema up to date, with a copy made first. Alembic does the steps; migrations/ holds them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from hub.errors import StoreError
from hub.store.database import Database
from hub.store.schema import HEAD

STEPS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """An empty database becomes an archive, an older one a newer; one that is newer than this program is refused."""
    with database.reading() as c:
        found = revision(c)
    if found == HEAD:
        return
    if found > HEAD:
        raise StoreError(
            f"{database.place} was written by a newer version of this program (schema {found}, known is {HEAD})",
            fix="pip install --upgrade brandhub",
        )
    if found:
        backup(database, found)
    with database.writing() as c:
        _run(c)


def begin(database: Database) -> None:
    """An empty database becomes an archive; one that is not this program's own version is refused."""
    with database.reading() as c:
        found = revision(c)
    if found and found < HEAD:
        what = f"{database.place} was written by an older version of this program (schema {found}, now {HEAD})"
        raise StoreError(what, fix="hub update")
    upgrade(database)


def revision(c: Connection) -> str:
    """The revision an archive is at, "" for an empty database."""
    if not inspect(c).has_table("alembic_version"):
        return ""
    return str(c.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def backup(database: Database, found: str) -> None:
    """A whole copy beside the archive. On PostgreSQL backups are the operator's."""
    if database.file is None:
        return
    database.backups.mkdir(mode=0o700, exist_ok=True)
    copy = sqlite3.connect(database.backups / f"archive-{found}.sqlite")
    with database.alone() as c:
        raw = c.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            raw.backup(copy)
    copy.close()


def drop_backups(database: Database) -> None:
    """Copies made before a migration are not kept longer than until the first good update."""
    for path in database.backups.glob("archive-*.sqlite*") if database.file else ():
        path.unlink()


def _run(c: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.attributes["connection"] = c
    command.upgrade(config, "head")
