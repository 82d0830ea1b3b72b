"""Recorded exchanges instead of a network: the demo, the tests and `hub record` speak this format.

    {"origin": "where these bytes come from", "exchanges": [
        {"request": {"method": "GET", "url": "https://…"},
         "response": {"status": 200, "headers": {…}, "json": … | "text": "…" | "base64": "…" | "fault": "timeout"}}]}

Several exchanges for one address are answered in order and the last one repeats. Query parameters compare unordered;
those a request lists under "any" (a start time, a size that follows the money left) may have any value.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hub.errors import SettingsError

PORTS = {"http": 80, "https": 443}
FRAMING = {"content-encoding", "content-length", "transfer-encoding", "connection"}


@dataclass(frozen=True, slots=True)
class Played:
    """What a recording answers; `fault` ("timeout", "reset") stands for an answer that never came."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    fault: str = ""


class Replay:
    """Answers from a recording file, or from every *.json of a folder. Safe to ask from several threads."""

    def __init__(self, place: Path) -> None:
        files = sorted(place.glob("*.json")) if place.is_dir() else [place]
        self._name = place.name
        self._lock = threading.Lock()
        self._tapes: dict[object, list[dict[str, Any]]] = {}
        self._open: set[frozenset[str]] = set()  # the sets of parameters that may have any value
        for file in files:
            for request, response in _exchanges(file):
                free = frozenset(request.get("any", ()))
                self._open.add(free)
                self._tapes.setdefault(_key(request.get("method", "GET"), request["url"], free), []).append(response)

    def answer(self, method: str, url: str, headers: Mapping[str, str]) -> Played:
        """The next recorded answer; 304 where the asked condition holds; 404 for what nobody recorded."""
        with self._lock:
            keys = (_key(method, url, free) for free in sorted(self._open, key=len))
            tape = next((self._tapes[key] for key in keys if key in self._tapes), None)
            if not tape:
                lack = {"message": f"the recording {self._name} has no {method} {url}"}
                return Played(404, {"content-type": "application/json"}, json.dumps(lack).encode())
            recorded = tape.pop(0) if len(tape) > 1 else tape[0]
        return _played(recorded, {name.lower(): value for name, value in headers.items()})


def _exchanges(file: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    try:
        exchanges = json.loads(file.read_text(encoding="utf-8"))["exchanges"]
        asked = [{"url": exchange["request"]["url"], **exchange["request"]} for exchange in exchanges]
        return [(request, dict(exchange["response"])) for request, exchange in zip(asked, exchanges, strict=True)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as why:
        raise SettingsError("network.replay", f"{file} is not a recording ({why})") from why


def _key(method: str, url: str, free: frozenset[str] = frozenset()) -> object:
    """Two spellings of one request have one key; what is `free` to be anything only has to be there."""
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme.lower(), 0)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = tuple(sorted((name, "" if name in free else value) for name, value in pairs))
    return method.upper(), parts.scheme.lower(), (parts.hostname or "").lower(), port, parts.path or "/", query


def _played(recorded: dict[str, Any], asked: Mapping[str, str]) -> Played:
    headers = {name.lower(): str(value) for name, value in recorded.get("headers", {}).items()}
    headers = {name: value for name, value in headers.items() if name not in FRAMING}
    status = int(recorded.get("status", 200))
    if status == 200 and _holds(asked, headers):
        return Played(304, headers, b"")
    if "json" in recorded:
        headers.setdefault("content-type", "application/json")
    return Played(status, headers, _body(recorded), str(recorded.get("fault", "")))


def _holds(asked: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """RFC 9110 §13.1.3: If-Modified-Since counts only where no If-None-Match is sent."""
    if "if-none-match" in asked:
        return asked["if-none-match"] == headers.get("etag")
    return "if-modified-since" in asked and asked["if-modified-since"] == headers.get("last-modified")


def _body(recorded: dict[str, Any]) -> bytes:
    if "json" in recorded:
        return json.dumps(recorded["json"], ensure_ascii=False).encode()
    if "base64" in recorded:
        return base64.b64decode(recorded["base64"])
    return str(recorded.get("text", "")).encode()
