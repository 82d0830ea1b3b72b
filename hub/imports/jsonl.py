"""Our own form, one item a line: what `hub export` writes beside the text, and the way back into the same items."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from hub.channels.loose import Json, at, is_uri, mapping, rows, string, when
from hub.errors import DataError, InputError
from hub.imports import Found, Target
from hub.model import Account, Choice, Emoji, Item, Media, Poll, Rating

T = TypeVar("T")
LONGEST = 4 * 2**20  # bytes of a line
# what a line says beside what every reader of an export wants; left out where it is empty
LISTS = ("quotes", "aliases", "syndication")
WORDS = ("root", "warning")
SIGNS = ("sensitive", "excerpt", "unsearchable", "withheld")


def more(item: Item) -> dict[str, object]:
    """All of an item that the plain fields of an export do not say."""
    said: dict[str, object] = {"type": item.kind}
    said |= {name: getattr(item, name) for name in (*WORDS, *SIGNS)}
    said |= {name: list(getattr(item, name)) for name in LISTS}
    said |= {"emojis": [asdict(one) for one in item.emojis], "rating": item.rating and asdict(item.rating)}
    poll = item.poll
    if poll:
        closes = poll.closes.isoformat() if poll.closes else ""
        choices = [asdict(choice) for choice in poll.choices]
        said["poll"] = {"choices": choices, "closes": closes, "multiple": poll.multiple}
    return {name: value for name, value in said.items() if value not in ("", None, [], False)}


def read(path: Path, target: Target) -> Found:
    """The items of an export, each for its own channel unless `target` names one."""
    items, skipped = list[Item](), Counter[str]()
    for line in _lines(path):
        if not string(line, "id") or not isinstance(at(line, "html"), str):
            skipped["an address without a text"] += 1
        elif not (target.channel or string(line, "channel")):
            skipped["of no channel"] += 1
        else:
            items.append(item(line, target))
    return Found(items=tuple(items), skipped=dict(skipped))


def item(line: Json, target: Target) -> Item:
    """The item of a line."""
    signs: dict[str, Any] = {name: at(line, name) is True for name in SIGNS}
    return Item(
        id=string(line, "id"),
        url=string(line, "url"),
        channel=target.channel or string(line, "channel"),
        kind=string(line, "type") or ("article" if string(line, "title") else "note"),
        author=_one(Account, mapping(line, "author")) or Account(),
        published=when(line, "published"),
        html=string(line, "html"),
        ours=at(line, "ours") is True,
        title=string(line, "title"),
        reply_to=string(line, "reply_to") or string(line, "parent_id"),
        root=string(line, "root") or ("" if "type" in line else _root(line)),
        quotes=_texts(line, "quotes"),
        links=_texts(line, "links"),
        aliases=_texts(line, "aliases"),
        syndication=_texts(line, "syndication"),
        media=tuple(_each(Media, line, "media")),
        poll=_poll(line),
        emojis=tuple(_each(Emoji, line, "emojis")),
        rating=_one(Rating, mapping(line, "rating")),
        warning=string(line, "warning"),
        tags=_texts(line, "tags"),
        language=string(line, "language"),
        edited=when(line, "updated"),
        **signs,
    )


def _poll(line: Json) -> Poll | None:
    choices = tuple(_each(Choice, line, "poll", "choices"))
    multiple = at(line, "poll", "multiple") is True
    return Poll(choices=choices, closes=when(line, "poll", "closes"), multiple=multiple) if choices else None


def is_ours(line: object) -> bool:
    """Whether a line is one of an export."""
    return all(name in mapping(line) for name in ("id", "url", "channel", "published")) and is_uri(string(line, "id"))


def _lines(path: Path) -> Iterator[Json]:
    try:
        with path.open("rb") as file:
            lines = enumerate(iter(lambda: file.readline(LONGEST), b""), 1)
            yield from (_line(raw, f"{path}:{number}") for number, raw in lines if raw.strip())
    except OSError as why:
        raise InputError(f"{path} cannot be opened: {why.strerror}", fix="check its name") from None


def _line(raw: bytes, where: str) -> Json:
    try:
        return mapping(json.loads(raw))
    except (ValueError, RecursionError) as why:
        raise DataError(f"{where}: this is no line of `hub export`: {why}", fix="export it again") from None


def _root(line: Json) -> str:
    """An older export does not say the root that was named, only the one that was found."""
    return "" if string(line, "thread_id") == string(line, "id") else string(line, "thread_id")


def _texts(line: Json, name: str) -> tuple[str, ...]:
    found = at(line, name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _each(sort: type[T], line: Json, *path: str) -> Iterator[T]:
    made = (_one(sort, row) for row in rows(line, *path))
    yield from (one for one in made if one is not None)


def _one(sort: type[T], row: Json) -> T | None:
    """A part of an item out of plain data; None where a needed field is missing or one is of another type."""
    kept: dict[str, Any] = {}
    for field in fields(sort):  # type: ignore[arg-type]
        value = row.get(field.name)
        good = {"str": str, "int": int, "float": (int, float), "bool": bool}[str(field.type)]
        if isinstance(value, good) and (field.type == "bool") is isinstance(value, bool):  # type: ignore[arg-type]
            kept[field.name] = value
    try:
        return sort(**kept)
    except TypeError:
        return None
