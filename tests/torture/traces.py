"""Where a word is left on disk."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")  # how a stream may begin (RFC 1950 §2.2)


def holding(folder: Path, mark: str) -> list[str]:
    """Files that hold a word in any spelling of case, as it is or compressed."""
    word, files = mark.lower().encode(), (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files if word in _plain(path).lower())


def _plain(path: Path) -> bytes:
    """A file with whatever in it is compressed unpacked behind it."""
    raw = path.read_bytes()
    return raw + b"".join(_unpacked(raw[found.start() :]) for found in ZLIB.finditer(raw))


def _unpacked(raw: bytes) -> bytes:
    """What begins here, if it is compressed."""
    try:
        return zlib.decompressobj().decompress(raw, 1_000_000)
    except zlib.error:
        return b""
