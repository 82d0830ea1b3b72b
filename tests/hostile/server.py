"""A server on loopback that does everything a server may do wrong: one route for each trap of the threat list.

    with Hostile() as server:
        server.url("/gzip-bomb")          # an address that is a trap
        server.routes["/mine"] = page(b"hello", etag='"1"')
        server.hits                       # the requests that came, in order

A route is bytes to send, or a function of (server, connection, request) that talks on the socket itself.
Every answer ends its connection.
"""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

HERE = Path(__file__).parent
CERTIFICATE = HERE / "localhost.pem"  # signed by itself, for the name localhost
EXPIRED = HERE / "expired.pem"
TICK = 0.02


@dataclass(frozen=True)
class Request:
    """What a client asked, with header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


Route = bytes | Callable[["Hostile", socket.socket, Request], None]


def page(body: bytes = b"ok", status: int = 200, **headers: object) -> bytes:
    """A well-formed answer; `retry_after=5` becomes "Retry-After: 5"."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def moved(to: str, status: int = 302) -> bytes:
    """A redirect."""
    return page(b"", status, location=to)


def in_turn(*routes: bytes) -> Route:
    """Answers in order; the last one repeats."""
    left = list(routes)

    def answer(server: Hostile, connection: socket.socket, request: Request) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return answer


def conditional(body: bytes, etag: str) -> Route:
    """200 with an ETag, and 304 to whoever has it already."""

    def answer(server: Hostile, connection: socket.socket, request: Request) -> None:
        same = request.headers.get("if-none-match") == etag
        connection.sendall(page(b"", 304, etag=etag) if same else page(body, etag=etag))

    return answer


@dataclass
class Hostile:
    """The server. `tls` is a PEM file of key and certificate."""

    tls: Path | None = None
    routes: dict[str, Route] = field(default_factory=dict)
    hits: list[Request] = field(default_factory=list)

    def __enter__(self) -> Hostile:
        self.stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a route, under any spelling of this machine."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    @property
    def allow(self) -> list[str]:
        """What `[network] allow` must hold to reach this server."""
        return [f"127.0.0.1:{self.port}"]

    def paths(self) -> list[str]:
        return [request.path for request in self.hits]

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._start(partial(self._serve, connection))

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with suppress(OSError):
            if self.tls:
                connection = _wrapped(connection, self.tls)
            request = _read(connection)
            self.hits.append(request)
            trap = TRAPS.get(request.path.partition("?")[0], page(b"", 404))
            route = self.routes.get(request.path, trap)
            if isinstance(route, bytes):
                connection.sendall(route)
            else:
                route(self, connection, request)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        connection.close()


def _wrapped(connection: socket.socket, pem: Path) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    try:
        return context.wrap_socket(connection, server_side=True)
    except OSError:
        connection.close()
        raise


def _read(connection: socket.socket) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("the client left")
        data += more
        if data.startswith(b"\x16"):
            connection.sendall(page(b"This is a plain port.", 400))
            raise ConnectionError("the client speaks TLS")
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, *_ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(method, path, headers, body)


def _stream(parts: Iterable[bytes], pause: float = 0.0) -> Route:
    """Sends piece by piece until it ends, the client leaves or the server stops."""

    def answer(server: Hostile, connection: socket.socket, request: Request) -> None:
        for part in parts:
            connection.sendall(part)
            if server.stopped.wait(pause) if pause else server.stopped.is_set():
                return

    return answer


def _endless(first: bytes, rest: bytes) -> Iterable[bytes]:
    return _Again(lambda: itertools.chain([first], itertools.repeat(rest)))


@dataclass
class _Again:
    """An iterable that starts anew for each client."""

    make: Callable[[], Iterator[bytes]]

    def __iter__(self) -> Iterator[bytes]:
        return self.make()


def _hang(server: Hostile, connection: socket.socket, request: Request) -> None:
    server.stopped.wait()


def _packed(make: Callable[[], bytes], encoding: str) -> Route:
    """An answer whose body is packed when first asked for, and then kept."""
    body = cache(make)

    def answer(server: Hostile, connection: socket.socket, request: Request) -> None:
        connection.sendall(page(body(), content_encoding=encoding, content_type="application/xml"))

    return answer


