"""The one polite client: every byte that comes from a network comes through here.

Conditional, paced by what servers say (RFC 9110 §10.2.3, Retry-After), bounded in time and size, guarded against private
addresses at every hop, verified by TLS always. Nothing else imports the HTTP library.
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import stamina

from hub.errors import Malformed, Missing, RateLimited, Refused, Unreachable
from hub.guard import BUDGET, Allow, Budget, Deadline, Guarded, Resolve, resolve
from hub.replay import Replay

LIMIT = 15 * 2**20  # bytes of a body once unpacked
HOPS = 5
TRIES = 3  # of one request, and 429s of one origin in one run
PARALLEL = 2  # connections to one origin
PATIENCE = 10.0  # seconds of "later" that are waited for; longer ones are for another run
DEFAULT_WAIT = timedelta(minutes=15)  # a 429 that does not say how long
LONGEST_WAIT = timedelta(days=7)
ENCODINGS = {"gzip", "deflate"}
REDIRECTS = {301, 302, 303, 307, 308}
TRAVELLING = {"accept", "accept-language", "if-none-match", "if-modified-since"}  # headers that may change origin
SECRET = re.compile(r"(?i)token|key|secret|pass|auth|sig|code|session|credential|jwt")
LONE_SURROGATE = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class _Flaky(Unreachable):
    """A failure that may be over in a moment: 5xx or a broken connection."""


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

    @property
    def text(self) -> str:
        """The body in the charset it claims, else UTF-8; what cannot be decoded becomes U+FFFD."""
        claimed = re.search(r"charset=[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.I)
        try:
            return self.body.decode(claimed[1] if claimed else "utf-8-sig", "replace")
        except LookupError:
            return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """The body as JSON (RFC 8259): Malformed for anything else, NaN, numbers without bound and bottomless nesting."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """One request as it goes out, hop by hop."""

    method: str
    url: httpx2.URL
    headers: Mapping[str, str]
    limit: int
    data: Mapping[str, str] | None = None

    @property
    def origin(self) -> str:
        return origin(self.url)


@dataclass(kw_only=True, eq=False)
class Web:
    """The client of one run. It may be used by several threads at once.

    `agent` is the User-Agent; `allow` exempts hosts from the private-address guard; `replay` answers from recordings
    and never from a network; `waits` says until when an origin asked for peace and is read back after the run.
    """

    agent: str
    now: Callable[[], datetime]
    allow: Sequence[str] = ()
    replay: Path | None = None
    waits: MutableMapping[str, datetime] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    deadline: float = 30.0  # seconds of one fetch with its redirects, waiting for a turn aside
    resolve: Resolve = resolve
    requests: Counter[str] = field(default_factory=Counter, init=False)  # by origin

    def __post_init__(self) -> None:
        latest = self.now() + LONGEST_WAIT
        self.waits = {place: min(until, latest) for place, until in (self.waits or {}).items() if until > self.now()}
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(PARALLEL))
        self._limited: Counter[str] = Counter()
        self._dead: set[str] = set()

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of kept connections."""
        if "_client" in self.__dict__:
            self._client.close()

    def get(
        self, url: str, *, seen: Seen | None = None, headers: Mapping[str, str] | None = None, limit: int = LIMIT
    ) -> Answer:
        """Fetch an address. Raises a ChannelError for everything but success and "not modified"."""
        seen = seen or Seen()
        ask = _Ask(method="GET", url=_address(url), headers={**(headers or {}), **seen.conditions()}, limit=limit)
        for _ in range(HOPS + 1):
            answer = self._patient(ask)
            if answer.status not in REDIRECTS:
                return _compared(answer, seen)
            ask = _moved(ask, answer)
        raise Unreachable(f"{shown(url)} redirects more than {HOPS} times")

    def post(
        self, url: str, data: Mapping[str, str], *, headers: Mapping[str, str] | None = None, limit: int = LIMIT
    ) -> Answer:
        """Send a form. It is sent once, and it follows no redirect."""
        answer = self._patient(_Ask(method="POST", url=_address(url), headers=headers or {}, limit=limit, data=data))
        if answer.status in REDIRECTS:
            raise Unreachable(f"{shown(url)} redirects, and a form is not sent on")
        return answer

    def _patient(self, ask: _Ask) -> Answer:
        """Wait where the server asks for a moment; leave it to another run where it asks for more."""
        for rest in reversed(range(TRIES)):
            try:
                return self._persistent(ask)
            except RateLimited as later:
                pause = ((later.until or self.now()) - self.now()).total_seconds()
                if not rest or pause > PATIENCE:
                    raise
                self.sleep(max(pause, 0.0))
                with self._lock:
                    if self.waits.get(ask.origin) == later.until:
                        del self.waits[ask.origin]
        raise AssertionError("the last try returns or raises")

    def _persistent(self, ask: _Ask) -> Answer:
        """Try again, a little later, what may have been an accident."""
        attempts = TRIES if ask.method == "GET" else 1
        for attempt in stamina.retry_context(
            on=self._accident, attempts=attempts, timeout=None, wait_initial=0.2, wait_max=2.0, wait_jitter=0.5
        ):
            with attempt:
                return self._once(ask)
        raise AssertionError("the last attempt returns or raises")

    def _accident(self, why: Exception) -> bool | float:
        if not isinstance(why, _Flaky):
            return False
        return 0.0 if self.replay else True

    def _once(self, ask: _Ask) -> Answer:
        with self._turn(ask.origin):
            answer = self._exchange(ask)
        if answer.status in (429, 503):
            self._heed(ask, answer)
        return _judged(ask, answer)

    @contextmanager
    def _turn(self, place: str) -> Iterator[None]:
        """At most PARALLEL requests to an origin, none to one that asked for peace or that does not answer."""
        with self._lock:
            turn = self._turns[place]
        with turn:
            with self._lock:
                if place in self._dead:
                    raise Unreachable(f"{place} ran into the deadline in this run and is left alone until the next")
                until = self.waits.get(place)
                if until and until > self.now():
                    raise RateLimited(f"{place} asked not to be called before {until:%Y-%m-%d %H:%M:%S} UTC", until=until)
                self.requests[place] += 1
            yield

    def _exchange(self, ask: _Ask) -> Answer:
        """One request and its whole answer within the budget; foreign errors become ours."""
        token = BUDGET.set(Budget(time.monotonic() + self.deadline, 2 * ask.limit + 2**20))
        try:
            return self._read(ask)
        except (Deadline, httpx2.TimeoutException):
            with self._lock:
                self._dead.add(ask.origin)
            raise Unreachable(f"{shown(ask.url)} gave no complete answer within {self.deadline:g} s") from None
        except httpx2.TransportError as why:
            if _is_certificate(why):
                fix = "the server's certificate must be mended; it is never ignored"
                raise Unreachable(f"{shown(ask.url)}: {why}", fix=fix) from None
            raise _Flaky(f"{shown(ask.url)} cannot be reached: {why}") from None
        except httpx2.DecodingError as why:
            raise Malformed(f"{shown(ask.url)} is packed wrongly: {why}") from None
        finally:
            BUDGET.reset(token)

    def _read(self, ask: _Ask) -> Answer:
        request = self._client.build_request(ask.method, ask.url, headers=dict(ask.headers), data=ask.data)
        response = self._client.send(request, stream=True)
        try:
            body = b"" if response.status_code in REDIRECTS else _body(response, ask)
        finally:
            response.close()
        seen = Seen(_validator(response, "etag"), _validator(response, "last-modified"), hashlib.sha256(body).hexdigest())
        address = str(ask.url.copy_with(userinfo=b""))
        return Answer(status=response.status_code, url=address, headers=response.headers, body=body, seen=seen)

    def _heed(self, ask: _Ask, answer: Answer) -> None:
        """Note how long an origin wants peace; a 503 that does not say is an ordinary failure."""
        now = self.now()
        until = later(answer.headers, now)
        if answer.status == 503 and until is None:
            return
        with self._lock:
            self._limited[ask.origin] += 1
            if until is None or self._limited[ask.origin] >= TRIES:
                until = max(until or now, now + DEFAULT_WAIT)
            self.waits[ask.origin] = until
        raise RateLimited(f"{shown(ask.url)} answered {answer.status}: not before {until:%Y-%m-%d %H:%M} UTC", until=until)

    @cached_property
    def _client(self) -> httpx2.Client:
        return httpx2.Client(
            transport=self._transport(),
            headers={"User-Agent": self.agent, "Accept-Encoding": ", ".join(sorted(ENCODINGS))},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
            timeout=None,
        )

    def _transport(self) -> httpx2.BaseTransport:
        if self.replay:
            return _player(Replay(self.replay))
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=5.0)
        transport = httpx2.HTTPTransport(limits=limits)
        # The library has no public way to hand in a network backend; the version is pinned and the guard is tested.
        transport._pool._network_backend = Guarded(Allow.parse(self.allow), self.resolve)
        return transport


