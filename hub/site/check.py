"""Is the site what was written? For `hub doctor`: reads every file once, alters nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from hub.site.manifest import Manifest
from hub.site.writer import STAMP, digest_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The site beside its archive: how far it has followed, what waits, and the files that are not as written."""

    mark: int = 0
    due: int = 0
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()  # feeds that no reader of XML or JSON takes


def standing(output: Path, memory: Path) -> Standing | None:
    """How the site stands; None where there is none yet."""
    path = memory / "site.sqlite"
    if not path.is_file() or not (output / STAMP).is_file():
        return None
    manifest = Manifest(path)
    try:
        digests = {name: manifest.file(name) or "" for name, _ in manifest.all_files()}
        mark, due = manifest.mark, len(manifest.due())
    finally:
        manifest.close()
    here = {name: (output / name).read_bytes() for name in digests if (output / name).is_file()}
    return Standing(
        mark=mark,
        due=due,
        missing=tuple(sorted(digests.keys() - here.keys())),
        altered=tuple(sorted(name for name, content in here.items() if digest_of(content) != digests[name])),
        unreadable=tuple(sorted(name for name, content in here.items() if not _readable(name, content))),
    )


def _readable(name: str, content: bytes) -> bool:
    """Does a file that says it is XML or JSON keep its word?"""
    try:
        if name.endswith((".atom", ".rss", ".xml", ".opml")):
            ET.fromstring(content)  # noqa: S314  we wrote it ourselves
        elif name.startswith("feeds/") and name.endswith(".json"):
            json.loads(content)
    except (ET.ParseError, ValueError):
        return False
    return True
