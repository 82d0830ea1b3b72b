"""The archive X lets people download: the brand's own posts and answers, with the ids that the API gives them.

Read are data/tweets.js, its parts, the long texts in data/note-tweet.js and the names of the pictures; messages,
deleted posts and those for a circle or a community stay unread. Each file is JSON behind `window.YTD.… = `.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from hub.channels.loose import Json, mapping, number, rows, string, when
from hub.channels.twitter_text import moment, plain
from hub.errors import DataError, InputError
from hub.imports import Found
from hub.imports.x_posts import Owner, created, post, reposted, versions
from hub.model import Item

LARGEST = 512 * 2**20  # bytes of one file once unpacked; a hundred thousand posts take 200 MB
WANTED = re.compile(r"(?:.*/)?data/(tweets?|note-tweet|account|profile|protected-history)(?:-part\d+)?\.js\Z")
PICTURE = re.compile(r"(?:.*/)?data/tweets?_media/(\d+)-([^/]+)\Z")
SAME_MOMENT = timedelta(seconds=5)
FIX = "give the .zip as X sent it, or the folder it was unpacked to"


@dataclass(slots=True)
class _Shelf:
    """The files of an archive by what they hold, and the names of its pictures."""

    parts: dict[str, list[Json]] = field(default_factory=dict)
    pictures: dict[tuple[str, str], str] = field(default_factory=dict)

    def put(self, name: str, kind: str, content: bytes) -> None:
        """Keep the rows of a file: each is an object with one key, the thing itself below it."""
        start = 0 if content.lstrip()[:1] == b"[" else content.find(b"=") + 1
        try:
            listed = json.loads(content[start:].decode("utf-8").strip().rstrip(";"))
        except (ValueError, RecursionError) as why:
            raise DataError(f"{name} in the archive cannot be read: {why}", fix="ask X for the archive again") from None
        inner = [next(iter(row.values()), row) if len(row) == 1 else row for row in rows(listed)]
        self.parts.setdefault("tweets" if kind == "tweet" else kind, []).extend(mapping(row) for row in inner)


def read(place: Path, channel: str, language: str = "") -> Found:
    """The posts of an archive, oldest first. DataError when it is none, or is damaged."""
    shelf = _opened(place)
    if "tweets" not in shelf.parts:
        raise DataError(f"{place} holds no data/tweets.js: it is no archive of X", fix=FIX)
    owner = _owner(shelf, channel, language)
    notes = _notes(shelf.parts.get("note-tweet", []))
    posts, skipped = dict[str, tuple[Json, Item]](), Counter[str]()
    for row in sorted(shelf.parts["tweets"], key=lambda row: number(row, "id_str") or number(row, "id")):
        reason = _unfit(row, owner)
        if reason:
            skipped[reason] += 1
            continue
        one = post(row, owner, _note(row, notes))
        skipped["older version of an edited post"] += one.id in posts
        posts[one.id] = (row, one)
    named = {alias: one for _, one in posts.values() for alias in one.aliases}
    items = tuple(_rooted(one, named) for _, one in posts.values())
    counts = {id: _figures(row) for id, (row, _) in posts.items()}
    return Found(items=items, counts=counts, skipped=dict(+skipped), files=_files(items, shelf.pictures))


def holds(place: Path) -> bool:
    """Whether a place is such an archive, as far as its list of files tells."""
    try:
        return any(WANTED.match(name) for name, _, _ in (_folder(place) if place.is_dir() else _zip(place)))
    except (OSError, BadZipFile):
        return False


def picture(place: Path, name: str) -> bytes:
    """A file of the archive by its name (see Found.files)."""
    if place.is_dir():
        return (place / name).read_bytes()
    with ZipFile(place) as archive:
        return archive.read(name)


def _opened(place: Path) -> _Shelf:
    shelf = _Shelf()
    try:
        for name, size, content in _folder(place) if place.is_dir() else _zip(place):
            _lay(shelf, name, size, content)
    except FileNotFoundError as why:
        raise InputError(f"{place} cannot be opened: {why.strerror}", fix="check its name") from None
    except (OSError, BadZipFile, NotImplementedError, RuntimeError) as why:
        raise DataError(f"{place} cannot be opened: {why}", fix=FIX) from None
    return shelf


def _lay(shelf: _Shelf, name: str, size: int, content: _Content) -> None:
    """Read a file that is wanted, note a picture, leave everything else unread."""
    if found := PICTURE.match(name):
        shelf.pictures[found[1], found[2]] = name
    elif found := WANTED.match(name):
        if size > LARGEST:
            raise DataError(f"{name} in the archive is larger than {LARGEST // 2**20} MB")
        shelf.put(name, found[1], content.read(LARGEST))


@dataclass(frozen=True, slots=True)
class _Content:
    """A file that is read when it is wanted, never beyond a size."""

    place: Path
    name: str

    def read(self, limit: int) -> bytes:
        """Its first bytes."""
        if self.place.is_dir():
            with (self.place / self.name).open("rb") as file:
                return file.read(limit)
        with ZipFile(self.place) as archive, archive.open(self.name) as packed:
            return packed.read(limit)


def _folder(place: Path) -> Iterator[tuple[str, int, _Content]]:
    for path in sorted(place.rglob("*")):
        if path.is_file():
            name = path.relative_to(place).as_posix()
            yield name, path.stat().st_size, _Content(place, name)


def _zip(place: Path) -> Iterator[tuple[str, int, _Content]]:
    with ZipFile(place) as archive:
        listed = sorted((info.filename, info.file_size) for info in archive.infolist())
    for name, size in listed:
        yield name, size, _Content(place, name)


def _owner(shelf: _Shelf, channel: str, language: str) -> Owner:
    account = mapping(dict(enumerate(shelf.parts.get("account", []))).get(0))
    profile = mapping(dict(enumerate(shelf.parts.get("profile", []))).get(0))
    history = sorted(shelf.parts.get("protected-history", []), key=lambda row: string(row, "protectedAt"))
    return Owner(
        channel=channel,
        number=string(account, "accountId"),
        handle=string(account, "username"),
        name=string(account, "accountDisplayName"),
        avatar=string(profile, "avatarMediaUrl"),
        language=language,
        protected=bool(history) and string(history[-1], "action").lower() == "protect",
    )


def _unfit(row: Json, owner: Owner) -> str:
    """Why a row is left out; "" when it is not."""
    if not versions(row) or not (string(row, "full_text") or string(row, "text")):
        return "not readable"
    if reposted(row):
        return "repost"
    return "not for everybody" if post(row, owner).private else ""


def _notes(found: list[Json]) -> list[tuple[datetime, Json]]:
    return [(moment, mapping(row, "core")) for row in found if (moment := when(row, "createdAt"))]


def _note(row: Json, notes: list[tuple[datetime, Json]]) -> Json:
    """The long text of a post that shows only a beginning. They share no number, only their moment and first words."""
    stamp = created(row) or moment(versions(row)[-1])
    beginning = re.sub(r"…?\s*(?:https://t\.co/\w+\s*)*\Z", "", plain(string(row, "full_text")))
    for made, core in notes:
        text = plain(string(core, "text"))
        near = stamp is not None and abs(made - stamp) <= SAME_MOMENT
        if near and beginning and len(text) > len(beginning) and text.startswith(beginning[:200]):
            return core
    return {}


def _rooted(one: Item, known: Mapping[str, Item]) -> Item:
    """An answer in a thread of the brand's own hangs from its first post; other people's posts are not in here."""
    seen, above = {one.id}, one
    while above.reply_to in known and above.reply_to not in seen:
        seen.add(above.reply_to)
        above = known[above.reply_to]
    return replace(one, root=above.id) if above is not one and not above.reply_to else one


def _figures(row: Json) -> dict[str, int]:
    figures = {"likes": number(row, "favorite_count"), "reposts": number(row, "retweet_count")}
    return {name: count for name, count in figures.items() if count}


def _files(items: tuple[Item, ...], pictures: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Where the pictures and films of posts lie: data/tweets_media/POST-NAME."""
    wanted = [
        (address, number, address.partition("?")[0].rpartition("/")[2])
        for one in items
        for number in sorted({alias.rpartition("/")[2] for alias in one.aliases})
        for address in {address for media in one.media for address in (media.url, media.poster)}
    ]
    return {address: pictures[number, name] for address, number, name in wanted if (number, name) in pictures}
