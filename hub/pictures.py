"""Pictures of visible items, fetched once: the type is told by the bytes, the file is named by their digest."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from hub.errors import ChannelError, Missing, RateLimited
from hub.lock import writable
from hub.store import File, Store, codec
from hub.web import Web
from hub.workers import streamed

LIMIT = 5 * 2**20
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def fetch(store: Store, web: Web, folder: Path, now: datetime) -> tuple[int, int]:
    """Bring what visible items show and is not here yet: how many came, how many failed and wait for another try."""
    came = failed = 0
    while urls := store.wanted(now):
        for file, body in streamed(urls, lambda url: iter([_asked(store.file(url), url, web, now)]), threads=4):
            if file.digest:
                write(folder / file.digest, body)
            store.keep(file)
            came, failed = came + bool(file.digest), failed + (not file.digest)
    return came, failed


def _asked(before: File | None, url: str, web: Web, now: datetime) -> tuple[File, bytes]:
    tries = before.tries + 1 if before else 1
    try:
        body = web.get(url, limit=LIMIT).body
    except ChannelError as why:
        return File(url=url, tries=tries, not_before=now + _wait(why, tries, now), error=why.what), b""
    shape = told(body)
    if not shape:
        why_not = "is no JPEG, PNG, GIF, WebP or AVIF"
        return File(url=url, tries=tries, not_before=now + timedelta(days=7), error=why_not), b""
    sort, width, height = shape
    name = blake2b(body, digest_size=20).hexdigest()
    return File(url=url, digest=name, type=sort, width=width, height=height, tries=tries), body


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
        if anew or mark.exists() or not folder.is_dir():
            reconcile(store, folder)
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
        (folder / name).unlink(missing_ok=True)
    return len(names)


def reconcile(store: Store, folder: Path) -> None:
    """Bring folder and archive together again: what was lost is wanted anew, what nobody knows goes."""
    urls = dict.fromkeys(url for record in store.records() for url in codec.pictures(record.item))
    files = [file for url in urls if (file := store.file(url)) and file.digest]
    for file in files:
        if not (folder / file.digest).is_file():
            store.keep(File(url=file.url))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {file.digest for file in files}
    for path in folder.iterdir():
        if path.name not in known:
            path.unlink()


def told(body: bytes) -> tuple[str, int, int] | None:
    """MIME type, width and height (0 when unreadable), told by the bytes; None for what is no raster picture."""
    if body[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png", *_unpacked(">II", body, 16)
    if body[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif", *_unpacked("<HH", body, 6)
    if body[:3] == b"\xff\xd8\xff":
        return "image/jpeg", *_jpeg(body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp", *_webp(body)
    if body[4:8] == b"ftyp" and body[8:12] in (b"avif", b"avis"):
        at = body.find(b"ispe", 0, 4096)
        return "image/avif", *(_unpacked(">II", body, at + 8) if at > 0 else (0, 0))
    return None


def _unpacked(form: str, body: bytes, at: int) -> tuple[int, int]:
    if len(body) < at + struct.calcsize(form):
        return 0, 0
    first, second = struct.unpack_from(form, body, at)
    return first, second


def _jpeg(body: bytes) -> tuple[int, int]:
    """Width and height of the first frame header (ITU T.81 B.2.2)."""
    for marker, at in _segments(body):
        if marker in _JPEG_SIZES:
            height, width = _unpacked(">HH", body, at + 5)
            return width, height
    return 0, 0


def _segments(body: bytes) -> Iterator[tuple[int, int]]:
    at = 2
    while at + 4 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        yield marker, at
        at += 2 + int.from_bytes(body[at + 2 : at + 4], "big")


def _webp(body: bytes) -> tuple[int, int]:
    """Width and height of the three forms of RFC 9649: extended, lossless, lossy."""
    if body[12:16] == b"VP8X":
        return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
    if body[12:16] == b"VP8L":
        bits = int.from_bytes(body[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = _unpacked("<HH", body, 26)
    return width & 0x3FFF, height & 0x3FFF
