"""X through its API v2: the brand's posts, what mentions it, and the conversations under its posts.

Every object read costs money, so each request is paid for out of a daily cap before it is sent (twitter_price.py), and
the money goes first to what is new, then to the conversations with the newest words, and only what is left to deep
back-fill and the sweep (twitter_visit.py). https://docs.x.com/x-api/introduction
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from hub.channels import Ask
from hub.channels.twitter_price import USD, Ledger, estimate
from hub.channels.twitter_search import told
from hub.channels.twitter_visit import Visit
from hub.model import Batch, Cursor, Left, Price, Terms
from hub.web import Web

NEVER = 1  # the first post on X is number 20


@dataclass(frozen=True, slots=True)
class Twitter:
    """An account on X. `owned`: the app that the token belongs to is this account's own, which makes posts cheaper.

    `archive` lets conversations older than seven days be searched. Spends at most `daily_usd` in a UTC day. Without
    `token` nothing is asked: what `hub import` took out of the archive that X gives away stands for itself.
    """

    name: str
    handle: str
    token: str = ""
    daily_usd: float = 0.5
    owned: bool = False
    mentions: bool = True
    archive: bool = True
    label: str = ""
    language: str = ""
    watch_days: int = 30
    service: str = "https://api.x.com/2"

    # https://docs.x.com/developer-terms/policy: only ids through an API, nothing in an iframe, the text as it is.
    terms: ClassVar[Terms] = Terms(
        page="untouched",
        feed="no",
        json="no",
        search="no",
        embed="no",
        wall="no",
        mail="no",
        sweep_days=1,
        marks=("name", "handle", "avatar", "logo", "linked time"),
    )

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """What is new, who answered, and as much of the rest as today's money is enough for."""
        if not self.token:
            return
        ledger = Ledger.load(cursor.get("ledger"), self.daily_usd, ask.now)
        yield from Visit.of(self, web, ask, ledger, cursor).batches()

    def attempt(self, web: Web) -> None:
        """Ask for a post that never was: an answer without objects is not billed, and a bad token is refused."""
        if self.token:
            address = f"{self.service.rstrip('/')}/tweets?ids={NEVER}"
            told(web.get(address, headers={"Authorization": f"Bearer {self.token}"}))

    def left(self, cursor: Cursor, now: datetime) -> Left:
        """What may still be spent today."""
        ledger = Ledger.load(cursor.get("ledger"), self.daily_usd, now)
        return Left(what="USD today", left=ledger.left / USD, most=ledger.cap / USD)

    def price(self, cursor: Cursor, ask: Ask) -> Price:
        """What the next pull will cost as far as is known without asking, and what it cannot exceed."""
        ledger = Ledger.load(cursor.get("ledger"), self.daily_usd if self.token else 0.0, ask.now)
        posts, usd = estimate(Visit.of(self, None, ask, ledger, cursor).plan(), ledger.left)
        return Price(posts=posts, usd=usd / USD, most=ledger.left / USD, cap=ledger.cap / USD)
