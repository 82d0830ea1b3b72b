"""The search API: `/api/v1/search`, `/api/v1/suggest`, `/api/v1/facets`. GET only, JSON, marks as offsets, never HTML.

`openapi.json` beside this file describes it, and is served beside it.

Addresses of hits are relative to the site's root, so that one answer serves the site wherever it stands. Errors are
problem details (RFC 9457) with a `hint` that says how to ask instead.
"""

from __future__ import annotations

import gc
import gzip
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from time import monotonic, perf_counter
from typing import TypeVar
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from hub.errors import SearchError
from hub.host import SAFE, SMALL, known, reply
from hub.index import Hit, Results
from hub.index.whoosh import Whoosh
from hub.query import ANSWERED, DEEPEST, FACETS, HAS, LENGTH, PAGES, SORTS, Query, parse, period

LISTS = {"channel": "channel", "person": "person", "topic": "topic", "type": "type", "lang": "language", "has": "has"}
LISTS |= {"answered": "answered"}
CHOICES = {"type": ("post", "reply"), "has": HAS, "answered": ANSWERED}
T = TypeVar("T")
DESCRIPTION = Path(__file__).with_name("openapi.json")
WAITING = 16  # searches at once; more are asked to come back
IDENT = 2_000  # characters of an id
VALUES = 50  # of one repeated parameter


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, detail: str, hint: str, wait: int = 0) -> None:
        super().__init__(detail)
        self.status, self.detail, self.hint, self.wait = status, detail, hint, wait

    def response(self, request: Request) -> Response:
        """The problem as JSON."""
        titles = {400: "Bad request", 404: "Not found", 405: "Method not allowed", 429: "Too many requests"}
        body = {"type": "about:blank", "title": titles.get(self.status, "Service unavailable"), "status": self.status}
        headers = SAFE | {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
        headers |= {"Retry-After": str(self.wait)} if self.wait else {}
        headers |= {"Allow": "GET, HEAD"} if self.status == 405 else {}
        return reply(request, _json(body | {"detail": self.detail, "hint": self.hint}), self.status, headers)


@dataclass
class Limiter:
    """So many requests a second from one address, and a few more at once."""

    rate: float = 10.0
    burst: float = 40.0
    clock: Callable[[], float] = monotonic
    most: int = 10_000  # addresses remembered
    _seen: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, address: str) -> int:
        """Seconds until this address may ask again; 0 when it may now."""
        now = self.clock()
        left, before = self._seen.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - before) * self.rate)
        self._seen[address] = (left - 1 if left >= 1 else left, now)
        if len(self._seen) > self.most:
            self._seen.popitem(last=False)
        return 0 if left >= 1 else max(1, round((1 - left) / self.rate))


