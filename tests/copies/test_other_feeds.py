"""A blog's feeds in several formats, as the world wrote them: the same piece item by item, no two others joined."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from hub import tidy
from hub.copies import Rulings, grouped
from hub.model import Item
from hub.pieces import piece
from tests.channels.test_real_feeds import CORPORA, NOW, pulled
from tests.copies.test_copies import among

BLOGS = {
    "DaringFireball": ("atom", "json", "rss"),
    "allthis": ("atom", "json"),
}
REAL = CORPORA / "feeds-real-netnewswire"


def brought(name: str, tmp_path: Path) -> list[Item]:
    """What a feed brings, tidied, on a channel of its own."""
    items = pulled((REAL / name).read_bytes(), tmp_path)[0]
    return [tidy.item(replace(item, channel=name, ours=True), NOW) for item in items]


@pytest.mark.parametrize("blog", BLOGS)
def test_feeds_of_one_blog_group_item_by_item(blog: str, tmp_path: Path) -> None:
    items = [item for kind in BLOGS[blog] for item in brought(f"{blog}.{kind}", tmp_path)]
    # Some formats bring the very ids of others: those are one item to the store already.
    each = {(item.id, item.channel): item for item in items}
    pieces = [replace(piece(item), id=json.dumps(key)) for key, item in each.items()]
    found = grouped(pieces, among(pieces, Rulings()), Rulings())
    groups: dict[str, list[Item]] = {}
    for key, item in each.items():
        name = json.dumps(key)
        groups.setdefault(found[name].of or name, []).append(item)
    titles = Counter(title for kind in {item.channel for item in items} for title in told(items, kind))
    assert all(len({item.title for item in group}) == 1 for group in groups.values())
    assert {group[0].title for group in groups.values() if len(group) > 1} == {one for one in titles if titles[one] > 1}


def told(items: list[Item], channel: str) -> set[str]:
    return {item.title for item in items if item.channel == channel}
