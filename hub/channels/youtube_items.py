"""What YouTube says of videos and comments (Data API v3, or its feed of uploads), as items. Pure.

A video's id is its watch address, a comment's that address with &lc=: both ways to read them give the same ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from hub.channels.feedentry import Entry
from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.channels.plaintext import paragraphs
from hub.model import Account, Item, Media

SITE = "https://www.youtube.com"
DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?")
COUNTS = {"views": "viewCount", "likes": "likeCount", "replies": "commentCount"}
SHOWN = ("", "published")  # moderationStatus; only the owner sees others
BRANDED = re.compile(r"yt:video:([\w-]{11})")  # the id of a video in the feed


@dataclass(frozen=True, slots=True)
class Place:
    """What a payload does not say of itself: whose channel it is."""

    channel: str
    id: str
    language: str = ""


def watch(video: str) -> str:
    """The name of a video."""
    return f"{SITE}/watch?v={quote(video, safe='')}"


def video(row: Json, place: Place) -> Item:
    """An upload (youtube#video)."""
    name, said = string(row, "id"), mapping(row, "snippet")
    language = string(said, "defaultLanguage") or string(said, "defaultAudioLanguage")
    tags = at(said, "tags")
    return Item(
        id=watch(name),
        url=watch(name),
        channel=place.channel,
        kind="video",
        author=Account(name=string(said, "channelTitle"), url=_channel(place.id), id=_channel(place.id)),
        published=when(said, "publishedAt"),
        html=paragraphs(string(said, "description")),
        ours=True,
        title=string(said, "title"),
        aliases=_aliases(name),
        media=(_film(name, _poster(said), _seconds(string(row, "contentDetails", "duration"))),),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        language=language or place.language,
        private=string(row, "status", "privacyStatus") not in ("", "public"),
    )


def upload(entry: Entry, place: Place) -> Item | None:
    """An upload as the feed tells it; None for what is no video. `updated` moves with every view: it is no edit."""
    name = BRANDED.fullmatch(entry.id)
    if not name:
        return None
    poster = next((medium.poster or medium.url for medium in entry.media), "")
    return Item(
        id=watch(name[1]),
        url=watch(name[1]),
        channel=place.channel,
        kind="video",
        author=Account(name=entry.author.name, url=_channel(place.id), id=_channel(place.id)),
        published=entry.published,
        html=paragraphs(entry.html),
        ours=True,
        title=entry.title,
        aliases=_aliases(name[1]),
        media=(_film(name[1], poster, 0),),
        language=place.language,
    )


def comment(row: Json, under: str, place: Place, *, public: bool = True) -> Item:
    """A comment or an answer to one (youtube#comment), under a video."""
    said, root = mapping(row, "snippet"), watch(under)
    parent, published, updated = string(said, "parentId"), when(said, "publishedAt"), when(said, "updatedAt")
    who, name = string(said, "authorChannelId", "value"), string(said, "authorDisplayName")
    return Item(
        id=f"{root}&lc={string(row, 'id')}",
        url=f"{root}&lc={string(row, 'id')}",
        channel=place.channel,
        author=Account(
            name=name,
            handle=name if name.startswith("@") else "",
            url=string(said, "authorChannelUrl"),
            avatar=string(said, "authorProfileImageUrl"),
            id=_channel(who) if who else "",
        ),
        published=published,
        html=string(said, "textDisplay"),
        ours=bool(who) and who == place.id,
        reply_to=f"{root}&lc={parent}" if parent else root,
        root=root,
        edited=updated if published and updated and updated > published else None,
        private=not public or string(said, "moderationStatus") not in SHOWN,
    )


def talk(row: Json) -> tuple[Json, list[Json], int, bool]:
    """A thread (youtube#commentThread): its first comment, the answers that came along, how many there are, and
    whether everybody may see it."""
    inline = [*rows(row, "replies", "comments")]
    public = at(row, "snippet", "isPublic") is not False
    return mapping(row, "snippet", "topLevelComment"), inline, number(row, "snippet", "totalReplyCount"), public


def counts(row: Json) -> dict[str, int]:
    """What YouTube counts of a video; with comments switched off there is no count of them."""
    figures = mapping(row, "statistics")
    return {name: number(figures, field) for name, field in COUNTS.items() if field in figures}


def _channel(id: str) -> str:
    return f"{SITE}/channel/{id}"


def _aliases(name: str) -> tuple[str, ...]:
    return f"https://youtu.be/{name}", f"{SITE}/shorts/{name}", f"{SITE}/live/{name}", f"yt:video:{name}"


def _film(name: str, poster: str, seconds: int) -> Media:
    return Media(url=watch(name), type="video", poster=poster, duration=seconds)


def _poster(said: Json) -> str:
    sizes = (mapping(size) for size in mapping(said, "thumbnails").values())
    return string(max(sizes, key=lambda size: number(size, "width"), default={}), "url")


def _seconds(text: str) -> int:
    """ISO 8601: PT1H2M3S. A live stream is P0D."""
    found = DURATION.fullmatch(text)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
