"""What is undocumented is broken: README names every command, setting and make target, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from hub import channels, settings
from hub.cli import BUG, CODES, app
from hub.model import Terms

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text("utf-8")
SCHEMA: dict[str, Any] = settings.schema()


def block(name: str) -> list[str]:
    """The lines between two marks of README."""
    return README.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0].splitlines()


# tables as they must stand in README: when one of these tests fails, copy its left side


def settings_table() -> Iterator[str]:
    yield from ("| key | means | default |", "| --- | --- | --- |")
    for name, what in SCHEMA["properties"].items():
        if "description" in what:
            yield setting(name, what)
        elif "$ref" in what:
            section = SCHEMA["$defs"][what["$ref"].rpartition("/")[2]]
            yield f"| `[{name}]` | {section['description']} | |"
            yield from (setting(f"{name}.{key}", inner) for key, inner in section["properties"].items())
    section = SCHEMA["$defs"]["Collection"]
    yield f"| `[collections.NAME]` | {section['description']} | |"
    yield from (setting(f"collections.NAME.{key}", inner) for key, inner in section["properties"].items())
    yield "| `channels.NAME.kind` | what kind of place NAME is: see below | needed |"


def setting(key: str, what: dict[str, Any]) -> str:
    default = f"`{json.dumps(what['default'])}`" if "default" in what else "needed"
    words = f"; one of {', '.join(what['enum'])}" if "enum" in what else ""
    return f"| `{key}` | {what['description']}{words} | {default} |".replace("||", "|")


PLACES = ("page", "feed", "json", "search", "embed", "wall", "mail")


def terms_table() -> Iterator[str]:
    """Kinds whose networks ask for something, and what; of all others every text may stand everywhere."""
    yield from (f"| kind | {' | '.join(PLACES)} | kept | beside the text |", "| --- " * (len(PLACES) + 3) + "|")
    for name in settings.kinds():
        asks = channels.kind(name).terms
        if asks != Terms(sweep_days=asks.sweep_days):
            days = f"{asks.keep_days} days" if asks.keep_days else "as long as it stands there"
            told = [getattr(asks, place) for place in PLACES]
            yield f"| `{name}` | {' | '.join([*told, days, ', '.join(asks.marks)])} |".replace("  |", " |")


def commands_table() -> Iterator[str]:
    yield from ("| command | does |", "| --- | --- |")
    for name, command in every(app):
        with click.Context(command, info_name=f"hub {name}") as ctx:
            given = [said(param, ctx) for param in command.params if not getattr(param, "hidden", False)]
        yield f"| {' '.join([f'`hub {name}`', *given])} | {first(command)} |"
    yield f"| any of them, with {' '.join(said(one, None) for one in app.params)} | for every command |"


def every(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def said(param: click.Parameter, ctx: click.Context | None) -> str:
    if isinstance(param, click.Option):
        return f"`{max(param.opts, key=len)}`"
    assert ctx
    return f"`{param.make_metavar(ctx)}`".replace("|", "/")


def first(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split()).replace("|", "\\|")


def test_every_setting_is_told_with_its_default() -> None:
    assert list(settings_table()) == block("settings")


def test_the_terms_of_every_kind_that_has_some_are_told() -> None:
    assert list(terms_table()) == block("terms")


def test_every_command_is_told_with_its_options() -> None:
    assert list(commands_table()) == block("commands")


def kinds() -> dict[str, set[str]]:
    """Every kind in hub/channels/ with its fields, as the schema knows them."""
    known = {
        one["properties"]["kind"].get("const"): one
        for one in SCHEMA["properties"]["channels"]["additionalProperties"]["anyOf"]
    }
    return {kind: set(one["properties"]) - {"kind", "publish"} for kind, one in known.items() if kind}


def test_every_kind_of_channel_is_told_with_its_fields() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|\n]*\| ([^|\n]*) \|$", README.split("### Channels")[1], re.M))
    assert {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in rows.items()} == kinds()


def test_every_module_that_is_a_kind_is_in_the_schema() -> None:
    names = [path.stem for path in (CHECKOUT / "hub/channels").glob("[a-z]*.py")]
    found = {
        name for name in names if hasattr(getattr(import_module(f"hub.channels.{name}"), name.title(), None), "pull")
    }
    assert found == kinds().keys()
    assert all(channels.kind(name) for name in found)


def test_every_exit_code_is_told_once() -> None:
    (line,) = re.findall(r"^Exit codes: (.+)$", README, re.M)
    told = [int(part.split()[0]) for part in line.split(" · ")]
    assert sorted(told) == sorted({0, 1, 77, BUG, *(code for _, code in CODES)})


def test_every_make_target_is_told_and_no_other() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (CHECKOUT / "Makefile").read_text("utf-8"), re.M)
    assert phony
    assert set(re.findall(r"\bmake ([a-z][a-z0-9-]*)", re.sub(r"<!--.*?-->", "", code()))) == set(phony[1].split())


def test_every_real_server_of_the_tests_is_told() -> None:
    (told,) = re.findall(r"^`make test-peers` .*", README, re.M)
    kinds = [path.stem.removeprefix("test_") for path in (CHECKOUT / "tests/peers").glob("test_*.py")]
    assert len(kinds) > 3
    assert [kind for kind in kinds if kind not in told.lower()] == []


def code() -> str:
    """What stands in README as code."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", README, re.S))


def test_no_command_is_told_that_does_not_exist() -> None:
    named = re.findall(r"\bhub ((?:--\w+ \S+ )*)([a-z]+)", code())
    assert {name for _, name in named} <= app.commands.keys()


def test_no_section_is_told_that_does_not_exist() -> None:
    assert set(re.findall(r"`\[([a-z]+)\]", README)) <= SCHEMA["properties"].keys()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:hub|tests|content|theme)/[\w./-]*)`", README))))
def test_every_path_that_is_told_exists(path: str) -> None:
    assert (CHECKOUT / path).exists()


def test_every_picture_and_link_into_the_checkout_exists() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []
