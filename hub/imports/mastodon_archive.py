"""The archive that Mastodon lets people request: outbox.json and its pictures, in a .zip, a .tar.gz or a folder.

Posts come under their ActivityPub ids, as the API gives them too. Boosts and what was for followers or for some people
alone stays out.

https://docs.joinmastodon.org/user/moving/#export · https://www.w3.org/TR/activitystreams-vocabulary/
"""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from zipfile import BadZipFile, ZipFile

from hub.channels.loose import Json, at, is_uri, mapping, number, rows, string, when
from hub.channels.mastodon_items import QUOTE_NOTE, Site, host, local
from hub.errors import DataError, InputError
from hub.imports import Found, Target
from hub.model import Account, Choice, Emoji, Item, Media, Poll

PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
SPOKEN = {"Note": "note", "Article": "article", "Question": "question", "Page": "article", "Video": "video"}
QUOTE = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
LARGEST = 512 * 2**20
FIX = "give the archive as the server sent it, or the folder it was unpacked to"


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose archive it is."""

    target: Target
    account: Account
    site: Site


def read(place: Path, target: Target) -> Found:
    """The public posts of an archive, oldest first."""
    names = dict(_files(place))
    outbox = next((name for name in names if name.rpartition("/")[2] == "outbox.json"), "")
    if not outbox:
        raise DataError(f"{place} holds no outbox.json: it is no archive of Mastodon", fix=FIX)
    folder = outbox.removesuffix("outbox.json")
    actor = _json(place, f"{folder}actor.json") if f"{folder}actor.json" in names else {}
    owner, skipped, items = _owner(actor, target), Counter[str](), list[Item]()
    for activity in rows(_json(place, outbox), "orderedItems"):
        reason, note = _unfit(activity), mapping(activity, "object")
        if reason:
            skipped[reason] += 1
        else:
            items.append(post(note, owner))
    media = {medium.url for item in items for medium in item.media}
    files = {urljoin(f"{owner.site.api}/system/", name.removeprefix(folder)): name for name in names}
    return Found(
        items=tuple(sorted(items, key=lambda item: (item.published is None, str(item.published), item.id))),
        skipped=dict(skipped),
        files={url: name for url, name in files.items() if url in media},
    )


def file(place: Path, name: str) -> bytes:
    """A file of the archive by its name (see Found.files)."""
    try:
        return _content(place, name)
    except (OSError, BadZipFile, tarfile.TarError, KeyError, RuntimeError, NotImplementedError) as why:
        raise DataError(f"{name} in {place} cannot be read: {why}", fix=FIX) from None


def _content(place: Path, name: str) -> bytes:
    if place.is_dir():
        with (place / name).open("rb") as found:
            return found.read(LARGEST)
    if tarfile.is_tarfile(place):
        with tarfile.open(place) as packed:
            part = packed.extractfile(name)
            return part.read(LARGEST) if part else b""
    with ZipFile(place) as zipped, zipped.open(name) as inside:
        return inside.read(LARGEST)


def holds(place: Path) -> bool:
    """Whether a place is such an archive, as far as its list of files tells."""
    with suppress(InputError, DataError):
        return any(name.rpartition("/")[2] == "outbox.json" for name, _ in _files(place))
    return False


def post(note: Json, owner: _Owner) -> Item:
    """A note as the API would give it."""
    id = string(note, "id")
    tail = urlsplit(id).path.rpartition("/")[2]
    poll, text = _poll(note), string(note, "content")
    quote = next(filter(None, (string(note, name) for name in QUOTE)), "")
    return Item(
        id=id,
        url=_link(note) or id,
        channel=owner.target.channel,
        kind="question" if poll else SPOKEN[string(note, "type")],
        author=owner.account,
        published=when(note, "published"),
        html=QUOTE_NOTE.sub("", text, count=1) if quote else text,
        ours=True,
        title=string(note, "name"),
        reply_to=next(filter(None, _names(note, "inReplyTo")), ""),
        quotes=(quote,) if quote else (),
        aliases=(local(owner.site, tail),) if tail.isdigit() and host(id) == owner.site.api else (),
        media=tuple(_media(note, owner)),
        poll=poll,
        emojis=_emojis(note),
        warning=string(note, "summary"),
        sensitive=at(note, "sensitive") is True,
        tags=tuple(dict.fromkeys(string(tag, "name").lstrip("#") for tag in rows(note, "tag") if _is(tag, "Hashtag"))),
        language=next(iter(mapping(note, "contentMap")), "") or owner.target.language,
        edited=when(note, "updated"),
    )


def _unfit(activity: Json) -> str:
    """Why an activity stays out; "" when it does not."""
    note = mapping(activity, "object")
    if string(activity, "type") == "Announce":
        return "boost"
    if string(activity, "type") != "Create" or string(note, "type") not in SPOKEN or not is_uri(string(note, "id")):
        return "not readable"
    # The brand's own unlisted posts (public in cc) come with the API too.
    return "" if PUBLIC & {*_names(note, "to"), *_names(note, "cc")} else "not for everybody"


def _names(note: Json, field: str) -> list[str]:
    found = at(note, field)
    return [string(one) or string(one, "id") for one in (found if isinstance(found, list) else [found])]


def _owner(actor: Json, target: Target) -> _Owner:
    id, url, name = string(actor, "id"), _link(actor), string(actor, "preferredUsername")
    origin = host(id) or host(target.site)
    account = Account(
        name=string(actor, "name") or name,
        handle=f"@{name}@{urlsplit(url or origin).netloc}" if name else "",
        url=url,
        id=id,
        automated=string(actor, "type") == "Service",
    )
    return _Owner(target, account, Site(target.channel, origin))


def _link(row: Json) -> str:
    """url is an address, a link, or a list of them."""
    found = at(row, "url")
    first = at(found, 0) if isinstance(found, list) else found
    return string(first) or string(first, "href")


def _media(note: Json, owner: _Owner) -> Iterator[Media]:
    for row in rows(note, "attachment"):
        address, type = _link(row), string(row, "mediaType").partition("/")[0]
        if address and type in ("image", "video", "audio"):
            # Inside the archive a picture is named by its place there; on the server that lies below /system/.
            url = address if is_uri(address) else urljoin(f"{owner.site.api}/system/", address.lstrip("/"))
            alt, width, height = (
                string(row, "name") or string(row, "summary"),
                number(row, "width"),
                number(row, "height"),
            )
            yield Media(url=url, type=type, alt=alt, width=width, height=height)


def _emojis(note: Json) -> tuple[Emoji, ...]:
    found = (
        (string(tag, "name").strip(":"), string(tag, "icon", "url")) for tag in rows(note, "tag") if _is(tag, "Emoji")
    )
    return tuple(Emoji(code=code, url=url) for code, url in found if code and url)


def _poll(note: Json) -> Poll | None:
    listed = rows(note, "oneOf") or rows(note, "anyOf")
    choices = tuple(Choice(title=string(row, "name"), votes=number(row, "replies", "totalItems")) for row in listed)
    return Poll(choices=choices, closes=when(note, "endTime"), multiple=bool(rows(note, "anyOf"))) if choices else None


def _is(tag: Json, type: str) -> bool:
    return string(tag, "type") == type


def _json(place: Path, name: str) -> Mapping[str, object]:
    try:
        return mapping(json.loads(file(place, name)))
    except (ValueError, RecursionError) as why:
        raise DataError(
            f"{name} in {place} cannot be read: {why}", fix="ask the server for the archive again"
        ) from None


def _files(place: Path) -> Iterator[tuple[str, int]]:
    """Name and size of every file; nothing is unpacked."""
    try:
        yield from _listed(place)
    except FileNotFoundError as why:
        raise InputError(f"{place} cannot be opened: {why.strerror}", fix="check its name") from None
    except (OSError, BadZipFile, tarfile.TarError, NotImplementedError) as why:
        raise DataError(f"{place} cannot be read: {why}", fix=FIX) from None


def _listed(place: Path) -> Iterator[tuple[str, int]]:
    if place.is_dir():
        files = (path for path in sorted(place.rglob("*")) if path.is_file())
        yield from ((path.relative_to(place).as_posix(), path.stat().st_size) for path in files)
        return
    if tarfile.is_tarfile(place):
        with tarfile.open(place) as packed:
            yield from ((part.name, part.size) for part in packed if part.isfile())
        return
    with ZipFile(place) as zipped:
        yield from ((info.filename, info.file_size) for info in zipped.infolist())
