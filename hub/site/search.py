"""The search of a plain file host: what it is made from, which of its files a change touches, and the files.

    search/index.json              blocks, and what weighs words
    search/<block>/rank.json       day, type and length of each message of a block
    search/<block>/facets.json     what it is filtered and counted by
    search/<block>/<n>-<i>.json    cell i of n: terms and where they stand
    search/<block>/d<i>.json       messages as they are shown, a few in each file
    search/<block>/words-<x>.json  words that begin with the letter x, by how common they are: for typos

The manifest knows which messages there are, in which order, and the version of each. How they are analysed lies in
one file for each block below .hub/: a cache, so that one reply costs the reading of its block's file and not of the
store. It is written anew without what is gone, so nothing erased stays in it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from hub.insight.answers import heard
from hub.model import Item, Thread
from hub.pages import Page, address, anchor, digest
from hub.site.lexicon import CHUNK, DAY, Block, blocks, cells, chunks, number, postings, rough, spelled
from hub.site.shelf import SIGNS, Note, Reading

if TYPE_CHECKING:
    from hub.site.make import Workshop

AHEAD = 50  # files of messages whose records are read at once, where so many are due
SHOWN = 1_500  # characters of a text that snippets are cut from


class Ledger:
    """The messages that can be found. Follows threads, then says which pages that touches."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.before = held(db)
        self.places: dict[tuple[int, str], bool] = {}  # (time, id) that changed → did messages move there?

    def thread(self, root: str, thread: Thread | None, news: bool) -> None:
        """The rows of a thread become what the store says; `news`: the root itself is another than it was."""
        found = {item.id: item for item in said(thread)} if thread else {}
        query = "SELECT id, time, version FROM said WHERE root=?"
        held = {ident: (time, known) for ident, time, known in self.db.execute(query, (root,))}
        versions = self._versions(root, thread, found)
        for ident in held.keys() - found.keys():
            self._note(held[ident][0], ident, moved=True)
            self.db.execute("DELETE FROM said WHERE id=?", (ident,))
        for ident, item in found.items():
            if held.get(ident) != (moment(item), versions[ident]):
                self.put(item, root, versions[ident])
            elif news:  # its heading and address stand with every reply
                self._note(held[ident][0], ident)

    def _versions(self, root: str, thread: Thread | None, found: dict[str, Item]) -> dict[str, str]:
        """Another string for a message whenever anything of it is another, its place and its answer too."""
        places = dict(self.db.execute("SELECT id, path FROM places WHERE root=?", (root,)).fetchall())
        states = heard(list(lines(thread))) if thread else {}
        return {
            ident: version(item, root, places.get(ident, "")) + SIGNS[states.get(ident, "")]
            for ident, item in found.items()
        }

    def hear(self, states: Mapping[str, str]) -> None:
        """Messages that were just put are answered or not."""
        rows = [(SIGNS[state], ident) for ident, state in states.items()]
        self.db.executemany("UPDATE said SET version = version || ? WHERE id=?", rows)

    def put(self, item: Item, root: str, known: str) -> None:
        """A message that is new or another than it was."""
        time, row = moment(item), self.db.execute("SELECT time FROM said WHERE id=?", (item.id,)).fetchone()
        if row and row[0] != time:
            self._note(row[0], item.id, moved=True)
        self._note(time, item.id, moved=not row or row[0] != time)
        self.read(item, root, known)

    def read(self, item: Item, root: str, known: str) -> None:
        """A message, while everything is read."""
        row = (item.id, root, moment(item), known)
        self.db.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?)", row)

    def _note(self, time: int, ident: str, moved: bool = False) -> None:
        self.places[time, ident] = moved or self.places.get((time, ident), False)

    def touched(self) -> set[Page]:
        """The pages that what was followed shows on."""
        after = held(self.db)
        pages = {Page(kind="search")} if self.places else set()
        for name in self.before.keys() ^ after.keys():
            pages |= _whole((self.before | after)[name])
        firsts: dict[str, int] = {}
        for (time, ident), moved in self.places.items():
            block = _holding(after, time)
            if block is None or block.name not in self.before:
                continue
            rank = self._rank(block, time, ident)
            pages |= {Page(kind="terms", name=block.name), Page(kind="said", name=block.name, number=rank // CHUNK)}
            if moved:
                firsts[block.name] = min(rank, firsts.get(block.name, rank))
        for name, rank in firsts.items():
            last = chunks(max(after[name].docs, self.before[name].docs))
            pages |= {Page(kind="said", name=name, number=at) for at in range(rank // CHUNK, last)}
        return pages

    def everything(self) -> set[Page]:
        """Every page of the search but its index."""
        return set().union(*map(_whole, held(self.db).values()))

    def _rank(self, block: Block, time: int, ident: str) -> int:
        """How many messages of a block stand before this place."""
        query = "SELECT count(*) FROM said WHERE time >= ? AND (time, id) < (?, ?)"
        return int(self.db.execute(query, (block.first * DAY, time, ident)).fetchone()[0])


def said(thread: Thread) -> Iterator[Item]:
    """All of a thread that may be searched for."""
    replies = (reply.node for reply in thread.replies if isinstance(reply.node, Item))
    parts = (item for line in thread.parts.values() for item in line)
    return (item for item in (thread.root, *thread.copies, *parts, *replies) if not item.unsearchable)


def lines(thread: Thread) -> Iterator[tuple[str, str, bool]]:
    """(id, the id above it, is it the brand's?) of all that is shown of a thread."""
    yield thread.root.id, "", thread.root.ours
    yield from ((item.id, thread.root.id, item.ours) for item in thread.copies)
    yield from ((item.id, thread.root.id, item.ours) for line in thread.parts.values() for item in line)
    replies = ((reply.node, reply.parent or thread.root.id) for reply in thread.replies)
    yield from ((node.id, parent, node.ours) for node, parent in replies if isinstance(node, Item))


def moment(item: Item) -> int:
    """Seconds since 1970, 0 when unknown: what messages are ordered by."""
    return max(int(item.published.timestamp()), 0) if item.published else 0


def version(item: Item, root: str, place: str = "") -> str:
    """Another string when anything of a message is another, it stands elsewhere, or a post has become a reply."""
    return digest(repr((item, item.id == root, place)), 20)


def held(db: sqlite3.Connection) -> dict[str, Block]:
    """The blocks there are, by name."""
    return blocks(dict(db.execute(f"SELECT time / {DAY}, count(*) FROM said GROUP BY 1").fetchall()))  # noqa: S608


def _whole(block: Block) -> set[Page]:
    return {Page(kind="terms", name=block.name)} | {
        Page(kind="said", name=block.name, number=at) for at in range(chunks(block.docs))
    }


def _holding(found: dict[str, Block], time: int) -> Block | None:
    return next((block for block in found.values() if block.first <= time // DAY < block.last), None)


def _rows(shop: Workshop, block: Block) -> list[tuple[str, str, int, str]]:
    """(id, root, time, version) of a block's messages by number. The pages of one come one after the other."""
    if block.name not in shop.rows:
        query = "SELECT id, root, time, version FROM said WHERE time >= ? AND time < ? ORDER BY time, id"
        shop.rows.clear()
        shop.rows[block.name] = shop.manifest.db.execute(query, (block.first * DAY, block.last * DAY)).fetchall()
    return shop.rows[block.name]


# the files
def index_file(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    """What the search page reads first."""
    docs, newest = shop.manifest.db.execute("SELECT count(*), max(time) FROM said").fetchone()
    whole = {
        "docs": docs,
        "newest": newest or 0,
        "blocks": [[block.name, block.docs, cells(block.docs)] for block in shop.shelf.blocks.values()],
    }
    return {"search/index.json": _json(whole)}


def block_files(shop: Workshop, page: Page) -> dict[str, bytes]:
    """The terms of a block, and what is known of each of its messages."""
    block = shop.shelf.blocks.get(page.name)
    if block is None:  # it was halved, or is empty
        return {}
    rows = _rows(shop, block)
    notes = shop.shelf.notes(page.name, [(ident, root, known) for ident, root, _, known in rows], shop.reading)
    many = cells(len(rows))
    found, counts = postings((note.terms for note in notes), many)
    files: dict[str, object] = {f"{many}-{at}": cell for at, cell in enumerate(found)}
    letters = spelled(counts)
    files["rank"] = _rank([time // DAY for _, _, time, _ in rows], notes) | {"letters": "".join(letters)}
    files["facets"] = _facets(notes)
    files |= {f"words-{ord(letter):x}": sizes for letter, sizes in letters.items()}
    return {f"search/{page.name}/{name}.json": _json(content) for name, content in files.items()}


def _rank(days: list[int], notes: list[Note]) -> dict[str, object]:
    """Days as steps, types and lengths as one sign each; the lengths together; letters that words begin with."""
    return {
        "days": "".join(number(after - before) for before, after in pairwise([0, *days])),
        "types": "".join(str(note.facts[0])[:1] or "p" for note in notes),
        "title": "".join(rough(note.title) for note in notes),
        "body": "".join(rough(note.body) for note in notes),
        "lengths": [sum(note.title for note in notes), sum(note.body for note in notes)],
    }


def _facets(notes: list[Note]) -> dict[str, object]:
    """For each facet its values as they come up first, and numbers of them for each message."""
    made: dict[str, object] = {}
    for at, name in enumerate(("channel", "person", "language", "topic", "has"), 1):
        values: dict[str, int] = {}
        of = []
        for value in (note.facts[at] for note in notes):
            own = [value] if isinstance(value, str) else value
            of += [] if isinstance(value, str) else [number(len(own))]
            of += [number(values.setdefault(one, len(values))) for one in own]
        made[name] = {"values": list(values), "of": "".join(of)}
    return made


def _named(pairs: list[tuple[str, str]]) -> list[str]:
    return sorted({name for pair in pairs for name in pair})


def chunk_file(shop: Workshop, page: Page) -> dict[str, bytes]:
    """Some messages of a block as they are shown."""
    block = shop.shelf.blocks.get(page.name)
    first = page.number * CHUNK
    pairs = [row[:2] for row in _rows(shop, block)[first : first + CHUNK]] if block else []
    if not (block and pairs):
        return {}
    wanted = _named(pairs)
    if not shop.kept.keys() >= set(wanted):  # those of the next files come with the same question
        ahead = shop.manifest.due_from(page, AHEAD)
        shop.records(_named([row[:2] for row in _rows(shop, block)[first : first + CHUNK * ahead]]))
    found = {record.item.id: record.item for record in shop.records(wanted)}
    place, reading = shop.manifest.place, shop.shelf.reading
    tops = {root: _top(reading, found.get(root)) for root in {root for _, root in pairs}}
    shown = [_shown(reading, found.get(ident), tops[root], place(ident)) for ident, root in pairs]
    return {f"search/{page.name}/d{page.number}.json": _json(shown)}


def _top(reading: Reading, post: Item | None) -> tuple[str, str, str]:
    """(id, page, heading) of the post a message hangs from."""
    top = post and reading.document(post, post.id)
    return (post.id, address(post), top.heading if top else "") if post else ("", "", "")


def _shown(reading: Reading, item: Item | None, top: tuple[str, str, str], place: str) -> dict[str, object]:
    """A message in the words of the API, as far as the search page shows it; `place` is its page of a conversation."""
    root, page, heading = top
    one = item and reading.document(item, root or item.id)
    if not (item and one):
        return {}
    reply = one.type == "reply"
    whole = {
        "id": one.id,
        "url": page + (f"{place}#{anchor(one.id)}" if reply else "") if page else item.url,
        "type": one.type,
        "channel": one.channel,
        "name": one.author,
        "handle": one.handle,
        "profile": one.profile,
        "published": item.published.isoformat(timespec="seconds") if item.published else "",
        "lang": one.language,
        "title": heading or one.title,
        "parent": page if reply else "",
        "text": one.text[:SHOWN],
    }
    return {name: value for name, value in whole.items() if value}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


MAKERS: dict[str, Callable[[Workshop, Page], dict[str, bytes]]] = {
    "search": index_file,
    "terms": block_files,
    "said": chunk_file,
}
