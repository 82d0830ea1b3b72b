"""Disqus' export in XML: comments with their parents, below the pages they were written on.

What was deleted or is spam stays out, a deleted page with all below it; mail and network addresses are not even read.

https://help.disqus.com/en/articles/1717164-comments-export
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from hub.channels.loose import digest, when
from hub.imports import Found, Shelf, Target
from hub.imports.texts import paragraphs
from hub.imports.xml import Node, nodes
from hub.model import Account, Item


def read(path: Path, target: Target) -> Found:
    """Every public comment, with the pages that have any."""
    shelf, threads = Shelf(target), dict[str, str]()
    for node in nodes(path, ("thread", "post")):
        if node.name == "post":
            _comment(node, threads, shelf)
        else:
            _thread(node, threads, shelf)
    return shelf.found


def thread(number: str) -> str:
    """The id that stands for a page whose comments Disqus keeps."""
    return f"urn:disqus:thread:{number}"


def post(number: str) -> str:
    """The id of a comment."""
    return f"urn:disqus:post:{number}"


def _thread(node: Node, threads: dict[str, str], shelf: Shelf) -> None:
    number, link = node.attributes.get("id", ""), node.said("link").partition("#")[0]
    if node.said("isDeleted") == "true" or not number or not link:
        shelf.skipped["page that is deleted or has no address"] += 1
        return
    threads[number] = link
    shelf.page(thread(number), link, node.said("title"), _moment(node))


def _comment(node: Node, threads: dict[str, str], shelf: Shelf) -> None:
    of = threads.get(node.child("thread").attributes.get("id", ""), "")
    reason = _unfit(node, of)
    if reason:
        shelf.skipped[reason] += 1
        return
    number, parent = node.attributes.get("id", "") or _numberless(node), node.child("parent").attributes.get("id", "")
    author = _author(node.child("author"))
    item = Item(
        id=post(number),
        url=f"{of}#comment-{number}",
        channel=shelf.target.channel,
        author=author,
        published=_moment(node),
        html=paragraphs(node.said("message")),
        ours=author.handle.lower() in {one.lower() for one in shelf.target.team},
    )
    shelf.say(of, post(parent) if parent else "", item)


def _unfit(node: Node, of: str) -> str:
    """Why a comment stays out; "" when it does not. What is no clear "no" counts as "yes"."""
    if node.said("isDeleted") not in ("", "false"):
        return "deleted"
    if node.said("isSpam") not in ("", "false"):
        return "spam"
    if not of:
        return "its page is deleted or not in the file"
    return "" if node.said("message") else "without a text"


def _numberless(node: Node) -> str:
    """What stands for the number of a comment that has none."""
    return node.said("id") or digest(node.said("createdAt"), node.child("author").said("name"), node.said("message"))


def _author(node: Node) -> Account:
    username = "" if node.said("isAnonymous") == "true" else node.said("username")
    profile = f"https://disqus.com/by/{quote(username, safe='')}/" if username else ""
    return Account(name=node.said("name"), handle=username, url=profile, id=profile)


def _moment(node: Node) -> datetime | None:
    return when({"at": node.said("createdAt")}, "at")
