"""Channels as content/hub.toml writes them: those that are taken, and as comments those for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hub.toml import written as value

if TYPE_CHECKING:
    from hub.discover import Proposal


def table(proposal: Proposal) -> Iterator[str]:
    """[channels.NAME] with why on top, and below it what a key would add."""
    mark = "" if proposal.sure else "# "
    yield f"\n# {comment(proposal.why)}" if proposal.why else ""
    yield f"{mark}[channels.{proposal.name}]"
    yield f"{mark}kind = {value(proposal.kind)}"
    yield from [f"{mark}{key} = {value(what)}" for key, what in proposal.fields.items()]
    yield from [f"# {line}  # {what}" for line, what in proposal.keys]


def comment(text: str) -> str:
    """Text from outside that may stand behind a # on one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
