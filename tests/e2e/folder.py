"""A brand's folder on disk and the real `hub` command in it: what a person at a terminal has, and nothing more."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

HUB = Path(sys.executable).with_name("hub")
CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
CHECKOUT = Path(__file__).parents[2]

Tables = Mapping[str, Mapping[str, object]]
Snapshot = dict[str, tuple[str, int]]

# the program with its clock set ("" for the real one), noting every name and address it tries to reach ("" for nowhere)
PROGRAM = """
import json, sys
from datetime import UTC, datetime
log, at = sys.argv[1:3]
def note(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        print(json.dumps(args[1] if event == "socket.connect" else args[:2], default=str), file=file, flush=True)
if log:
    file = open(log, "a")
    sys.addaudithook(note)
from hub import cli
sys.exit(cli.run(sys.argv[3:], lambda: datetime.fromisoformat(at) if at else datetime.now(UTC)))
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def channels(self) -> dict[str, dict[str, Any]]:
        """An update's or a status's channels by name."""
        rows = self.json["pulled"] if "pulled" in self.json else self.json["channels"]
        return {row["channel"]: row for row in rows}


def environment() -> dict[str, str]:
    """Ours without anything that speaks to the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "COV_", "PYTHON"))}


def toml(tables: Tables) -> str:
    """Tables as TOML writes them: JSON's strings, numbers, booleans and lists are TOML's."""
    lines = []
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Folder:
    """A brand's folder."""

    path: Path

    def settings(self, channels: Tables, **more: Mapping[str, object]) -> Folder:
        """Write content/hub.toml; loopback may be asked and nobody else, pictures are left alone."""
        tables: dict[str, Mapping[str, object]] = {
            "brand": {"name": "Ada", "url": "https://talk.ada.example/"},
            "network": {"allow": ["127.0.0.1"], "shorteners": []},
            "media": {"fetch": False},
        }
        tables |= more
        tables |= {f"channels.{name}": table for name, table in channels.items()}
        self.write("content/hub.toml", toml(tables))
        return self

    def write(self, name: str, text: str) -> Path:
        """Put a file into the folder."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def start(self, *args: str, log: Path | None = None, at: datetime | None = None) -> subprocess.Popen[str]:
        """Start a command; its addresses are written into `log`, its clock says `at`."""
        watched = [sys.executable, "-c", PROGRAM, str(log or ""), at.isoformat() if at else ""]
        command = [*(watched if log or at else [str(HUB)]), "--site", str(self.path), *args]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd="/", env=environment(), **pipes)

    def hub(self, *args: str, log: Path | None = None, at: datetime | None = None) -> Ran:
        """Run a command to its end."""
        with self.start(*args, log=log, at=at) as process:
            out, err = process.communicate(timeout=300)
        return Ran(process.returncode, out, err)

    def update(self, *args: str, log: Path | None = None, at: datetime | None = None) -> Ran:
        """One update, reported in JSON."""
        return self.hub("--json", "update", *args, log=log, at=at)

    def export(self) -> list[dict[str, Any]]:
        """Every public item."""
        return [json.loads(line) for line in self.hub("export").out.splitlines()]

    def output(self) -> Snapshot:
        """Every file of the site: path → (digest, time)."""
        root = self.path / "output"
        files = (path for path in sorted(root.rglob("*")) if path.is_file())
        return {str(path.relative_to(root)): (_digest(path), path.stat().st_mtime_ns) for path in files}

    def bytes(self) -> dict[str, str]:
        """Every file of the site without its time."""
        return {path: digest for path, (digest, _) in self.output().items()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
