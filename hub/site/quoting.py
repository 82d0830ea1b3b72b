"""Messages that quote others: the quoted one stands in them, one level deep, as it is now, and leaves when it leaves.

What quotes what is remembered beside the pages, so that another version of a message reaches all that quote it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from hub import tidy
from hub.model import Entry, Item, Thread
from hub.site.pieces import Quoted
from hub.store import Store

if TYPE_CHECKING:
    from hub.site.compose import Composer

MOST = 4  # quoted in one message that are shown
WHOLE = 480  # characters of a quoted text that stand whole


def quoted(composer: Composer, item: Item) -> tuple[Quoted, ...]:
    """What a message quotes: in its own words where it is here, else as a link; what is gone says no more than that."""
    return tuple(_quoted(composer, name) for name in item.quotes[:MOST])


def _quoted(composer: Composer, name: str) -> Quoted:
    found = composer.store.item(name)
    if found is None:
        known = composer.store.named([name])
        return Quoted(href=name if name.startswith(("http://", "https://")) and not known else "")
    text, whole = tidy.text(found.html), composer.settings.terms(found.channel).page == "whole"
    short = len(text) <= WHOLE
    body = Markup("") if found.withheld or not (whole or short) else composer.words_of(found)
    said = body if short else Markup("<p>{}</p>").format(f"{text[:WHOLE].rsplit(' ', 1)[0]}…") if body else body
    return Quoted(
        href=found.url,
        who=composer.who(found.author, found.ours),
        place=composer.place(found.channel),
        title=found.title,
        body=Markup("") if found.warning or found.sensitive else said,
        warning=found.warning,
        published=composer.moment(found.published),
        language=found.language,
    )


class Citations:
    """Which threads quote what, by every name the quoted message is known by."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def put(self, items: Iterable[Item], root: str, store: Store) -> None:
        """What messages of a thread quote."""
        for item in items:
            names = {tidy.name(name) for name in item.quotes} | set(store.named(item.quotes) if item.quotes else ())
            rows = [(name, root, item.id) for name in sorted(names)]
            self.db.executemany("INSERT OR REPLACE INTO cites VALUES (?, ?, ?)", rows)

    def thread(self, root: str, thread: Thread | None, store: Store) -> None:
        """A thread, instead of what it was."""
        self.db.execute("DELETE FROM cites WHERE root=?", (root,))
        if thread:
            replies = (reply.node for reply in thread.replies if isinstance(reply.node, Item))
            parts = (one for line in thread.parts.values() for one in line)
            self.put((thread.root, *thread.copies, *replies, *parts), root, store)

    def of(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """(root, id) of what quotes a thing that changed."""
        item = entry.item
        names = {entry.id, *map(tidy.name, (entry.id, *((item.url, *item.aliases) if item else ())))}
        for name in sorted(names):
            yield from self.db.execute("SELECT root, id FROM cites WHERE name=?", (name,)).fetchall()
