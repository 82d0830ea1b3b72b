"""Gone means gone: what is erased is in no file of the folder."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from hub.model import Account, Batch, Media, Reaction
from hub.store import File, migrate
from hub.store.archive import Archive, open_archive
from tests.store.conftest import Fresh
from tests.store.said import START, bring, item, lose, post, url, visible


@pytest.fixture
def archive(template: Path, tmp_path: Path) -> Archive:
    (tmp_path / "archive.sqlite").write_bytes(template.read_bytes())
    opened = open_archive("", tmp_path)
    yield opened
    opened.close()


def left(folder: Path, *marks: str) -> set[str]:
    """The marks that any file of the folder still holds."""
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return {mark for mark in marks if mark.encode() in held}


def marked(name: str, mark: str) -> object:
    """An item that says a mark in every field that others fill."""
    return item(
        name, to="a", html=f"<p>{mark}</p>", title=mark, warning=mark, tags=(mark,), url=url(f"{mark}/page"),
        author=Account(name=mark, handle=mark, avatar=url(f"{mark}.png")), media=(Media(url=url(mark), alt=mark),),
        aliases=(url(f"alias/{mark}"),), links=(url(f"link/{mark}"),),
    )  # fmt: skip


def test_of_a_gone_item_no_word_is_left_in_any_file(archive: Archive, tmp_path: Path) -> None:
    bring(archive, post("a"), marked("b", "SECRET"), item("c", to="b"))
    archive.keep(File(url=url("SECRET"), error="SECRET is not a picture"))
    bring(archive, reactions=(Reaction(target=url("b"), type="like", account=Account(name="SECRET", id="x")),))
    assert left(tmp_path, "SECRET")
    lose(archive, "b")
    archive.unused()
    assert (archive.erasing(), archive.settle(), archive.erasing()) == (True, True, False)
    assert not left(tmp_path, "SECRET")


def test_of_an_edited_item_the_old_words_are_left_in_no_file(archive: Archive, tmp_path: Path) -> None:
    bring(archive, post("a"), marked("b", "SECRET"))
    bring(archive, marked("b", "PUBLIC"))
    archive.settle()
    assert left(tmp_path, "SECRET", "PUBLIC") == {"PUBLIC"}


def test_nothing_is_left_after_many_erasures_in_a_busy_archive(archive: Archive, tmp_path: Path) -> None:
    order, live, gone, number = Random(5), [], [], 0
    bring(archive, post("a"))
    for _ in range(25):
        fresh = [f"MARK{number + n:05}END" for n in range(order.randint(1, 40))]
        number += len(fresh)
        bring(
            archive, *(replace(marked(mark.lower(), mark), html=mark + "x" * order.randint(0, 5000)) for mark in fresh)
        )
        live = order.sample([*live, *fresh], len(live) + len(fresh))
        cut = order.randint(0, len(live) // 2)
        lose(archive, *(mark.lower() for mark in live[:cut]))
        gone, live = [*gone, *live[:cut]], live[cut:]
    archive.unused()
    assert archive.settle()
    assert left(tmp_path, *gone, *live) == set(live)


def test_a_reader_in_the_way_leaves_the_erasure_pending_and_it_is_made_good(archive: Archive, tmp_path: Path) -> None:
    bring(archive, post("a"), marked("b", "SECRET"))
    reader = sqlite3.connect(tmp_path / "archive.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM texts").fetchall()
    lose(archive, "b")
    assert (archive.settle(seconds=0.05), archive.erasing()) == (False, True)
    reader.execute("COMMIT")
    assert (archive.settle(), left(tmp_path, "SECRET")) == (True, set())
    reader.close()


def test_a_second_connection_that_reads_now_and_then_is_no_hindrance(archive: Archive, tmp_path: Path) -> None:
    other = open_archive("", tmp_path)
    bring(archive, post("a"), marked("b", "SECRET"))
    assert visible(other) == ["a", "b"]
    lose(archive, "b")
    assert visible(other) == ["a"]
    assert (archive.settle(), left(tmp_path, "SECRET")) == (True, set())
    other.close()


def test_an_erasure_takes_the_backups_with_it(archive: Archive, tmp_path: Path) -> None:
    bring(archive, post("a"), marked("b", "SECRET"))
    migrate.backup(archive.database, "0001")
    lose(archive, "b")
    archive.settle()
    assert not left(tmp_path, "SECRET")


def test_room_of_erased_texts_is_won_back_once_it_is_half_of_the_file(archive: Archive, tmp_path: Path) -> None:
    bring(archive, *(post(f"p{n}", html="x" * 200_000) for n in range(30)))
    lose(archive, *(f"p{n}" for n in range(1, 30)))
    archive.settle()
    assert (tmp_path / "archive.sqlite").stat().st_size < 1_000_000
    bring(archive, post("q", html="new"))
    assert [archive.item(url(name)).html[:3] for name in ("p0", "q")] == ["xxx", "new"]


@pytest.mark.slow
def test_postgresql_settles_by_its_own_vacuum(fresh: Fresh) -> None:
    archive = fresh()
    bring(archive, post("a"), marked("b", "SECRET"))
    lose(archive, "b")
    assert (archive.settle(), archive.erasing()) == (True, False)


def test_a_quiet_archive_has_nothing_to_settle(archive: Archive) -> None:
    archive.save("blog", Batch(items=(post("a"),)))
    assert (archive.erasing(), archive.settle(), archive.wanted(START)) == (False, True, [])
