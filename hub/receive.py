"""The endpoint for webmentions of `hub serve`: it takes them in and looks at nothing else.

An update verifies them later, so a sender waits for no other host, and nobody makes this server ask one at once.
https://www.w3.org/TR/webmention/#receiving-webmentions
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.host import SAFE
from hub.inbox import Inbox

LONGEST = 8 * 2**10  # bytes of a request
PATIENCE = 10.0  # seconds for its body
AT_ONCE = 64  # requests whose bodies are waited for
FORM = "application/x-www-form-urlencoded"


def receiving(site: Starlette, inbox: Inbox, patience: float = PATIENCE) -> Starlette:
    """The site, with an endpoint at webmention below its root."""
    here = asyncio.Semaphore(AT_ONCE)

    async def take(request: Request) -> Response:
        if here.locked():
            return _said(503, "too many at once; try again later", {"Retry-After": "60"})
        try:
            async with here, asyncio.timeout(patience):
                return await taken(request, inbox)
        except TimeoutError:
            return _said(408, f"no whole request within {patience:g} s", {"Connection": "close"})

    site.router.routes.insert(0, Route(f"{site.state.prefix}webmention", take, methods=["POST"]))
    return site


async def taken(request: Request, inbox: Inbox) -> Response:
    """202 for what was put into the queue; 400 with the reason for what cannot be meant for this site."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            return _said(400, f"more than {LONGEST // 2**10} KiB")
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return _said(400, f"source and target are sent as {FORM}")
    try:
        given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return _said(400, "one source and one target")
    source, target = (given.get(name, [""]) for name in ("source", "target"))
    if len(source) != 1 or len(target) != 1:
        return _said(400, "one source and one target")
    return await run_in_threadpool(_put, inbox, source[0], target[0])


def _put(inbox: Inbox, source: str, target: str) -> Response:
    wrong = inbox.wrong(source, target)
    if wrong:
        return _said(400, wrong)
    if inbox.is_full():
        return _said(503, "too many wait to be verified; try again later", {"Retry-After": "600"})
    inbox.take(source, target)
    return _said(202, "taken; it is verified soon")


def _said(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{text}\n", status, {**SAFE, "Cache-Control": "no-store", **(headers or {})})
