"""Isso's comments: out of its database, or in the plain JSON that it takes in from elsewhere; and Commento's JSON.

Mail and network addresses are in there and are not even read.

https://isso-comments.de/docs/technical-docs/database/ · https://docs.commento.io/installation/self-hosting/
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

from hub.channels.loose import Json, at, mapping, rows, string, when
from hub.channels.marked import html
from hub.errors import DataError, InputError
from hub.imports import Found, Shelf, Target
from hub.imports.texts import bare
from hub.model import Account, Item

SQLITE = b"SQLite format 3\0"
LIMIT = 512 * 2**20
ASK = """SELECT t.uri, t.title, c.id, c.parent, c.created, c.text, c.author, c.website, c.mode
         FROM comments c JOIN threads t ON t.id = c.tid ORDER BY c.id"""
MODES = {"2": "waits for moderation", "4": "deleted"}


def database(path: Path, target: Target) -> Found:
    """The comments that Isso shows: valid ones (mode 1). Texts are Markdown."""
    shelf = Shelf(target)
    for uri, title, id, parent, created, text, author, website, mode in _rows(path):
        if mode != 1:
            shelf.skipped[MODES.get(str(mode), "not shown")] += 1
            continue
        url = _page(shelf, str(uri), str(title or ""))
        above = f"{url}#isso-{parent}" if parent else ""
        account = Account(name=str(author or ""), url=str(website or ""))
        shelf.say(url, above, _comment(f"{url}#isso-{id}", account, _epoch(created), html(str(text or ""))))
    return shelf.found


def plain(path: Path, target: Target) -> Found:
    """A list of pages with comments: {id, title, comments: [{id, author, website, created, text, parent?}]}."""
    shelf = Shelf(target)
    for row in rows(loaded(path)):
        comments = rows(row, "comments")
        if not string(row, "id"):
            shelf.skipped["its page has no address"] += len(comments)
            continue
        url = _page(shelf, string(row, "id"), string(row, "title"))
        for one in comments:
            above = f"{url}#isso-{string(one, 'parent')}" if at(one, "parent") is not None else ""
            author = Account(name=string(one, "author"), url=string(one, "website"))
            id = f"{url}#isso-{string(one, 'id')}"
            moment = when(string(one, "created").replace(" ", "T"))
            shelf.say(url, above, _comment(id, author, moment, bare(string(one, "text"))))
    return shelf.found


def commento(path: Path, target: Target) -> Found:
    """Commento's export: comments by page, commenters beside them."""
    told, shelf = loaded(path), Shelf(target)
    people = {string(row, "commenterHex"): row for row in rows(told, "commenters")}
    for row in rows(told, "comments"):
        reason = "deleted" if at(row, "deleted") is True else ""
        reason = reason or ("" if string(row, "state") in ("", "approved") else "not approved")
        if reason:
            shelf.skipped[reason] += 1
            continue
        url = _page(shelf, urljoin(f"https://{string(row, 'domain')}", string(row, "url")), "")
        parent = string(row, "parentHex")
        above = f"urn:commento:{parent}" if parent not in ("", "root") else ""
        text = string(row, "html") or html(string(row, "markdown"))
        author = _commenter(people.get(string(row, "commenterHex"), {}))
        id = f"urn:commento:{string(row, 'commentHex')}"
        shelf.say(url, above, _comment(id, author, when(row, "creationDate"), text))
    return shelf.found


def is_plain(told: object) -> bool:
    """Whether a file's JSON is such a list of pages."""
    return bool(rows(told)) and all(isinstance(at(row, "comments"), list) for row in rows(told))


def is_commento(told: object) -> bool:
    """Whether a file's JSON is Commento's."""
    return any(string(row, "commentHex") for row in rows(told, "comments"))


def loaded(path: Path) -> object:
    """A file's JSON. InputError, or DataError when it is none."""
    try:
        with path.open("rb") as file:
            return json.loads(file.read(LIMIT))
    except OSError as why:
        raise InputError(f"{path} cannot be opened: {why.strerror}", fix="check its name") from None
    except (ValueError, RecursionError) as why:
        raise DataError(f"{path} is no JSON: {why}", fix="give the file as it was exported") from None


def _page(shelf: Shelf, address: str, title: str) -> str:
    """The address of a page; what stands for it is noted."""
    url = urljoin(shelf.target.site, address)
    if not url.startswith(("http://", "https://")):
        raise DataError(f"the file names pages without their host: {address[:80]}", fix="add --base https://…")
    shelf.page(f"{url}#isso-thread", url, unescape(title), None)
    return url


def _comment(id: str, author: Account, published: datetime | None, text: str) -> Item:
    return Item(id=id, url="", channel="", author=author, published=published, html=text)


def _commenter(row: Mapping[str, object]) -> Account:
    account: Json = mapping(row)
    link, photo = string(account, "link"), string(account, "photo")
    return Account(
        name=string(account, "name"),
        url=link if link.startswith("http") else "",
        avatar=photo if photo.startswith("http") else "",
    )


def _rows(path: Path) -> Iterator[tuple[object, ...]]:
    """The rows of the database, opened so that nothing is written, whatever lies beside it."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as kept:
            yield from kept.execute(ASK)
    except sqlite3.Error as why:
        fix = "give Isso's comments.db, or its export"
        raise DataError(f"{path} is no database of Isso: {why}", fix=fix) from None


def _epoch(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
