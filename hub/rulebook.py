"""The pen for content/rules.toml: adds a decision at its end or takes one out; all else stays as people wrote it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hub import rules, toml
from hub.errors import SettingsError
from hub.pictures import put

_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*(\w+)[ \t]*\]\][^\n]*$", re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*\[", re.MULTILINE)


def add(path: Path, table: str, row: Mapping[str, object]) -> None:
    """Write one more decision."""
    text = _text(path)
    lines = [f"[[{table}]]", *(f"{key} = {toml.written(value)}" for key, value in row.items())]
    _write(path, text.rstrip("\n") + ("\n\n" if text.strip() else "") + "\n".join(lines) + "\n")


def drop(path: Path, id: str) -> bool:
    """Take the decision of this id out; False when there is none."""
    text = _text(path)
    found = next((place for place, row in _blocks(text) if row.get("id") == id), None)
    if found is None:
        return False
    _write(path, text[: found.start] + text[found.stop :].lstrip("\n"))
    return True


def part(path: Path, forgotten: Callable[[str], bool]) -> int:
    """Take these accounts out of the lines that say whose they are: how many lines named one."""
    many = 0
    while found := next(
        ((place, row) for place, row in _blocks(_text(path)) if any(map(forgotten, row.get("accounts", ())))), None
    ):
        place, row = found
        text = _text(path)
        _write(path, text[: place.start] + text[place.stop :].lstrip("\n"))
        rest = [name for name in row["accounts"] if not forgotten(name)]
        if len(rest) > 1:
            add(path, "person", {**row, "accounts": rest})
        many += 1
    return many


def fresh(text: str, taken: rules.Rules) -> str:
    """An id that no decision has: the text itself, or with a number behind it."""
    known = {one.id for one in taken.hides} | {one.id for one in taken.shows}
    numbered = (f"{text}-{number}" for number in range(2, len(known) + 3))
    return text if text not in known else next(name for name in numbered if name not in known)


def _blocks(text: str) -> Iterator[tuple[slice, Mapping[str, Any]]]:
    """Where each decision stands, without the comments below it, and what it says."""
    for head in _TABLE.finditer(text):
        after = _NEXT.search(text, head.end())
        body = text[head.start() : after.start() if after else len(text)]
        said = re.sub(r"(?:\n[ \t]*(?:#[^\n]*)?)+\Z", "\n", body)
        (row,) = tomllib.loads(said)[head[1]]
        yield slice(head.start(), head.start() + len(said)), row


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    """Put the new text in its place. One that could not be read again is never written."""
    try:
        rules.parse(text, f"{path.parent.name}/{path.name}")
    except SettingsError as why:
        why.fix = f"the decision was not written; {why.fix}"
        raise
    put(path, [text.encode("utf-8")])
