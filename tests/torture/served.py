"""`hub serve` as a process of its own, and visitors who never stop reading while updates go on."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from urllib.parse import quote, unquote, urljoin, urlsplit

from tests.e2e.folder import Folder

LINK = re.compile(rb"""\s(?:href|src)=["']?([^"'\s>]+)""")
QUERIES = ("words", "text", "author:writer", '"words of"')


@dataclass
class Visitors:
    """What readers of a served site met. `errors` are answers no visitor may get; `read` counts answers."""

    root: str
    errors: list[str] = field(default_factory=list)
    read: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def crawl(self, number: int) -> None:
        """From the first page along every link of the site, again and again, asking search now and then."""
        parts = urlsplit(self.root)
        line = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        waiting: list[tuple[str, str]] = []
        known: set[str] = set()
        for step in count(number):
            if self.stop.is_set():
                break
            if not waiting:
                known, waiting = set(), [("/", "")]
            path, above = waiting.pop((step * 7) % len(waiting)) if step % 20 else (_search(step), "")
            found = self._ask(line, path, above)
            waiting += [(link, path) for link in sorted(found - known)]
            known |= found
        line.close()

    def _ask(self, line: HTTPConnection, path: str, above: str) -> set[str]:
        """The links of a page; none of what is no page."""
        status, html, body = self._get(line, path)
        self.read += 1
        missing = status == 404 and not self._led(line, path, above)  # it went after the page above was read
        if not (missing or _whole(path, status, body)):
            self.errors.append(f"{above} → {path}: {status}, {len(body)} bytes")
        return _links(path, body) if html else set()

    def _get(self, line: HTTPConnection, path: str) -> tuple[int, bool, bytes]:
        """Status (0: no answer), whether it is a page, and its bytes."""
        try:
            line.request("GET", quote(path, safe="/?=&%"))
            answer = line.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as why:
            line.close()
            return 0, False, repr(why).encode()
        return answer.status, answer.status == 200 and "text/html" in answer.headers.get("content-type", ""), body

    def _led(self, line: HTTPConnection, path: str, above: str) -> bool:
        """Does the page above lead there still, and is nothing there still?"""
        return all(path in _links(above, self._get(line, above)[2]) and self._get(line, path)[0] == 404 for _ in "123")


def _whole(path: str, status: int, body: bytes) -> bool:
    if "/api/" in path:
        return status in (200, 429)
    return status == 200 and (b"</html>" in body if path.endswith(("/", ".html")) else bool(body))


def _search(step: int) -> str:
    return f"/api/v1/search?q={QUERIES[step % len(QUERIES)].replace(' ', '%20').replace(chr(34), '%22')}"


def _links(path: str, body: bytes) -> set[str]:
    """Where a page leads within its site, without fragments."""
    found = (urlsplit(urljoin(path, raw.decode().replace("&amp;", "&"))) for raw in LINK.findall(body))
    return {unquote(one.path) for one in found if not one.netloc and one.scheme == "" and "/api/" not in one.path}


@contextmanager
def visited(folder: Folder, many: int = 1) -> Iterator[Visitors]:
    """The folder's site is served, and so many visitors read it, until the end of the block."""
    with folder.start("serve", "--port", "0", "--no-live") as process:
        try:
            assert process.stdout
            visitors = Visitors(process.stdout.readline().strip())
            threads = [threading.Thread(target=visitors.crawl, args=(number,)) for number in range(many)]
            for thread in threads:
                thread.start()
            yield visitors
            visitors.stop.set()
            for thread in threads:
                thread.join(60)
        finally:
            visitors.stop.set()
            process.terminate()
            _drained(process)


def _drained(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
