"""Where a word is left on disk."""

from __future__ import annotations

import zlib
from pathlib import Path


def holding(folder: Path, mark: str) -> list[str]:
    """Files that hold a word in any spelling of case, as it is or compressed."""
    word, files = mark.lower().encode(), (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files if word in _plain(path).lower())


def _plain(path: Path) -> bytes:
    raw = path.read_bytes()
    return raw + b"".join(_unpacked(raw[at:]) for at, byte in enumerate(raw) if byte == 0x78)


def _unpacked(raw: bytes) -> bytes:
    """What begins here, if it is compressed."""
    try:
        return zlib.decompressobj().decompress(raw, 1_000_000)
    except zlib.error:
        return b""
