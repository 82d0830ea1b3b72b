"""hub record: the exchanges of a real pull, masked, for a new channel's test."""

from __future__ import annotations

import json
import os
import tomllib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.errors import OutputError, Refused
from hub.screen import Screen

if TYPE_CHECKING:
    from hub.channels import Channel
    from hub.record import Recorder

NEXT = "next: read the payloads and write the items that must come out into items.json, before any test runs"


@click.command()
@click.argument("kind")
@click.argument("fields", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="a folder; else recording/KIND")
@click.option("--origin", default="", help="what answered: a server and its version")
@click.option("--allow", multiple=True, help="a private host that may be asked")
@click.pass_obj
def record(screen: Screen, /, kind: str, fields: tuple[str, ...], output: Path | None, **given: Any) -> int:
    """Pull a channel of a kind, and write its exchanges down without secrets: pull.json for the contract test."""
    from hub.record import masked, recording, skeleton, suspicious
    from hub.settings import alone, revealed, values

    folder = output or Path("recording") / kind.rpartition(":")[2].lower()
    _fresh(folder / "pull.json")
    written = alone(kind, dict(map(_pair, fields)))
    channel, secrets = revealed(written, screen.site, os.environ)
    origin = given["origin"] or f"`hub record {kind}` of {screen.clock():%Y-%m-%d}, asked of the real server"
    with closing(_recorder(screen, given["allow"])) as web:
        try:
            questions = _pulled(screen, web, channel)
        except Refused as why:
            screen.error(why.what, fix=why.fix, code=77)
            return 77
    made = recording(web.tape, secrets, origin)
    text = json.dumps(made, ensure_ascii=False, indent=1)
    settings = {
        name: "masked" if getattr(channel, name) in secrets else value for name, value in values(written).items()
    }
    known = {name: settings[name] for name, _ in map(_pair, fields)}
    chosen = {name: masked(value, secrets) if isinstance(value, str) else value for name, value in known.items()}
    _write(folder / "pull.json", text + "\n")
    if not (folder / "items.json").exists():
        _write(folder / "items.json", "\n".join(skeleton(kind, chosen, screen.clock().isoformat(), questions)) + "\n")
    doubts = suspicious(text)
    count = len(made["exchanges"]) if isinstance(made["exchanges"], list) else 0
    lines = [f"{folder / 'pull.json'}: {count} exchanges", *(f"  look at it: {doubt}" for doubt in doubts), NEXT]
    screen.result({"file": str(folder / "pull.json"), "exchanges": count, "suspicious": doubts}, lines)
    return 1 if doubts else 0


def _pulled(screen: Screen, web: Recorder, channel: Channel) -> int:
    """A first pull, a second from where it ended, one on demand and a sweep; what the second one asked."""
    from hub.channels import Ask

    now, cursor, questions = screen.clock(), dict[str, object](), 0
    for wish in ({}, {}, {"recheck": True}, {"sweep": True}):
        before = len(web.tape)
        for batch in channel.pull(web, cursor, Ask(now=now, **wish)):
            cursor = json.loads(json.dumps(dict(batch.cursor)))
            screen.note(f"  {len(web.tape)} exchanges, {len(batch.items)} items")
        questions = questions or (len(web.tape) - before if before else 0)
    return questions


def _recorder(screen: Screen, allow: tuple[str, ...]) -> Recorder:
    from hub import __version__
    from hub.record import Recorder

    return Recorder(agent=f"brandhub/{__version__}", now=screen.clock, allow=allow)


def _pair(text: str) -> tuple[str, object]:
    """KEY=VALUE: a number, a list and a sign as TOML writes them, everything else as it stands."""
    key, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not KEY=VALUE")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _fresh(path: Path) -> None:
    """A recording that exists was read by somebody: it is never written over."""
    if path.exists():
        raise OutputError(f"{path} exists", path=str(path), fix="name another folder with --output, or move it away")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as why:
        raise OutputError(f"{path} cannot be written", path=str(path), fix=f"ls -ld {path.parent}") from why


COMMANDS = (record,)
