"""OPML: the list of feeds that every feed reader gives away, as channels. http://opml.org/spec2.opml

Lists in the wild have stray ampersands and quotes inside attributes, so attributes are looked for one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from hub.discover import Proposal
from hub.errors import DataError, InputError
from hub.tidy.urls import name as spelled
from hub.tidy.words import plain

LIMIT = 20 * 2**20
COMMENT = re.compile(r"<!--.*?-->", re.S)
OUTLINE = re.compile(r"<outline\b", re.I)
ATTRIBUTE = {
    what: re.compile(rf"""\b{what}\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I) for what in ("xmlUrl", "title", "text")
}


class Listed(NamedTuple):
    """What a list comes to: channels to add, and how many lines were left out, by reason."""

    channels: tuple[Proposal, ...]
    skipped: dict[str, int]


def read(path: Path, names: Collection[str] = (), known: Collection[str] = ()) -> Listed:
    """The feeds of a list that are not `known` by address yet, under names that are not taken yet."""
    taken, addresses = set(names), {spelled(url) for url in known}
    found, skipped = list[Proposal](), Counter[str]()
    for url, title in _outlines(_text(path)):
        if not _is_web(url):
            skipped["no http or https address"] += 1
        elif spelled(url) in addresses:
            skipped["already a channel"] += 1
        else:
            addresses.add(spelled(url))
            name = _name(title or urlsplit(url).hostname or "feed", taken)
            taken.add(name)
            label = {"label": title} if title else {}
            found.append(Proposal(name, "feed", {"url": url, **label}, f"from {path.name}"))
    return Listed(tuple(found), dict(skipped))


def is_opml(text: str) -> bool:
    """Whether a text is such a list."""
    return bool(re.search(r"<opml\b", text[:2000], re.I))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(LIMIT + 1)
    except OSError as why:
        raise InputError(f"{path} cannot be opened: {why.strerror}", fix="check its name") from None
    if len(text) > LIMIT or not is_opml(told := decoded(text)):
        raise DataError(f"{path} is no OPML", fix="export the list of feeds from your feed reader")
    return COMMENT.sub("", told)


def decoded(raw: bytes) -> str:
    """The text of a file in one of the encodings that XML begins with."""
    sort = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return raw.decode(sort, "replace")


def _outlines(text: str) -> Iterator[tuple[str, str]]:
    """Address and title of every line that names a feed."""
    for line in OUTLINE.split(text)[1:]:
        said = {what: _said(pattern.search(line)) for what, pattern in ATTRIBUTE.items()}
        if said["xmlUrl"]:
            yield said["xmlUrl"], plain(said["title"] or said["text"], 80)


def _said(found: re.Match[str] | None) -> str:
    return unescape(found[1] or found[2] or "").strip() if found else ""


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _name(title: str, taken: Collection[str]) -> str:
    """A channel's name out of a title: lower-case letters, digits and hyphens, at most forty, and free."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:34].strip("-") or "feed"
    several = (f"{name}{f'-{count}' if count > 1 else ''}" for count in range(1, 100_000))
    return next(one for one in several if one not in taken)
