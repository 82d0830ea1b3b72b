"""Comments exported from elsewhere, read straight from the files by plain patterns: what an import must bring."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from tests.imports.corpus import blocks, said

SITE = "https://old.example"  # the host of files that name none
Told = tuple[str, str, str, str, str, str]  # id, author, when, what it answers, its page, text without tags
BREAKS = r"</?(?:p|br|div|li|ul|blockquote)\b[^>]*>"


def bare(html: str) -> str:
    """A text without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", re.sub(BREAKS, " ", html))).split())


def moment(text: str) -> str:
    return datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=UTC).isoformat()


def wordpress(path: Path) -> Iterator[Told]:
    for post in blocks(path.read_text("utf-8"), "item"):
        of = said(post, "link")
        for one in blocks(post, "wp:comment"):
            parent = said(one, "wp:comment_parent")
            above = of if parent == "0" else f"{of}#comment-{parent}"
            id, date = f"{of}#comment-{said(one, 'wp:comment_id')}", moment(said(one, "wp:comment_date_gmt"))
            yield id, said(one, "wp:comment_author"), date, above, of, bare(said(one, "wp:comment_content"))


def disqus(path: Path) -> Iterator[Told]:
    text = path.read_text("utf-8")
    pages = {number(block): said(block, "link") for block in blocks(text, "thread") if shown(block)}
    for block in blocks(text, "post"):
        of = re.search(r'<thread dsq:id="?(\d+)', block)
        page = pages.get(of[1], "") if of else ""
        if page and shown(block) and said(block, "isSpam") == "false":
            parent, id = re.search(r'<parent dsq:id="(\d+)"', block), number(block) or said(block, "id")
            above, date = f"urn:disqus:post:{parent[1]}" if parent else page, moment(said(block, "createdAt"))
            yield f"urn:disqus:post:{id}", said(block, "name"), date, above, page, bare(said(block, "message"))


def number(block: str) -> str:
    found = re.match(r'<\w+ dsq:id="(\d+)"', block)
    return found[1] if found else ""


def shown(block: str) -> bool:
    return said(block, "isDeleted") != "true"


def isso(path: Path) -> Iterator[Told]:
    for page in json.loads(path.read_text("utf-8")):
        of = SITE + page["id"]
        for one in page["comments"]:
            yield f"{of}#isso-{one['id']}", one["author"], moment(one["created"]), of, of, bare(one["text"])


def commento(path: Path) -> Iterator[Told]:
    told = json.loads(path.read_text("utf-8"))
    names = {one["commenterHex"]: one["name"] for one in told["commenters"]} | {"anonymous": ""}
    for one in told["comments"]:
        of, parent, date = f"https://{one['domain']}{one['url']}", one["parentHex"], moment(one["creationDate"])
        above = of if parent == "root" else f"urn:commento:{parent}"
        yield f"urn:commento:{one['commentHex']}", names[one["commenterHex"]], date, above, of, bare(one["markdown"])


FILES: dict[str, tuple[Callable[[Path], Iterator[Told]], int]] = {
    "comments-export-isso/wordpress.xml": (wordpress, 8),
    "comments-export-isso/disqus.xml": (disqus, 4),
    "comments-export-isso/generic.json": (isso, 2),
    "comments-export-disqus-wxr/disqus.xml": (disqus, 4),
    "comments-export-disqus-wxr/disqus-deleted-post.xml": (disqus, 3),
    "comments-export-disqus-wxr/disqus-deleted-thread.xml": (disqus, 2),
    "comments-export-disqus-wxr/commento.json": (commento, 3),
}
"""Every file of the corpora, who reads it, and how many comments are public there."""