class Api:
    """The answers of an index."""

    def __init__(self, index: Whoosh, limiter: Limiter | None = None) -> None:
        self.index, self.limiter, self.busy = index, limiter or Limiter(), 0

    async def search(self, request: Request) -> Response:
        """Hits with facets."""
        return await self.guarded(request, self.found)

    async def facets(self, request: Request) -> Response:
        """Every facet with its counts for a question, without hits."""
        return await self.guarded(request, self.counted)

    async def suggest(self, request: Request) -> Response:
        """OpenSearch suggestions: the question and ways to end it."""
        return await self.guarded(request, self.ended, "application/x-suggestions+json")

    async def like(self, request: Request) -> Response:
        """What is said in much the same words as an item."""
        return await self.guarded(request, self.alike)

    def warm(self) -> None:
        """Read what the first search needs. A damaged index says so when it is asked.

        What was read lasts: the collector of cycles need not walk through it in the middle of an answer.
        """
        with suppress(SearchError):
            self.index.warm()
            gc.collect()
            gc.freeze()

    async def described(self, request: Request) -> Response:
        """The description of all this, as OpenAPI 3.1."""
        if request.method not in ("GET", "HEAD"):
            return _method(request).response(request)
        kind = "application/vnd.oai.openapi+json;version=3.1"
        headers = SAFE | {"Content-Type": kind, "Cache-Control": "public, max-age=3600"}
        return packed(request, DESCRIPTION.read_bytes(), headers)

    async def health(self, request: Request) -> Response:
        """Is the index whole? 503 when it is not."""
        if request.method not in ("GET", "HEAD"):
            return _method(request).response(request)
        try:
            await run_in_threadpool(self.index.sound)
        except SearchError as why:
            return Problem(503, why.what, why.fix, 60).response(request)
        return reply(
            request, _json({"status": "ok", "mark": self.index.mark}), 200, SAFE | {"Content-Type": "application/json"}
        )

    async def guarded(
        self, request: Request, answer: Callable[[QueryParams], tuple[object, bool]], kind: str = "application/json"
    ) -> Response:
        """An answer within the limits: rate, memory of the visitor, and how many are asked at once."""
        try:
            self.admit(request)
            etag = f'W/"{_digest(self.index.generation, str(sorted(request.query_params.multi_items())))}"'
            headers = SAFE | {"Content-Type": kind, "ETag": etag, "Cache-Control": "public, max-age=60"}
            if known(request, etag):
                return Response(None, 304, headers)
            body, partial = await self.within(answer, request.query_params)
        except Problem as problem:
            return problem.response(request)
        if partial:
            headers |= {"Cache-Control": "no-store"}
        if isinstance(body, dict) and "links" in body:
            headers |= {"Link": ", ".join(f'<{url}>; rel="{rel}"' for rel, url in body["links"].items() if url)}
        return packed(request, _json(body), headers)

    def admit(self, request: Request) -> None:
        """Raises a Problem when the method or the number of requests is wrong."""
        if request.method not in ("GET", "HEAD"):
            raise _method(request)
        wait = self.limiter.wait(request.client.host if request.client else "")
        if wait:
            raise Problem(429, "Too many requests from your address.", f"Ask again in {wait} s.", wait)

    async def within(self, answer: Callable[[QueryParams], T], params: QueryParams) -> T:
        """Run a search in a thread. Raises a Problem when too many wait or the index is broken."""
        if self.busy >= WAITING:
            raise Problem(503, "The search is busy.", "Ask again in a second.", 1)
        self.busy += 1
        try:
            return await run_in_threadpool(answer, params)
        except SearchError as why:
            raise Problem(503, why.what, why.fix, 60) from why
        finally:
            self.busy -= 1

    def found(self, params: QueryParams) -> tuple[object, bool]:
        """The body of a search, and whether it is partial."""
        query, began = asked(params), perf_counter()
        results = self.index.search(query)
        return body(params, query, results, round((perf_counter() - began) * 1000)), results.partial

    def counted(self, params: QueryParams) -> tuple[object, bool]:
        """The body of the facets, and whether they are partial."""
        query = asked(params, tuple(FACETS))
        results = self.index.search(query)
        return {"query": query.text, "total": results.total, "facets": _facets(query, results)}, results.partial

    def ended(self, params: QueryParams) -> tuple[object, bool]:
        """The body of suggestions."""
        text = params.get("q", "")[:LENGTH]
        return [text, list(self.index.suggest(text))], False

    def alike(self, params: QueryParams) -> tuple[object, bool]:
        """The body of what is like an item."""
        ident = params.get("id", "")
        hits = self.index.like(ident[:IDENT]) if ident else None
        if hits is None:
            raise Problem(404, "There is no such item.", "Ask with the id that a hit has.")
        return {"id": ident, "hits": [_hit(hit) for hit in hits]}, False


def _method(request: Request) -> Problem:
    return Problem(405, f"{request.method[:20]} is not understood here.", "Ask with GET.")


