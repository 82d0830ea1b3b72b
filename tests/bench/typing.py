"""From a key press to new hits in a real browser, with the search API and on a plain file host: the demo and corpora.

Needs chromium and tests/browser/node_modules (`make test-browser` brings them).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api import Limiter
from hub.host import Host
from hub.serve import app
from tests.bench import haystack
from tests.browser.conftest import address, listening, node
from tests.torture.site import scratch

TYPED = ("kettle", "thermostat supplier", "repair evening", "gasket", "lighthose ")


def main(*_: int) -> None:
    """Print it all."""
    with scratch() as folder, haystack.opened(folder) as hub:
        output, index = hub.settings.output, hub.settings.memory / "index"
        limiter = Limiter(burst=1_000_000)
        for name, site in (("API", app(output, index, limiter=limiter)), ("plain files", _files(output))):
            with _served(site) as root:
                told = node("typing.mjs", root, *TYPED)
            took = sorted(told["took"])
            middle, most = took[len(took) // 2], took[-1]
            keys = f"{len(took)} keys brought new hits, {middle:.0f} ms in the middle, {most:.0f} ms at most"
            print(f"{name}: {keys}; {told['bytes'] / 1024:.1f} KiB before the first answer")


def _files(output: Path) -> Starlette:
    """A host that knows files and nothing else."""
    host = Host(output)

    async def answer(request: Request) -> Response:
        return host.answer(request)

    return Starlette(routes=[Route("/{path:path}", answer)])


@contextmanager
def _served(site: Starlette) -> Iterator[str]:
    listener = listening()
    server = uvicorn.Server(uvicorn.Config(site, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield address(listener)
    server.should_exit = True
    thread.join(20)
