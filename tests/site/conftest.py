"""A hub whose store is filled by hand: everything from the journal to the files is the real thing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.model import Account, Batch, Complete, Item
from hub.rules import Rules, parse
from hub.settings import load
from hub.site import build
from hub.site.job import Built, Job
from hub.site.writer import Made
from hub.store import Store
from hub.store.archive import open_archive

START = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = """
[brand]
name = "Tin Pot"
url = "https://talk.example/{prefix}"
contact = "hello@pot.example"

[channels.blog]
kind = "feed"
url = "https://blog.example/feed"

[channels.news]
kind = "feed"
url = "https://news.example/feed"
"""


@dataclass
class Folder:
    """A brand's folder, its open store, and one verb for each thing that happens to them."""

    path: Path
    store: Store
    rules: Rules
    now: datetime = START + timedelta(days=400)

    def save(self, *items: Item, channel: str = "blog", gone: tuple[str, ...] = ()) -> None:
        complete = (Complete(ids=frozenset()),) if gone == ("all",) else ()
        batch = Batch(items=items, gone=() if complete else gone, complete=complete)
        self.store.save(channel, batch, self.rules.judge)

    def build(self, attempt: Callable[[str, Callable[[], Made]], Made | None] = lambda _, make: make()) -> Built:
        settings = load(self.path, {})
        job = Job(
            settings=settings,
            store=self.store,
            rules=self.rules,
            now=self.now,
            attempt=attempt,
            output=settings.output,
        )
        return build(job)

    def files(self) -> dict[str, bytes]:
        output = self.path / "output"
        paths = (path for path in output.rglob("*") if path.is_file())
        return {path.relative_to(output).as_posix(): path.read_bytes() for path in paths}

    def page(self, ident: str) -> str:
        """The one page of a post."""
        from hub.pages import address

        item = self.store.item(ident)
        assert item
        return (self.path / "output" / address(item) / "index.html").read_text("utf-8")


def lay(path: Path, prefix: str = "") -> Folder:
    (path / "content").mkdir(parents=True)
    (path / "content/hub.toml").write_text(SETTINGS.replace("{prefix}", prefix), "utf-8")
    return Folder(path, open_archive("", path / ".hub"), parse("", "rules.toml"))


@pytest.fixture
def folder(tmp_path):
    made = lay(tmp_path / "hub")
    yield made
    made.store.close()


def post(number: int, **changed: object) -> Item:
    """The brand's n-th post, one a day."""
    given: dict[str, object] = {
        "id": f"https://blog.example/?p={number}",
        "url": f"https://blog.example/{number}/",
        "channel": "blog",
        "kind": "article",
        "author": Account(name="Ines"),
        "published": START + timedelta(days=number),
        "html": f"<p>Body of post {number}</p>",
        "title": f"Post {number}",
        "ours": True,
    }
    return Item(**(given | changed))  # type: ignore[arg-type]


def reply(number: int, to: str, **changed: object) -> Item:
    """Somebody's answer, an hour after the one before."""
    given: dict[str, object] = {
        "id": f"https://blog.example/?c={number}",
        "url": f"https://blog.example/#comment-{number}",
        "channel": "blog",
        "author": Account(name=f"Reader {number}"),
        "published": START + timedelta(days=200, hours=number),
        "html": f"<p>Words of reply {number}</p>",
        "reply_to": to,
    }
    return Item(**(given | changed))  # type: ignore[arg-type]