def origin(url: httpx2.URL | str) -> str:
    """Scheme, host and port of an address: "https://example.org:443"."""
    url = httpx2.URL(url)
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.raw_host.decode()}:{port}"


def shown(url: httpx2.URL | str) -> str:
    """An address as messages may show it: without user, password and the values of secret parameters."""
    try:
        url = httpx2.URL(url).copy_with(userinfo=b"", fragment=None)
    except httpx2.InvalidURL:
        return "the address"
    pairs = [(name, "…" if SECRET.search(name) else value) for name, value in url.params.multi_items()]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return str(url.copy_with(query=None)) + (f"?{query}" if query else "")


def later(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The time before which a server does not want to be asked, at most a week off; None when it says nothing readable."""
    names = ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
    for text in (headers.get(name, "").strip() for name in names):
        until = _moment(text, now)
        if until is not None:
            return min(max(until, now), now + LONGEST_WAIT)
    return None


def _moment(text: str, now: datetime) -> datetime | None:
    """Seconds from now, seconds since 1970, an HTTP date or an ISO 8601 time."""
    if text.isdecimal() and text.isascii():
        seconds = int(text[:12])
        since = datetime.fromtimestamp(0, UTC) if seconds > 10**9 else now
        return since + timedelta(seconds=min(seconds, 10**10))
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _address(url: str) -> httpx2.URL:
    """A web address or Unreachable: no file, no data, no gopher."""
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError) as why:
        raise Unreachable(f"this is no web address: {why}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host or not 0 < (parsed.port or 80) < 65536:
        raise Unreachable(f"{shown(parsed)} is no http or https address")
    return parsed


def _moved(ask: _Ask, answer: Answer) -> _Ask:
    """The request for where a redirect points; secrets stay behind when the origin changes (RFC 9110 §15.4)."""
    target = answer.headers.get("location", "")
    if not target:
        raise Unreachable(f"{shown(ask.url)} redirects to nowhere")
    try:
        url = _address(str(ask.url.join(target)))
    except httpx2.InvalidURL:
        raise Unreachable(f"{shown(ask.url)} redirects to something that is no address") from None
    headers = dict(ask.headers)
    if origin(url) != ask.origin:
        headers = {name: value for name, value in headers.items() if name.lower() in TRAVELLING}
    return replace(ask, url=url, headers=headers)


def _body(response: httpx2.Response, ask: _Ask) -> bytes:
    """The unpacked body, counted while it comes, so that a bomb never gets to explode."""
    packed = [name.strip().lower() for name in response.headers.get("content-encoding", "").split(",")]
    packed = [name for name in packed if name not in ("", "identity")]
    if len(packed) > 1 or not ENCODINGS.issuperset(packed):
        raise Malformed(f"{shown(ask.url)} is packed as {', '.join(packed)[:80]}, which nobody asked for")
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ask.limit:
            raise Unreachable(f"{shown(ask.url)} is larger than {ask.limit // 2**10} KiB")
    return bytes(body)


def _validator(response: httpx2.Response, name: str) -> str:
    """A header worth sending back: short, printable ASCII."""
    value = response.headers.get(name, "")
    return value if len(value) <= 1000 and value.isascii() and value.isprintable() else ""


def _compared(answer: Answer, seen: Seen) -> Answer:
    """Whether an answer brings anything new; a 304 keeps what was known before."""
    if answer.status == 304:
        kept = Seen(answer.seen.etag or seen.etag, answer.seen.modified or seen.modified, seen.digest)
        return replace(answer, seen=kept, body=b"", unchanged=True)
    return replace(answer, unchanged=answer.seen.digest == seen.digest)


def _judged(ask: _Ask, answer: Answer) -> Answer:
    """A good answer, or the error its status stands for."""
    status = answer.status
    conditional = any(name.lower().startswith("if-") for name in ask.headers)
    if status in REDIRECTS or (200 <= status < 300 and status != 206) or (status == 304 and conditional):
        return answer
    what = f"{shown(ask.url)} answered {status}{_said(answer)}"
    if status in (401, 403):
        raise Refused(what, status=status, fix="check the token or the permission of this channel")
    if status in (404, 410):
        raise Missing(what, forever=status == 410)
    raise _Flaky(what) if status >= 500 else Unreachable(what)


def _said(answer: Answer) -> str:
    """The reason a server's JSON gives for its refusal, made fit for one line."""
    try:
        told = answer.json()
    except Malformed:
        return ""
    for name in ("error_description", "message", "error"):
        text = told.get(name) if isinstance(told, dict) else None
        if isinstance(text, dict):
            text = text.get("message")
        if isinstance(text, str) and text.strip():
            return ": " + " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
    return ""


def _is_certificate(why: BaseException | None) -> bool:
    """Whether a failure goes back to a certificate: trying again will not mend that."""
    while why is not None:
        if isinstance(why, ssl.SSLCertVerificationError):
            return True
        why = why.__cause__ or why.__context__
    return False


def _player(replay: Replay) -> httpx2.MockTransport:
    """Recordings in the shape of a transport, so that everything above it is the real thing."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        played = replay.answer(request.method, str(request.url), request.headers)
        if played.fault:
            error = httpx2.ReadTimeout if played.fault == "timeout" else httpx2.ReadError
            raise error(f"the recording says {played.fault}")
        return httpx2.Response(played.status, headers=dict(played.headers), content=played.body)

    return httpx2.MockTransport(answer)
