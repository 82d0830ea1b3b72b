"""What the site remembers of itself: which files it wrote, which posts they show, and how far it has followed.

It holds ids, addresses and times, never a text. It is trusted only while the stamp lies in output/ (see writer.py), so
deleting either of them is all it takes to rebuild the site.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hub.errors import OutputError
from hub.pages import HOME, Page, Post

VERSION = 14

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE posts (id TEXT PRIMARY KEY, sort TEXT, month TEXT, address TEXT, channels TEXT, tags TEXT,
                    collections TEXT) WITHOUT ROWID;
CREATE INDEX posts_month ON posts (month, sort, id);
CREATE TABLE listed (list TEXT, sort TEXT, id TEXT, PRIMARY KEY (list, sort, id)) WITHOUT ROWID;
CREATE TABLE tagged (tag TEXT, sort TEXT, id TEXT, PRIMARY KEY (tag, sort, id)) WITHOUT ROWID;
CREATE INDEX tagged_post ON tagged (id, tag);
CREATE TABLE replies (id TEXT PRIMARY KEY, root TEXT, sort TEXT, channel TEXT) WITHOUT ROWID;
CREATE INDEX replies_root ON replies (root, channel);
CREATE INDEX replies_sort ON replies (sort, id);
CREATE TABLE parts (root TEXT, path TEXT, sign TEXT, PRIMARY KEY (root, path)) WITHOUT ROWID;
CREATE TABLE places (id TEXT PRIMARY KEY, root TEXT, path TEXT) WITHOUT ROWID;
CREATE INDEX places_root ON places (root);
CREATE TABLE related (id TEXT, other TEXT, PRIMARY KEY (id, other)) WITHOUT ROWID;
CREATE INDEX related_other ON related (other);
CREATE TABLE files (path TEXT PRIMARY KEY, digest TEXT, kind TEXT, name TEXT, number INTEGER) WITHOUT ROWID;
CREATE INDEX files_page ON files (kind, name, number);
CREATE TABLE uses (picture TEXT, kind TEXT, name TEXT, number INTEGER,
                   PRIMARY KEY (picture, kind, name, number)) WITHOUT ROWID;
CREATE INDEX uses_page ON uses (kind, name, number);
CREATE TABLE said (id TEXT PRIMARY KEY, root TEXT, time INTEGER, version TEXT) WITHOUT ROWID;
CREATE INDEX said_root ON said (root);
CREATE INDEX said_time ON said (time, id);
CREATE TABLE lacks (root TEXT, channel TEXT, shown INTEGER, reported INTEGER, why TEXT,
                    PRIMARY KEY (root, channel)) WITHOUT ROWID;
CREATE TABLE spoken (id TEXT PRIMARY KEY, root TEXT, author TEXT, person TEXT, sort TEXT, channel TEXT, what TEXT,
                     ours INTEGER, letter TEXT, face TEXT, home TEXT, over TEXT) WITHOUT ROWID;
CREATE INDEX spoken_root ON spoken (root);
CREATE INDEX spoken_author ON spoken (author, sort, id);
CREATE INDEX spoken_person ON spoken (person, sort, id);
CREATE TABLE folk (person TEXT PRIMARY KEY, many INTEGER, letter TEXT, face TEXT, ours INTEGER) WITHOUT ROWID;
CREATE INDEX folk_many ON folk (ours, many);
CREATE INDEX folk_letter ON folk (letter);
CREATE TABLE heard (id TEXT PRIMARY KEY, root TEXT, author TEXT, sort TEXT, channel TEXT, answer TEXT,
  asks INTEGER) WITHOUT ROWID;
CREATE INDEX heard_root ON heard (root);
CREATE INDEX heard_answered ON heard (root, asks DESC, sort, id) WHERE answer IS NOT NULL;
CREATE INDEX heard_sort ON heard (sort, id);
CREATE TABLE pictured (id TEXT PRIMARY KEY, root TEXT, sort TEXT, channel TEXT, pictures INTEGER,
  bare INTEGER) WITHOUT ROWID;
CREATE INDEX pictured_root ON pictured (root);
CREATE INDEX pictured_sort ON pictured (sort);
CREATE TABLE cites (name TEXT, root TEXT, id TEXT, PRIMARY KEY (name, root, id)) WITHOUT ROWID;
CREATE INDEX cites_root ON cites (root);
CREATE TABLE due (kind TEXT, name TEXT, number INTEGER, PRIMARY KEY (kind, name, number)) WITHOUT ROWID;
"""

