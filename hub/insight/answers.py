"""What the brand answered: an item of the public is answered by the brand's first item below it in its branch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TypeVar

from hub.insight.questions import asks
from hub.model import Item, Thread

Answer = TypeVar("Answer")


def answers(thread: Thread) -> dict[str, Item]:
    """Id of each answered item of the public → the brand's answer to it.

    Whatever stands above an item that has one already has one, too.
    """
    above, public = _above(thread), {one.id for one in _said(thread) if not one.ours}
    ours = sorted((one for one in _said(thread) if one.ours), key=_moment)
    found = _first(((one, above.get(one.id, "")) for one in ours), above)
    return {id: answer for id, answer in found.items() if id in public}


def heard(lines: Collection[tuple[str, str, bool]]) -> dict[str, str]:
    """Id of each item of the public → answered or unanswered: of (id, the id above it, is it the brand's?).

    The same as `answers`, for who has but these of all that is shown.
    """
    above = {id: parent for id, parent, _ in lines}
    found = _first(((True, parent) for _, parent, ours in lines if ours), above)
    return {id: "answered" if id in found else "unanswered" for id, _, ours in lines if not ours}


def replied(lines: Collection[tuple[str, str, bool]], times: Mapping[str, str]) -> dict[str, str]:
    """Id of each answered item of the public → when the brand first answered it; `times` of the brand's items by id.

    The same as `answers`, for who has but these lines (see `heard`) of all that is shown.
    """
    above = {id: parent for id, parent, _ in lines}
    public = {id for id, _, ours in lines if not ours}
    ours = sorted(
        ((times[id], id, parent) for id, parent, ours in lines if ours), key=lambda line: (not line[0], *line)
    )
    found = _first(((when, parent) for when, _, parent in ours), above)
    return {id: when for id, when in found.items() if id in public}


def _first(answers: Iterable[tuple[Answer, str]], above: Mapping[str, str]) -> dict[str, Answer]:
    """Id of whatever stands above an answer → the first one; each is given with the id above it, in order of time."""
    found: dict[str, Answer] = {}
    for answer, id in answers:
        while id and id not in found:
            found[id] = answer
            id = above.get(id, "")
    return found


def waiting(thread: Thread) -> list[Item]:
    """Questions of the public that the brand has not answered, the oldest first."""
    answered = answers(thread)
    return sorted((one for one in _said(thread) if not one.ours and one.id not in answered and asks(one)), key=_moment)


def delay(thread: Thread) -> timedelta | None:
    """How long the first question that was answered waited, or else the first item; None where nothing was answered."""
    answered = answers(thread)
    heard = sorted((one for one in _said(thread) if one.id in answered and one.published), key=_moment)
    first = next((one for one in heard if asks(one)), heard[0] if heard else None)
    when = answered[first.id].published if first else None
    return max(when - first.published, timedelta(0)) if first and first.published and when else None


def _said(thread: Thread) -> Iterator[Item]:
    yield thread.root
    yield from (reply.node for reply in thread.replies if isinstance(reply.node, Item))


def _above(thread: Thread) -> Mapping[str, str]:
    """Id of each line of the conversation → the id above it; the root's stands above what names none."""
    ids = ((getattr(reply.node, "id", ""), reply.parent or thread.root.id) for reply in thread.replies)
    return {id: parent for id, parent in ids if id and id != parent}


def _moment(item: Item) -> tuple[bool, str, str]:
    return item.published is None, item.published.isoformat() if item.published else "", item.id
