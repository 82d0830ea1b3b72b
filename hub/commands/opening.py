"""How a command gets at the brand's folder: settings, log, lock, hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.screen import Screen

if TYPE_CHECKING:
    from hub.run import Hub
    from hub.settings import Settings

# how a bug shows: what neither a kind nor a stage should let through, and what must end neither doctor nor daemon
BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def settings_of(screen: Screen) -> Settings:
    """The settings of the folder at hand; from here on events are logged there."""
    from hub import log
    from hub.settings import load

    found = load(screen.site, os.environ, screen.set)
    folder = found.memory / "logs" if os.access(found.folder, os.W_OK) else None
    log.start(level=screen.level, json=screen.log_format == "json", colour=screen.colour, folder=folder)
    return found


@contextmanager
def reading(screen: Screen) -> Iterator[Hub]:
    """The hub, to ask it something; an update may run meanwhile."""
    with asking(screen, settings_of(screen)) as hub:
        yield hub


@contextmanager
def asking(screen: Screen, settings: Settings) -> Iterator[Hub]:
    """The hub of these settings. An archive of an older version is left for an update to alter, under its lock."""
    from hub import log
    from hub.run import opened
    from hub.store.archive import read_archive

    with opened(settings, os.environ, screen.clock, read_archive) as hub:
        yield replace(hub, hide=log.hide)


@contextmanager
def writing(screen: Screen) -> Iterator[Hub]:
    """The hub, to change it: under the lock, which is asked for before anything slow is loaded."""
    with _lock(screen):
        from hub import log
        from hub.run import opened

        with opened(settings_of(screen), os.environ, screen.clock) as hub:
            yield replace(hub, hide=log.hide)


def _lock(screen: Screen) -> AbstractContextManager[None]:
    """The lock of the folder at hand; none where there is no brand's folder, which its settings will tell."""
    from hub.lock import locked

    brand = (screen.site / "content/hub.toml").is_file()
    return locked(screen.site / ".hub", screen.clock()) if brand else nullcontext()
