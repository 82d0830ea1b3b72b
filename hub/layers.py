"""Flags over environment over content/hub.toml: one tree, where each key came from, and what is wrong in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hub import toml
from hub.errors import SettingsError
from hub.sections import SECTIONS, TOP, File, Section

FILE = "content/hub.toml"


class Layers:
    """Flags over environment over file: the merged tree, where each key came from, and what is wrong so far."""

    def __init__(self, folder: Path, env: Mapping[str, str], flags: Mapping[str, str]) -> None:
        self.tree, self.lines = toml.read(folder / FILE, FILE)
        self.wrong: list[SettingsError] = []
        self.from_outside: dict[tuple[str, ...], str] = {}
        for key, value in self._outside(env):
            self._lay(key, value, f"env HUB_{'_'.join(key).upper()}")
        for dotted, value in flags.items():
            self._lay(tuple(dotted.split(".")), value, "--set")

    def _outside(self, env: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], str]]:
        for name in TOP:
            if (variable := f"HUB_{name.upper()}") in env:
                yield (name,), env[variable]
        for section, model in SECTIONS.items():
            for key in model.model_fields:
                if (variable := f"HUB_{section.upper()}_{key.upper()}") in env:
                    yield (section, key), env[variable]

    def _lay(self, key: tuple[str, ...], text: str, origin: str) -> None:
        node = self.tree
        for part in key[:-1]:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                return
            node = below
        node[key[-1]] = _typed(key, text)
        self.from_outside[key] = origin

    def channels(self) -> dict[str, dict[str, Any]]:
        """The tables under [channels]."""
        tables = self.tree.get("channels", {})
        for name, table in tables.items() if isinstance(tables, dict) else [("channels", tables)]:
            if not isinstance(table, dict):
                self.report(("channels", name), "is no table", f'write [channels.{name}] and kind = "feed" below it')
        return {name: table for name, table in table_of(tables).items() if isinstance(table, dict)}

    def origin(self, key: tuple[str, ...]) -> str:
        """Where a setting came from."""
        if key in self.from_outside:
            return self.from_outside[key]
        return f"{FILE}:{self.lines[key]}" if key in self.lines else "default"

    def report(self, key: tuple[str, ...], why: str, fix: str) -> None:
        """Note a mistake with its place."""
        line = toml.line_of(self.lines, key)
        where = self.from_outside.get(key) or (f"{FILE}:{line}" if line else FILE)
        self.wrong.append(SettingsError(".".join(key), why, where=where, fix=fix))

    def validated(self, at: tuple[str, ...], model: type[Section], table: Mapping[str, object]) -> Section | None:
        """The table as a model; None when something in it is wrong, which is then reported."""
        try:
            return model.model_validate({key: tuples(value) for key, value in table.items()})
        except ValidationError as errors:
            for error in errors.errors(include_url=False, include_input=False):
                key = (*at, *(str(part) for part in error["loc"]))
                self.report(key, *told(error["type"], error["msg"], key, model))
        return None


def told(sort: str, message: str, key: tuple[str, ...], model: type[Section]) -> tuple[str, str]:
    """What a mistake of pydantic's is, and how to mend it."""
    if sort == "extra_forbidden":
        inner = SECTIONS.get(key[0], model) if model is File and len(key) > 1 else model
        known = [*inner.model_fields, *(["channels"] if inner is File else [])]
        known += ["kind"] if key[0] == "channels" else []
        return "unknown key", toml.nearest(key[-1], known)
    if sort == "missing":
        return "is missing", f"add {key[-1]} = … under [{'.'.join(key[:-1])}]"
    return message.removeprefix("Value error, ").removeprefix("Input "), f"correct {'.'.join(key)}"


def table_of(value: object) -> dict[str, Any]:
    """The table, or an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def tuples(value: object) -> object:
    """The value with its lists as tuples."""
    if isinstance(value, list):
        return tuple(tuples(one) for one in value)
    return {key: tuples(one) for key, one in value.items()} if isinstance(value, dict) else value


def _typed(key: tuple[str, ...], text: str) -> object:
    """A value from outside, read as its setting's type: lists may be written with commas."""
    model = SECTIONS.get(key[0]) if len(key) > 1 else File
    known = model.model_fields.get(key[-1]) if model else None
    if known and known.annotation is str:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        several = known and "tuple" in str(known.annotation)
        return [part.strip() for part in text.split(",") if part.strip()] if several else text
