"""Pictures: told by their bytes, kept whole, fetched once."""

from __future__ import annotations

import base64
import json
import shutil
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import pictures
from hub.errors import OutputError
from hub.model import Batch, Item, Media
from hub.store import Store
from hub.store.archive import open_archive
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\x00\x00\x00"
GIF = b"GIF89a" + struct.pack("<HH", 3, 4)
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", 48, 64) + b"\x03" + bytes(9)
VP8X = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\x3f\x00\x00\x1f\x00\x00"
VP8L = b"RIFF\x00\x00\x00\x00WEBPVP8L\x05\x00\x00\x00\x2f" + (63 | 31 << 14).to_bytes(4, "little")
VP8 = b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 64, 32)
AVIF = b"\x00\x00\x00\x18ftypavif" + bytes(40) + b"ispe" + bytes(4) + struct.pack(">II", 64, 32)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (PNG, ("image/png", 640, 480)),
        (GIF, ("image/gif", 3, 4)),
        (JPEG, ("image/jpeg", 64, 48)),
        (VP8X, ("image/webp", 64, 32)),
        (VP8L, ("image/webp", 64, 32)),
        (VP8, ("image/webp", 64, 32)),
        (AVIF, ("image/avif", 64, 32)),
        (b"\x89PNG\r\n\x1a\n", ("image/png", 0, 0)),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
        (b"<!doctype html>", None),
        (b"BM....", None),
        (b"", None),
    ],
)
def test_the_bytes_tell_the_type_and_size(body: bytes, told: tuple[str, int, int] | None) -> None:
    assert pictures.told(body) == told


@given(st.binary(max_size=60), st.sampled_from([PNG, GIF, JPEG, VP8X, VP8L, VP8, AVIF]), st.integers(0, 60))
def test_no_bytes_whatever_break_the_telling(noise: bytes, start: bytes, cut: int) -> None:
    found = pictures.told(start[:cut] + noise)
    assert found is None or min(found[1:]) >= 0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An archive with one item that shows one picture."""
    archive = open_archive("", tmp_path / ".hub")
    media = (Media(url="https://ada.example/a.png", alt="a"),)
    item = Item(id="https://ada.example/1", url="https://ada.example/1", channel="blog", ours=True, media=media)
    archive.save("blog", Batch(items=(item,)))
    yield archive
    archive.close()


def web(folder: Path, status: int = 200, body: bytes = PNG) -> Web:
    """A network that answers the picture's address like this."""
    answer = {"status": status, "headers": {}, "base64": base64.b64encode(body).decode()}
    exchange = {"request": {"method": "GET", "url": "https://ada.example/a.png"}, "response": answer}
    recording = folder / "recording.json"
    recording.write_text(json.dumps({"origin": "made by this test", "exchanges": [exchange]}))
    return Web(agent="test", now=lambda: NOW, replay=recording, sleep=lambda _: None)


def test_a_picture_is_fetched_once_and_named_by_its_digest(store: Store, tmp_path: Path) -> None:
    net = web(tmp_path)
    assert pictures.fetch(store, net, tmp_path / "media", NOW) == (1, 0)
    assert pictures.fetch(store, net, tmp_path / "media", NOW) == (0, 0)
    kept = store.file("https://ada.example/a.png")
    assert kept
    assert (kept.type, kept.width, (tmp_path / "media" / kept.digest).read_bytes()) == ("image/png", 640, PNG)


@pytest.mark.parametrize(("status", "body"), [(404, b""), (500, b""), (200, b"<svg/>"), (200, b"\x00" * 6_000_000)])
def test_a_picture_that_cannot_be_had_waits_and_leaves_no_file(
    store: Store, tmp_path: Path, status: int, body: bytes
) -> None:
    assert pictures.fetch(store, web(tmp_path, status, body), tmp_path / "media", NOW) == (0, 1)
    assert not (tmp_path / "media").exists()
    assert store.wanted(NOW) == []
    assert store.wanted(NOW + timedelta(days=8)) == ["https://ada.example/a.png"]


def test_a_picture_nobody_shows_any_more_goes(store: Store, tmp_path: Path) -> None:
    pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW)
    store.save("blog", Batch(gone=("https://ada.example/1",)))
    assert pictures.prune(store, tmp_path / "media") == 1
    assert list((tmp_path / "media").iterdir()) == []


def test_pictures_that_were_lost_are_wanted_again(store: Store, tmp_path: Path) -> None:
    pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW)
    shutil.rmtree(tmp_path / "media")
    pictures.reconcile(store, tmp_path / "media")
    assert pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW) == (1, 0)


def test_files_nobody_knows_go(store: Store, tmp_path: Path) -> None:
    pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW)
    pictures.write(tmp_path / "media/left-by-a-crash", b"x")
    pictures.reconcile(store, tmp_path / "media")
    assert len(list((tmp_path / "media").iterdir())) == 1
    assert store.wanted(NOW) == []


def test_a_file_is_put_in_its_place_whole(tmp_path: Path) -> None:
    pictures.write(tmp_path / "new/file", b"one")
    pictures.write(tmp_path / "new/file", b"two")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "new").iterdir()] == [("file", b"two")]


def test_what_a_kill_left_that_nobody_knows_goes_at_the_next_update(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    pictures.in_step(store, folder).__enter__()  # and never left: a kill
    pictures.write(folder / "unknown", b"x")
    with pictures.in_step(store, folder):
        pictures.prune(store, folder)
    assert list(folder.iterdir()) == []


def test_what_a_kill_left_of_a_deleted_picture_goes_at_the_next_update(store: Store, tmp_path: Path) -> None:
    pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW)
    store.save("blog", Batch(gone=("https://ada.example/1",)))
    pictures.in_step(store, tmp_path / "media").__enter__()  # and never left: a kill
    store.unused()
    with pictures.in_step(store, tmp_path / "media"):
        assert list((tmp_path / "media").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="media"), pictures.in_step(store, tmp_path / "media"):
        pictures.prune(store, tmp_path / "media")
    with pytest.raises(OutputError, match="media cannot be written"):
        pictures.write(tmp_path / "media/a", b"x")
