"""A small WordPress on loopback: as much of its REST API as there is to get wrong, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

Row = dict[str, object]
CLOCK = {"posts": "modified_gmt", "comments": "date_gmt"}


@dataclass
class Blog:
    """What the blog holds now. `shut` answers an endpoint with a status, `before` runs ahead of every answer."""

    site: str = ""
    posts: dict[int, Row] = field(default_factory=dict)
    comments: dict[int, Row] = field(default_factory=dict)
    shut: dict[str, int] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _: None
    asked: list[str] = field(default_factory=list)
    pretty: bool = True
    stuck: bool = False  # knows one page, and promises many
    mute: set[str] = field(default_factory=set)  # endpoints that count their rows and show none
    blind: set[int] = field(default_factory=set)  # rows that are counted and not shown
    files: dict[str, str] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return f"{self.site}/wp-json/" if self.pretty else f"{self.site}/index.php?rest_route=/"

    def post(self, number: int, when: str, text: str = "text", **more: object) -> None:
        """Write a post; writing it again edits it."""
        self.posts[number] = {
            "id": number,
            "guid": {"rendered": f"{self.site}/?p={number}"},
            "link": f"{self.site}/post-{number}/",
            "date_gmt": "2026-11-01T00:00:00",
            "modified_gmt": when,
            "status": "publish",
            "title": {"rendered": f"Post {number}"},
            "content": {"rendered": text, "protected": False},
            **more,
        }

    def comment(self, number: int, post: int, when: str, text: str = "text", parent: int = 0) -> None:
        """Write a comment, or edit it: its date stays."""
        link = f"{self.site}/post-{post}/#comment-{number}"
        row = {"id": number, "post": post, "parent": parent, "author": 0, "author_name": "Jo", "date_gmt": when}
        self.comments[number] = {**row, "link": link, "status": "approved", "content": {"rendered": text}}

    def find(self, what: str, ask: dict[str, str]) -> list[Row]:
        rows: dict[int, Row] = getattr(self, what)
        found = sorted(
            rows.values(),
            key=lambda row: (
                str(row[CLOCK[what]]) if "after" in str(ask) or ask["orderby"] != "id" else "",
                int(str(row["id"])),
            ),
        )
        after = ask.get("modified_after") or ask.get("after")
        found = [row for row in found if not after or str(row[CLOCK[what]]) > after.removesuffix("Z")]
        if "include" in ask:
            found = [row for row in found if str(row["id"]) in ask["include"].split(",")]
        if "post" in ask:
            found = [row for row in found if str(row["post"]) in ask["post"].split(",")]
        return [row for row in found if what == "posts" or row["post"] in self.posts]

    def one(self, what: str, number: int) -> tuple[int, dict[str, str], bytes]:
        """A post or comment by its number, as WordPress answers: a list that shows less hides nothing here."""
        row: Row | None = getattr(self, what, {}).get(number)
        if row is None or (what == "comments" and row["post"] not in self.posts):
            return 404, {}, f'{{"code": "rest_{what.removesuffix("s")}_invalid_id"}}'.encode()
        return 200, {}, json.dumps(row).encode()

    def answer(self, path: str, ask: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        what = path.rpartition("/")[2]
        if path in self.files:
            return 200, {}, self.files[path].encode()
        if what.isdecimal():
            return self.one(path.rpartition("/")[0].rpartition("/")[2], int(what))
        if what in self.shut or what not in CLOCK:
            return self.shut.get(what, 404), {}, b'{"code": "rest_disabled"}'
        if not set(map(int, filter(None, ask.get("post", "").split(",")))) <= set(self.posts):
            return 401, {}, b'{"code": "rest_cannot_read_post"}'
        found, size, page = self.find(what, {"orderby": "id", **ask}), int(ask["per_page"]), int(ask.get("page", 1))
        if self.stuck:
            return 200, {"X-WP-TotalPages": "999999"}, json.dumps(found[:size]).encode()
        headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
        shown = [row for row in found[(page - 1) * size : page * size] if what not in self.mute]
        return 200, headers, json.dumps([row for row in shown if row["id"] not in self.blind]).encode()


class Handler(BaseHTTPRequestHandler):
    """Turns requests into questions to the blog."""

    blog: Blog

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        ask = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = ask.pop("rest_route", parts.path)
        self.blog.asked.append(path.rpartition("/")[2])
        self.blog.before(path.rpartition("/")[2])
        status, headers, body = self.blog.answer(path, ask)
        if path == "/":
            status, headers, body = 200, {"Link": f'<{self.blog.api}>; rel="https://api.w.org/"'}, b"<html>"
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[Blog]:
    """A blog at a free port of loopback."""
    blog = Blog()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (Handler,), {"blog": blog}))
    blog.site = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield blog
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


NOW = datetime(2026, 11, 22, tzinfo=UTC)
