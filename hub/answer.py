"""What came back: an answer, what a channel keeps of it, and what its headers and body say. Pure: no HTTP library."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

from hub.errors import Malformed

EPOCH = datetime.fromtimestamp(0, UTC)
LONGEST_WAIT = timedelta(days=7)
SECRET = re.compile(r"(?i)token|key|secret|pass|auth|sig|code|session|credential|jwt")
LONE_SURROGATE = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a channel keeps of an answer so that the next one costs nothing: it lies in the channel's cursor."""

    etag: str = ""
    modified: str = ""
    digest: str = ""

    def dump(self) -> dict[str, str]:
        """JSON for the cursor; load() reads it back."""
        pairs = {"etag": self.etag, "modified": self.modified, "digest": self.digest}
        return {name: value for name, value in pairs.items() if value}

    @classmethod
    def load(cls, kept: object) -> Seen:
        """From the cursor; anything unreadable is as if nothing had been seen."""
        if not isinstance(kept, Mapping):
            return cls()
        return cls(*(str(kept.get(name) or "") for name in ("etag", "modified", "digest")))

    def conditions(self) -> dict[str, str]:
        """The request headers that ask "only if it changed"."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A good answer. `unchanged`: the server said 304, or the body is the one `seen` before; a 304 has no body."""

    status: int
    url: str  # after redirects
    headers: Mapping[str, str]  # names in any case
    body: bytes
    seen: Seen
    unchanged: bool = False

    def compared(self, seen: Seen) -> Answer:
        """The same, knowing whether it brings anything new; a 304 keeps what was known before."""
        if self.status == 304:
            kept = Seen(self.seen.etag or seen.etag, self.seen.modified or seen.modified, seen.digest)
            return replace(self, seen=kept, body=b"", unchanged=True)
        return replace(self, unchanged=self.seen.digest == seen.digest)

    @property
    def text(self) -> str:
        """The body in the charset it claims, else UTF-8; what cannot be decoded becomes U+FFFD."""
        claimed = re.search(r"charset=[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.I)
        try:
            return self.body.decode(claimed[1] if claimed else "utf-8-sig", "replace")
        except LookupError:
            return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """The body as JSON (RFC 8259): Malformed for anything else, for NaN, endless numbers and bottomless nesting."""
        try:
            text = self.body.decode(json.detect_encoding(self.body), "replace")
            text = LONE_SURROGATE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
            return json.loads(text, parse_constant=_no_number, parse_float=_finite)
        except json.JSONDecodeError as why:
            where = f"line {why.lineno} column {why.colno}"
            raise Malformed(f"{shown(self.url)} is not JSON: {why.msg}", where=where) from None
        except (ValueError, RecursionError) as why:
            raise Malformed(f"{shown(self.url)} is not JSON that can be read: {why}") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    return value if abs(value) != float("inf") else _no_number(text[:20])


def shown(url: str) -> str:
    """An address as messages may show it: without user, password, fragment and the values of secret parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = "&".join(f"{name}={'…' if SECRET.search(name) else value}" for name, value in pairs)
    plain = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" + (f"?{query}" if query else "")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in plain)[:300]


def later(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Before when a server does not want to be asked, at most a week off; None when it says nothing readable."""
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"):
        until = _moment(headers.get(name, "").strip(), now, epoch=name.endswith("reset"))
        if until is not None:
            return min(max(until, now), now + LONGEST_WAIT)
    return None


def left(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """How many requests a server allows until its limit begins anew, and of how many; None when it does not say."""
    for family in ("x-ratelimit", "x-rate-limit", "ratelimit"):
        rest, most, used = (_count(headers.get(f"{family}-{name}", "")) for name in ("remaining", "limit", "used"))
        if rest is not None and (most or used) is not None:
            return rest, most if most is not None else rest + (used or 0)
    return None


def _count(text: str) -> int | None:
    """A whole number of a header, also of one that lists several ("60, 60;w=60") or writes 98.0, as Reddit does."""
    found = text.partition(",")[0].strip().removesuffix(".0")
    return int(found) if found.isdecimal() and found.isascii() and len(found) < 10 else None


def _moment(text: str, now: datetime, *, epoch: bool) -> datetime | None:
    """Seconds from now (large ones since 1970 where `epoch`), an HTTP date or an ISO 8601 time."""
    if text.isdecimal() and text.isascii():
        seconds = int(text[:12])
        since = EPOCH if epoch and seconds > 10**9 else now
        return since + timedelta(seconds=min(seconds, 10**10))
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def told(answer: Answer) -> object:
    """The JSON a server sent along with its refusal; None when there is none."""
    try:
        return answer.json()
    except Malformed:
        return None


def said(told: object) -> str:
    """The reason a server's JSON gives for its refusal, made fit for one line."""
    for name in ("error_description", "message", "error"):
        text = told.get(name) if isinstance(told, dict) else None
        if isinstance(text, dict):
            text = text.get("message")
        if isinstance(text, str) and text.strip():
            return ": " + " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
    return ""
