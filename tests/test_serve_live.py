"""`hub serve` as it runs: a real server at a loopback address, asked byte by byte."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow

RUN = """import sys; from pathlib import Path; from hub.serve import app, serve
root = Path(sys.argv[1])
serve(app(root / "output", root / "index", prefix="/talk/", live=["post.html:3: no"]), port=0, patience=3)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("live")
    (root / "output").mkdir()
    (root / "output" / "index.html").write_text("<body>Hello</body>")
    (root / "secret").write_text("secret")
    return root


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[tuple[str, int]]:
    running = subprocess.Popen([sys.executable, "-c", RUN, str(folder)], stdout=subprocess.PIPE, text=True)
    assert running.stdout
    printed = urlsplit(running.stdout.readline().strip())
    assert (printed.hostname, printed.path) == ("127.0.0.1", "/talk/")
    yield "127.0.0.1", printed.port or 0
    running.terminate()
    running.wait(10)
    running.stdout.close()


def send(server: tuple[str, int], raw: bytes) -> bytes:
    with socket.create_connection(server, timeout=10) as line:
        line.sendall(raw)
        return b"".join(iter(lambda: line.recv(65536), b""))


def get(server: tuple[str, int], target: bytes) -> bytes:
    return send(server, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")


def test_the_printed_address_shows_the_site(server: tuple[str, int]) -> None:
    assert b"Hello" in get(server, b"/talk/")


TRICKS = [b"/talk/../secret", b"/talk/../../secret", b"//secret", b"/talk/%2e%2e/secret", b"/talk/..%2fsecret"]
TRICKS += [b"/talk/%00", b"/talk/\xff\xfe", b"/talk/....//secret", b"/talk/..;/secret", b"http://x/talk/../secret"]


@pytest.mark.parametrize("target", TRICKS)
def test_no_path_leads_out_of_the_site(server: tuple[str, int], target: bytes) -> None:
    answer = get(server, target)
    assert answer.split(b" ", 2)[1] in (b"404", b"400", b"301")
    assert not answer.endswith(b"secret")


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET / SMTP/1.1\r\n\r\n", b"X" * 200_000 + b"\r\n\r\n"]
)
def test_what_is_no_request_is_refused(server: tuple[str, int], raw: bytes) -> None:
    try:
        answer = send(server, raw)
    except ConnectionError:
        return
    assert answer.split(b" ", 2)[1:2] in ([b"400"], [])


def test_who_is_slow_keeps_nobody_waiting(server: tuple[str, int]) -> None:
    lines = [socket.create_connection(server, timeout=10) for _ in range(50)]
    for line in lines:
        line.sendall(b"GET /talk/ HTT")
    assert b"Hello" in get(server, b"/talk/")
    for line in lines:
        line.close()


@pytest.mark.parametrize("before", [b"", b"GET /talk/ HTTP/1.1\r\nHost: x\r\n\r\n"])
@pytest.mark.parametrize("half", [b"", b"POST /talk/webmention HTTP/1.1\r\nHost:"])
def test_who_does_not_tell_a_request_is_let_go(server: tuple[str, int], before: bytes, half: bytes) -> None:
    with socket.create_connection(server, timeout=30) as line:
        line.sendall(before + half)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert (b"Hello" in answer) == bool(before)


def test_a_changed_page_is_told_to_who_watches(folder: Path, server: tuple[str, int]) -> None:
    with socket.create_connection(server, timeout=20) as line:
        line.sendall(b"GET /talk/__hub/live HTTP/1.1\r\nHost: x\r\n\r\n")
        told = b""
        while b"data: changed" not in told:
            told += line.recv(65536)
            (folder / "output" / "index.html").write_text(f"<body>Hello {len(told)}</body>")
    assert b"text/event-stream" in told


def test_what_keeps_a_page_from_being_built_is_laid_over_the_preview(server: tuple[str, int]) -> None:
    with socket.create_connection(server, timeout=20) as line:
        line.sendall(b"GET /talk/__hub/live HTTP/1.1\r\nHost: x\r\n\r\n")
        told = b""
        while b"event: trouble" not in told:
            told += line.recv(65536)
    assert b'data: ["post.html:3: no"]' in told
