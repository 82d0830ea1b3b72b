"""`hub serve`: the site as a good host shows it, the search API beside it, and reload while one works on it.

The app is plain ASGI and runs under any server. It writes nothing; an update in another process may publish and commit
at any time.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import uvicorn
from markupsafe import escape
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from hub.api import Api, Limiter, Problem, asked
from hub.host import SAFE, TYPES, Change, Host, reply
from hub.index.whoosh import Whoosh
from hub.receive import receiving
from hub.searchpage import SearchPage
from hub.settings import Settings, load

LIVE_SCRIPT = b"""const news = new EventSource(new URL("live", import.meta.url));
news.onmessage = () => location.reload();
news.addEventListener("trouble", (told) => {
  document.getElementById("hub-trouble")?.remove();
  const troubles = JSON.parse(told.data);
  if (!troubles.length) return;
  const box = document.createElement("pre");
  box.id = "hub-trouble";
  box.role = "alert";
  box.textContent = troubles.join("\\n");
  Object.assign(box.style, {
    position: "fixed", inset: "auto 0 0", margin: 0, padding: "1rem", maxBlockSize: "60vh", overflow: "auto",
    whiteSpace: "pre-wrap", background: "#a4261d", color: "#fff", zIndex: 9,
  });
  document.body.append(box);
});
"""


def app(
    output: Path,
    index_folder: Path,
    *,
    prefix: str = "/",
    live: Sequence[str] | None = None,
    cors: str = "",
    limiter: Limiter | None = None,
) -> Starlette:
    """The site in `output` under `prefix`, with the index beside it; `cors` is the origin that may ask the API too.

    `live` makes it a preview that reloads; it is what keeps pages from being built just now, to be laid over them.
    """
    root = f"/{prefix.strip('/')}/".replace("//", "/")
    change = _reloading(root) if live is not None else None
    site = Site(Host(output, root, change), Api(Whoosh(index_folder), limiter), () if live is None else live)
    routes = [route for base in dict.fromkeys(("/", root)) for route in site.routes(base)]
    if live is not None:
        routes += [Route(f"{root}__hub/live.js", _script), Route(f"{root}__hub/live", site.events)]
    allowed = [Middleware(CORSMiddleware, allow_origins=[cors], allow_methods=["GET"])] if cors else []
    made = Starlette(
        routes=[*routes, Route("/{path:path}", site.page, methods=None)], middleware=allowed, lifespan=site.lifespan
    )
    made.state.prefix = root
    return made


def of(settings: Settings, live: list[str] | None = None) -> Starlette:
    """The app of a hub, with the webmention endpoint where it takes them in.

    Where its API has an origin of its own, pages of the brand's origin may ask it.
    """
    home = urlsplit(settings.brand.url)
    cors = f"{home.scheme}://{home.netloc}" if settings.serve.api else ""
    site = app(settings.output, settings.memory / "index", prefix=home.path, live=live, cors=cors)
    takes = any(hasattr(channel, "queue") for channel in settings.channels.values())
    return receiving(site, settings.inbox) if takes else site


def mounted() -> Starlette:
    """The app of the hub in HUB_SITE, or here, for any ASGI server: uvicorn --factory hub.serve:mounted --workers 4."""
    return of(load(Path(os.environ.get("HUB_SITE", ".")), os.environ))


class Site:
    """The pages of a host and the answers of an API, as one."""

    def __init__(self, host: Host, api: Api, troubles: Sequence[str] = ()) -> None:
        self.host, self.api, self.troubles = host, api, troubles

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:  # noqa: ARG002  what Starlette calls it with
        """While the server runs. What the first search needs is read beside it."""
        Thread(target=self.api.warm, daemon=True).start()
        yield

    def routes(self, base: str) -> list[Route]:
        """Where the API stands; each path takes every method, to refuse the wrong ones in its own words."""
        return [
            Route(f"{base}api/v1/search", self.api.search, methods=None),
            Route(f"{base}api/v1/facets", self.api.facets, methods=None),
            Route(f"{base}api/v1/suggest", self.api.suggest, methods=None),
            Route(f"{base}api/v1/like", self.api.like, methods=None),
            Route(f"{base}api/v1/openapi.json", self.api.described, methods=None),
            Route(f"{base}api/{{path:path}}", self.nothing, methods=None),
            Route(f"{base}healthz", self.api.health, methods=None),
        ]

    async def nothing(self, request: Request) -> Response:
        """A path that the API does not have."""
        return Problem(404, "There is no such resource.", "Ask /api/v1/search?q=…").response(request)

    async def page(self, request: Request) -> Response:
        """A file of the site; the search page with its answer in it."""
        file = self.host.file(request.scope["path"])
        if request.method in ("GET", "HEAD") and file == (self.host.output / "search" / "index.html").resolve():
            return await self.search_page(request, file)
        return self.host.answer(request)

    async def search_page(self, request: Request, file: Path) -> Response:
        """The search page, with its question answered when there is one. It names this server as the API."""
        fill = await self.answered(request) if request.query_params.get("q", "").strip() else None
        root = self.host.prefix
        return self.host.send(request, file, change=fill or (lambda page: SearchPage(page, root).bare(root).encode()))

    async def answered(self, request: Request) -> Change:
        """What puts the answer into the page."""
        root, text = self.host.prefix, request.query_params.get("q", "")
        try:
            self.api.admit(request)
            query = asked(request.query_params)
            results = await self.api.within(lambda _: self.api.index.search(query), request.query_params)
        except Problem as problem:
            why = f"{problem.detail} {problem.hint}"
            return lambda page: SearchPage(page, root).refused(text, why)
        return lambda page: SearchPage(page, root).filled(query, results)

    async def events(self, request: Request) -> Response:
        """Server-sent events: one whenever a file of the site changed."""
        return StreamingResponse(
            self.changes(request), headers=SAFE | {"Cache-Control": "no-store"}, media_type="text/event-stream"
        )

    async def changes(self, request: Request) -> AsyncIterator[str]:
        """A line when the preview has to reload or pages cannot be built; else a comment, to notice who left."""
        from watchfiles import awatch

        told: list[str] = []
        yield "retry: 1000\n\n"
        async for seen in awatch(self.host.output, step=200, rust_timeout=1000, yield_on_timeout=True):
            if await request.is_disconnected():
                return
            yield "data: changed\n\n" if seen else ": still here\n\n"
            if told != list(self.troubles):
                told = list(self.troubles)
                yield f"event: trouble\ndata: {json.dumps(told)}\n\n"


async def _script(request: Request) -> Response:
    return reply(request, LIVE_SCRIPT, 200, SAFE | {"Content-Type": TYPES[".js"], "Cache-Control": "no-store"})


def _reloading(root: str) -> Change:
    script = f'<script type="module" src="{escape(root)}__hub/live.js"></script>'.encode()

    def change(page: bytes) -> bytes:
        head, end, tail = page.rpartition(b"</body>")
        return head + script + end + tail if end else page

    return change


class Prompt(H11Protocol):
    """A connection whose next request has to be told within some seconds."""

    patience = 10.0
    late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._wait()
        super().data_received(data)
        if self._busy and self.late:
            self.late.cancel()
            self.late = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self.late:
            self.late.cancel()
        super().connection_lost(exc)

    @property
    def _busy(self) -> bool:
        """Whether a request was told and is not answered yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        if not self._busy and self.late is None:
            self.late = self.loop.call_later(self.patience, self.transport.close)


def serve(site: Starlette, host: str = "127.0.0.1", port: int = 8000, patience: float = Prompt.patience) -> None:
    """Run until told to stop. Prints the address, with the port that was free for port 0. Who has not told a request
    within `patience` seconds is let go."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)  # who reads the address may come before the server is up
        shown = f"[{host}]" if ":" in host else host
        print(f"http://{shown}:{listening.getsockname()[1]}{site.state.prefix}", flush=True)
        config = uvicorn.Config(
            site,
            http=type("Patient", (Prompt,), {"patience": patience}),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
            limit_concurrency=512,
        )
        uvicorn.Server(config).run(sockets=[listening])
