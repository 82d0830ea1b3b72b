"""Pictures: decoded with care, scaled, fetched once."""

from __future__ import annotations

import base64
import contextlib
import json
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from hub import pictures
from hub.errors import OutputError
from hub.model import Batch, Item, Media
from hub.scaling import Unusable, scaled
from hub.store import File, Store
from hub.store.archive import open_archive
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
URL = "https://ada.example/a.png"


def drawn(kind: str = "PNG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **more: object) -> bytes:
    """A picture as somebody might upload it."""
    out = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **more)
    return out.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    """A picture that no encoder makes light."""
    out = BytesIO()
    Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3)).save(out, "PNG")
    return out.getvalue()


PNG = drawn()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_picture_has_every_width_up_to_its_own() -> None:
    assert sorted(scaled(drawn(size=(2000, 1000))).forms) == [96, 400, 800, 1200]
    assert sorted(scaled(drawn(size=(50, 20))).forms) == [50]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_every_format_becomes_webp_of_the_same_shape(kind: str) -> None:
    made = scaled(drawn(kind))
    assert {form[:4] + form[8:12] for form in made.forms.values()} == {b"RIFFWEBP"}
    assert (made.width, made.height) == (640, 480)


def test_no_form_is_heavier_than_120_kibibytes() -> None:
    assert max(map(len, scaled(noise((1200, 1200))).forms.values())) <= 120 * 1024


def test_what_a_camera_wrote_into_a_picture_stays_behind_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "Secret Street 5"  # turned to the right; a description
    made = scaled(drawn("JPEG", (640, 480), exif=exif))
    assert (made.width, made.height) == (480, 640)
    assert not [form for form in made.forms.values() if b"Secret" in form or b"EXIF" in form]


def test_of_what_moves_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(BytesIO(scaled(out.getvalue()).forms[64])) as made:
        assert not getattr(made, "is_animated", False)
        assert made.convert("RGB").getpixel((9, 9))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_way_to_hold_colours_is_read(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert 96 in scaled(drawn(kind, mode=mode)).forms


@pytest.mark.parametrize(
    "body", [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"BM....", b"", b"GIF89a"]
)
def test_what_is_no_raster_picture_is_not_decoded(body: bytes) -> None:
    with pytest.raises(Unusable):
        scaled(body)


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused() -> None:
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    bomb = out.getvalue()
    assert len(bomb) < 2**20
    with pytest.raises(Unusable, match="9000 × 9000"):
        scaled(bomb)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_a_broken_picture_is_no_error_of_ours(kind: str) -> None:
    whole, chance = drawn(kind, (64, 48)), random.Random(kind)
    for _ in range(60):
        broken = bytearray(whole[: chance.randrange(len(whole))])
        for _ in range(chance.randrange(4)):
            broken[chance.randrange(len(broken) or 1) : 1] = chance.randbytes(1)
        with contextlib.suppress(Unusable):
            scaled(bytes(broken))


def test_the_same_picture_has_the_same_name_another_one_another() -> None:
    assert scaled(PNG).digest == scaled(PNG).digest != scaled(drawn(size=(641, 480))).digest


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
    forms = sorted(int(path.stem) for path in (tmp_path / "media" / kept.digest).iterdir())
    assert (kept.type, kept.width, kept.height, kept.forms) == ("image/webp", 640, 480, tuple(forms))


@pytest.mark.parametrize(("status", "body"), [(404, b""), (500, b""), (200, b"<svg/>"), (200, b"\x00" * 16_000_000)])
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
    assert names(tmp_path / "media") == []


def test_pictures_that_an_earlier_version_kept_as_they_came_are_scaled_without_the_network(store, tmp_path) -> None:
    folder = tmp_path / "media"
    pictures.write(folder / "abc", PNG)
    store.keep(File(url=URL, digest="abc", type="image/png", width=640, height=480))
    with pictures.in_step(store, folder):
        kept = store.file(URL)
    assert kept
    assert (kept.forms, names(folder)) == ((96, 400, 640), [kept.digest])


def test_pictures_that_were_lost_are_wanted_again(store: Store, tmp_path: Path) -> None:
    pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW)
    shutil.rmtree(tmp_path / "media")
    pictures.reconcile(store, tmp_path / "media")
    assert pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW) == (1, 0)


def test_files_nobody_knows_go(store: Store, tmp_path: Path) -> None:
    pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW)
    pictures.write(tmp_path / "media/left-by-a-crash", b"x")
    pictures.reconcile(store, tmp_path / "media")
    assert len(names(tmp_path / "media")) == 1
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
    assert names(folder) == []


def test_what_a_kill_left_of_a_deleted_picture_goes_at_the_next_update(store: Store, tmp_path: Path) -> None:
    pictures.fetch(store, web(tmp_path), tmp_path / "media", NOW)
    store.save("blog", Batch(gone=("https://ada.example/1",)))
    pictures.in_step(store, tmp_path / "media").__enter__()  # and never left: a kill
    store.unused()
    with pictures.in_step(store, tmp_path / "media"):
        assert names(tmp_path / "media") == []


def test_a_folder_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="media"), pictures.in_step(store, tmp_path / "media"):
        pictures.prune(store, tmp_path / "media")
    with pytest.raises(OutputError, match="media cannot be written"):
        pictures.write(tmp_path / "media/a", b"x")
