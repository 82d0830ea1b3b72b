"""Which sort of export a file is, and what reads it."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from zipfile import is_zipfile

from hub.errors import DataError, InputError
from hub.imports import Found, Target, disqus, isso, jsonl, letters, mastodon_archive, opml, wxr, x_archive
from hub.imports.xml import root

OPML = "opml"
BEGINNING = 4096


class Format(NamedTuple):
    """A sort of export: its name for people, what reads it, and the kind of channel that brings the same items live.

    `file` reads a picture out of an archive that holds some.
    """

    title: str
    read: Callable[[Path, Target], Found]
    kind: str = ""
    name: str = ""  # of the channel, where there is none yet
    file: Callable[[Path, str], bytes] | None = None


def _x(place: Path, target: Target) -> Found:
    return x_archive.read(place, target.channel, target.language)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "x": Format("archive of X", _x, "twitter", "x", x_archive.picture),
        "mastodon": Format("archive of Mastodon", mastodon_archive.read, "mastodon", "mastodon", mastodon_archive.file),
        "wxr": Format("WordPress export", wxr.read, "wordpress", "blog"),
        "disqus": Format("Disqus export", disqus.read, "disqus", "disqus"),
        "isso": Format("Isso database", isso.database, "", "comments"),
        "isso-json": Format("Isso's plain JSON", isso.plain, "", "comments"),
        "commento": Format("Commento export", isso.commento, "", "comments"),
        "mbox": Format("mbox or Maildir", letters.read, "newsletter", "newsletter"),
        "jsonl": Format("hub export", jsonl.read),
    }
)


def told(place: Path) -> str:
    """The name of a file's format. InputError when it is not there, DataError when it is none that is known."""
    if not place.exists():
        raise InputError(f"{place} is not there", fix="check its name")
    found = _packed(place) if place.is_dir() or is_zipfile(place) or _is_tar(place) else _plain(place)
    if not found:
        known = ", ".join([OPML, *FORMATS])
        raise DataError(f"{place} is no export that is known here", fix=f"say what it is with --format: {known}")
    return found


def _packed(place: Path) -> str:
    """An archive or a folder, by the names of what is in it."""
    if letters.is_folder(place):
        return "mbox"
    if mastodon_archive.holds(place):
        return "mastodon"
    return "x" if x_archive.holds(place) else ""


def _plain(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(BEGINNING)
    except OSError as why:
        raise InputError(f"{path} cannot be opened: {why.strerror}", fix="check its name") from None
    if start.startswith(isso.SQLITE):
        return "isso"
    if start.startswith(b"From "):
        return "mbox"
    text = opml.decoded(start).lstrip("\ufeff`\n ")
    if text.startswith("<"):
        named = {"rss": "wxr", "disqus": "disqus", "opml": OPML}.get(root(path), "")
        return OPML if opml.is_opml(text) else named
    return _json(path, start) if text[:1] in ("{", "[") else ""


def _json(path: Path, start: bytes) -> str:
    """One of our lines, or a whole file of one of the others."""
    try:
        if jsonl.is_ours(json.loads(start.partition(b"\n")[0])):
            return "jsonl"
    except (ValueError, RecursionError):
        pass
    if b"\n" not in start and b'"thread_id"' in start:
        return "jsonl"
    whole = isso.loaded(path)
    if isso.is_plain(whole):
        return "isso-json"
    return "commento" if isso.is_commento(whole) else "jsonl" if jsonl.is_ours(whole) else ""


def _is_tar(place: Path) -> bool:
    try:
        return tarfile.is_tarfile(place)
    except OSError:
        return False
