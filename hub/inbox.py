"""Webmentions on their way: taken in by `hub serve`, one small file each, until an update has verified them.

Whoever sends one says no more than "source links to target"; here it is only looked at whether that can be meant for
this site. A pair that comes again is one file with a newer time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from threading import get_ident
from urllib.parse import urlsplit

MOST = 1_000  # pairs that may wait
LONGEST = 2_000  # characters of an address


@dataclass(frozen=True, slots=True)
class Inbox:
    """The queue in `folder`; `hosts` are those whose pages may be a target."""

    folder: Path
    hosts: Sequence[str] = ()

    def take(self, source: str, target: str) -> str:
        """Put a pair into the queue; why not, where it cannot be meant for this site ("" when it is taken)."""
        wrong = self.wrong(source, target)
        if wrong:
            return wrong
        self.folder.mkdir(parents=True, exist_ok=True)
        key = blake2b(f"{source}\n{target}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        place, beside = self.folder / f"{key}.json", self.folder / f"{key}.{os.getpid()}-{get_ident()}.new"
        beside.write_text(json.dumps({"source": source, "target": target}), "utf-8")
        beside.replace(place)
        return ""

    def wrong(self, source: str, target: str) -> str:
        """What is wrong with a pair, "" for nothing."""
        if not _host(source) or not _host(target):
            return "source and target must be addresses with http or https"
        if _host(target) not in {host.lower().removeprefix("www.") for host in self.hosts}:
            return "target is no page of this site"
        return "source and target are the same page" if _page(source) == _page(target) else ""

    def is_full(self) -> bool:
        """Whether so many wait that no more are taken."""
        return len(self._files()) >= MOST

    def waiting(self) -> Mapping[str, tuple[str, str, str]]:
        """The pairs that wait, by key: source, target and when it came last (ISO 8601, UTC)."""
        found = {}
        for file in self._files():
            pair = _read(file)
            if pair:
                found[file.stem] = pair
        return found

    def drop(self, keys: Iterable[str]) -> None:
        """Take pairs off the queue."""
        for key in keys:
            (self.folder / f"{key}.json").unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []


def _read(file: Path) -> tuple[str, str, str] | None:
    try:
        said, came = json.loads(file.read_text("utf-8")), file.stat().st_mtime
        return str(said["source"]), str(said["target"]), datetime.fromtimestamp(came, UTC).isoformat()
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _host(address: str) -> str:
    """The host of a web address, without www; "" for anything else."""
    if len(address) > LONGEST or not address.isprintable() or " " in address:
        return ""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _page(address: str) -> str:
    return address.partition("#")[0].rstrip("/")
