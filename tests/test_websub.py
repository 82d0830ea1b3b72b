"""A WebSub hub hears which feeds changed, once, after they were published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import pytest

from hub import run
from hub.sections import Network, PublishSettings
from hub.settings import Brand, Settings
from tests.test_run import NOW, Scripted, item, scripted, update

pytestmark = pytest.mark.slow


class Ear(BaseHTTPRequestHandler):
    """A hub that keeps the forms it is sent, and answers what it is told to."""

    heard: list[dict[str, list[str]]]
    status: list[int]

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.heard.append(parse_qs(form))
        self.send_response(self.status[-1])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Site:
    """A brand's folder with a hub that listens."""

    def __init__(self, folder: Path, address: str, ear: type[Ear]) -> None:
        self.folder, self.address, self.ear = folder, address, ear
        (folder / "content").mkdir()

    def update(self, *channels: Scripted, websub: str | None = None) -> run.Report:
        publish = PublishSettings(websub=self.address if websub is None else websub)
        brand, network = Brand(name="Ada", url="https://talk.ada.example/"), Network(allow=("127.0.0.1",))
        known = {one.name: one for one in channels}
        settings = Settings(folder=self.folder, brand=brand, channels=known, publish=publish, network=network)
        with run.opened(settings, {}, lambda: NOW) as hub:
            return update(hub, recheck=True)

    def feed(self, ending: str) -> bytes:
        return (self.folder / f"output/feeds/all.{ending}").read_bytes()

    @property
    def heard(self) -> set[str]:
        assert {one["hub.mode"][0] for one in self.ear.heard} <= {"publish"}
        return {url.removeprefix("https://talk.ada.example/") for one in self.ear.heard for url in one["hub.url"]}


@contextmanager
def listening() -> Iterator[tuple[str, type[Ear]]]:
    ear = type("Listening", (Ear,), {"heard": [], "status": [202]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), ear)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", ear
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(tmp_path, *stack.enter_context(listening()))


def test_a_hub_hears_of_the_feeds_that_changed_and_once(site: Site) -> None:
    site.update(scripted("blog", item("a")), scripted("news"))
    assert site.heard == set()  # nobody can have asked for them there
    assert site.update(scripted("blog", item("a"), item("b")), scripted("news")).published
    known = {f"feeds/{name}.{ending}" for name in ("all", "channel/blog") for ending in ("atom", "rss", "json")}
    assert site.heard == known
    site.update(scripted("blog", item("a"), item("b")), scripted("news"))
    assert len(site.ear.heard) == len(known)


def test_a_hub_that_fails_is_a_warning_and_hears_of_it_next_time(site: Site) -> None:
    site.update(scripted("blog", item("a")))
    site.ear.status.append(400)
    report = site.update(scripted("blog", item("a"), item("b")))
    assert (report.exit_code, report.published, "answered 400" in report.untold) == (0, True, True)
    site.ear.status.append(204)
    site.ear.heard.clear()
    assert site.update(scripted("blog", item("a"), item("b"), item("c"))).untold == ""
    assert {"feeds/all.atom", "feeds/channel/blog.json"} <= site.heard


def test_feeds_and_headers_name_the_hub(site: Site) -> None:
    site.update(scripted("blog", item("a")))
    atom = {"atom": "http://www.w3.org/2005/Atom"}
    for root in (ET.fromstring(site.feed("atom")), ET.fromstring(site.feed("rss"))[0]):
        assert [link.get("href") for link in root.findall("atom:link[@rel='hub']", atom)] == [site.address]
    assert json.loads(site.feed("json"))["hubs"] == [{"type": "WebSub", "url": site.address}]
    for name in ("_headers", ".htaccess", "_nginx"):
        assert f"<{site.address}>; rel=hub" in (site.folder / "output" / name).read_text("utf-8")


def test_without_the_setting_nothing_names_a_hub(site: Site) -> None:
    report = site.update(scripted("blog", item("a")), websub="")
    assert (report.published, site.ear.heard) == (False, [])
    texts = [path.read_bytes() for path in (site.folder / "output").rglob("*") if path.is_file()]
    assert not [text for text in texts if b'rel="hub"' in text or b"rel=hub" in text or b'"hubs"' in text]
    assert not (site.folder / ".hub/websub.json").exists()


def test_a_setting_of_its_own_is_enough(site: Site) -> None:
    assert site.update(scripted("blog", item("a"))).published
    assert not (site.folder / ".hub/publish-due").exists()
