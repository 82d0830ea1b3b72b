"""How an archive is opened, brought up to date, and says what is wrong with it."""

import sqlite3
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.errors import StoreError
from hub.model import Account, Health, Item
from hub.store import authors, migrate
from hub.store.archive import Archive, open_archive
from hub.store.schema import HEAD, schema
from tests.store.said import START, bring, post, visible

LATER = (  # columns that newer steps add, and the index on each
    ("versions_author", "versions", "author"),
    ("items_copy_of", "items", "copy_of"),
    ("", "items", "tied_by"),
    ("", "items", "mention"),
    ("", "items", "crowned"),
    ("items_part", "items", "part"),
    ("versions_until", "versions", "until"),
    ("items_held", "items", "held"),
    ("", "reactions", "channel"),
)
LATER_TABLES = ("accounts", "traces", "history", "profiles", "claims", "people")


def at_revision(folder: Path, revision: str, *more: Item) -> None:
    """Take an archive with two posts back to an older schema."""
    with open_archive("", folder) as archive:
        bring(archive, post("a"), post("b"), *more)
    with sqlite3.connect(folder / "archive.sqlite") as db:
        for index, table, column in LATER:
            db.execute(f"DROP INDEX IF EXISTS {index or column}")
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("DROP INDEX items_voice")
        db.execute("DROP INDEX items_answer")
        db.execute("CREATE INDEX items_above ON items (above)")
        for table in (*(("files", "shows", "redirects") if revision < "0002" else ()), *LATER_TABLES):
            db.execute(f"DROP TABLE {table}")
        db.execute("UPDATE alembic_version SET version_num = ?", [revision])
    db.close()


def test_the_folder_of_an_archive_is_its_owners_alone(tmp_path: Path) -> None:
    open_archive("", tmp_path / "hub").close()
    assert stat.S_IMODE((tmp_path / "hub").stat().st_mode) == 0o700


def test_a_file_is_opened_with_every_promise(tmp_path: Path) -> None:
    with open_archive("", tmp_path) as archive, archive.database.reading() as c:
        asked = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        assert [c.exec_driver_sql(f"PRAGMA {one}").scalar() for one in asked] == ["wal", 2, 1, 1]


def test_the_steps_make_exactly_the_schema_of_the_program(archive: Archive) -> None:
    with archive.database.reading() as c:
        assert compare_metadata(MigrationContext.configure(c), schema) == []


def test_the_newest_step_is_the_one_the_program_knows() -> None:
    assert ScriptDirectory(str(migrate.STEPS)).get_heads() == [HEAD]


def test_an_older_archive_is_brought_up_to_date_and_keeps_what_it_holds(tmp_path: Path) -> None:
    at_revision(tmp_path, "0001")
    with open_archive("", tmp_path) as archive:
        assert (visible(archive), archive.redirects(), archive.unused()) == (["a", "b"], {}, [])


def test_what_is_here_of_a_kind_with_a_keeping_time_counts_from_the_last_good_pull(tmp_path: Path) -> None:
    with open_archive("", tmp_path) as archive:
        archive.note(Health(channel="blog", kind="youtube", last_success=START))
    at_revision(tmp_path, "0001")
    with open_archive("", tmp_path) as archive:
        assert (archive.fade(START.date() + timedelta(days=30)), archive.fade(date(2026, 2, 1))) == (0, 2)


def test_who_is_whose_is_asked_anew_where_it_was_told_by_other_proofs(tmp_path: Path) -> None:
    two = [Account(name="A", url=f"https://s.example/@{name}", id=f"https://s.example/{name}") for name in "ab"]
    with open_archive("", tmp_path) as archive:
        archive.introduce([])
        bring(archive, *(post(one.id[-1], author=one) for one in two))
    with sqlite3.connect(tmp_path / "archive.sqlite") as db:
        db.executemany("INSERT INTO people VALUES (?, 'one')", [(authors.key(one),) for one in two])
        for later in ("DROP INDEX items_answer", "DROP INDEX items_held", "ALTER TABLE items DROP COLUMN held"):
            db.execute(later)
        db.execute("ALTER TABLE reactions DROP COLUMN channel")
        db.execute("DELETE FROM facts WHERE key = 'voices'")
        db.execute("UPDATE alembic_version SET version_num = '0009'")
    db.close()
    with open_archive("", tmp_path) as archive:
        archive.introduce([])
        assert archive.persons([authors.key(two[0])]) == {authors.key(two[0]): (authors.key(two[0]),)}


def test_before_it_is_brought_up_to_date_a_whole_copy_is_made(tmp_path: Path) -> None:
    at_revision(tmp_path, "0001")
    with open_archive("", tmp_path) as archive:
        (copy,) = (tmp_path / "backups").iterdir()
        with sqlite3.connect(copy) as db:
            assert db.execute("SELECT count(*) FROM items").fetchall() == [(2,)]
        db.close()
        archive.settle()
    assert list((tmp_path / "backups").iterdir()) == []


def test_an_archive_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    at_revision(tmp_path, "9999")
    with pytest.raises(StoreError, match="newer version") as told:
        open_archive("", tmp_path)
    assert "pip install --upgrade" in told.value.fix


def test_a_file_that_is_no_database_points_to_the_backup(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "archive-0001.sqlite").write_bytes(b"")
    (tmp_path / "archive.sqlite").write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreError, match=r"archive\.sqlite: file is not a database") as told:
        open_archive("", tmp_path)
    assert "backups/archive-0001.sqlite" in told.value.fix


def test_a_damaged_text_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    with open_archive("", tmp_path) as archive:
        bring(archive, post("a", html="<p>original</p>"))
        archive.settle()
    file = tmp_path / "archive.sqlite"
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    file.write_bytes(file.read_bytes().replace(b"original", b"originaI"))
    with open_archive("", tmp_path) as archive, pytest.raises(StoreError, match="damaged") as told:
        visible(archive)
    assert "from your own backup" in told.value.fix


def test_a_check_of_the_file_finds_nothing_in_a_sound_one(archive: Archive) -> None:
    bring(archive, post("a"))
    assert archive.check() == []


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite").mkdir()
    with pytest.raises(StoreError, match="unable to open") as told:
        open_archive("", tmp_path)
    assert "let the user who runs hub write" in told.value.fix


def test_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    with open_archive("", tmp_path) as archive:
        bring(archive, post("a"))
        with archive.database.alone() as c:
            pages = c.exec_driver_sql("PRAGMA page_count").scalar()
            c.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError, match="full") as told:
            bring(archive, post("b", html="x" * 100_000))
        assert "make room" in told.value.fix
        assert visible(archive) == ["a"]


def test_a_second_writer_is_told_who_is_in_the_way(tmp_path: Path) -> None:
    with open_archive("", tmp_path) as archive:
        other = sqlite3.connect(tmp_path / "archive.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with archive.database.alone() as c:
            c.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(StoreError, match="locked") as told:
            bring(archive, post("a"))
        assert "another process" in told.value.fix
        other.close()


@pytest.mark.parametrize("url", ["nonsense", "mystery://x/y", "sqlite+nothing:///x"])
def test_an_address_that_is_none_says_what_would_be(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match="cannot be opened") as told:
        open_archive(url, tmp_path)
    assert "postgresql+psycopg://" in told.value.fix


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        open_archive("postgresql+psycopg://me:hunter2@127.0.0.1:1/hub", tmp_path)
    assert "127.0.0.1" in str(told.value)
    assert "hunter2" not in str(told.value)
