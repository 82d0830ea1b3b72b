"""Which pages exist, where they stand, and which ones a change touches. Pure."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

from hub.model import Item


def digest(text: str, size: int = 10) -> str:
    """The first characters of a name's BLAKE2b digest, in hexadecimal: what stands for a raw id in a path."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()[:size]


def slug(text: str, limit: int = 60) -> str:
    """A safe part of a path: lower-case letters and digits of ASCII, joined by hyphens; "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:limit].strip("-")


def address(root: Item) -> str:
    """Where a thread stands, e.g. "p/2026-11-05-new-bikes-1f0c2a9b3d/": a pure function of its root, never of its title.

    UTC date of `published` (or "undated"), the last segment of the source address's path, and 10 characters of the
    digest of the id.
    """
    day = root.published.strftime("%Y-%m-%d") if root.published else "undated"
    segments = [part for part in unquote(urlsplit(root.url).path).split("/") if part]
    last = slug(segments[-1]) if segments else ""
    return "p/" + "-".join(part for part in (day, last, digest(root.id)) if part) + "/"


def anchor(reply: str) -> str:
    """The fragment of a reply on its thread's page, from the reply's id."""
    return f"r-{digest(reply)}"
