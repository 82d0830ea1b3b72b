"""WordPress' own export (WXR): posts, pages and comments, under the ids that the live blog gives them.

Addresses of mail and network are in the file and are not even read. What is no post or page, not published, behind a
password, held back, spam or trash, and what other sites sent by themselves (pingbacks) stays out.

https://wordpress.org/documentation/article/tools-export-screen/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from hub.channels.loose import is_uri, plain, when
from hub.channels.wordpress_items import TOUCH
from hub.imports import Found, Target
from hub.imports.texts import paragraphs
from hub.imports.xml import Node, nodes
from hub.model import Account, Item

KINDS = ("", "post", "page")
NO_DATE = "0000-00-00 00:00:00"


@dataclass(slots=True)
class _Shelf:
    """What was read so far: the blog's address, its authors by login, items, and what was left out."""

    target: Target
    site: str = ""
    authors: dict[str, Account] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def read(path: Path, target: Target) -> Found:
    """The posts of an export, each followed by its comments."""
    shelf = _Shelf(target, target.site.rstrip("/"))
    for node in nodes(path, ("item", "author", "base_blog_url")):
        if node.name == "base_blog_url":
            shelf.site = shelf.site or node.text.rstrip("/")
        elif node.name == "author":
            shelf.authors[node.said("author_login")] = _author(node, shelf)
        else:
            _post(node, shelf)
    return Found(items=tuple(shelf.items), skipped=dict(+shelf.skipped))


def _author(node: Node, shelf: _Shelf) -> Account:
    number, name = node.said("author_id"), node.said("author_display_name") or node.said("author_login")
    return Account(name=name, handle=node.said("author_login"), id=_user(number, shelf))


def _user(number: str, shelf: _Shelf) -> str:
    return f"{shelf.site}/?author={number}" if shelf.site and number.isdigit() and number != "0" else ""


def _post(node: Node, shelf: _Shelf) -> None:
    reason = _unfit(node)
    if reason:
        shelf.skipped[reason] += 1
        return
    number, id = node.said("post_id"), _guid(node)
    published, changed = _moment(node, "post_date"), _moment(node, "post_modified")
    by = node.said("creator")
    shelf.items.append(
        Item(
            id=id,
            url=node.said("link"),
            channel=shelf.target.channel,
            kind="article",
            author=shelf.authors.get(by, Account(name=by)),
            published=published or _rfc(node.said("pubDate")),
            html=paragraphs(node.said("encoded", "content")),
            ours=True,
            title=plain(node.said("title")),
            aliases=(f"{shelf.site}/?p={number}",) if shelf.site and number else (),
            tags=_tags(node),
            language=shelf.target.language,
            edited=changed if published and changed and changed - published > TOUCH else None,
        )
    )
    _comments(node, id, number, shelf)


def _comments(node: Node, of: str, post: str, shelf: _Shelf) -> None:
    """The approved ones; an answer to one that is not is an answer to the post, as on the blog itself."""
    for one in node.all("comment"):
        reason = _unheard(one)
        if reason:
            shelf.skipped[reason] += 1
            continue
        number, parent = one.said("comment_id"), one.said("comment_parent")
        name = f"#comment-{number}"
        shelf.items.append(
            Item(
                id=of + name,
                url=node.said("link").partition("#")[0] + name,
                channel=shelf.target.channel,
                author=Account(
                    name=plain(one.said("comment_author")),
                    url=one.said("comment_author_url"),
                    id=_user(one.said("comment_user_id"), shelf),
                ),
                published=_moment(one, "comment_date"),
                html=paragraphs(one.said("comment_content")),
                ours=one.said("comment_user_id") in shelf.target.team,
                reply_to=f"{of}#comment-{parent}" if parent not in ("", "0") else of,
                root=of,
                aliases=(f"{shelf.site}/?p={post}{name}",) if shelf.site and post else (),
            )
        )


def _unfit(node: Node) -> str:
    """Why a post stays out; "" when it does not."""
    if node.said("post_type") not in KINDS:
        return f"{node.said('post_type')}: no post or page"
    if node.said("status") not in ("", "publish"):
        return "not published"
    if node.said("post_password"):
        return "behind a password"
    return "" if _guid(node) else "without an address"


def _unheard(node: Node) -> str:
    """Why a comment stays out; "" when it does not."""
    if node.said("comment_type") not in ("", "comment"):
        return "pingback or trackback"
    if node.said("comment_approved") not in ("", "1", "approved"):
        return "comment held back, spam or trash"
    return "" if node.said("comment_id").isdigit() else "comment without a number"


def _guid(node: Node) -> str:
    """The id that feed and API give too: the guid where it is a URI, else the address."""
    return node.said("guid") if is_uri(node.said("guid")) else node.said("link")


def _moment(node: Node, name: str) -> datetime | None:
    """A time in UTC; a draft's is all zeros."""
    text = node.said(f"{name}_gmt")
    return when({"at": text.replace(" ", "T")}, "at") if text != NO_DATE else None


def _rfc(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None


def _tags(node: Node) -> tuple[str, ...]:
    """Categories and tags by name; the category every post has by default says nothing."""
    return tuple(dict.fromkeys(_named(node.all("category"))))


def _named(found: Iterator[Node]) -> Iterator[str]:
    for one in found:
        facts: Mapping[str, str] = one.attributes
        if one.text and facts.get("domain") in ("category", "post_tag") and facts.get("nicename") != "uncategorized":
            yield plain(one.text)
