"""Pulls as an update does them, into archives of their own, and a thousand sequences in steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from hub import run
from hub.channels import Ask, Channel
from hub.doubts import Doubts
from hub.errors import ChannelError
from hub.store.archive import Archive, open_archive
from hub.web import Web
from tests.torture.site import scratch

EACH = 50  # sequences of one test


@contextmanager
def blank() -> Iterator[Archive]:
    """A new archive."""
    with scratch() as path:
        (path / "archive.sqlite").write_bytes(_made())
        with open_archive("", path) as archive:
            yield archive


@cache
def _made() -> bytes:
    with scratch() as path:
        open_archive("", path).close()
        return (path / "archive.sqlite").read_bytes()


def pull(archive: Archive, channel: Channel, web: Web, ask: Ask) -> None:
    """As an update does it: what came before an error is kept."""
    cursor = archive.health(channel.name).cursor
    doubts = Doubts(archive, web, channel, cursor, ask)
    try:
        for batch in channel.pull(web, cursor, ask):
            archive.save(channel.name, run.tidied(doubts.settled(batch), ask.now, ()))
    except ChannelError:
        pass


def kept(archive: Archive) -> set[str]:
    return {record.item.id for record in archive.records()}


def runs() -> Iterator[object]:
    for first in range(0, 1000, EACH):
        yield pytest.param(first, marks=pytest.mark.torture if first else pytest.mark.slow)
