"""What the relevance set is asked of: the demo's messages, and among them those of the corpora where they lie near."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from random import Random

import feedparser

from hub import run
from hub.model import Account, Batch, Item
from hub.settings import load
from tests.e2e.folder import CHECKOUT, Folder

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
NOW = datetime(2026, 11, 25, tzinfo=UTC)
EACH = 500  # messages of each corpus
CHANNEL = '\n[channels.corpus]\nkind = "feed"\nurl = "https://corpus.example/feed"\n'
Said = tuple[str, str, str]  # author, title, text


@contextmanager
def opened(folder: Path) -> Iterator[run.Hub]:
    """The demo brand as its recordings make it, with the corpora saved beside it, indexed and built."""
    site = Folder(folder / "brand")
    shutil.copytree(CHECKOUT / "content", site.path / "content")
    settings = site.path / "content/hub.toml"
    done = site.update(at=NOW)
    assert done.code == 0, done.err
    settings.write_text(settings.read_text("utf-8") + CHANNEL, "utf-8")
    with run.opened(load(site.path, {}), {}, lambda: NOW) as hub:
        for corpus, rows in sorted(corpora().items()):
            hub.store.save("corpus", Batch(items=tuple(_items(corpus, rows))))
        run.index(hub)
        assert not run.render(hub, NOW).failed
        yield hub


def corpora() -> dict[str, list[Said]]:
    """Public messages by the name of their corpus, a seeded sample of each; none where the corpora are missing."""
    if not CORPORA.is_dir():
        print("the corpora are not here: the demo alone is searched")
        return {}
    found = {"comments": list(_comments()), "tweets": list(_lines("tweets")), "press": list(_press())}
    found["reviews"] = list(_lines("amazonReviewSnippets"))
    return {name: Random(name).sample(rows, min(EACH, len(rows))) for name, rows in found.items()}


def _items(corpus: str, rows: list[Said]) -> Iterator[Item]:
    """One post of the corpus, everything in it as replies."""
    top = f"https://corpus.example/{corpus}"
    author = Account(name="Archive")
    began = NOW - timedelta(days=400)
    yield Item(id=top, url=top, channel="corpus", author=author, published=began, html="<p>.</p>", ours=True)
    for number, (name, title, text) in enumerate(rows):
        ident = f"{top}/{number}"
        when = NOW - timedelta(days=399 * (number + 1) / (len(rows) + 1))
        html = f"<p>{escape(title)}</p><p>{escape(text)}</p>" if title else f"<p>{escape(text)}</p>"
        by = Account(name=name)
        yield Item(id=ident, url=ident, channel="corpus", author=by, published=when, html=html, reply_to=top)


def _comments() -> Iterator[Said]:
    for path in sorted((CORPORA / "spam-youtube").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield row["AUTHOR"][:60], "", _plain(row["CONTENT"])


def _lines(name: str) -> Iterator[Said]:
    text = (CORPORA / "sentiment-vader" / f"{name}_GroundTruth.txt").read_text("utf-8", "replace")
    return (("", "", _plain(line.split("\t")[2])) for line in text.splitlines())


def _press() -> Iterator[Said]:
    folder = CORPORA / "feeds-real-netnewswire"
    for path in sorted([*folder.glob("*.rss"), *folder.glob("*.atom"), *folder.glob("*.xml"), *folder.glob("*.rdf")]):
        for entry in feedparser.parse(path.read_bytes()).entries:
            yield entry.get("author", "")[:60], _plain(entry.get("title", "")), _plain(entry.get("summary", ""))[:3000]


def _plain(text: str) -> str:
    """Without tags and control characters."""
    return " ".join(re.sub(r"<[^>]*>|[\x00-\x1f\x7f-\x9f]", " ", text).split())
