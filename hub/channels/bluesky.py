"""Bluesky, or any AppView of the AT Protocol: the brand's posts, the talk below them, who quotes it, who speaks of it.

"What is new?" is the author feed from its top to the newest post known: one request. "Who answered?" is asked below
posts whose counts moved, and of talks that are hot, because a count tells only of direct answers. Nobody tells of
deletions: a watched post that fell out of the feed is asked for by name, all watched ones once a day and on demand, and
the sweep reads everything. Only search needs a login (an app password).

https://docs.bsky.app/docs/category/http-reference
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hub.channels import Ask
from hub.channels.atproto import is_account
from hub.channels.bluesky_items import Side
from hub.channels.bluesky_text import APP
from hub.channels.bluesky_view import View
from hub.channels.bluesky_visit import Visit
from hub.channels.loose import string
from hub.errors import SettingsError
from hub.model import Batch, Cursor, Item, Terms
from hub.web import Web


@dataclass(frozen=True, slots=True)
class Bluesky:
    """An account. With `app_password` also posts that mention it, and posts that hold a word of `search`."""

    name: str
    handle: str
    replies: bool = True
    quotes: bool = True
    app_password: str = ""
    search: tuple[str, ...] = ()
    label: str = ""
    language: str = ""
    watch_days: int = 30
    service: str = "https://public.api.bsky.app"
    login: str = "https://bsky.social"

    # The guidelines ask for a way to have a post removed: `hub forget`, and a sweep each week at least.
    terms: ClassVar[Terms] = Terms(sweep_days=7)

    @property
    def url(self) -> str:
        """The profile, for people."""
        return f"{APP}/profile/{self._account}"

    @property
    def _account(self) -> str:
        return self.handle.strip().removeprefix(f"{APP}/profile/").strip("/@")

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """Everything public that is new, then what became of watched talks."""
        account = self._account
        if not is_account(account):
            why = f"{self.handle!r} is no handle"
            raise SettingsError(f"channels.{self.name}.handle", why, fix='write one such as "name.bsky.social"')
        known = cursor if string(cursor, "account") == account else {"account": account}
        view = View(web, self.service.rstrip("/"), self.login.rstrip("/"), account, self.app_password)
        yield from Visit(self, view, ask, dict(known)).batches()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """All of them by their names, in one question; not what the brand said under another account."""
        side, view = Side(self.name, string(cursor, "did"), self.language), View(web, self.service.rstrip("/"))
        return view.public([item.id for item in items if not item.ours or side.did in item.id], side)
