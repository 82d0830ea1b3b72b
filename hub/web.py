"""The one polite client: every byte that comes from a network comes through here.

Conditional, paced by what servers say (Retry-After, RFC 9110 §10.2.3), bounded in time and size, guarded against
private addresses at every hop, verified by TLS always. Nothing else imports the HTTP library.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx2
import stamina

from hub.answer import LONGEST_WAIT, SECRET, Answer, Seen, later, left, said, shown, told
from hub.errors import ChannelError, Malformed, Missing, RateLimited, Refused, Unreachable
from hub.guard import BUDGET, Allow, Budget, Deadline, Guarded, Resolve, is_certificate, resolve
from hub.replay import Replay

__all__ = ["Answer", "Seen", "Web", "origin", "shown"]

Headers = Mapping[str, str]

LIMIT = 15 * 2**20  # bytes of a body once unpacked
GLIMPSE = 64 * 2**10  # bytes read of an error's body
FRAMING = 2**20  # bytes of headers and chunk lines: one-byte chunks cost us far more time than their sender
HOPS = 5
TRIES = 3  # of one request, and 429s of one origin in one run
PARALLEL = 2  # connections to one origin
PATIENCE = 10.0  # seconds of "later" that are waited for; longer ones are for another run
DEFAULT_WAIT = timedelta(minutes=15)  # a 429 that does not say how long
ENCODINGS = {"gzip", "deflate"}
REDIRECTS = {301, 302, 303, 307, 308}
TRAVELLING = {"accept", "accept-language", "if-none-match", "if-modified-since"}  # headers that may change origin


# The outcome is stored with the channel; the library's own hook would print every retry into our output.
stamina.instrumentation.set_on_retry_hooks(())


class _Flaky(Unreachable):
    """A failure that may be over in a moment: 5xx or a broken connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """One request as it goes out, hop by hop; the budget is that of the whole fetch."""

    method: str
    url: httpx2.URL
    headers: Mapping[str, str]
    limit: int
    budget: Budget
    seconds: float  # of the budget, as it began
    data: Mapping[str, str] | None = None
    json: object = None

    @property
    def origin(self) -> str:
        return origin(self.url)

    @property
    def name(self) -> str:
        """The address as messages may show it."""
        return shown(str(self.url))

    def discreet(self, text: object) -> str:
        """What somebody said about this request, without the secrets that went out with it."""
        line = str(text)
        sent = [value for name, value in self.url.params.multi_items() if SECRET.search(name)]
        sent += [word for name, value in self.headers.items() if SECRET.search(name) for word in value.split()]
        form = {**(self.data or {}), **(self.json if isinstance(self.json, Mapping) else {})}
        sent += [value for name, value in form.items() if SECRET.search(name) and isinstance(value, str)]
        for secret in (word for word in (*sent, self.url.password) if len(word) > 3):
            line = line.replace(secret, "…")
        return line


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
    left: dict[str, tuple[int, int]] = field(default_factory=dict, init=False)  # requests: origin → left, of how many

    def __post_init__(self) -> None:
        latest = self.now() + LONGEST_WAIT
        self.waits = {place: min(until, latest) for place, until in (self.waits or {}).items() if until > self.now()}
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(PARALLEL))
        self._limited: Counter[str] = Counter()
        self._dead: set[str] = set()
        self._client = httpx2.Client(
            transport=_player(Replay(self.replay)) if self.replay else _guarded(self.allow, self.resolve),
            headers={
                "User-Agent": "".join(sign for sign in self.agent if " " <= sign <= "~"),
                "Accept-Encoding": ", ".join(sorted(ENCODINGS)),
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
            timeout=None,
        )

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of kept connections."""
        self._client.close()

    def get(
        self,
        url: str,
        *,
        seen: Seen | None = None,
        headers: Headers | None = None,
        limit: int = LIMIT,
        seconds: float | None = None,
    ) -> Answer:
        """Fetch an address. Raises a ChannelError for everything but success and "not modified"."""
        seen = seen or Seen()
        headers = _sendable({**(headers or {}), **seen.conditions()})
        seconds = min(self.deadline, seconds or self.deadline)
        budget = Budget(seconds=seconds, size=limit + FRAMING)
        ask = _Ask(method="GET", url=_address(url), headers=headers, limit=limit, budget=budget, seconds=seconds)
        for _ in range(HOPS + 1):
            answer = self._patient(ask)
            if answer.status not in REDIRECTS:
                return answer.compared(seen)
            ask = _moved(ask, answer)
        raise Unreachable(f"{shown(url)} redirects more than {HOPS} times")

    def leads(self, url: str, seconds: float) -> str:
        """Where an address redirects to, which is not followed; "" where it does not."""
        budget = Budget(seconds=seconds, size=FRAMING)
        ask = _Ask(method="GET", url=_address(url), headers={}, limit=0, budget=budget, seconds=seconds)
        answer = self._patient(ask)
        return str(_moved(ask, answer).url) if answer.status in REDIRECTS else ""

    def post(
        self, url: str, data: Mapping[str, str] | None = None, *, json: object = None, headers: Headers | None = None
    ) -> Answer:
        """Send a form, or JSON. It is sent once, and it follows no redirect."""
        budget, headers = Budget(seconds=self.deadline, size=LIMIT + FRAMING), _sendable(headers or {})
        ask = _Ask(method="POST", url=_address(url), headers=headers, limit=LIMIT, budget=budget, seconds=self.deadline)
        answer = self._patient(replace(ask, data=data, json=json))
        if answer.status in REDIRECTS:
            raise Unreachable(f"{ask.name} redirects, and a form is not sent on")
        return answer

    def _patient(self, ask: _Ask) -> Answer:
        """Wait where the server asks for a moment; leave it to another run where it asks for more."""
        for _ in range(TRIES - 1):
            try:
                return self._persistent(ask)
            except RateLimited as why:
                self._wait(ask.origin, why)
        return self._persistent(ask)

    def _wait(self, place: str, why: RateLimited) -> None:
        pause = (why.until - self.now()).total_seconds() if why.until else 0.0
        if pause > PATIENCE:
            raise why
        self.sleep(max(pause, 1.0))
        with self._lock:
            if self.waits.get(place) == why.until:
                del self.waits[place]

    def _persistent(self, ask: _Ask) -> Answer:
        """Try again, a little later, what may have been an accident."""
        tries = stamina.retry_context(
            on=self._accident, attempts=TRIES, timeout=None, wait_initial=0.2, wait_max=2.0, wait_jitter=0.5
        )
        try:
            for attempt in tries if ask.method == "GET" else ():
                with attempt:
                    return self._once(ask)
            return self._once(ask)
        except _Flaky as why:
            raise Unreachable(why.what) from None

    def _accident(self, why: Exception) -> bool | float:
        if not isinstance(why, _Flaky):
            return False
        return 0.0 if self.replay else True

    def _once(self, ask: _Ask) -> Answer:
        with self._turn(ask.origin):
            answer = self._exchange(ask)
        if rest := left(answer.headers):
            self.left[ask.origin] = rest
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
                    raise RateLimited(f"{place} asked for peace until {until:%Y-%m-%d %H:%M} UTC", until=until)
                self.requests[place] += 1
            yield

    def _exchange(self, ask: _Ask) -> Answer:
        """One request and its whole answer within the budget; foreign errors become ours."""
        token = BUDGET.set(ask.budget)
        try:
            with ask.budget.running():
                return self._read(ask)
        except (Deadline, httpx2.TimeoutException):
            with self._lock:
                self._dead.add(ask.origin)
            raise Unreachable(f"{ask.name} gave no complete answer within {ask.seconds:g} s") from None
        except httpx2.TransportError as why:
            if is_certificate(why):
                fix = "the server's certificate must be mended; it is never ignored"
                raise Unreachable(f"{ask.name}: {why}", fix=fix) from None
            raise _Flaky(f"{ask.name} cannot be reached: {ask.discreet(why)}") from None
        except httpx2.DecodingError as why:
            raise Malformed(f"{ask.name} is packed wrongly: {why}") from None
        finally:
            BUDGET.reset(token)

    def _read(self, ask: _Ask) -> Answer:
        build, headers = self._client.build_request, dict(ask.headers)
        request = build(ask.method, ask.url, headers=headers, data=ask.data, json=ask.json)
        response = self._client.send(request, stream=True)
        try:
            body = b"" if response.status_code in REDIRECTS else _body(response, ask)
        finally:
            response.close()
        digest = hashlib.sha256(body).hexdigest()
        seen = Seen(_validator(response, "etag"), _validator(response, "last-modified"), digest)
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
        what = f"{ask.name} answered {answer.status}: not before {until:%Y-%m-%d %H:%M} UTC"
        raise RateLimited(what, until=until)


def origin(url: httpx2.URL | str) -> str:
    """Scheme, host and port of an address: "https://example.org:443"."""
    url = httpx2.URL(url)
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.raw_host.decode()}:{port}"


def _address(url: str) -> httpx2.URL:
    """A web address or Unreachable: no file, no data, no gopher."""
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError) as why:
        raise Unreachable(f"this is no web address: {why}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host or not 0 < (parsed.port or 80) < 65536:
        raise Unreachable(f"{shown(url)} is no http or https address")
    return parsed


def _sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Headers that can stand in a request; a pasted token with a line break or an ellipsis cannot."""
    for name, value in headers.items():
        if not all(text.isascii() and text.isprintable() for text in (name, value)):
            fix = "check the token for line breaks and signs that are not ASCII"
            raise Unreachable(f"the header {name!a} holds signs that no header may hold", fix=fix)
    return headers


def _moved(ask: _Ask, answer: Answer) -> _Ask:
    """The request for where a redirect points; secrets stay behind when the origin changes (RFC 9110 §15.4)."""
    target = answer.headers.get("location", "")
    if not target:
        raise Unreachable(f"{ask.name} redirects to nowhere")
    try:
        url = _address(str(ask.url.join(target)))
    except httpx2.InvalidURL:
        raise Unreachable(f"{ask.name} redirects to something that is no address") from None
    headers = dict(ask.headers)
    if origin(url) != ask.origin:
        headers = {name: value for name, value in headers.items() if name.lower() in TRAVELLING}
    return replace(ask, url=url, headers=headers)


def _body(response: httpx2.Response, ask: _Ask) -> bytes:
    """The unpacked body, counted while it comes, so that a bomb never gets to explode."""
    if response.status_code >= 400:
        return _glimpse(response)
    packed = [name.strip().lower() for name in response.headers.get("content-encoding", "").split(",")]
    packed = [name for name in packed if name not in ("", "identity")]
    if len(packed) > 1 or not ENCODINGS.issuperset(packed):
        raise Malformed(f"{ask.name} is packed as {', '.join(packed)[:80]}, which nobody asked for")
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        framing = ask.budget.received - response.num_bytes_downloaded
        if len(body) > ask.limit or framing > FRAMING:
            raise Unreachable(f"{ask.name} is larger than {ask.limit // 2**10} KiB")
    return bytes(body)


def _glimpse(response: httpx2.Response) -> bytes:
    """The beginning of what a server says about an error: the status alone decides, so nothing in here may fail."""
    body = b""
    with suppress(httpx2.DecodingError):
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > GLIMPSE:
                break
    return body[:GLIMPSE]


def _validator(response: httpx2.Response, name: str) -> str:
    """A header worth sending back: short, printable ASCII."""
    value = response.headers.get(name, "")
    return value if len(value) <= 1000 and value.isascii() and value.isprintable() else ""


def _judged(ask: _Ask, answer: Answer) -> Answer:
    """A good answer, or the error its status stands for."""
    status = answer.status
    conditional = any(name.lower().startswith("if-") for name in ask.headers)
    if status in REDIRECTS or (200 <= status < 300 and status != 206) or (status == 304 and conditional):
        return answer
    reason = told(answer)
    what = f"{ask.name} answered {status}{ask.discreet(said(reason))}"
    why: ChannelError = _Flaky(what) if status >= 500 else Unreachable(what)
    if status in (401, 403):
        why = Refused(what, status=status, fix="check the token or the permission of this channel")
    if status in (404, 410):
        why = Missing(what, forever=status == 410)
    why.told = reason
    raise why


def _guarded(allow: Sequence[str], resolve: Resolve) -> httpx2.HTTPTransport:
    """The library's transport on our own sockets."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=5.0)
    transport = httpx2.HTTPTransport(limits=limits)
    # The library has no public way to hand in a network backend; its version is pinned and a test holds this place.
    transport._pool._network_backend = Guarded(Allow.parse(allow), resolve)
    return transport


def _player(replay: Replay) -> httpx2.MockTransport:
    """Recordings in the shape of a transport, so that everything above it is the real thing."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        played = replay.answer(request.method, str(request.url), request.headers)
        if played.fault:
            error = httpx2.ReadTimeout if played.fault == "timeout" else httpx2.ReadError
            raise error(f"the recording says {played.fault}")
        return httpx2.Response(played.status, headers=dict(played.headers), content=played.body)

    return httpx2.MockTransport(answer)
