"""Who reacted to a post by name: mostly from pages of their own, as networks tell no more than numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.model import Account, Item, Reaction
from hub.site.pieces import Faces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.site.make import Workshop

CROWD = 40  # faces of one kind of reaction


def faces(shop: Workshop, reactions: Iterable[Reaction]) -> tuple[Faces, ...]:
    """Each kind by itself: the first of them, as far as a page has room. Whom a rule hides is not among them."""
    found: dict[str, list[Account]] = {}
    for one in reactions:
        if not shop.judge(_said(one.account)):
            found.setdefault(one.type, []).append(one.account)
    return tuple(
        Faces(type=type, who=tuple(shop.composer.who(one, False) for one in accounts[:CROWD]), total=len(accounts))
        for type, accounts in sorted(found.items())
    )


def _said(account: Account) -> Item:
    """What a rule about its account is asked of a reaction."""
    return Item(id=account.id or account.url, url=account.url, channel="", author=account)
