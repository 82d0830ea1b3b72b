"""The command line: parse, print, exit code. The clock starts here; nothing below reads one."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from hub import __version__
from hub.commands import about, ask, cycle, forget, importing, moderate, recording, start
from hub.errors import (
    ChannelError,
    DataError,
    HubError,
    InputError,
    Locked,
    OutputError,
    SearchError,
    SettingsError,
    StoreError,
)
from hub.screen import Screen
from hub.toml import nearest

CODES: tuple[tuple[type[BaseException], int], ...] = (
    (SettingsError, 78),
    (Locked, 75),
    (OutputError, 73),
    (StoreError, 74),
    (SearchError, 74),
    (ChannelError, 69),
    (DataError, 65),
    (InputError, 66),
    (HubError, 1),
    (click.UsageError, 64),
    (click.FileError, 66),
    (click.ClickException, 64),
    (click.Abort, 130),
    (KeyboardInterrupt, 130),
)
BUG = 70

EXAMPLES = """
\b
Examples:
  hub init ada --url https://blog.example.org   lay down a folder from one address
  hub update                                    pull, index, build: what cron calls
  hub serve                                     look at it

\b
Exit codes: 0 all well · 1 some channel or page failed, the rest was done
  64 usage · 65 a file that is not what it should be · 66 a file that cannot be opened
  69 every due channel failed · 70 a bug · 73 output not writable
  74 store or index failed · 75 another update holds the lock
  77 credentials refused (doctor, record) · 78 settings · 130 Ctrl-C
  what to do about each: hub help exit-codes
"""


class Hub(click.Group):
    """The group of all commands: a mistyped one is answered with the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a better answer when there is no such command."""
        if args and not args[0].startswith("-") and not self.get_command(ctx, args[0]):
            raise click.UsageError(f"there is no command {args[0]!r}: {nearest(args[0], self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of a day's work, not of the alphabet."""
        return list(self.commands)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    screen = ctx.find_root().ensure_object(Screen)
    if value and param.name == "set":
        screen.set.update(_pair(one) for one in value)
    elif value and param.name:
        setattr(screen, param.name, value.resolve() if isinstance(value, Path) else value)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--set")
    return key.strip(), value


def _globals(hidden: bool) -> list[click.Option]:
    common: dict[str, Any] = {"expose_value": False, "callback": _keep, "hidden": hidden}
    folder = click.Path(file_okay=False, path_type=Path)
    return [
        click.Option(
            ["--site"], type=folder, envvar=None if hidden else "HUB_SITE", help="the brand's folder", **common
        ),
        click.Option(["--set"], multiple=True, metavar="KEY=VALUE", help="one setting, for this run only", **common),
        click.Option(["--json"], is_flag=True, help="answer in JSON", **common),
        click.Option(["-q", "--quiet"], is_flag=True, help="results and errors only", **common),
        click.Option(["-v", "--verbose"], count=True, help="tell what happens; twice: everything", **common),
        click.Option(["--no-input"], is_flag=True, help="never ask a question", **common),
        click.Option(["--no-color", "--no-colour"], is_flag=True, help="no colours (or NO_COLOR)", **common),
        click.Option(["--debug"], is_flag=True, help="show tracebacks", **common),
        click.Option(
            ["--log-format"], type=click.Choice(["human", "json"]), help="how events look on stderr", **common
        ),
    ]


@click.group(
    cls=Hub,
    params=list(_globals(hidden=False)),
    invoke_without_command=True,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="hub")
@click.pass_context
def app(ctx: click.Context) -> None:
    """Everything a brand says and everything the public answers, in one place, on its own domain."""
    ctx.ensure_object(Screen)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _everywhere(command: click.Command) -> click.Command:
    """Let the global options stand behind a command's name too."""
    command.params += _globals(hidden=True)
    for below in getattr(command, "commands", {}).values():
        _everywhere(below)
    return command


for _one in (
    *start.COMMANDS,
    *cycle.COMMANDS,
    *ask.COMMANDS,
    *moderate.COMMANDS,
    *forget.COMMANDS,
    *importing.COMMANDS,
    *recording.COMMANDS,
    *about.COMMANDS,
):
    app.add_command(_everywhere(_one))


class Ending:
    """Turns whatever ends a command into words on stderr and an exit code."""

    def __init__(self, screen: Screen, clock: Callable[[], datetime]) -> None:
        self.screen, self.clock, self.code = screen, clock, 0

    def __enter__(self) -> Ending:
        return self

    def __exit__(self, sort: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if error is None or isinstance(error, (SystemExit, GeneratorExit)):
            return False
        if isinstance(error, BrokenPipeError):  # the reader of our stdout left: its good right
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return True
        self.code = next((code for kind, code in CODES if isinstance(error, kind)), BUG)
        if self.screen.debug:
            traceback.print_exception(error)
        self.tell(error)
        return True

    def tell(self, error: BaseException) -> None:
        """Say it in three lines: what, why, how to mend it."""
        if isinstance(error, SettingsError):
            for one in (error, *error.also):
                self.setting(one)
            return
        if isinstance(error, HubError):
            self.screen.error(error.what, why=str(error.__cause__ or ""), fix=error.fix, code=self.code)
        if isinstance(error, click.ClickException):
            ctx = getattr(error, "ctx", None)
            fix = f"{ctx.command_path} --help" if ctx else "hub --help"
            self.screen.error(error.format_message(), fix=fix, code=self.code)
        if self.code == 130:
            self.screen.note("interrupted: nothing is lost, the next run goes on from here")
        if self.code == BUG:
            self.bug(error)

    def setting(self, error: SettingsError) -> None:
        """One mistake in a person's file."""
        what = f"the setting {error.key} is wrong" if error.key else "a file of settings is wrong"
        why = ": ".join(part for part in (error.where, error.why) if part)
        self.screen.error(what, why=why, fix=error.fix, code=self.code)

    def bug(self, error: BaseException) -> None:
        """Keep the traceback in a file and say where."""
        from hub.log import clean

        lines = [clean(line) for part in traceback.format_exception(error) for line in part.splitlines()]
        folder = self.screen.site / ".hub/logs"
        path = folder / f"bug-{self.clock():%Y%m%dT%H%M%S}.txt"
        saved = ""
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n", "utf-8")
            saved = f"the traceback is in {path}: please report it"
        self.screen.error(
            f"a bug: {type(error).__name__}: {clean(str(error))}", fix=saved or "run it again with --debug", code=BUG
        )


def _now() -> datetime:
    return datetime.now(UTC)


def run(args: list[str], clock: Callable[[], datetime] = _now) -> int:
    """Run one command line and give its exit code."""
    screen = Screen()
    with Ending(screen, clock) as ending:
        screen.clock = clock
        result = app.main(args, prog_name="hub", standalone_mode=False, obj=screen)
        ending.code = result if isinstance(result, int) else 0
        sys.stdout.flush()
    return ending.code


def main() -> None:
    """The program."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
