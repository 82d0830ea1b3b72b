"""Where a setting stands: the line of every key in a TOML text, so that an error can name it."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from hub.errors import SettingsError

Path_ = tuple[str, ...]
_HEADER = re.compile(r"^\s*\[\[?\s*(?P<key>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_ASSIGNMENT = re.compile(r"^\s*(?P<key>(?:\"[^\"]*\"|'[^']*'|[\w.\- ])+?)\s*=")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


def read(path: Path, shown: str) -> tuple[dict[str, object], dict[Path_, int]]:
    """The values of a TOML file and the line of each key. SettingsError names `shown` and the line of what is wrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as why:
        raise SettingsError("", f"cannot be read ({why.strerror})", where=shown, fix="run `hub init`") from why
    except UnicodeDecodeError as why:
        raise SettingsError("", f"is not UTF-8 (byte {why.start})", where=shown, fix="save it as UTF-8") from why
    try:
        return tomllib.loads(text), lines(text)
    except tomllib.TOMLDecodeError as why:
        raise _unreadable(text, str(why), shown) from why
    except RecursionError as why:
        raise SettingsError("", "is nested too deeply", where=shown, fix="write it flat, as README shows") from why


def _unreadable(text: str, why: str, shown: str) -> SettingsError:
    place = _PLACE.search(why)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    shape = _PLACE.sub("", why).strip()
    return SettingsError(
        "", f"is not TOML: {shape}", where=f"{shown}:{line}", fix="see https://toml.io for its grammar"
    )


def lines(text: str) -> dict[Path_, int]:
    """The line (from 1) on which each table and key begins; the first one wins."""
    found: dict[Path_, int] = {}
    table: Path_ = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header["key"])
            found.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            found.setdefault(table + _parts(assignment["key"]), number)
    return found


def _parts(key: str) -> Path_:
    try:
        node: object = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return (key,)
    parts: list[str] = []
    while isinstance(node, dict):
        name, node = next(iter(node.items()))
        parts.append(name)
    return tuple(parts)


def written(value: object) -> str:
    """A value as TOML writes it: JSON's strings, numbers, booleans and lists are TOML's; a date stands bare."""
    if isinstance(value, date):
        return value.isoformat()
    plain = list(value) if isinstance(value, tuple) else value
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


def line_of(found: dict[Path_, int], key: Path_) -> int:
    """The line of a key, or of the nearest table above it that is written down; 0 when there is none."""
    while key and key not in found:
        key = key[:-1]
    return found.get(key, 0)


def nearest(word: str, known: list[str]) -> str:
    """A sentence that offers the known word nearest to a mistyped one, else lists them all."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(known)) or 'nothing'}"
