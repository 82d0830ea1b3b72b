"""A network's API on loopback, over real HTTP: whatever `answer` says to a path and its query; a 429 asks for five
minutes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Query = dict[str, list[str]]
Answer = tuple[int, dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    """Turns requests into questions."""

    answer: Callable[[str, Query], Answer]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, found = type(self).answer(parts.path, parse_qs(parts.query))
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "300")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(answer: Callable[[str, Query], Answer]) -> Iterator[str]:
    """The API at a free port of loopback. Gives its address."""
    kind = type("Served", (Handler,), {"answer": staticmethod(answer)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
