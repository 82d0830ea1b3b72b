"""The update and its stages, once or for ever."""

from __future__ import annotations

import dataclasses
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from hub.commands.opening import BUGS, settings_of, writing
from hub.errors import HubError, Locked, SettingsError
from hub.screen import Screen, when

if TYPE_CHECKING:
    from hub.report import Pulled, Report, Wish
    from hub.run import Hub

now_flag = click.option("--now", is_flag=True, help="ask every channel, and every watched post, whatever their time")
all_flag = click.option("--all", "sweep", is_flag=True, help="ask about everything ever brought: finds all deletions")


def channel_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """For completion in the shell: the channels of the settings."""
    screen = ctx.find_root().ensure_object(Screen)
    try:
        return [name for name in settings_of(screen).channels if name.startswith(incomplete)]
    except HubError:
        return []


@click.command()
@now_flag
@all_flag
@click.pass_obj
def update(screen: Screen, now: bool, sweep: bool) -> int:
    """One full cycle: pull what is due, index, render, publish. What cron calls."""
    greet(screen, "updating")
    report = once(screen, now=now, sweep=sweep)
    screen.result(as_json(report), told(report))
    return report.exit_code


def once(screen: Screen, *, now: bool = False, sweep: bool = False) -> Report:
    """One update."""
    with writing(screen) as hub, heard(screen, hub) as listening:
        from hub.report import Wish
        from hub.run import update as whole

        return whole(listening, Wish(now=screen.clock(), recheck=now, sweep=sweep))


@click.command()
@click.argument("channels", nargs=-1, shell_complete=channel_names)
@now_flag
@all_flag
@click.option("--dry-run", is_flag=True, help="say what would come, keep nothing")
@click.pass_obj
def pull(screen: Screen, channels: tuple[str, ...], now: bool, sweep: bool, dry_run: bool) -> int:
    """Ask the channels that are due (or those named), and keep what they bring."""
    from hub import run
    from hub.report import Report, Wish

    greet(screen, "pulling")
    wish = Wish(now=screen.clock(), recheck=now, sweep=sweep, only=channels)
    with writing(screen) as hub, heard(screen, hub) as listening:
        known(listening, channels)
        if dry_run:
            report = Report(pulled=run.preview(listening, wish))
        else:
            report = pulled_and_kept(listening, wish)
    screen.result(as_json(report), told(report))
    return report.exit_code


def pulled_and_kept(hub: Hub, wish: Wish) -> Report:
    """The first half of an update."""
    from hub import run
    from hub.report import Report

    run.begin(hub)
    pulled = run.pull(hub, wish)
    came, failed = run.fetch(hub, wish)
    return Report(pulled=pulled, pictures=came, pictures_failed=failed)


def known(hub: Hub, channels: tuple[str, ...]) -> None:
    """Refuse a channel that the settings do not have."""
    from hub.toml import nearest

    for name in channels:
        if name not in hub.settings.channels:
            raise click.UsageError(f"there is no channel {name!r}: {nearest(name, list(hub.settings.channels))}")


@click.command()
@click.pass_obj
def index(screen: Screen) -> int:
    """Bring the search index up to date with the archive."""
    from hub import run

    with writing(screen) as hub:
        run.begin(hub)
        taken = run.index(hub)
        run.settle(hub)
    screen.result({"indexed": taken}, f"index: {taken} entries")
    return 0


@click.command()
@click.pass_obj
def build(screen: Screen) -> int:
    """Write the pages that are due."""
    from hub import run
    from hub.report import Report

    greet(screen, "building")
    with writing(screen) as hub:
        run.begin(hub)
        report = Report(built=run.render(hub, screen.clock()))
        run.settle(hub)
    screen.result(as_json(report), told(report))
    return report.exit_code


@click.command()
@click.option("--dry-run", is_flag=True, help="say what would be run")
@click.pass_obj
def publish(screen: Screen, dry_run: bool) -> int:
    """Run the publish command of the settings, then tell the WebSub hub which feeds changed."""
    from hub import run

    with writing(screen) as hub:
        wish = hub.settings.publish
        if not wish.wanted:
            raise click.UsageError("there is no [publish] command in content/hub.toml")
        if dry_run:
            late = run.publish_due(hub).exists()
            state = "something waits to be published" if late else "all is published"
            doing = f"would run: {' '.join(wish.command)}" if wish.command else f"would tell {wish.websub}"
            screen.result({"command": wish.command, "websub": wish.websub, "due": late}, f"{doing} ({state})")
            return 0
        error = run.publish(hub)
        untold = "" if error else run.tell(hub)
    if error:
        raise HubError(f"publishing failed: {error}", fix="mend the command, then run `hub publish`")
    screen.result({"published": True, "untold": untold}, ["published", *deaf(untold)])
    return 0


