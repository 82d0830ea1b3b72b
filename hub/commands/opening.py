"""How a command gets at the brand's folder: settings, log, lock, hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from hub.screen import Screen

if TYPE_CHECKING:
    from hub.run import Hub
    from hub.settings import Settings


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
    from hub.run import opened

    with opened(settings_of(screen), os.environ, screen.clock) as hub:
        yield hub


@contextmanager
def writing(screen: Screen) -> Iterator[Hub]:
    """The hub, to change it: under the lock, which is asked for before anything slow is loaded."""
    with _lock(screen):
        from hub.run import opened

        with opened(settings_of(screen), os.environ, screen.clock) as hub:
            yield hub


def _lock(screen: Screen) -> AbstractContextManager[None]:
    """The lock of the folder at hand; none where there is no brand's folder, which its settings will tell."""
    from hub.lock import locked

    brand = (screen.site / "content/hub.toml").is_file()
    return locked(screen.site / ".hub", screen.clock()) if brand else nullcontext()
