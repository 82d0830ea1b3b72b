"""Questions to Meta's Graph API and its sisters (Facebook, Instagram, Threads): one shape of lists, one of errors.

The token travels in a header. What an error means stands in its number, whatever the status.
https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from hub.channels.loose import Json, at, number, rows, string
from hub.errors import ChannelError, Malformed, Missing, RateLimited, Refused
from hub.web import Answer, Seen, Web, shown

PAGE = 100
SPENT = (4, 17, 32, 613, 80001, 80002)  # too many calls, of the application, the user or the page
TOKEN = (102, 190)  # a session or a token that is over
ABSENT = (100,)  # with subcode 33: the object is gone or not to be seen
GONE = 33


@dataclass(frozen=True, slots=True)
class Graph:
    """The API of one of the three, with a token."""

    web: Web
    service: str
    token: str
    now: datetime

    def ask(self, path: str, params: Mapping[str, object], seen: Seen | None = None) -> Answer:
        """One answer. Refused, RateLimited or Missing for what the number of an error says."""
        address = f"{self.service.rstrip('/')}/{path}?{urlencode(params)}"
        try:
            return self.web.get(address, seen=seen, headers={"Authorization": f"Bearer {self.token}"})
        except ChannelError as why:
            raise self._judged(why) from None

    def list(self, path: str, params: Mapping[str, object], after: str = "", seen: Seen | None = None) -> Answer:
        """A page of a list."""
        return self.ask(path, {**params, "limit": PAGE, **({"after": after} if after else {})}, seen)

    def pages(self, path: str, params: Mapping[str, object], after: str = "") -> Iterator[tuple[tuple[Json, ...], str]]:
        """A list page by page, to its end, each with the cursor of the next one ("" at the end)."""
        before = set[str]()
        while after not in before:
            before.add(after)
            found, after = listed(self.list(path, params, after))
            yield found, after
            if not after:
                return

    def _judged(self, why: ChannelError) -> ChannelError:
        said = at(why.told, "error")
        code, what = number(said, "code"), why.what
        if code in SPENT:
            return RateLimited(what, until=self.now + timedelta(hours=1))
        if code in TOKEN:
            return Refused(what, status=401, fix="make a new long-lived token; this one is over")
        if code == 10 or 200 <= code < 300:
            return Refused(what, status=403, fix="the token lacks a permission that the README names for this kind")
        if code in ABSENT and number(said, "error_subcode") == GONE:
            return Missing(what)
        return why


def listed(answer: Answer) -> tuple[tuple[Json, ...], str]:
    """The rows of a page and the cursor of the next one ("" at the end)."""
    said = answer.json()
    if not isinstance(at(said, "data"), list):
        raise Malformed("this is no list of the Graph API", where=shown(answer.url))
    found = rows(said, "data")
    more = string(said, "paging", "next") and found
    return found, string(said, "paging", "cursors", "after") if more else ""