POST = "id, sort, month, address, channels, tags, collections"


def _post(row: tuple[str, str, str, str, str, str, str]) -> Post:
    ident, sort, month, address, channels, tags, collections = row
    return Post(
        id=ident,
        sort=sort,
        month=month,
        address=address,
        channels=tuple(json.loads(channels)),
        tags=tuple(json.loads(tags)),
        collections=tuple(json.loads(collections)),
    )


class Manifest:
    """A small SQLite file beside the store. One transaction is one step: call `commit` when a step is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.db = self._open()
        except sqlite3.Error as why:
            raise OutputError(f"{path} cannot be opened: {why}", path=str(path), fix=f"delete {path}") from why

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, isolation_level=None)
        # DELETE journal and secure_delete: an id that was erased is in no file once the step is committed
        for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
            db.execute(f"PRAGMA {pragma}")
        if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            self._blank(db)
        db.execute("BEGIN")
        return db

    @staticmethod
    def _blank(db: sqlite3.Connection) -> None:
        """A manifest of another version forgets all but which files are ours: what is not planned again must go."""
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        db.execute("BEGIN")
        ours = db.execute("SELECT path, digest, kind, name, number FROM files").fetchall() if "files" in tables else []
        for name in tables:
            db.execute(f'DROP TABLE "{name}"')
        for statement in SCHEMA.split(";"):
            db.execute(statement)
        db.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?)", ours)
        db.execute(f"PRAGMA user_version={VERSION}")
        db.execute("COMMIT")

    def commit(self) -> None:
        self.db.execute("COMMIT")
        self.db.execute("BEGIN")

    def forget(self) -> None:
        """Start from nothing, but go on knowing which files are ours: what is not planned again will be removed.

        What the files hold is not believed any more either.
        """
        self.blank()
        self.db.execute("UPDATE files SET digest=''")
        for table in ("uses", "due", "meta"):
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608
        self.ask_for(page for _, page in self.all_files() if page.kind == "picture")
        self.commit()

    def blank(self) -> None:
        """Forget which posts and replies there are, and what they say."""
        self.keep("lacks", "")
        said = ("posts", "listed", "tagged", "replies", "parts", "places", "related", "said")
        for table in (*said, "lacks", "spoken", "folk", "heard", "pictured", "cites"):
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608

    def close(self) -> None:
        self.db.execute("COMMIT")
        self.db.close()

    # meta
    def get(self, key: str) -> str:
        row = self.db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return row[0] if row else ""

    def keep(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def mark(self) -> int:
        return int(self.get("mark") or 0)

    # posts and the lists they stand on
    def post(self, ident: str) -> Post | None:
        row = self.db.execute(f"SELECT {POST} FROM posts WHERE id=?", (ident,)).fetchone()  # noqa: S608
        return _post(row) if row else None

    def posts(self, month: str = "") -> Iterator[Post]:
        """Oldest first, of one month ("2026-11", "undated") or all."""
        where = "WHERE month=?" if month else ""
        query = f"SELECT {POST} FROM posts {where} ORDER BY sort, id"  # noqa: S608
        return map(_post, self.db.execute(query, (month,) if month else ()).fetchall())

    def put(self, post: Post) -> None:
        self.drop(post.id)
        several = (json.dumps(names) for names in (post.channels, post.tags, post.collections))
        row = (post.id, post.sort, post.month, post.address, *several)
        self.db.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self.db.executemany("INSERT INTO listed VALUES (?, ?, ?)", [(name, post.sort, post.id) for name in post.lists])
        tagged = [(tag, post.sort, post.id) for tag in set(post.tags)]
        self.db.executemany("INSERT INTO tagged VALUES (?, ?, ?)", tagged)

    def drop(self, ident: str) -> None:
        if post := self.post(ident):
            for name in post.lists:
                self.db.execute("DELETE FROM listed WHERE (list, sort, id) = (?, ?, ?)", (name, post.sort, ident))
            for tag in post.tags:
                self.db.execute("DELETE FROM tagged WHERE (tag, sort, id) = (?, ?, ?)", (tag, post.sort, ident))
            self.db.execute("DELETE FROM posts WHERE id=?", (ident,))

    def total(self, name: str) -> int:
        return int(self.db.execute("SELECT count(*) FROM listed WHERE list=?", (name,)).fetchone()[0])

    def rank(self, name: str, sort: str, ident: str) -> int:
        """How many posts of the list are older than this place."""
        query = "SELECT count(*) FROM listed WHERE list=? AND (sort, id) < (?, ?)"
        return int(self.db.execute(query, (name, sort, ident)).fetchone()[0])

    def window(self, name: str, first: int, many: int) -> list[str]:
        """Ids of a stretch of a list, oldest first."""
        query = "SELECT id FROM listed WHERE list=? ORDER BY sort, id LIMIT ? OFFSET ?"
        return [ident for (ident,) in self.db.execute(query, (name, many, first))]

    def newest(self, name: str, many: int) -> list[str]:
        query = "SELECT id FROM listed WHERE list=? ORDER BY sort DESC, id DESC LIMIT ?"
        return [ident for (ident,) in self.db.execute(query, (name, many))]

    def beside(self, stream: str, sort: str, ident: str) -> tuple[str, str]:
        """(next older, next newer) post of a list, "" where there is none."""
        older = "SELECT id FROM listed WHERE list=? AND (sort, id) < (?, ?) ORDER BY sort DESC, id DESC LIMIT 1"
        newer = "SELECT id FROM listed WHERE list=? AND (sort, id) > (?, ?) ORDER BY sort, id LIMIT 1"
        rows = (self.db.execute(query, (stream, sort, ident)).fetchone() for query in (older, newer))
        found = [row[0] if row else "" for row in rows]
        return found[0], found[1]

    def lists(self) -> list[str]:
        return list(self.newest_of("list"))

    def newest_of(self, key: str) -> dict[str, str]:
        """Time of the newest post of each "list" or "month"."""
        table = {"list": "listed", "month": "posts"}[key]
        return dict(self.db.execute(f"SELECT {key}, max(sort) FROM {table} GROUP BY 1 ORDER BY 1").fetchall())  # noqa: S608

    def months(self, year: str = "") -> list[tuple[str, int]]:
        """(month, number of posts), newest first; "undated" last."""
        query = "SELECT month, count(*) FROM posts WHERE month LIKE ? GROUP BY month ORDER BY month DESC"
        rows = self.db.execute(query, (f"{year}%",)).fetchall()
        return sorted(rows, key=lambda row: row[0] == "undated")

    # posts with topics in common
    def alike(self, post: Post, many: int = 3) -> list[str]:
        """Earlier posts that share the most topics, the most recent of them, ties by id."""
        marks = ",".join("?" * len(post.tags))
        query = f"""SELECT id FROM tagged WHERE tag IN ({marks}) AND (sort, id) < (?, ?)
            GROUP BY id ORDER BY count(*) DESC, sort DESC, id LIMIT ?"""  # noqa: S608
        return [ident for (ident,) in self.db.execute(query, (*post.tags, post.sort, post.id, many))]

    def topics(self, many: int = -1) -> list[tuple[str, int]]:
        """(topic, number of posts), the ones most spoken of first, ties by name; all unless `many` are asked for."""
        query = "SELECT tag, count(*) FROM tagged GROUP BY tag ORDER BY count(*) DESC, tag LIMIT ?"
        return self.db.execute(query, (many,)).fetchall()

    def topics_beside(self, topic: str, many: int) -> list[tuple[str, int]]:
        """(other topic, number of posts that have both)."""
        query = """SELECT other.tag, count(*) FROM tagged AS this JOIN tagged AS other ON other.id = this.id
            WHERE this.tag = ? AND other.tag != ? GROUP BY other.tag ORDER BY count(*) DESC, other.tag LIMIT ?"""
        return self.db.execute(query, (topic, topic, many)).fetchall()

    def topic_months(self, topic: str) -> list[tuple[str, int]]:
        """(month, number of posts), oldest first; "undated" is none."""
        query = """SELECT month, count(*) FROM tagged JOIN posts USING (id) WHERE tag=? AND month != 'undated'
            GROUP BY month ORDER BY month"""
        return self.db.execute(query, (topic,)).fetchall()

    def relate(self, ident: str, others: Iterable[str]) -> None:
        self.db.execute("DELETE FROM related WHERE id=?", (ident,))
        self.db.executemany("INSERT INTO related VALUES (?, ?)", [(ident, other) for other in others])

    def relating(self, post: Post) -> set[str]:
        """Posts that name this one as related, and later ones that might."""
        found = {ident for (ident,) in self.db.execute("SELECT id FROM related WHERE other=?", (post.id,))}
        for tag in post.tags:
            query = "SELECT id FROM tagged WHERE tag=? AND (sort, id) > (?, ?)"
            found |= {ident for (ident,) in self.db.execute(query, (tag, post.sort, post.id))}
        return found

    # replies
    def reply_root(self, ident: str) -> str:
        row = self.db.execute("SELECT root FROM replies WHERE id=?", (ident,)).fetchone()
        return row[0] if row else ""

    def replies(self, root: str) -> dict[str, tuple[str, str]]:
        """id → (sort, channel) of the visible replies under a root."""
        query = "SELECT id, sort, channel FROM replies WHERE root=?"
        return {ident: (sort, channel) for ident, sort, channel in self.db.execute(query, (root,))}

    def put_reply(self, ident: str, root: str, sort: str, channel: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", (ident, root, sort, channel))

    def drop_reply(self, ident: str) -> None:
        self.db.execute("DELETE FROM replies WHERE id=?", (ident,))

    def talks(self, above: int) -> list[str]:
        """Roots with more replies than that."""
        query = "SELECT root FROM replies GROUP BY root HAVING count(*) > ?"
        return [root for (root,) in self.db.execute(query, (above,))]

    def parts(self, root: str) -> dict[str, str]:
        """Path → digest of the further pages of a conversation."""
        return dict(self.db.execute("SELECT path, sign FROM parts WHERE root=?", (root,)).fetchall())

    def all_parts(self) -> list[tuple[str, str]]:
        """(root, path) of the further pages of all conversations."""
        return self.db.execute("SELECT root, path FROM parts").fetchall()

    def put_parts(self, root: str, signs: Mapping[str, str], places: Mapping[str, str]) -> None:
        """The further pages of a conversation, and which replies stand on them."""
        for table in ("parts", "places"):
            self.db.execute(f"DELETE FROM {table} WHERE root=?", (root,))  # noqa: S608
        self.db.executemany("INSERT INTO parts VALUES (?, ?, ?)", [(root, *row) for row in signs.items()])
        rows = [(ident, root, path) for ident, path in places.items() if path]
        self.db.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", rows)

    def place(self, ident: str) -> str:
        """The path of the page a reply stands on, below its thread's address."""
        row = self.db.execute("SELECT path FROM places WHERE id=?", (ident,)).fetchone()
        return row[0] if row else ""

    def places(self, root: str) -> dict[str, str]:
        """The same of all replies of a conversation that do not stand on its first page."""
        return dict(self.db.execute("SELECT id, path FROM places WHERE root=?", (root,)).fetchall())

    def reply_counts(self, root: str) -> tuple[int, int]:
        """(replies, channels they came from)."""
        query = "SELECT count(*), count(DISTINCT channel) FROM replies WHERE root=?"
        many, channels = self.db.execute(query, (root,)).fetchone()
        return many, channels

    def last_reply(self, root: str) -> str:
        """When the newest reply of a thread was said; "" when that is unknown, or there is none."""
        return self.db.execute("SELECT max(sort) FROM replies WHERE root=?", (root,)).fetchone()[0] or ""

    def latest_replies(self, many: int, name: str = HOME) -> list[tuple[str, str]]:
        """(id, root) of what was said below the posts of a list, newest first."""
        within = "WHERE root IN (SELECT id FROM listed WHERE list = ?)" if name else ""
        query = f"SELECT id, root FROM replies {within} ORDER BY sort DESC, id DESC LIMIT ?"  # noqa: S608
        return self.db.execute(query, (name, many) if name else (many,)).fetchall()

    def replies_after(self, sort: str, ident: str, limit: int) -> int:
        """How many replies are newer than this place, counted up to `limit`."""
        query = "SELECT count(*) FROM (SELECT 1 FROM replies WHERE (sort, id) > (?, ?) LIMIT ?)"
        return int(self.db.execute(query, (sort, ident, limit)).fetchone()[0])

    # what is due, and the files
    def ask_for(self, pages: Iterable[Page]) -> None:
        rows = [(page.kind, page.name, page.number) for page in pages]
        self.db.executemany("INSERT OR IGNORE INTO due VALUES (?, ?, ?)", rows)

    def due(self) -> list[Page]:
        """By kind; posts by time, so that neighbours come one after the other."""
        query = """SELECT kind, name, number FROM due LEFT JOIN posts ON kind = 'post' AND posts.id = name
            ORDER BY kind, sort, name, number"""
        rows = self.db.execute(query).fetchall()
        return [Page(kind=kind, name=name, number=number) for kind, name, number in rows]

    def due_from(self, page: Page, many: int) -> int:
        """How many of the next so many pages of its kind and name are due, this one counted."""
        query = "SELECT count(*) FROM due WHERE kind=? AND name=? AND number >= ? AND number < ?"
        found = self.db.execute(query, (page.kind, page.name, page.number, page.number + many)).fetchone()
        return max(1, int(found[0]))

    def done(self, page: Page) -> None:
        query = "DELETE FROM due WHERE (kind, name, number) = (?, ?, ?)"
        self.db.execute(query, (page.kind, page.name, page.number))

    def file(self, path: str) -> str | None:
        """Digest of a file we wrote, "" when a write was begun; None when it is not ours."""
        row = self.db.execute("SELECT digest FROM files WHERE path=?", (path,)).fetchone()
        return row[0] if row else None

    def digests(self, folder: str) -> dict[str, str]:
        """Path → digest of the files below a folder, of closed pages none."""
        query = "SELECT path, digest FROM files WHERE path >= ? AND path < ? AND number = 0 ORDER BY path"
        return dict(self.db.execute(query, (f"{folder}/", f"{folder}0")).fetchall())  # "0" comes after "/"

    def files_of(self, page: Page) -> set[str]:
        query = "SELECT path FROM files WHERE (kind, name, number) = (?, ?, ?)"
        return {path for (path,) in self.db.execute(query, (page.kind, page.name, page.number))}

    def kinds(self, kind: str) -> list[Page]:
        """Every page of a kind that has a file."""
        rows = self.db.execute("SELECT DISTINCT name, number FROM files WHERE kind=?", (kind,)).fetchall()
        return [Page(kind=kind, name=name, number=number) for name, number in rows]

    def wrote(self, path: str, digest: str, page: Page) -> None:
        row = (path, digest, page.kind, page.name, page.number)
        self.db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", row)

    def blur(self, path: str) -> None:
        """From here on the file may hold other bytes than were written."""
        self.db.execute("UPDATE files SET digest='' WHERE path=?", (path,))

    def retire(self, path: str, when: str) -> None:
        """A style sheet or script that was replaced at `when`: visitors may still have a page open that asks for it."""
        self.db.execute("UPDATE files SET kind='old', name=?, number=0 WHERE path=?", (when, path))

    def removed(self, path: str) -> None:
        self.db.execute("DELETE FROM files WHERE path=?", (path,))

    def all_files(self) -> Iterator[tuple[str, Page]]:
        for path, kind, name, number in self.db.execute("SELECT path, kind, name, number FROM files").fetchall():
            yield path, Page(kind=kind, name=name, number=number)

    # pictures
    def use(self, page: Page, pictures: Iterable[str]) -> set[str]:
        """Remember which pictures a page shows; returns those it shows no more."""
        key = (page.kind, page.name, page.number)
        query = "SELECT picture FROM uses WHERE (kind, name, number) = (?, ?, ?)"
        before, after = {picture for (picture,) in self.db.execute(query, key)}, set(pictures)
        self.db.execute("DELETE FROM uses WHERE (kind, name, number) = (?, ?, ?)", key)
        self.db.executemany("INSERT INTO uses VALUES (?, ?, ?, ?)", [(picture, *key) for picture in after])
        return before - after

    def used(self, picture: str) -> bool:
        return self.db.execute("SELECT 1 FROM uses WHERE picture=? LIMIT 1", (picture,)).fetchone() is not None
