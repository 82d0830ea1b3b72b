"""Who reacted to a post by name: mostly from pages of their own, as networks tell no more than numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hub.model import HELD, Account, Reaction
from hub.site.pieces import Faces
from hub.store.reactions import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.site.make import Workshop

CROWD = 40  # faces of one kind of reaction


def faces(shop: Workshop, reactions: Iterable[Reaction]) -> tuple[Faces, ...]:
    """Each kind by itself: the first of them, as far as a page has room. Whom a rule hides is not among them; who waits
    for a person to look is counted."""
    found: dict[str, list[Account]] = {}
    held: Counter[str] = Counter()
    for one in reactions:
        rule = shop.judge(said(one))
        if rule.startswith(HELD):
            held[one.type] += 1
        elif not rule:
            found.setdefault(one.type, []).append(one.account)
    return tuple(_faces(shop, type, found.get(type, []), held[type]) for type in sorted({*found, *held}))


def _faces(shop: Workshop, type: str, known: list[Account], held: int) -> Faces:
    who = tuple(shop.composer.who(one, False) for one in known[:CROWD])
    return Faces(type=type, who=who, total=len(known) + held)
