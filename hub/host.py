"""A folder served as a good static host serves it: whole files, honest headers, nothing outside the folder.

`_headers` and `_redirects` are read in the form that Netlify and Cloudflare Pages share. Hidden files are not there,
`.well-known` apart. Methods other than GET and HEAD are refused.
"""

from __future__ import annotations

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
BINARY = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".woff2": "font/woff2",
    ".gz": "application/gzip",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
FOR_HOSTS = (["_headers"], ["_redirects"], ["_nginx"])  # not for visitors
KEPT = 256  # texts held in memory, plain and compressed
SMALL = 600  # bytes that are not worth compressing
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"}
Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Text:
    """A text file as it is sent."""

    body: bytes
    packed: bytes  # gzip, empty for small ones
    etag: str


class Host:
    """The site in `output`, under `prefix`. `change` alters every page on its way out (the preview's reload)."""

    def __init__(self, output: Path, prefix: str = "/", change: Change | None = None) -> None:
        self.output, self.prefix, self.change = output, prefix, change
        self._texts: OrderedDict[tuple[str, int, int], Text] = OrderedDict()
        self._rules: tuple[float, list[tuple[re.Pattern[str], Mapping[str, str]]]] = (-1.0, [])

    def answer(self, request: Request) -> Response:
        """The response to a request for a file."""
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("only GET and HEAD", 405, {"Allow": "GET, HEAD"} | SAFE)
        path = request.scope["path"]
        if path != self.prefix and path in ("/", self.prefix.rstrip("/")):
            return self.redirect(self.prefix, request)
        file = self.file(path)
        if file is None:
            return self.redirected(path) or self.missing(request)
        if file.is_dir():
            return self.redirect(path + "/", request)
        return self.send(request, file)

    def file(self, path: str) -> Path | None:
        """The file or folder that a path names; None when there is none that may be seen."""
        if not path.startswith(self.prefix) or "\\" in path or "\0" in path:
            return None
        *folders, last = path[len(self.prefix) :].split("/")
        parts = [*folders, last] if last else folders
        if any(part in ("", "..") or _hidden(part) for part in parts) or parts[:1] in FOR_HOSTS:
            return None
        try:
            file = self.output.joinpath(*parts).resolve()
            if not file.is_relative_to(self.output.resolve()):
                return None
            found = file / "index.html" if not last else file
            return found if found.is_file() or (last and (found / "index.html").is_file()) else None
        except OSError:  # a name that is too long
            return None

    def send(self, request: Request, file: Path, status: int = 200, change: Change | None = None) -> Response:
        """A file with its headers; 304 when the visitor has it."""
        kind = TYPES.get(file.suffix.lower())
        headers = self.headers(request.scope["path"])
        if kind is None:
            return self.binary(request, file, headers)
        text = self.text(file, change)
        headers |= {"ETag": text.etag, "Vary": "Accept-Encoding", "Content-Type": kind}
        if status == 200 and known(request, text.etag):
            return Response(None, 304, headers)
        body = text.body
        if text.packed and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = text.packed, "gzip"
        return reply(request, body, status, headers)

    def binary(self, request: Request, file: Path, headers: dict[str, str]) -> Response:
        """A picture, film or download: in pieces when asked for them."""
        found = file.stat()
        etag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
        headers |= {"ETag": etag, "Last-Modified": formatdate(found.st_mtime, usegmt=True)}
        if known(request, etag):
            return Response(None, 304, headers)
        kind = BINARY.get(file.suffix.lower(), "application/octet-stream")
        return FileResponse(file, headers=headers, media_type=kind)

    def text(self, file: Path, change: Change | None = None) -> Text:
        """A text, read and compressed once for each of its versions."""
        found = file.stat()
        key = (str(file), found.st_mtime_ns, found.st_size)
        if change is None and key in self._texts:
            self._texts.move_to_end(key)
            return self._texts[key]
        body = file.read_bytes()
        for alter in (change, self.change if file.suffix == ".html" else None):
            body = alter(body) if alter else body
        packed = gzip.compress(body, 6, mtime=0) if len(body) > SMALL else b""
        text = Text(body, packed, f'"{blake2b(body, digest_size=12).hexdigest()}"')
        if change is None:
            self._texts[key] = text
            if len(self._texts) > KEPT:
                self._texts.popitem(last=False)
        return text

    def missing(self, request: Request) -> Response:
        """The site's own page for what is not there."""
        page = self.output / "404.html"
        if page.is_file():
            return self.send(request, page, 404)
        return reply(request, b"not found\n", 404, SAFE | {"Content-Type": TYPES[".txt"]})

    def redirect(self, path: str, request: Request, status: int = 301) -> Response:
        """To another path of this site, with the same question."""
        query = request.url.query
        return RedirectResponse(quote(path, safe="/%:#?=&+,;@!$'()*~") + (f"?{query}" if query else ""), status, SAFE)

    def redirected(self, path: str) -> Response | None:
        """What `_redirects` says of a path."""
        for line in _lines(self.output / "_redirects"):
            pattern, target, *rest = [*line.split(), "", ""]
            status = int(rest[0].rstrip("!")) if rest and rest[0].rstrip("!").isdigit() else 301
            found = _pattern(pattern).fullmatch(path) if target and status in (301, 302, 303, 307, 308) else None
            if found:
                return RedirectResponse(target.replace(":splat", quote((*found.groups(), "")[0])), status, SAFE)
        return None

    def headers(self, path: str) -> dict[str, str]:
        """What `_headers` says of a path, over what every answer has."""
        file = self.output / "_headers"
        changed = file.stat().st_mtime if file.is_file() else 0.0
        if changed != self._rules[0]:
            self._rules = (changed, _rules(file))
        said = {"Cache-Control": "no-cache"} | SAFE
        for pattern, headers in self._rules[1]:
            if pattern.fullmatch(path) or pattern.fullmatch("/" + path[len(self.prefix) :]):
                said |= headers
        return said


def reply(request: Request, body: bytes, status: int, headers: Mapping[str, str]) -> Response:
    """A response whose HEAD twin says the same without the body."""
    length = {"Content-Length": str(len(body))}
    return Response(b"" if request.method == "HEAD" else body, status, {**headers, **length})


def known(request: Request, etag: str) -> bool:
    """Does the visitor hold this version already?"""
    told = request.headers.get("if-none-match", "")
    return "*" in told or etag.removeprefix("W/") in [part.strip().removeprefix("W/") for part in told.split(",")]


def _hidden(part: str) -> bool:
    return part.startswith(".") and part != ".well-known"


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        return []
    lines = file.read_text("utf-8", "replace").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\*", "(.*)", re.sub(r":\w+", "[^/]+", re.escape(glob))))


def _rules(file: Path) -> list[tuple[re.Pattern[str], Mapping[str, str]]]:
    found: list[tuple[re.Pattern[str], dict[str, str]]] = []
    for line in _lines(file):
        name, colon, value = line.strip().partition(":")
        if not line[0].isspace():
            found.append((_pattern(line.strip()), {}))
        elif found and colon:
            found[-1][1][name.strip()] = value.strip()
    return [(pattern, headers) for pattern, headers in found]
