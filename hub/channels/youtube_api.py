"""Questions to the YouTube Data API v3, each for one unit of a budget that begins anew at midnight in California.

https://developers.google.com/youtube/v3/determine_quota_cost, /docs/errors
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from hub.channels.loose import Json, at, rows, string
from hub.errors import ChannelError, Malformed, RateLimited, Refused
from hub.web import Answer, Seen, Web, shown

SPENT = ("quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded")
BAD_KEY = ("keyInvalid", "API_KEY_INVALID", "keyExpired", "accessNotConfigured")
HOME = ZoneInfo("America/Los_Angeles")


def day(now: datetime) -> str:
    """The day by Google's clock."""
    return f"{now.astimezone(HOME):%Y-%m-%d}"


class CommentsOff(Refused):
    """Comments of a video are switched off."""


@dataclass(slots=True)
class Api:
    """The API with its budget: `used` units on `day`."""

    web: Web
    service: str
    key: str
    units: int
    now: datetime
    day: str = ""
    used: int = 0

    def __post_init__(self) -> None:
        today = day(self.now)
        self.day, self.used = today, self.used if self.day == today else 0

    def ask(self, method: str, params: Json, seen: Seen | None = None) -> Answer:
        """One query for one unit. RateLimited when the day's budget, ours or Google's, is spent."""
        if self.used >= self.units:
            raise self._spent(f"the {self.units} units of today are spent")
        self.used += 1
        address = f"{self.service}/{method}?{urlencode(params, safe=',')}"
        try:
            return self.web.get(address, seen=seen, headers={"X-Goog-Api-Key": self.key})
        except ChannelError as why:
            raise self._judged(why) from None

    def pages(self, method: str, params: Json, token: str = "") -> Iterator[tuple[list[Json], str]]:
        """A list page by page, each with the token of the next one ("" at the end)."""
        more = True
        while more:
            found, token = page(self.ask(method, {**params, **({"pageToken": token} if token else {})}))
            more = bool(token)
            yield found, token

    def named(self, method: str, part: str, ids: list[str]) -> list[Json]:
        """Things by their ids, as many as one question takes."""
        return page(self.ask(method, {"part": part, "id": ",".join(ids), "maxResults": len(ids)}))[0] if ids else []

    def _judged(self, why: ChannelError) -> ChannelError:
        """What a refusal means: the reason stands in its body."""
        reasons = {string(row, "reason") for name in ("errors", "details") for row in rows(why.told, "error", name)}
        if reasons & set(SPENT):
            return self._spent("the quota of the key is spent")
        if reasons & set(BAD_KEY):
            return Refused("the key is not valid for the YouTube Data API", status=403, fix="make a new key")
        return CommentsOff(why.what, status=403) if "commentsDisabled" in reasons else why

    def _spent(self, what: str) -> RateLimited:
        home = self.now.astimezone(HOME)
        midnight = home.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return RateLimited(what, until=midnight.astimezone(UTC))


def page(answer: Answer) -> tuple[list[Json], str]:
    """The rows of an answer and the token of the next page."""
    found = answer.json()
    if not isinstance(at(found, "items"), list):
        raise Malformed(f"{shown(answer.url)} answered something that is no list of items")
    return list(rows(found, "items")), string(found, "nextPageToken")