def packed(request: Request, content: bytes, headers: Mapping[str, str]) -> Response:
    """An answer, compressed for who can read it."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if len(content) > SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = gzip.compress(content, 4, mtime=0), "gzip"
    return reply(request, content, 200, headers)


def asked(params: QueryParams, facets: tuple[str, ...] = ()) -> Query:
    """The query that parameters ask. Raises a Problem that says which one is wrong."""
    text = params.get("q", "")
    if len(text) > LENGTH:
        raise Problem(400, f"q is longer than {LENGTH} characters.", "Ask with fewer words.")
    page, size = _number(params, "page", 1, PAGES), _number(params, "per_page", 20, 100)
    if page * size > DEEPEST:
        raise Problem(400, f"page × per_page is more than {DEEPEST}.", "Narrow the search with a filter or a date.")
    sort = _choice("sort", params.get("sort") or "relevance", SORTS)
    wanted = [name for name in ",".join(params.getlist("facets")).split(",") if name]
    named = [_choice("facets", "language" if name == "lang" else name, FACETS) for name in wanted]
    bounds = {"since": params.get("from", ""), "until": params.get("to", "")}
    for name, value in bounds.items():
        if value and not (period(value) and "1" <= value < "9"):
            raise Problem(400, f"{'from' if name == 'since' else 'to'} is no date.", "Write it as 2026-11-05.")
    filters = {ours: _values(params, theirs) for theirs, ours in LISTS.items()}
    return parse(text, page=page, per_page=size, sort=sort, facets=facets or named, **filters, **bounds)


def _values(params: QueryParams, name: str) -> list[str]:
    values = [value for value in params.getlist(name) if value]
    if len(values) > VALUES:
        raise Problem(400, f"{name} is given more than {VALUES} times.", "Choose fewer values.")
    return [_choice(name, value, CHOICES[name]) if name in CHOICES else value for value in values]


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise Problem(400, f"{name} cannot be {value[:40]!r}.", f"Use one of {', '.join(choices)}.")
    return value


def _number(params: QueryParams, name: str, usual: int, most: int) -> int:
    text = params.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise Problem(400, f"{name} must be a number from 1 to {most}.", f"Leave it out for {usual}.")
    return int(text)


def body(params: QueryParams, query: Query, results: Results, took: int) -> dict[str, object]:
    """The JSON of an answer."""
    pages = min(-(-results.total // query.per_page), PAGES, DEEPEST // query.per_page)
    return {
        "query": query.text,
        "parsed": results.parsed,
        "note": results.note,
        "corrected": results.corrected or None,
        "total": results.total,
        "page": query.page,
        "per_page": query.per_page,
        "pages": pages,
        "partial": results.partial,
        "took_ms": took,
        "hits": [_hit(hit) for hit in results.hits],
        "facets": _facets(query, results),
        "suggestions": list(results.suggestions),
        "links": {
            "self": _link(params, query.page),
            "next": _link(params, query.page + 1) if query.page < pages else None,
            "prev": _link(params, query.page - 1) if query.page > 1 else None,
        },
    }


def _hit(hit: Hit) -> dict[str, object]:
    reply_to = {"title": hit.title, "url": hit.parent} if hit.type == "reply" else None
    return {
        "id": hit.id,
        "url": hit.url,
        "origin": hit.origin,
        "type": hit.type,
        "channel": hit.channel,
        "person": {"name": hit.author, "handle": hit.handle, "url": hit.profile},
        "published": hit.published.isoformat() if hit.published else None,
        "lang": hit.language,
        "title": "" if reply_to else hit.title,
        "snippet": [{"text": piece.text, "marks": [list(mark) for mark in piece.marks]} for piece in hit.snippets],
        "parent": reply_to,
        "score": hit.score,
    }


def _facets(query: Query, results: Results) -> Mapping[str, object]:
    chosen = dict(query.filters)
    return {
        name: [
            {"value": value, "label": value, "count": count, "selected": value in chosen.get(name, ())}
            for value, count in counts
        ]
        for name, counts in results.facets.items()
    }


def _link(params: QueryParams, page: int) -> str:
    pairs = [(name, value) for name, value in params.multi_items() if name != "page"]
    return "?" + urlencode([*pairs, ("page", page)])


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
