"""Pictures of visible items, fetched once and kept small: a folder for each by its digest, in it a file for each width.

What came from outside is decoded, scaled and thrown away; nothing of it is served.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hub.errors import ChannelError, Missing, RateLimited
from hub.lock import writable
from hub.store import File, Store, codec
from hub.web import Web
from hub.workers import streamed

if TYPE_CHECKING:
    from hub.scaling import Scaled

LIMIT = 15 * 2**20
CARD = "card.jpg"  # among a picture's forms: what stands beside a link to it elsewhere, made when it is asked for
STAMP = ".forms"  # in the folder: what lies there has been scaled


def fetch(store: Store, web: Web, folder: Path, now: datetime) -> tuple[int, int]:
    """Bring what visible items show and is not here yet: how many came, how many failed and wait for another try."""
    came = failed = 0
    while urls := store.wanted(now):
        for file, forms in streamed(urls, lambda url: iter([_asked(store.file(url), url, web, now)]), threads=4):
            _shelve(folder, file, forms)
            store.keep(file)
            came, failed = came + bool(file.digest), failed + (not file.digest)
    return came, failed


def take(store: Store, folder: Path, url: str, body: bytes) -> bool:
    """Keep a picture that is at hand, as if it had come from its address; False when it cannot be used."""
    from hub.scaling import Unusable, scaled

    try:
        picture = scaled(body)
    except Unusable:
        return False
    file = _file(url, picture)
    _shelve(folder, file, picture.forms)
    store.keep(file)
    return True


def formed(path: Path) -> bytes:
    """A form of a picture, from where it lies; the card is cut from the widest of the others."""
    if path.name != CARD:
        return path.read_bytes()
    from hub.scaling import card

    return card(max(path.parent.glob("*.webp"), key=lambda form: int(form.stem)).read_bytes())


def _shelve(folder: Path, file: File, forms: Mapping[int, bytes]) -> None:
    for width, form in forms.items():
        write(folder / file.digest / f"{width}.webp", form)


def _asked(before: File | None, url: str, web: Web, now: datetime) -> tuple[File, Mapping[int, bytes]]:
    from hub.scaling import Unusable, scaled  # heavy: only where there is something to scale

    tries = before.tries + 1 if before else 1
    try:
        body = web.get(url, limit=LIMIT).body
    except ChannelError as why:
        return File(url=url, tries=tries, not_before=now + _wait(why, tries, now), error=why.what), {}
    try:
        picture = scaled(body)
    except Unusable as why:
        return File(url=url, tries=tries, not_before=now + timedelta(days=7), error=str(why)), {}
    return replace(_file(url, picture), tries=tries), picture.forms


def _file(url: str, picture: Scaled) -> File:
    return File(
        url=url,
        digest=picture.digest,
        type="image/webp",
        width=picture.width,
        height=picture.height,
        forms=tuple(sorted(picture.forms)),
    )


def _wait(why: ChannelError, tries: int, now: datetime) -> timedelta:
    if isinstance(why, RateLimited) and why.until:
        return max(why.until - now, timedelta(minutes=1))
    longest = timedelta(days=30) if isinstance(why, Missing) and why.forever else timedelta(days=7)
    return (
        longest if isinstance(why, Missing) and why.forever else min(timedelta(hours=2 ** min(tries - 1, 10)), longest)
    )


@contextmanager
def in_step(store: Store, folder: Path, *, anew: bool = False) -> Iterator[None]:
    """Fetch and prune in here. Where a kill cut that short, so that folder and archive may differ, they are brought
    together first: what was deleted since then leaves no file that nobody knows. `anew` does so in any case."""
    mark = folder.with_name(f"{folder.name}-open")
    with writable(folder):
        if unscaled := folder.is_dir() and not (folder / STAMP).exists():
            rescale(store, folder)
        if unscaled or anew or mark.exists() or not folder.is_dir():
            reconcile(store, folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / STAMP).touch()
        mark.touch()
        yield
        mark.unlink()


def write(path: Path, body: bytes) -> None:
    """Put a whole file in its place or none."""
    put(path, [body])


def put(path: Path, pieces: Iterable[bytes]) -> None:
    """Put a whole file in its place or none, piece by piece: beside it, synced, renamed over it."""
    beside = path.with_name(f".{path.name}.new")
    with writable(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def prune(store: Store, folder: Path) -> int:
    """Remove the files of pictures that nothing visible shows any more."""
    names = store.unused()
    for name in names:
        _drop(folder / name)
    return len(names)


def _drop(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def rescale(store: Store, folder: Path) -> None:
    """An earlier version kept pictures as they came: scale those, without asking the network again."""
    from hub.scaling import Unusable, scaled

    for file in _kept(store):
        original = folder / file.digest
        if file.forms or not original.is_file():
            continue
        try:
            picture = scaled(original.read_bytes())
        except Unusable:
            store.keep(File(url=file.url))
            continue
        _shelve(folder, made := _file(file.url, picture), picture.forms)
        store.keep(made)


def _kept(store: Store) -> list[File]:
    """Every picture that something visible shows and that is here."""
    urls = dict.fromkeys(url for record in store.records() for url in codec.pictures(record.item))
    return [file for url in urls if (file := store.file(url)) and file.digest]


def reconcile(store: Store, folder: Path) -> None:
    """Bring folder and archive together again: what was lost is wanted anew, what nobody knows goes."""
    files = _kept(store)
    for file in files:
        if not (folder / file.digest).is_dir():
            store.keep(File(url=file.url))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {file.digest for file in files} | {STAMP}
    for path in folder.iterdir():
        if path.name not in known:
            _drop(path)
