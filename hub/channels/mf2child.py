"""The child that reads a page for its microformats: bytes of HTML in, plain JSON out. Started by mf2.py alone.

A page that mentions us is written by anybody. Reading it takes time in proportion to what is nested in it, and more, so
it is done in a process of its own, without our environment, with limits of memory and of processor time.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

import mf2py
from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector

CPU = 5  # seconds for one document
MEMORY = 512 * 2**20  # bytes of address space
BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
POINTING = {  # elements and the attribute that points somewhere (https://www.w3.org/TR/webmention/#webmention-verification)
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "audio": "src",
    "video": "src",
    "source": "src",
    "embed": "src",
    "iframe": "src",
    "blockquote": "cite",
    "q": "cite",
    "data": "value",
    "object": "data",
}
LINKS = 5_000


def main() -> None:
    """Answer one line of JSON for each question: a line of JSON {"size", "charset", "url"}, then `size` bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        ask = json.loads(line)
        body = sys.stdin.buffer.read(ask["size"])
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + CPU, resource.RLIM_INFINITY))
        sys.stdout.buffer.write(json.dumps(_answer(body, ask)).encode() + b"\n")
        sys.stdout.buffer.flush()


def _answer(body: bytes, ask: Mapping[str, Any]) -> dict[str, object]:
    """The page, or why it cannot be read: an exception must not take the child along."""
    try:
        soup = BeautifulSoup(body, "lxml", from_encoding=ask["charset"] or _charset(body))
        links = [*dict.fromkeys(_links(soup, ask["url"]))][:LINKS]
        html = soup.find("html")
        language = html.get("lang") if html else ""
        return {"links": links, "language": language, **mf2py.Parser(doc=soup, url=ask["url"]).to_dict()}
    except BROKEN as why:
        return {"why": f"{type(why).__name__}: {why}"[:500]}


def _charset(body: bytes) -> str | None:
    """UTF-8 where a page that names no charset can be read so; else what it names, or a guess at it."""
    if EncodingDetector.find_declared_encoding(body, is_html=True):
        return None
    with suppress(UnicodeDecodeError):
        body.decode()
        return "utf-8"
    return None


def _links(soup: BeautifulSoup, url: str) -> Iterator[str]:
    """Where the page points to. What stands in a comment, a script or a template is no link."""
    above = soup.find("base", href=True)
    base = urljoin(url, str(above["href"])) if above else url
    for element in soup.find_all(list(POINTING)):
        target = element.get(POINTING[element.name])
        if isinstance(target, str) and target.strip() and not element.find_parent("template"):
            yield urljoin(base, target.strip())


if __name__ == "__main__":
    main()
