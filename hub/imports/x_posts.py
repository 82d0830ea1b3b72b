"""Posts in the words of the old API (v1.1), which the archive of X still speaks, as items. Pure.

https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/tweet
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from hub.channels.loose import Json, at, mapping, number, rows, string
from hub.channels.twitter_items import best
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
    plain,
    spoken,
    tag,
)
from hub.model import Account, Item, Media

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STAMP = re.compile(r"\w{3} (\w{3}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})\Z")
REPOST = re.compile(r"RT @\w+: ")
QUOTED = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/\w+/status/(\d+)(?:\?.*)?\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose archive it is, for which channel."""

    channel: str
    number: str = ""
    handle: str = ""
    name: str = ""
    avatar: str = ""
    language: str = ""
    protected: bool = False


def versions(row: Json) -> tuple[str, ...]:
    """Every number an edited post had, the first one first."""
    own = string(row, "id_str") or string(row, "id")
    found = [at(row, "edit_info", *path) for path in (("initial",), ("edit", "editControlInitial"))]
    listed = [string(one) for info in found for one in _list(info, "editTweetIds")]
    return tuple(sorted({one for one in (own, *listed) if is_number(one)}, key=int))


def _list(info: object, name: str) -> list[object]:
    found = at(info, name)
    return found if isinstance(found, list) else []


def created(row: Json) -> datetime | None:
    """ "Wed Oct 10 20:19:24 +0000 2018", whatever language the machine speaks."""
    found = STAMP.match(string(row, "created_at"))
    if not found or found[1] not in MONTHS:
        return None
    away = timedelta(hours=int(found[7]), minutes=int(found[8])) * (-1 if found[6] == "-" else 1)
    day, hour, minute, second = (int(found[at]) for at in (2, 3, 4, 5))
    try:
        month = MONTHS.index(found[1]) + 1
        local = datetime(int(found[9]), month, day, hour, minute, second, tzinfo=timezone(away))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def reposted(row: Json) -> bool:
    """Whether a post only passes on another: in the archive, only its first words say so."""
    return "retweeted_status" in row or bool(REPOST.match(string(row, "full_text") or string(row, "text")))


def post(row: Json, owner: Owner, note: Json | None = None) -> Item:
    """A post; `note` is its long text where it has one. Without an author of its own it is the owner's."""
    numbers, author = versions(row), _author(row, owner)
    entities = mapping(row, "entities") or row
    text = string(row, "full_text") or string(row, "text")
    made = created(row)
    edited = (made or moment(numbers[-1])) if len(numbers) > 1 else None
    handle = author.handle.removeprefix("@")
    return Item(
        id=page(numbers[0]),
        url=address(numbers[-1], handle),
        channel=owner.channel,
        kind="note",
        author=author,
        published=(edited and moment(numbers[0])) or made or moment(numbers[0]),
        html=markup(string(note, "text"), _long(note)) if note else markup(text, _parts(entities)),
        ours="user" not in row or author.id == person(owner.number),
        reply_to=_numbered(row, "in_reply_to_status_id"),
        quotes=tuple(filter(None, [_quoted(row, text, entities)])),
        links=_links(_long(note) if note else _parts(entities)),
        aliases=names(numbers, handle),
        media=_media(row),
        sensitive=at(row, "possibly_sensitive") is True,
        tags=_tags(note, "hashtags") if note else _tags(entities, "hashtags"),
        language=spoken(string(row, "lang")) or owner.language,
        edited=edited,
        excerpt=at(row, "truncated") is True and not note,
        private=owner.protected or _held_back(row),
    )


def _held_back(row: Json) -> bool:
    held = at(row, "withheld_copyright") is True or bool(at(row, "withheld_in_countries"))
    return held or at(row, "user", "protected") is True


def _author(row: Json, owner: Owner) -> Account:
    user = mapping(row, "user")
    who = string(user, "id_str") or string(user, "id") or owner.number
    handle = string(user, "screen_name") or ("" if user else owner.handle)
    picture = string(user, "profile_image_url_https") or string(user, "profile_image_url")
    return Account(
        name=string(user, "name") or ("" if user else owner.name),
        handle=f"@{handle}" if handle else "",
        url=f"https://x.com/{handle}" if handle else "",
        avatar=picture.replace("_normal.", "_200x200.") or ("" if user else owner.avatar),
        id=person(who) if is_number(who) else "",
    )


def _numbered(row: Json, name: str) -> str:
    found = string(row, f"{name}_str") or string(row, name)
    return page(found) if is_number(found) else ""


def _quoted(row: Json, text: str, entities: Json) -> str:
    """What a post quotes: by number, or in the archive the post whose address stands last."""
    if named := _numbered(row, "quoted_status_id"):
        return named
    found = [QUOTED.match(string(one, "expanded_url")) for one in _ending(text, entities)]
    return page(found[-1][1]) if found and found[-1] else ""


def _ending(text: str, entities: Json) -> list[Json]:
    return [one for one in rows(entities, "urls") if string(one, "url") and text.endswith(string(one, "url"))]


def _parts(entities: Json) -> list[Part]:
    found = [
        link(string(one, "url"), string(one, "expanded_url"), string(one, "display_url"))
        for one in rows(entities, "urls")
    ]
    found += [link(string(one, "url"), "", "", picture=True) for one in rows(entities, "media")]
    found += [mention(string(one, "screen_name")) for one in rows(entities, "user_mentions")]
    found += [tag(string(one, "text")) for one in rows(entities, "hashtags")]
    return found + [tag(string(one, "text"), "$") for one in rows(entities, "symbols")]


def _long(note: Json | None) -> list[Part]:
    """The parts of a long text have names of their own."""
    found = [
        link(string(one, "shortUrl"), string(one, "expandedUrl"), string(one, "displayUrl"))
        for one in rows(note, "urls")
    ]
    found += [mention(string(one, "screenName")) for one in rows(note, "mentions")]
    found += [tag(string(one, "text")) for one in rows(note, "hashtags")]
    return found + [tag(string(one, "text"), "$") for one in rows(note, "cashtags")]


def _links(parts: list[Part]) -> tuple[str, ...]:
    """Where the text points; mentions and hashtags are no links."""
    return tuple(dict.fromkeys(part.href for part in parts if part.href and part.literal[:1] not in "@#$"))


def _tags(entities: Json, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(string(one, "text") for one in rows(entities, name) if string(one, "text")))


def _media(row: Json) -> tuple[Media, ...]:
    found = rows(row, "extended_entities", "media") or rows(row, "entities", "media") or rows(row, "media")
    return tuple(media for media in map(_medium, found) if media.url)


def _medium(found: Json) -> Media:
    film = string(found, "type") in ("video", "animated_gif")
    still = string(found, "media_url_https") or string(found, "media_url")
    return Media(
        url=best(rows(found, "video_info", "variants"), "bitrate") if film else still,
        type="video" if film else "image",
        alt=plain(string(found, "ext_alt_text")),
        width=number(found, "sizes", "large", "w"),
        height=number(found, "sizes", "large", "h"),
        duration=number(found, "video_info", "duration_millis") // 1000,
        poster=still if film else "",
    )
