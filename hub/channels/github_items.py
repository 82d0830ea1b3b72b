"""What GitHub says, in its REST words and in its GraphQL ones, as items. Pure.

Everything goes by its address on github.com, accounts by their number, because names move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.model import Account, Item

INSIDE = {"OWNER", "MEMBER"}  # https://docs.github.com/graphql/reference/enums#commentauthorassociation
GLAD = ("+1", "heart", "hooray", "rocket")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a payload does not say of itself: whose channel it is, and who speaks for the brand."""

    channel: str
    team: tuple[str, ...] = ()
    language: str = ""


def release(row: Json, desk: Desk) -> Item:
    """A release; a draft is seen by those alone who may write."""
    address = string(row, "html_url")
    return Item(
        id=address,
        url=address,
        channel=desk.channel,
        kind="article",
        author=_author(mapping(row, "author")),
        published=when(row, "published_at") or when(row, "created_at"),
        html=string(row, "body_html"),
        ours=True,
        title=string(row, "name") or string(row, "tag_name"),
        aliases=_api(row),
        language=desk.language,
        private=at(row, "draft") is True,
    )


def issue(row: Json, desk: Desk) -> Item:
    """An issue."""
    address, author = string(row, "html_url"), mapping(row, "user")
    return Item(
        id=address,
        url=address,
        channel=desk.channel,
        kind="note",
        author=_author(author),
        published=when(row, "created_at"),
        html=string(row, "body_html"),
        ours=_ours(string(row, "author_association"), author, desk),
        title=string(row, "title"),
        aliases=_api(row),
        tags=tuple(name for label in rows(row, "labels") if (name := string(label, "name"))),
        language=desk.language,
        state=string(row, "state"),
    )


def remark(row: Json, of: str, desk: Desk, *, hidden: bool = False) -> Item:
    """A comment below the issue whose address is `of`."""
    address, author = string(row, "html_url"), mapping(row, "user")
    return Item(
        id=address,
        url=address,
        channel=desk.channel,
        kind="note",
        author=_author(author),
        published=when(row, "created_at"),
        html=string(row, "body_html"),
        ours=_ours(string(row, "author_association"), author, desk),
        reply_to=of,
        root=of,
        aliases=_api(row),
        language=desk.language,
        private=hidden,
    )


def discussion(node: Json, desk: Desk) -> Item:
    """A discussion; in some categories people ask for an answer."""
    answerable = at(node, "category", "isAnswerable") is True
    tags = tuple(name for label in rows(node, "labels", "nodes") if (name := string(label, "name")))
    return replace(_node(node, desk), kind="question" if answerable else "note", title=string(node, "title"), tags=tags)


def word(node: Json, above: str, of: str, desk: Desk) -> Item:
    """A comment in the discussion `of`, or an answer to one."""
    return replace(_node(node, desk), reply_to=above, root=of)


def _node(node: Json, desk: Desk) -> Item:
    address, author = string(node, "url"), mapping(node, "author")
    return Item(
        id=address,
        url=address,
        channel=desk.channel,
        author=_author(author),
        published=when(node, "createdAt"),
        html=string(node, "bodyHTML"),
        ours=_ours(string(node, "authorAssociation"), author, desk),
        language=desk.language,
        edited=when(node, "lastEditedAt"),
        private=at(node, "isMinimized") is True,
    )


def likes(row: Json) -> Mapping[str, int]:
    """Kind reactions, in either words."""
    if "upvoteCount" in row:
        return {"likes": number(row, "upvoteCount")}
    return {"likes": sum(number(row, "reactions", sign) for sign in GLAD)}


def _author(user: Json) -> Account:
    """An account in either words; of one that was deleted nothing is left."""
    login = string(user, "login")
    id = number(user, "databaseId") or number(user, "id")
    return Account(
        name=login,
        handle=f"@{login}" if login else "",
        url=string(user, "html_url") or string(user, "url"),
        avatar=string(user, "avatar_url") or string(user, "avatarUrl"),
        id=f"https://api.github.com/user/{id}" if id else "",
        automated="Bot" in (string(user, "type"), string(user, "__typename")),
    )


def _ours(association: str, author: Json, desk: Desk) -> bool:
    return association in INSIDE or string(author, "login").lower() in map(str.lower, desk.team)


def _api(row: Json) -> tuple[str, ...]:
    return tuple(filter(None, [string(row, "url")]))
