"""Posts as the X API v2 gives them, as items. Pure.

https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.channels.twitter_text import (
    Part,
    address,
    is_number,
    link,
    markup,
    mention,
    moment,
    names,
    page,
    person,
    spoken,
    tag,
)
from hub.model import Account, Choice, Item, Media, Poll

FIELDS = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,note_tweet,"
    "possibly_sensitive,public_metrics,referenced_tweets,withheld",
    "user.fields": "name,profile_image_url,protected,public_metrics,username",
    "media.fields": "alt_text,duration_ms,height,media_key,preview_image_url,type,url,variants,width",
    "poll.fields": "end_datetime,options",
}
FIGURES = {"like_count": "likes", "retweet_count": "reposts", "impression_count": "views", "reply_count": "replies"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What a payload does not say of itself: whose channel it is."""

    channel: str
    user: str  # the number of the brand's account
    language: str = ""


@dataclass(frozen=True, slots=True)
class Included:
    """What stands beside the posts of an answer, by its key."""

    users: Mapping[str, Json] = field(default_factory=dict)
    media: Mapping[str, Json] = field(default_factory=dict)
    polls: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def of(cls, payload: object) -> Included:
        """The included objects of an answer."""
        found = mapping(payload, "includes")
        return cls(_by(found, "users", "id"), _by(found, "media", "media_key"), _by(found, "polls", "id"))


def _by(found: Json, what: str, key: str) -> dict[str, Json]:
    return {string(row, key): row for row in rows(found, what) if string(row, key)}


def versions(row: Json) -> tuple[str, ...]:
    """Every number an edited post had, the first one first; most have one."""
    own, listed = string(row, "id"), at(row, "edit_history_tweet_ids")
    found = [string(one) for one in listed] if isinstance(listed, list) else []
    return tuple(sorted({one for one in (own, *found) if is_number(one)}, key=int))


def sound(row: Json) -> bool:
    """Whether a row is a post of somebody's own in its newest version: reposts and superseded versions are not."""
    own = string(row, "id")
    reposted = any(string(one, "type") == "retweeted" for one in rows(row, "referenced_tweets"))
    return is_number(own) and bool(string(row, "text")) and versions(row)[-1] == own and not reposted


def conversation(row: Json) -> str:
    """The number of the conversation's root."""
    return string(row, "conversation_id")


def illustrated(row: Json) -> bool:
    """Whether pictures or films hang on a post."""
    return bool(at(row, "attachments", "media_keys"))


def item(row: Json, beside: Included, desk: Desk) -> Item:
    """A post with its author, pictures and poll."""
    numbers = versions(row)
    first, writer = numbers[0], string(row, "author_id")
    author = _author(writer, mapping(beside.users.get(writer)))
    note = mapping(row, "note_tweet")
    said = note if string(note, "text") else row
    entities = mapping(said, "entities")
    edited = when(row, "created_at") if len(numbers) > 1 else None
    root = conversation(row)
    poll = _poll(row, beside)
    return Item(
        id=page(first),
        url=address(numbers[-1], author.handle.removeprefix("@")),
        channel=desk.channel,
        kind="question" if poll else "note",
        author=author,
        published=(edited and moment(first)) or when(row, "created_at") or moment(first),
        html=markup(string(said, "text"), _parts(entities)),
        ours=writer == desk.user,
        reply_to=_referenced(row, "replied_to"),
        root=page(root) if is_number(root) and root not in numbers else "",
        quotes=tuple(filter(None, [_referenced(row, "quoted")])),
        links=_links(entities),
        aliases=names(numbers, author.handle.removeprefix("@")),
        media=_media(row, beside),
        poll=poll,
        sensitive=at(row, "possibly_sensitive") is True,
        tags=tuple(dict.fromkeys(string(one, "tag") for one in rows(entities, "hashtags") if string(one, "tag"))),
        language=spoken(string(row, "lang")) or desk.language,
        edited=edited,
        private=_held_back(row) or at(beside.users.get(writer), "protected") is True,
    )


def followers(row: Json) -> dict[str, dict[str, int]]:
    """How many follow an account, by the address of its page; X tells it with every answer that names the account."""
    name, many = string(row, "username"), number(row, "public_metrics", "followers_count")
    return {f"https://x.com/{name}": {"followers": many}} if name and many else {}


def figures(row: Json) -> dict[str, int]:
    """What X counts of a post."""
    counted = mapping(row, "public_metrics")
    return {ours: number(counted, theirs) for theirs, ours in FIGURES.items() if theirs in counted}


def _held_back(row: Json) -> bool:
    """Withheld, be it in one country: our pages are read in all of them."""
    withheld = mapping(row, "withheld")
    return at(withheld, "copyright") is True or bool(at(withheld, "country_codes"))


def _referenced(row: Json, type: str) -> str:
    found = [string(one, "id") for one in rows(row, "referenced_tweets") if string(one, "type") == type]
    return page(found[0]) if found and is_number(found[0]) else ""


def _author(writer: str, user: Json) -> Account:
    handle = string(user, "username")
    return Account(
        name=string(user, "name"),
        handle=f"@{handle}" if handle else "",
        url=f"https://x.com/{handle}" if handle else "",
        avatar=string(user, "profile_image_url").replace("_normal.", "_200x200."),
        id=person(writer) if is_number(writer) else "",
    )


def _parts(entities: Json) -> list[Part]:
    found = [
        link(string(one, "url"), string(one, "expanded_url"), string(one, "display_url"), picture="media_key" in one)
        for one in rows(entities, "urls")
    ]
    found += [mention(string(one, "username")) for one in rows(entities, "mentions")]
    found += [tag(string(one, "tag")) for one in rows(entities, "hashtags")]
    return found + [tag(string(one, "tag"), "$") for one in rows(entities, "cashtags")]


def _links(entities: Json) -> tuple[str, ...]:
    """Where the text points, without the addresses of its own pictures."""
    parts = [link(string(one, "url"), string(one, "expanded_url"), "") for one in rows(entities, "urls")]
    return tuple(dict.fromkeys(part.href for part in parts if part.href))


def _media(row: Json, beside: Included) -> tuple[Media, ...]:
    keys = at(row, "attachments", "media_keys")
    found = [beside.media.get(string(key), {}) for key in keys] if isinstance(keys, list) else []
    return tuple(media for media in map(_medium, found) if media.url)


def _medium(found: Json) -> Media:
    film = string(found, "type") in ("video", "animated_gif")
    return Media(
        url=best(rows(found, "variants"), "bit_rate") if film else string(found, "url"),
        type="video" if film else "image",
        alt=string(found, "alt_text"),
        width=number(found, "width"),
        height=number(found, "height"),
        duration=number(found, "duration_ms") // 1000,
        poster=string(found, "preview_image_url"),
    )


def best(variants: tuple[Json, ...], rate: str) -> str:
    """The film with the highest rate that a browser plays without help."""
    films = [one for one in variants if string(one, "content_type") == "video/mp4"]
    return string(max(films, key=lambda one: number(one, rate), default={}), "url")


def _poll(row: Json, beside: Included) -> Poll | None:
    found = mapping(beside.polls.get(string(row, "attachments", "poll_ids", 0)))
    options = sorted(rows(found, "options"), key=lambda one: number(one, "position"))
    choices = tuple(Choice(title=string(one, "label"), votes=number(one, "votes")) for one in options)
    return Poll(choices=choices, closes=when(found, "end_datetime")) if choices else None
