"""What `hub serve` does beside serving: when somebody edits content/ or the theme, the site follows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from hub.commands.cycle import failures
from hub.commands.opening import writing
from hub.errors import HubError, Locked
from hub.screen import Screen

PAUSE = 0.5  # seconds between two looks

Stamp = frozenset[tuple[str, int, int]]


def stamp(folders: tuple[Path, ...]) -> Stamp:
    """Every file with its time and size: it differs when one was edited, added or removed."""
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return frozenset((str(path), state.st_mtime_ns, state.st_size) for path in found if (state := path.stat()))


def rebuild(screen: Screen) -> list[str]:
    """Settings, rules, the brand's own Markdown and the theme are read again, and the site follows.

    Gives what keeps pages from being built, in lines.
    """
    from hub import run
    from hub.report import Wish

    now = screen.clock()
    with writing(screen) as hub:
        local = tuple(name for name, channel in hub.settings.channels.items() if hasattr(channel, "reader"))
        run.begin(hub)
        if local:
            run.pull(hub, Wish(now=now, only=local))
        run.index(hub)
        built = run.render(hub, now)
        run.settle(hub)
    if built.written or built.removed:
        screen.note(f"rebuilt: {len(built.written)} files written, {len(built.removed)} removed")
    troubles = list(failures(built.failed))
    for line in troubles:
        screen.note(line)
    return troubles


@contextmanager
def watching(screen: Screen, folders: tuple[Path, ...], troubles: list[str]) -> Iterator[None]:
    """Look after the folders, in a thread of its own, for as long as the block runs; keep `troubles` what they are."""
    over = Event()
    at = stamp(folders)

    def act() -> None:
        troubles[:] = rebuild(screen)

    def say(why: str) -> None:
        troubles[:] = why.splitlines()
        screen.note(why)

    Thread(target=look, args=(over, folders, at, act, say), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def look(
    over: Event, folders: tuple[Path, ...], seen: Stamp, act: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Act when something differs from `seen`, until `over` is set. What goes wrong is said; an edit tries again."""
    while not over.wait(PAUSE):
        try:
            now = stamp(folders)
            if now != seen:
                act()
            seen = now
        except (Locked, FileNotFoundError):
            continue  # an update is running, or an editor is just replacing a file: look again
        except HubError as why:
            say(str(why))
            seen = now
