"""Reading other people's JSON: the value where it has the expected shape, else the empty value. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from hashlib import blake2b

Json = Mapping[str, object]
# Settings that are no part of what an item is: how it is shown, what lets us in, how much may be asked.
SHOWN = ("name", "label", "watch_days")
KEYS = ("token", "key", "admin_key", "api_key", "app_password", "client_id", "client_secret", "password")
LIMITS = ("daily_usd", "units", "version")

LATEST = 253402300799  # seconds since 1970 at the end of year 9999
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+\Z")
TAG = re.compile(r"<[^<>]*>")


def at(value: object, *path: str | int) -> object:
    """What lies at a path of keys and positions; None when anything on the way is missing or of another shape."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list | tuple) and len(value) > step:
            value = value[step]
        else:
            return None
    return value


def string(value: object, *path: str | int) -> str:
    """A string; numbers as they are written (ids come as both); "" for anything else."""
    found = at(value, *path)
    if isinstance(found, str):
        return found.strip()
    return str(found) if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**30 else ""


def number(value: object, *path: str | int) -> int:
    """A whole number that is not negative, also where it is written as a string; 0 for anything else."""
    found = at(value, *path)
    if isinstance(found, bool):
        return 0
    if isinstance(found, int | float):
        return int(found) if 0 <= found < 10**15 else 0
    return int(found) if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 16 else 0


def mapping(value: object, *path: str | int) -> Json:
    """An object; {} for anything else."""
    found = at(value, *path)
    return found if isinstance(found, Mapping) else {}


def rows(value: object, *path: str | int) -> tuple[Json, ...]:
    """The objects of a list; whatever else stands in it is left out."""
    found = at(value, *path)
    return tuple(row for row in found if isinstance(row, Mapping)) if isinstance(found, list | tuple) else ()


def texts(value: object, *path: str | int) -> list[str]:
    """The strings of a list; whatever else stands in it is left out."""
    found = at(value, *path)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list | tuple) else []


def when(value: object, *path: str | int) -> datetime | None:
    """An ISO 8601 time in UTC (a naive one is meant as UTC); None when it cannot be read."""
    try:
        found = datetime.fromisoformat(string(value, *path))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def plain(value: object, *path: str | int) -> str:
    """The text of a field that is HTML by contract (a WordPress title): no tags, no entities."""
    return html.unescape(TAG.sub("", string(value, *path))).strip()


def is_uri(text: str) -> bool:
    """Whether an id is already a URI, the same whoever carries it."""
    return bool(URI.match(text))


def chosen(channel: object) -> str:
    """What stands for a channel's settings: a cursor that was made under others has to be forgotten."""
    beside = {*SHOWN, *KEYS, *LIMITS}
    named = (one.name for one in fields(channel) if one.name not in beside)  # type: ignore[arg-type]
    said = ((name, getattr(channel, name)) for name in named)
    return digest(*(f"{name}={value!r}" for name, value in said if not callable(value)))


def under(channel: object, cursor: Json) -> Json:
    """The cursor as far as it was made under the channel's settings: another account is read from its beginning."""
    made = chosen(channel)
    return cursor if string(cursor, "settings") == made else {"settings": made}


def digest(*parts: str) -> str:
    """Ten characters that stand for some texts."""
    whole = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(whole, digest_size=5).hexdigest()
