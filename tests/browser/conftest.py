"""Sites as a browser meets them: the demo and a hub with every state, each behind a real server."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from hub.api import Limiter
from hub.serve import app
from tests.browser import states
from tests.e2e.test_demo import HOST, laid, moved

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""
NODE = next(map(str, HERE.glob("node_modules/node-linux-*/bin/node")), "node")  # of the pins: Debian's is too old


@dataclass(frozen=True)
class Served:
    """A site and where it is served."""

    root: str
    output: Path

    def paths(self) -> list[str]:
        """Every page, as a path below the root; none that only leads on."""
        pages = (path for path in sorted(self.output.rglob("*.html")) if not moved(path.read_bytes()))
        return [path.relative_to(self.output).as_posix().removesuffix("index.html") for path in pages]

    def first(self, part: str) -> str:
        """The first page whose path holds this."""
        return next(path for path in self.paths() if part in path)


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    wanted = {"chromium": CHROMIUM, "node": shutil.which(NODE), "java": shutil.which("java")}
    lacking = [name for name, found in wanted.items() if not found]
    lacking += [] if (HERE / "node_modules/.made").is_file() else ["tests/browser/node_modules (make test-browser)"]
    assert not lacking, f"the browser's tests need {', '.join(lacking)}"


def serving(folder: Path, listener: socket.socket) -> Iterator[Served]:
    made = app(folder / "output", folder / ".hub/index", limiter=Limiter(burst=1_000_000))
    server = uvicorn.Server(uvicorn.Config(made, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Served(address(listener), folder / "output")
    server.should_exit = True
    thread.join(20)


def listening() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    listener = listening()
    folder = laid(tmp_path_factory.mktemp("demo"), address(listener))
    yield from serving(folder.path, listener)


def stated(path: Path, language: str) -> Iterator[Served]:
    listener = listening()
    states.laid(path, address(listener), language).store.close()
    yield from serving(path, listener)


@pytest.fixture(scope="session")
def every(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The hub with every state."""
    yield from stated(tmp_path_factory.mktemp("states") / "hub", "en")


@pytest.fixture(scope="session")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same, from right to left."""
    yield from stated(tmp_path_factory.mktemp("mirrored") / "hub", "ar")


def node(script: str, *arguments: str) -> Any:
    """What a script beside this file tells."""
    done = subprocess.run(
        [NODE, str(HERE / script), *arguments],
        capture_output=True,
        text=True,
        cwd=HERE,
        env={**os.environ, "CHROME_PATH": CHROMIUM},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def looked(site: Served, folder: Path, pages: Sequence[str]) -> Mapping[str, Any]:
    asked = folder / "asked.json"
    asked.write_text(json.dumps({"base": site.root, "pages": pages}), "utf-8")
    return node("look.mjs", str(asked))  # type: ignore[no-any-return]


__all__ = ["HOST", "Served", "looked", "node"]
