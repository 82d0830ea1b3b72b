"""A small Mastodon on loopback: its listing, its contexts with their documented limits, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Row = dict[str, Any]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = {False: (40, 60, 20), True: (4096, 4096, 10**6)}


@dataclass
class Server:
    """What one server knows. `left` is how many requests it still answers before it asks for peace, in the words of
    `peace`; `lasts`, how many the token is good for."""

    site: str = ""
    rows: dict[int, Row] = field(default_factory=dict)
    token: str = "sesame"
    left: int = 10**6
    peace: dict[str, str] = field(default_factory=lambda: {"X-RateLimit-Reset": "2026-11-22T12:05:00.000Z"})
    lasts: int = 10**6
    limits: dict[bool, tuple[int, int, int]] = field(default_factory=lambda: dict(LIMITS))
    open: bool = True  # does it show contexts without a token?
    refreshing: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    next: int = 100
    moved: Row | None = None  # where the brand's account went
    web: Any = None  # the client that asks here

    def reset(self) -> None:
        """Forget everything."""
        blank = Server(site=self.site, web=self.web)
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(blank, name))

    def account(self, name: str) -> Row:
        return {
            "id": name,
            "acct": name,
            "username": name,
            "url": f"{self.site}/@{name}",
            "uri": f"{self.site}/users/{name}",
        }

    def say(self, who: str, to: int | None = None, text: str = "text", **more: Any) -> int:
        """Write a status here; its number."""
        self.next += 1
        id = self.next
        moment = NOW - timedelta(hours=2) + timedelta(seconds=id)
        row = {
            "id": str(id),
            "uri": f"{self.site}/users/{who}/statuses/{id}",
            "url": f"{self.site}/@{who}/{id}",
            "account": self.account(who),
            "created_at": moment.isoformat().replace("+00:00", "Z"),
            "in_reply_to_id": str(to) if to else None,
            "visibility": "public",
            "content": f"<p>{text}</p>",
            "reblog": None,
        }
        self.rows[id] = {**row, **more}
        return id

    def copy(self, other: Server, id: int, to: int | None) -> int:
        """A status of another server arrives here, under a number of this one's."""
        self.next += 1
        row = other.rows[id]
        who = {**row["account"], "acct": f"{row['account']['acct']}@far.example"}
        here = {**row, "id": str(self.next), "in_reply_to_id": str(to) if to else None, "account": who}
        self.rows[self.next] = here
        return self.next

    def below(self, id: int) -> list[int]:
        return [row for row in sorted(self.rows) if self.rows[row]["in_reply_to_id"] == str(id)]

    def tree(self, id: int, deep: int) -> Iterator[int]:
        for child in self.below(id) if deep else ():
            yield child
            yield from self.tree(child, deep - 1)

    def show(self, id: int) -> Row:
        row = self.rows[id]
        if self.moved and row["account"]["id"] == "brand":
            row = {**row, "account": {**row["account"], "moved": self.moved}}
        return {**row, "replies_count": row.get("replies_count", len(self.below(id)))}

    def answer(self, path: str, ask: dict[str, list[str]], token: str) -> tuple[int, dict[str, str], object]:
        parts = path.strip("/").split("/")
        self.lasts -= bool(token)
        if token and (token != self.token or self.lasts < 0):
            return 401, {}, {"error": "The access token is invalid"}
        if path.endswith("/lookup"):
            return 200, {}, self.account(ask["acct"][0])
        if parts[:3] == ["api", "v1", "accounts"]:
            return 200, {}, self.listing(parts[3], int(ask.get("max_id", ["999999"])[0]))
        if path.endswith("/replies"):
            return self.collection(int(parts[-2]), int(ask.get("min_id", ["0"])[0]))
        if path == "/api/v1/statuses":
            return 200, {}, [self.show(int(id)) for id in ask["id[]"] if int(id) in self.rows]
        id = int(parts[3])
        if path.endswith("/quotes"):
            return self.quotes(id, int(ask.get("max_id", ["999999"])[0]), token)
        if id not in self.rows:
            return 404, {}, {"error": "Record not found"}
        return (200, {}, self.show(id)) if len(parts) == 4 else self.context(id, bool(token))

    def listing(self, who: str, before: int) -> list[Row]:
        mine = [id for id in sorted(self.rows, reverse=True) if self.rows[id]["account"]["id"] == who and id < before]
        return [self.show(id) for id in mine[:40]]

    def context(self, id: int, token: bool) -> tuple[int, dict[str, str], object]:
        if not (token or self.open):
            return 401, {}, {"error": "This API requires an authenticated user"}
        above, most, deep = self.limits[token]
        over, here = list[Row](), self.rows[id]
        while here["in_reply_to_id"] and int(here["in_reply_to_id"]) in self.rows:
            here = self.rows[int(here["in_reply_to_id"])]
            over.insert(0, self.show(int(here["id"])))
        headers = {"Mastodon-Async-Refresh": 'id="abc", retry=3'} if id in self.refreshing else {}
        found = [self.show(row) for row in self.tree(id, deep)]
        return 200, headers, {"ancestors": over[-above:], "descendants": found[:most]}

    def quotes(self, id: int, before: int, token: str) -> tuple[int, dict[str, str], object]:
        """Who quoted a status, 40 at a time (4.5); the next page stands in a header."""
        if not token:
            return 401, {}, {"error": "This method requires an authenticated user"}
        found = [row for row in sorted(self.rows, reverse=True) if self.rows[row].get("quoting") == id and row < before]
        more = f"<{self.site}/api/v1/statuses/{id}/quotes?limit=40&max_id={found[39]}>" if len(found) > 40 else ""
        link = f'{more}; rel="next", <{self.site}/api/v1/statuses/{id}/quotes?min_id=1>; rel="prev"' if more else ""
        return 200, {"Link": link} if link else {}, [self.show(row) for row in found[:40]]

    def collection(self, id: int, after: int) -> tuple[int, dict[str, str], object]:
        left = [row for row in self.below(id) if row > after]
        url = f"{self.rows[id]['uri']}/replies"
        more = {"next": f"{url}?page=true&min_id={left[59]}"} if len(left) > 60 else {}
        return (
            200,
            {},
            {"id": url, "type": "CollectionPage", "items": [self.rows[row]["uri"] for row in left[:60]], **more},
        )


def a_long_thread(server: Server, far: Server) -> int:
    """300 replies: 140 to the post itself, a chain 45 deep, a bush; every seventh from another server."""
    root = server.say("brand")
    tip = server.say("deep", root)
    for _ in range(44):
        tip = server.say("deep", tip)
    bush = server.say("bush", root)
    for _ in range(115):
        server.say("leaf", bush)
    for number in range(139):
        if number % 7:
            server.say(f"fan{number}", root)
        else:
            server.copy(far, far.say(f"far{number}"), root)
    return root


def replies(server: Server) -> set[str]:
    """The names of all replies that stand there."""
    return {row["uri"] for row in server.rows.values() if row["in_reply_to_id"]}


class Handler(BaseHTTPRequestHandler):
    """Turns requests into questions to the server."""

    server_: Server

    def do_GET(self) -> None:
        server, parts = self.server_, urlsplit(self.path)
        server.asked.append(self.path)
        server.left -= 1
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        status, headers, body = server.answer(parts.path, parse_qs(parts.query), token)
        if server.left < 0:
            status, headers, body = 429, server.peace, {"error": "Too many requests"}
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(web: Any = None) -> Iterator[Server]:
    """A server at a free port of loopback."""
    server = Server(web=web)
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (Handler,), {"server_": server}))
    server.site = f"http://127.0.0.1:{http.server_port}"
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
