"""What WordPress' REST API (/wp/v2/) says, as items. Pure.

A post's id is its guid, a comment's the guid of its post + "#comment-N": the ids that the blog's RSS feeds give too.
Addresses of mail and network never leave this module: they are not even read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.channels.loose import Json, at, is_uri, mapping, number, plain, rows, string, when
from hub.model import Account, Item, Media

GRAVATAR = re.compile(r"//\d\.gravatar\.com/")
TOUCH = timedelta(minutes=1)  # a change within the first minute is part of publishing, not an edit


@dataclass(frozen=True, slots=True)
class Blog:
    """What a payload does not say of itself: whose channel it is, and where."""

    channel: str
    site: str  # without a trailing slash
    team: frozenset[int] = frozenset()
    language: str = ""


def guid(row: Json) -> str:
    """The id of a post: its guid where that is a URI, else its address."""
    # The filter the_guid escapes ampersands even in JSON; the feed's guid comes out of an XML parser without that.
    kept = plain(row, "guid", "rendered")
    return kept if is_uri(kept) else string(row, "link")


def hidden(row: Json) -> bool:
    """Whether a post is not for everybody: behind a password, or listed only because we hold a key."""
    return at(row, "content", "protected") is True or string(row, "status") not in ("", "publish")


def post(row: Json, blog: Blog) -> Item:
    """A post or page with its embedded author, terms and featured picture."""
    published, origin = when(row, "date_gmt"), string(row, "yoast_head_json", "canonical")
    return Item(
        id=guid(row),
        url=string(row, "link"),
        channel=blog.channel,
        kind="article",
        author=_author(row, blog),
        published=published,
        html=string(row, "content", "rendered"),
        ours=True,
        title=plain(row, "title", "rendered"),
        aliases=(f"{blog.site}/?p={number(row, 'id')}",),
        syndication=(origin,) if origin not in ("", string(row, "link")) else (),
        media=_media(row),
        tags=_tags(row),
        language=string(row, "lang") or blog.language,
        edited=_edited(published, when(row, "modified_gmt")),
        private=hidden(row),
    )


def comment(row: Json, of: str, blog: Blog) -> Item:
    """An approved comment under the post whose id is `of`."""
    name = f"#comment-{number(row, 'id')}"
    parent = number(row, "parent")
    user = number(row, "author")
    return Item(
        id=of + name,
        url=string(row, "link"),
        channel=blog.channel,
        author=Account(
            name=plain(row, "author_name"),
            url=string(row, "author_url"),
            avatar=_largest(mapping(row, "author_avatar_urls")),
            id=_user(user, blog),
        ),
        published=when(row, "date_gmt"),
        html=string(row, "content", "rendered"),
        ours=user in blog.team,
        reply_to=f"{of}#comment-{parent}" if parent else of,
        root=of,
        aliases=(f"{blog.site}/?p={number(row, 'post')}{name}",),
        private=string(row, "status") not in ("", "approved"),
    )


def _edited(published: datetime | None, modified: datetime | None) -> datetime | None:
    return modified if published and modified and modified - published > TOUCH else None


def _user(user: int, blog: Blog) -> str:
    """WordPress vouches for registered users only; 0 is anybody who typed a name."""
    return f"{blog.site}/?author={user}" if user else ""


def _author(row: Json, blog: Blog) -> Account:
    # Where the list of users is closed, the embedded author is an error object: no name, but still a number.
    user = mapping(row, "_embedded", "author", 0)
    return Account(
        name=plain(user, "name"),
        handle=string(user, "slug"),
        url=string(user, "link"),
        avatar=_largest(mapping(user, "avatar_urls")),
        id=_user(number(row, "author"), blog),
    )


def _largest(sizes: Json) -> str:
    """The largest of {"24": url, "48": url, …}."""
    size = max((size for size in sizes if size.isdigit()), key=int, default="")
    return steady(string(sizes, size))


def steady(text: str) -> str:
    """Without what WordPress rolls dice for: the host of a Gravatar whose user has no address (get_avatar_data)."""
    return GRAVATAR.sub("//secure.gravatar.com/", text)


def _media(row: Json) -> tuple[Media, ...]:
    picture = mapping(row, "_embedded", "wp:featuredmedia", 0)
    url = string(picture, "source_url")
    if not url or string(picture, "media_type") not in ("", "image"):
        return ()
    size = mapping(picture, "media_details")
    alt = plain(picture, "alt_text")
    return (Media(url=url, alt=alt, width=number(size, "width"), height=number(size, "height")),)


def _tags(row: Json) -> tuple[str, ...]:
    """Categories and tags by name; the category every post has by default says nothing."""
    groups = at(row, "_embedded", "wp:term")
    terms = [term for group in groups for term in rows(group)] if isinstance(groups, list) else []
    names = [plain(term, "name") for term in terms if string(term, "slug") != "uncategorized"]
    return tuple(dict.fromkeys(name for name in names if name))
