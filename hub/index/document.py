"""What the index keeps of an item. Pure.

An item that hangs nowhere is not kept. One whose author asked to stay out of search is kept as a place when it is a
root: its address alone, so that the replies below it can be linked to; nothing of it can be found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import blake2b

from hub import pages, tidy
from hub.model import Entry, Item

SHOWN = 20_000  # characters kept for snippets; all of the text can be found
HEADING = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One found thing. `type` is post or reply, "" for a mere place; `root` is the id whose page it stands on."""

    id: str
    type: str = ""
    root: str = ""
    address: str = ""  # of a root's page
    origin: str = ""
    channel: str = ""
    author: str = ""
    handle: str = ""
    profile: str = ""
    title: str = ""
    heading: str = ""  # of a root: its title, or how its text begins
    text: str = ""
    language: str = ""
    time: int = 0  # seconds since 1970, 0 when unknown
    topics: tuple[str, ...] = ()
    has: tuple[str, ...] = ()  # image, poll…; ours, edited… with a leading "is:"
    above: int = 0  # the digest of the id of what it hangs from, 0 for a root

    def meaning(self) -> str:
        """A digest of all that is indexed: the same for the same document."""
        whole = json.dumps([getattr(self, name) for name in NAMES], ensure_ascii=False)
        return blake2b(whole.encode("utf-8", "replace"), digest_size=12).hexdigest()

    def dump(self) -> bytes:
        """What is kept beside the terms, to answer with."""
        kept = {name: value for name in NAMES if (value := getattr(self, name))}
        kept |= {"text": self.text[:SHOWN], "meaning": self.meaning()}
        return json.dumps(kept, ensure_ascii=False).encode()


NAMES = tuple(field.name for field in fields(Document))


def digest(id: str) -> int:
    """64 bits that stand for an id."""
    return int.from_bytes(blake2b(id.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def load(raw: bytes) -> tuple[Document, str]:
    """A kept document and the digest of its meaning."""
    kept = json.loads(raw)
    meaning = kept.pop("meaning", "")
    for name in ("topics", "has"):
        kept[name] = tuple(kept.get(name, ()))
    return Document(**kept), meaning


def document(entry: Entry, language: str = "") -> Document | None:
    """The document for a line of the journal; `language` is meant where an item names none."""
    item, root = entry.item, entry.thread
    if item is None or not root:
        return None
    is_root, above = root == item.id, digest(entry.above) if entry.above else 0
    if item.unsearchable:
        return Document(id=item.id, root=root, address=pages.address(item), above=above) if is_root else None
    text = tidy.text(item.html)
    reply = not is_root and not (item.ours and not item.reply_to and not item.root)
    return Document(
        id=item.id,
        type="reply" if reply else "post",
        root=root,
        address=pages.address(item) if is_root else "",
        origin=item.url,
        channel=item.channel,
        author=item.author.name or item.author.handle,
        handle=item.author.handle,
        profile=item.author.url,
        title=item.title,
        heading=_heading(item.title or text) if is_root else "",
        text="\n".join(part for part in (item.warning, text, *(medium.alt for medium in item.media)) if part),
        language=(item.language or language).split("-")[0].lower(),
        time=_seconds(item.published),
        topics=tuple(sorted({pages.topic(tag.lstrip("#")) for tag in item.tags} - {""})),
        has=_has(item),
        above=above,
    )


def _heading(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= HEADING else line[: HEADING - 1].rstrip() + "…"


def _seconds(when: datetime | None) -> int:
    return int(when.timestamp()) if when else 0


def _has(item: Item) -> tuple[str, ...]:
    found = {medium.type for medium in item.media} & {"image", "video", "audio"}
    found |= {"poll"} if item.poll else set()
    found |= {"link"} if item.links else set()
    found |= {"is:ours"} if item.ours else set()
    found |= {"is:edited"} if item.edited else set()
    found |= {"is:automated"} if item.author.automated else set()
    return tuple(sorted(found))
