"""Unused room of an SQLite file is cleared where it lies, and nothing that counts is touched."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from hub import gaps

MARKS = [f"MARK{number:05}END" for number in range(3000)]


def filled(path: Path) -> tuple[list[str], list[str]]:
    """A file with rows that came and went as ids do, in the middle; (marks that are gone, marks that stand)."""
    order = Random(3)
    order.shuffle(marks := list(MARKS))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete=ON")
        db.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, body TEXT)")
        for mark in marks:
            db.execute("INSERT INTO rows VALUES (?, ?)", (mark, "x" * order.randint(0, 300)))
        gone = marks[::2]
        db.executemany("DELETE FROM rows WHERE id=?", [(mark,) for mark in gone])
    return gone, marks[1::2]


def held(path: Path, marks: list[str]) -> int:
    whole = path.read_bytes()
    return sum(mark.encode() in whole for mark in marks)


@pytest.mark.slow
def test_what_secure_delete_left_is_gone_and_the_rest_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    gone, live = filled(path)
    assert held(path, gone) > 0
    assert gaps.clear(path)
    with closing(sqlite3.connect(path)) as db:
        sound = db.execute("PRAGMA integrity_check").fetchone()[0]
        rows = {row[0] for row in db.execute("SELECT id FROM rows")}
    assert (held(path, gone), sound, rows) == (0, "ok", set(live))


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    path.write_bytes(body := bytes(range(256)) * 32)
    assert (gaps.clear(path), path.read_bytes() == body) == (False, True)


def test_an_empty_file_is_none(tmp_path: Path) -> None:
    (path := tmp_path / "some.sqlite").touch()
    assert not gaps.clear(path)
