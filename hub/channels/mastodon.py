"""An account on Mastodon, or any server with its API (GoToSocial, snac, Pixelfed, Akkoma), and the replies to it.

The newest page of the account's statuses, asked conditionally, answers both questions: what is new from us, and which
counts of replies moved. Older pages are walked once. A conversation is read when its count moved, again and again while
it is young, seldom when it has grown quiet. The brand's own replies come with the conversation they stand in.

https://docs.joinmastodon.org/methods/accounts/#statuses
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hub.channels import Ask
from hub.channels.loose import string, under
from hub.channels.mastodon_items import Site, host
from hub.channels.mastodon_visit import Visit
from hub.channels.single import on_mastodon
from hub.model import Batch, Cursor, Item, Terms
from hub.web import Web


@dataclass(frozen=True, slots=True)
class Mastodon:
    """An account by the address of its profile. With `token`, whole conversations and quotes of the brand's posts.
    `homes = false` asks no other server for replies that this one does not show."""

    name: str
    url: str
    token: str = ""
    replies: bool = True
    homes: bool = True
    label: str = ""
    watch_days: int = 30

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New statuses, older ones while there are any unread, then the conversations that are due."""
        yield from Visit(self, web, ask, dict(under(self, cursor))).batches()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each by its number, at the brand's own server or at home."""
        site = Site(self.name, host(self.url), string(cursor, "account"))
        return [item.id for item in items if on_mastodon(web, item, site, self.token, self.homes)]
