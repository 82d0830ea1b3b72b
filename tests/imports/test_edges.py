"""Every threaded set of the corpora, through the store: whoever answers whom hangs below them, whatever came first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from hub import tidy
from hub.channels.bluesky_items import Side, post
from hub.channels.mastodon_items import Site, status, uri
from hub.imports import Target, disqus, isso, wxr
from hub.model import Batch, Item
from hub.store.archive import open_archive
from tests.channels.test_mastodon import recorded
from tests.imports.corpus import corpus

TARGET = Target(channel="talk", site="https://old.example/")
NOW = datetime(2026, 11, 20, tzinfo=UTC)
BLUESKY = ("comment_inreplyto_id", "note")


def mastodon(folder: Path) -> list[Item]:
    """Every status of the recorded answers of a real server, contexts and all."""
    rows = [row for file in sorted(folder.glob("*.json")) for row in recorded(json.loads(file.read_text("utf-8")))]
    site = Site("talk", "http://localhost:3000")
    return list({uri(row): status(row, site) for row in rows if uri(row) and not row["reblog"]}.values())


def granary(folder: Path) -> list[Item]:
    """Bluesky's posts of granary's vectors, with what they answer."""
    views = [json.loads((folder / f"{stem}.bsky.json").read_text("utf-8"))["post"] for stem in BLUESKY]
    return [item for view in views if (item := post(view, Side("talk")))]


SETS: dict[str, Callable[[Path], list[Item]]] = {
    "comments-export-isso/wordpress.xml": lambda path: list(wxr.read(path, TARGET).items),
    "comments-export-isso/disqus.xml": lambda path: list(disqus.read(path, TARGET).items),
    "comments-export-isso/generic.json": lambda path: list(isso.plain(path, TARGET).items),
    "comments-export-disqus-wxr/disqus.xml": lambda path: list(disqus.read(path, TARGET).items),
    "comments-export-disqus-wxr/disqus-deleted-post.xml": lambda path: list(disqus.read(path, TARGET).items),
    "comments-export-disqus-wxr/disqus-deleted-thread.xml": lambda path: list(disqus.read(path, TARGET).items),
    "comments-export-disqus-wxr/commento.json": lambda path: list(isso.commento(path, TARGET).items),
    "mastodon-api": mastodon,
    "granary": granary,
}


def whole(items: list[Item]) -> list[Item]:
    """The items, tidied, with a post of the brand for every page that is answered and stands in no export."""
    kept = [tidy.item(item, NOW) for item in items if not item.private]
    kept = [item if item.reply_to else replace(item, ours=True) for item in kept]
    known = {tidy.name(name) for item in kept for name in (item.id, item.url, *item.aliases)}
    missing = sorted({item.reply_to for item in kept if item.reply_to and tidy.name(item.reply_to) not in known})
    return [
        *kept,
        *(
            Item(id=name, url=name, channel="talk", html=f"<p>{blake2b(name.encode()).hexdigest()}</p>", ours=True)
            for name in missing
        ),
    ]


def wanted(items: list[Item]) -> dict[str, str]:
    """Id of each reply → id of what it answers."""
    posts_last = sorted(items, key=lambda item: not item.reply_to)  # a comment may give its page's address as its own
    called = {tidy.name(name): item.id for item in posts_last for name in (item.id, item.url, *item.aliases) if name}
    return {item.id: called[tidy.name(item.reply_to)] for item in items if item.reply_to}


def hung(items: list[Item], folder: Path) -> Iterator[tuple[str, str]]:
    """The same, as the conversations of an archive say."""
    with open_archive("", folder) as archive:
        for first in range(0, len(items), 20):
            archive.save("talk", Batch(items=tuple(items[first : first + 20])))
        for root in {record.thread for record in archive.records()}:
            thread = archive.thread(root)
            assert thread
            yield from (
                (reply.node.id, reply.parent or root) for reply in thread.replies if isinstance(reply.node, Item)
            )
            line = [root, *(one.id for one in thread.parts.get(root, ()))]
            yield from ((after, before) for before, after in pairwise(line))


@pytest.mark.slow
@pytest.mark.parametrize("order", ["as written", "backwards", "shuffled"])
@pytest.mark.parametrize("name", SETS)
def test_every_reply_hangs_below_what_it_answers(name: str, order: str, tmp_path: Path) -> None:
    items = whole(SETS[name](corpus(name)))
    edges = wanted(items)
    items = items[::-1] if order == "backwards" else items
    if order == "shuffled":
        Random(7).shuffle(items)
    assert edges
    assert dict(hung(items, tmp_path)) == edges
