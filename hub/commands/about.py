"""About the settings themselves, and the shell."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from hub.screen import Screen, table
from hub.toml import nearest

HELP = Path(__file__).parents[1] / "help"


@click.command()
@click.pass_obj
def schema(screen: Screen) -> int:  # noqa: ARG001  a schema is JSON whatever was asked for
    """JSON Schema of content/hub.toml, for editors: hub schema > hub.schema.json"""
    from hub.settings import schema as made

    click.echo(json.dumps(made(), indent=2, ensure_ascii=False))
    return 0


@click.group()
def config() -> None:
    """The settings in force."""


@config.command()
@click.option("--origin", is_flag=True, help="say where each value came from")
@click.pass_obj
def show(screen: Screen, origin: bool) -> int:
    """Every setting with its value; secrets stand as env:NAME or file:PATH."""
    from hub.settings import origins

    found = origins(screen.site, os.environ, screen.set)
    rows = [(one.key, json.dumps(one.value, ensure_ascii=False, default=list), one.origin) for one in found]
    data = [{"key": one.key, "value": one.value, **({"origin": one.origin} if origin else {})} for one in found]
    width = 3 if origin else 2
    screen.result(data, table([row[:width] for row in rows], ("key", "value", "origin")[:width]))
    return 0


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """The completion script of a shell: eval "$(hub completion bash)" """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind:
        click.echo(kind(ctx.find_root().command, {}, "hub", "_HUB_COMPLETE").source())
    return 0


def topics() -> list[str]:
    """What there is help about, in the order of a first day."""
    order = ["start", "channels", "secrets", "cron", "theme", "embed", "take-down", "backup", "exit-codes"]
    return sorted((path.stem for path in HELP.glob("*.md")), key=order.index)


@click.command("help")
@click.argument("topic", required=False, shell_complete=lambda *_: topics())
@click.pass_obj
def helped(screen: Screen, topic: str | None) -> int:
    """How to do a thing, offline: hub help take-down."""
    if topic is None:
        heads = [(name, (HELP / f"{name}.md").read_text("utf-8").partition("\n")[0]) for name in topics()]
        screen.result(dict(heads), table(heads, ("topic", "tells how to")))
        return 0
    if topic not in topics():
        raise click.UsageError(f"there is no help about {topic!r}: {nearest(topic, topics())}")
    text = (HELP / f"{topic}.md").read_text("utf-8").rstrip()
    screen.result({"topic": topic, "text": text}, text)
    return 0


COMMANDS = (schema, config, completion, helped)
