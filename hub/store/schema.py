"""The archive's tables, one schema for SQLite and PostgreSQL. migrations/ makes them; a test holds both equal.

What others wrote (texts, names, addresses of pictures) lies in `texts` alone; all other tables hold ids, digests and
figures. So there is one place to erase, and erasing there leaves nothing behind (hub.store.texts says how).
Times are text as hub.threads.moment makes it, so that they sort; undated comes last.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.types import TypeEngine

HEAD = "0013"  # the newest revision in migrations/versions/

schema = MetaData()

# Bytes in order: what SQLite does by itself and PostgreSQL only under the collation "C".
Words: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")


_LIMITED, _HELD = text("until != ''"), text("held != ''")


def _words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=False, server_default=None if key else "")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=False)


def _of_item(*, key: bool = True) -> Column[Any]:
    tie = ForeignKey("items.id", deferrable=True, initially="DEFERRED")
    return Column("item", Words, tie, primary_key=key, nullable=False)


journal = Table(  # one row per thing, at its newest sequence number
    "journal",
    schema,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _words("what"),
    _words("id"),
    Index("journal_thing", "what", "id", unique=True),
)

texts = Table(  # the only place for what others wrote; rows are added at the end and blanked in place
    "texts",
    schema,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),  # of the body, in bytes
    _flag("wiped"),
    Column("body", Text, nullable=False),
)

versions = Table(  # what each channel brought of an item; `text` is empty once that channel says it is gone
    "versions",
    schema,
    _of_item(),
    _words("channel", key=True),
    Column("text", BigInteger),
    _words("digest"),
    _words("edited"),  # edited or published, "" when undated: the newest is shown
    _flag("whole"),  # not an excerpt
    Column("rank", Integer, nullable=False),  # of its kind
    _words("published"),
    _flag("ours"),
    _words("parent_name"),
    _words("root_name"),
    _words("author"),  # who said it (hub.store.authors); "" once it is gone
    _words("until"),  # the last day (ISO 8601) on which the text may be kept, "" where terms set no limit
    Index("versions_channel", "channel", "item"),
    Index("versions_author", "author"),
    Index("versions_until", "until", sqlite_where=_LIMITED, postgresql_where=_LIMITED),
)

accounts = Table(  # digests of every name an author answers to
    "accounts",
    schema,
    _words("name", key=True),
    _words("author", key=True),
    Index("accounts_author", "author"),
)

profiles = Table(  # what an account says of itself, by the channel that saw it; `text` is empty where it says nothing
    "profiles",
    schema,
    _words("author", key=True),
    _words("channel", key=True),
    Column("text", BigInteger),
    _words("digest"),
    _words("day"),  # ISO 8601, UTC: when its own page was asked last; "" where the network told it
)

claims = Table(  # digests of the pages that an account calls its own; `held`: it has proven so
    "claims",
    schema,
    _words("name", key=True),
    _words("author", key=True),
    _flag("held"),
    Index("claims_author", "author"),
)

people = Table(  # accounts that are one person's with others: the first of them stands for all
    "people",
    schema,
    _words("author", key=True),
    _words("person"),
    Index("people_person", "person"),
)

names = Table(  # digests of every name an item answers to, by the channel that says so
    "names",
    schema,
    _words("name", key=True),
    _of_item(),
    _words("channel", key=True),
    _flag("own"),  # it is the item's id
    Index("names_item", "item"),
)

items = Table(  # an item as it is shown, or its place when it is gone or hidden
    "items",
    schema,
    _words("id", key=True),
    _words("channel"),  # whose version is shown
    Column("text", BigInteger),
    _words("digest"),
    _words("channels"),  # all that still bring it, one a line
    _words("published"),
    _flag("ours"),
    _flag("gone"),
    _flag("bare"),  # named as gone and never seen
    _words("hidden"),  # the id of the rule that hides it
    _words("held"),  # the same where its channel holds it, also when an answer has lifted that (hub.store.gate)
    _words("parent_name"),
    _words("root_name"),
    _words("parent"),  # who answers to those names now, "" for nobody
    _words("root"),
    _words("lost"),  # the bare item that answers to parent_name
    _words("copy_of"),  # the post of which this one is a copy, "" for none
    _words("tied_by"),  # what says so (hub.copies)
    _words("mention"),  # the post of the brand it links to, where it answers nothing
    _flag("crowned"),  # it heads a conversation though it is not the brand's
    _flag("part"),  # it goes on with the post above it, and stands with it as one
    _words("above"),  # where it hangs
    _flag("joined"),
    _words("thread"),
    _flag("shown"),  # it stands on a page
    Index("items_thread", "thread"),
    Index("items_voice", "above", "ours"),
    Index("items_part", "part", "thread"),
    # of the brand's own, which may go on with a post
    Index("items_answer", "parent", sqlite_where=text("ours = 1"), postgresql_where=text("ours")),
    Index("items_held", "held", sqlite_where=_HELD, postgresql_where=_HELD),
    Index("items_parent_name", "parent_name"),
    Index("items_root_name", "root_name"),
    Index("items_copy_of", "copy_of"),
    Index("items_order", "shown", "published", "id"),
)

traces = Table(  # what a post of the brand shares with its copies: digests of pages it links to and of what it says
    "traces",
    schema,
    _words("key", key=True),
    _of_item(),
    _words("published"),
    Index("traces_near", "key", "published"),
    Index("traces_item", "item"),
)

counts = Table(  # what the networks report, in full; shown rounded
    "counts",
    schema,
    _words("name", key=True),
    _words("channel", key=True),
    _words("type", key=True),
    Column("value", BigInteger, nullable=False),
)

history = Table(  # the last of each day on which a count was another than before
    "history",
    schema,
    _words("name", key=True),
    _words("channel", key=True),
    _words("type", key=True),
    _words("day", key=True),  # ISO 8601, UTC
    Column("value", BigInteger, nullable=False),
)

reactions = Table(
    "reactions",
    schema,
    _words("name", key=True),
    _words("type", key=True),
    _words("actor", key=True),
    _words("channel"),  # that brought it; of several that brought the same, the first by name
    Column("text", BigInteger, nullable=False),
)

channels = Table(
    "channels",
    schema,
    _words("name", key=True),
    _words("facts"),  # a Health as JSON, without its cursor
    _words("cursor"),
)

hosts = Table("hosts", schema, _words("origin", key=True), _words("until"))

files = Table(  # pictures, by the digest of their address
    "files",
    schema,
    _words("key", key=True),
    _words("digest"),  # "" while it is not here
    _words("not_before"),
    Column("text", BigInteger),
    _flag("shown"),
    Index("files_wanted", "shown", "digest", "not_before"),
)

shows = Table(  # which visible item shows which picture
    "shows",
    schema,
    _words("key", key=True),
    _of_item(),
    Index("shows_item", "item"),
)

redirects = Table(  # addresses of threads that were merged, and the item that was their root
    "redirects",
    schema,
    _words("address", key=True),
    _of_item(key=False),
    Index("redirects_item", "item"),
)

facts = Table("facts", schema, _words("key", key=True), _words("value"))  # rules applied, erasure pending