def _zeros() -> bytes:
    """A gibibyte of zeros, deflated to about a mebibyte: one full block, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)) * 1024


def _chain(server: Hostile, connection: socket.socket, request: Request) -> None:
    """/chain?3 leads over three redirects to a page."""
    left = int(request.path.partition("?")[2] or 9)
    connection.sendall(moved(f"/chain?{left - 1}") if left else page(b"arrived"))


def _to(server: Hostile, connection: socket.socket, request: Request) -> None:
    """/to?URL redirects there."""
    connection.sendall(moved(request.path.partition("?")[2]))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
GZIP = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
ZLIB = b"\x78\xda"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

TRAPS: dict[str, Route] = {
    "/ok": page(),
    # 1: bombs
    "/gzip-bomb": _packed(lambda: GZIP + _zeros(), "gzip"),
    "/deflate-bomb": _packed(lambda: ZLIB + _zeros(), "deflate"),
    "/raw-deflate-bomb": _packed(_zeros, "deflate"),
    "/stacked-bomb": _packed(lambda: gzip.compress(GZIP + _zeros(), 1), "gzip, gzip"),
    "/unasked-packing": page(b"\x1b\x03", content_encoding="br"),
    "/broken-packing": page(b"this is not gzip", content_encoding="gzip"),
    # 2: without end
    "/endless-body": _stream(_endless(HEAD + b"\r\n", b"x" * 65536)),
    "/endless-chunks": _stream(_endless(CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n")),
    "/endless-crumbs": _stream(_endless(CHUNKED, b"1\r\nx\r\n" * 10_000)),
    "/endless-framing": _stream(_endless(CHUNKED, b"1;" + b"y" * 500 + b"\r\nx\r\n")),
    "/endless-header": _stream(_endless(HEAD, b"X-More: " + b"y" * 1000 + b"\r\n")),
    "/endless-line": _stream(_endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000)),
    "/endless-patience": _stream(_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)),
    # 3: slow
    "/slow-header": _stream(_endless(HEAD, b"x"), TICK),
    "/slow-body": _stream(_endless(HEAD + b"\r\n", b"x"), TICK),
    "/slow-redirect": _stream(_endless(b"HTTP/1.1 302 Found\r\n", b"x"), TICK),
    "/hang": _hang,
    # 4, 5, 7: redirects
    "/loop": moved("/loop"),
    "/ping": moved("/pong"),
    "/pong": moved("/ping"),
    "/chain": _chain,
    "/to": _to,
    "/nowhere": page(b"", 302),
    "/to-file": moved("file:///etc/passwd"),
    "/to-data": moved("data:text/plain,secret"),
    "/to-gopher": moved("gopher://127.0.0.1:70/1"),
    "/to-ftp": moved("ftp://127.0.0.1/etc/passwd"),
    "/to-nonsense": moved("http://[::1"),
    # 9, 10, 14: no
    "/later": page(b"", 429, retry_after=3600),
    "/forever": page(b"", 429, retry_after="9" * 30),
    "/garbage-later": page(b"", 429, retry_after="soon, promised"),
    "/broken": page(b"", 500),
    "/maintenance": page(b"", 503, retry_after=7200),
    "/gone": page(b"", 410),
    "/missing": page(b"", 404),
    "/forbidden": page(b'{"message": "no\\u001b[31m such token"}', 403),
    "/login": page(b"", 401),
    "/error-page": page(b"<html><h1>Log in</h1></html>", content_type="text/html"),
    # 12: broken off
    "/early-close": HEAD + b"Content-Length: 1000\r\n\r\nhalf",
    "/no-answer": b"",
    "/half-header": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "/two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    "/bad-chunk": CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n",
    "/cut-chunk": CHUNKED + b"ff\r\nhello",
    "/not-http": b"SSH-2.0-OpenSSH_9.2\r\n" * 20,
    "/part": page(b"half", 206),
    "/unasked-304": page(b"", 304),
    "/switch": b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nxxxx",
    # 20: JSON
    "/deep-json": page(b"[" * 5000 + b"]" * 5000, content_type="application/json"),
}
