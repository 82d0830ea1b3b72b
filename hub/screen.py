"""What a command says: results on stdout, messages on stderr, both as plain text or as JSON."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(kw_only=True)
class Screen:
    """The global choices of a command line, and how to speak under them."""

    site: Path = field(default_factory=Path.cwd)
    set: dict[str, str] = field(default_factory=dict)
    json: bool = False
    quiet: bool = False
    verbose: int = 0
    no_input: bool = False
    no_color: bool = False
    debug: bool = False
    log_format: str = "human"
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def colour(self) -> bool:
        """May colours be used on stderr?"""
        plain = self.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return not plain and sys.stderr.isatty()

    @property
    def asks(self) -> bool:
        """May a question be asked?"""
        return not self.no_input and not self.json and sys.stdin.isatty()

    @property
    def level(self) -> int:
        """The least severe event that is shown: errors, with -v what happens, with -vv everything."""
        if self.quiet or not (self.verbose or self.log_format == "json"):
            return 40
        return 10 if self.verbose > 1 else 20

    def note(self, text: str) -> None:
        """A message: stderr, unless quiet."""
        if not self.quiet and not self.json:
            click.echo(safe(text), err=True)

    def result(self, data: object, text: str | Iterable[str]) -> None:
        """An answer: stdout, as one JSON value where that was asked for."""
        if self.json:
            click.echo(json.dumps(data, ensure_ascii=False, default=_plain))
            return
        for line in [text] if isinstance(text, str) else text:
            click.echo(safe(line))

    def error(self, what: str, *, why: str = "", fix: str = "", code: int) -> None:
        """What is wrong, why, and how to mend it."""
        if self.json:
            click.echo(json.dumps({"error": what, "why": why, "fix": fix, "exit": code}, ensure_ascii=False), err=True)
            return
        click.echo(safe(f"{click.style('error:', fg='red') if self.colour else 'error:'} {what}"), err=True)
        for label, text in (("why", why), ("fix", fix)):
            if text:
                click.echo(f"  {label}: {safe(text)}", err=True)


def safe(text: str) -> str:
    """Text from anywhere, without what moves a terminal's cursor. Our own colours stay."""
    kept = re.split(r"(\x1b\[[0-9;]*m)", text)
    return "".join(part if at % 2 else _CONTROL.sub("", part) for at, part in enumerate(kept))


def table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> Iterable[str]:
    """Columns as wide as they must be, under their heads."""
    cells = [[safe(cell).replace("\n", " ") for cell in row] for row in [heads, *rows]]
    widths = [max(len(row[at]) for row in cells) for at in range(len(heads))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def when(moment: datetime | None) -> str:
    """A time for people: UTC, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "never"


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