@click.command()
@click.option("--ticks", type=int, default=0, hidden=True)
@click.pass_obj
def run(screen: Screen, ticks: int) -> int:
    """The daemon: look every minute what is due. SIGTERM and Ctrl-C let the running step finish."""
    import schedule

    stop, timer, tick = threading.Event(), schedule.Scheduler(), minute(screen)
    timer.every(1).minutes.do(tick)
    with stopped_by_signals(stop):
        tick()
        while not stop.is_set() and ticks != 1:
            ticks -= 1
            stop.wait(max(timer.idle_seconds or 0.0, 0.05))
            if not stop.is_set():
                timer.run_pending()
    screen.note("stopped")
    return 0


def minute(screen: Screen) -> Callable[[], None]:
    """One tick of the daemon: an update whose troubles are told and do not end it."""
    from hub import log

    def tick() -> None:
        try:
            report = once(screen)
            if report.moved:
                screen.result(as_json(report), told(report))
        except Locked as why:
            screen.note(why.what)
        except HubError as why:
            for one in (why, *(why.also if isinstance(why, SettingsError) else ())):
                screen.error(log.clean(one.what), fix=one.fix, code=0)
        except BUGS as why:
            logging.getLogger("hub").error("update failed", exc_info=why)
            screen.error(log.clean(f"a bug: {type(why).__name__}: {why}"), fix="see .hub/logs/hub.log", code=0)

    return tick


@contextmanager
def stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """The first SIGTERM or SIGINT asks to stop after this step, the second one kills."""

    def ask(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def greet(screen: Screen, doing: str) -> None:
    """Something on the screen before anything heavy is loaded."""
    if sys.stderr.isatty():
        screen.note(f"{doing} {screen.site}")


@contextmanager
def heard(screen: Screen, hub: Hub) -> Iterator[Hub]:
    """The hub with its steps drawn as they happen, on a terminal; silent elsewhere."""
    if screen.quiet or screen.json or not screen.colour:
        yield hub
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {name: progress.add_task(name, total=1, visible=False) for name in hub.settings.channels}

        def tell(one: Pulled) -> None:
            progress.update(tasks[one.channel], description=line(one), visible=True, completed=int(one.done))

        yield dataclasses.replace(hub, tell=tell)


def line(one: Pulled) -> str:
    """One channel's line."""
    if one.price:
        known, most = f"about {one.price.posts} posts for {one.price.usd:.3f} USD", f"{one.price.most:.3f} USD"
        return f"{one.channel}: {known} as far as is known, never more than {most} (cap: {one.price.cap:.2f} USD a day)"
    counts = [(one.added, "new"), (one.edited, "edited"), (one.gone, "gone"), (one.restored, "restored")]
    what = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing new"
    if not one.error:
        return f"{one.channel}: {what}"
    kept = f" (kept: {what})" if one.moved else ""
    again = f"; next try {when(one.next_due)}" if one.next_due else ""
    return f"{one.channel}: failed: {one.message}{kept}{again}"


def told(report: Report) -> Iterator[str]:
    """The report for people."""
    for one in report.pulled:
        yield line(one)
        grouped = dict.fromkeys(one.warnings)
        yield from [f"  warning: {text}" for text in list(grouped)[:5]]
        if len(grouped) > 5:
            yield f"  and {len(grouped) - 5} more warnings: see `hub status`"
    if not report.pulled and report.built:
        yield "no channel is due"
    if report.pictures or report.pictures_failed:
        yield f"pictures: {report.pictures} fetched, {report.pictures_failed} failed"
    if report.built:
        yield f"site: {len(report.built.written)} files written, {len(report.built.removed)} removed"
        yield from failures(report.built.failed)
    if report.published:
        yield "published"
    yield from deaf(report.untold)
    if report.publish_error:
        yield f"publishing failed: {report.publish_error}; it is tried again at the next update"
    if report.erasing:
        yield "erasure pending: a reader holds the archive; it is tried again at the next update"


def deaf(why: str) -> Iterator[str]:
    """What is said where the WebSub hub did not hear of a publish."""
    if why:
        yield f"warning: feeds not told: {why}; they are with the next publish"


def failures(failed: list[tuple[str, str]]) -> Iterator[str]:
    """Pages that failed, those of one kind together."""
    kinds: dict[str, list[str]] = {}
    for page, why in failed:
        kinds.setdefault(why, []).append(page)
    for why, pages in kinds.items():
        more = f" and {len(pages) - 3} more" if len(pages) > 3 else ""
        yield f"  failed: {', '.join(pages[:3])}{more}: {why}"
    if failed:
        yield "  they keep their last good file; the tracebacks are in .hub/logs/hub.log"


def as_json(report: Report) -> dict[str, object]:
    """The report for machines."""
    return {**dataclasses.asdict(report), "exit": report.exit_code}


COMMANDS = (update, pull, index, build, publish, run)
