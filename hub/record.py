"""A pull that is written down, for a new channel's test: every exchange, without what is secret or personal.

Nothing of a request is kept but method and address. Secrets of the settings are masked wherever they occur, and so are
values under names that say what they are, mail addresses, network addresses, and all headers that no channel reads.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from hub.answer import SECRET, Answer
from hub.web import Web

MASK = "masked"
MAIL = re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}")
ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
KEPT = ("content-type", "etag", "last-modified", "link", "retry-after", "location", "cache-control", "deprecation")
RATES = re.compile(r"(?:x-)?rate-?limit-[\w-]+|x-wp-total(?:pages)?|mastodon-async-refresh|x-total-count", re.I)
HIDDEN = re.compile(  # names of values that nobody else may see
    r"(?i)(?:access|refresh|id|auth|session|csrf|page)_?token|token|secret|password|passwd|jwt|api_?key|cookie|e_?mail"
    r"|ip|ip_?address|remote_?addr|phone|author_ip|comment_author_email"
)
SUSPECT = {
    "a header with credentials": re.compile(r'(?i)"(?:authorization|cookie|set-cookie|x-api-key)"\s*:'),
    "a bearer token": re.compile(r"(?i)\bbearer\s+(?!masked)[\w.~+/-]{8,}"),
    "a JSON web token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
    "a key of Google": re.compile(r"\b(?:AIza[\w-]{35}|ya29\.[\w-]{20,})"),
    "a key of Amazon, Stripe or Slack": re.compile(r"\b(?:AKIA[A-Z0-9]{16}|[sr]k_live_\w{16,}|xox[abprs]-[\w-]{10,})"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a secret in an address": re.compile(
        r"(?i)[?&](?:access_token|api_?key|key|token|client_secret|password|sig)=(?!masked|made-up|example)[^&\"\s#]{16,}"
    ),
    "a password in an address": re.compile(r"(?i)\bhttps?://[^/\s:@\"]+:[^/\s@\"]+@"),
    "somebody's mail address": re.compile(
        rf"(?i)(?<![\w/@.])(?!(?:no-?reply|{MASK})@){MAIL.pattern}(?<!\.example)(?<!\.invalid)(?<!@example\.com)\b(?![\w/])"
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request and what came back."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(kw_only=True, eq=False)
class Recorder(Web):
    """The client, writing down what it brings."""

    tape: list[Exchange] = field(default_factory=list)

    def _read(self, ask: Any) -> Answer:
        answer = super()._read(ask)
        kept = Exchange(
            method=ask.method, url=str(ask.url), status=answer.status, headers=dict(answer.headers), body=answer.body
        )
        self.tape.append(kept)
        return answer


def recording(tape: Sequence[Exchange], secrets: Collection[str], origin: str) -> dict[str, object]:
    """A recording as tests play it: each answer once, 304s left out, because a replay makes them by itself."""
    lines, known = list[dict[str, object]](), set[str]()
    for exchange in tape:
        line = _line(exchange, secrets)
        text = json.dumps(line, sort_keys=True)
        if exchange.status != 304 and text not in known:
            known.add(text)
            lines.append(line)
    return {"origin": masked(origin, secrets), "exchanges": lines}


def masked(text: str, secrets: Collection[str]) -> str:
    """A text without secrets, mail and network addresses."""
    for secret in sorted((one for one in secrets if len(one) > 3), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return ADDRESS.sub("192.0.2.1", MAIL.sub(_mail, text))


def suspicious(text: str) -> list[str]:
    """What in a recording looks as if it should not be there, in words; none is what a test wants."""
    return [f"{what}: {found[0][:12]}…" for what, pattern in SUSPECT.items() if (found := pattern.search(text))]


def _line(exchange: Exchange, secrets: Collection[str]) -> dict[str, object]:
    headers = {name.lower(): text for name, text in exchange.headers.items()}
    kept = {name: _url(text, secrets) for name, text in headers.items() if name in KEPT or RATES.fullmatch(name)}
    response = {"status": exchange.status, "headers": kept, **_body(exchange.body, secrets)}
    method = {"method": exchange.method} if exchange.method != "GET" else {}
    return {"request": {**method, "url": _url(exchange.url, secrets)}, "response": response}


def _url(url: str, secrets: Collection[str]) -> str:
    """An address whose secret parameters are masked: a test's settings say "masked", too, so it is asked for again."""
    url = masked(url, secrets)
    parts = urlsplit(url) if url.startswith(("http://", "https://")) else None
    if parts is None or not any(SECRET.search(name) for name, _ in parse_qsl(parts.query)):
        return url
    pairs = [(name, MASK if _is_secret(name) else value) for name, value in parse_qsl(parts.query, True)]
    return urlunsplit(parts._replace(query=urlencode(pairs, safe=",:/")))


def _is_secret(name: str) -> bool:
    return HIDDEN.fullmatch(name) is not None or name.lower() in ("key", "sig", "signature", "auth", "code")


def _body(body: bytes, secrets: Collection[str]) -> dict[str, object]:
    """JSON as such, other text as text, the rest as it is."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
    try:
        return {"json": _clean(json.loads(text), secrets)}
    except (ValueError, RecursionError):
        return {"text": masked(text, secrets)}


def _clean(value: object, secrets: Collection[str], name: str = "") -> object:
    """JSON without what is secret: by its name, or by what it is."""
    if isinstance(value, dict):
        return {key: _clean(inner, secrets, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, secrets, name) for inner in value]
    if not isinstance(value, str):
        return value
    if value and HIDDEN.fullmatch(name):
        return f"somebody@{MASK}.example" if "mail" in name.lower() else MASK
    return masked(value, secrets)


def _mail(found: re.Match[str]) -> str:
    return found[0] if found[0].endswith((".example", ".invalid")) else f"somebody@{MASK}.example"


def skeleton(kind: str, settings: Mapping[str, object], now: str, questions: int) -> Iterator[str]:
    """items.json with all that is known before a person has read the payloads."""
    facts = {"kind": kind, "settings": dict(settings), "now": now, "questions": questions}
    yield from (
        "{",
        *(f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in facts.items()),
        '  "items": []',
        "}",
    )
