"""Cost follows the change, never the archive: one reply in a large hub rewrites the few files that show it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.model import Item
from hub.pages import address, list_path, page_at
from hub.site.embed import place
from hub.site.follow import FEED
from tests.bench import large
from tests.bench.one_reply import Big, big

SIZES = (pytest.param(1_900, marks=pytest.mark.slow), pytest.param(50_000, marks=pytest.mark.torture))


@pytest.fixture(scope="module", params=SIZES)
def hub(request: pytest.FixtureRequest) -> Iterator[tuple[Big, int]]:
    """A hub of so many items, built, and its one speaking channel asked once."""
    with big(request.param, lambda _: None) as made:
        made.command("update", "--now")
        made.command("update", "--now")
        yield made, request.param


def shown(post: Item, number: int, posts: int) -> set[str]:
    """The files that show a post and how many replies it has, but for search."""
    assert post.published
    year, month = post.published.strftime("%Y %m").split()
    home = list_path("", page_at(number, posts))
    channel = list_path(f"channel/{post.channel}/", page_at(number // 3, (posts - number % 3 + 2) // 3))
    lists = {f"{path}index.html" for path in (home, channel, f"archive/{year}/{month}/", address(post))}
    behind = {f"feeds/all/{number // FEED + 1}.json", f"feeds/channel/{post.channel}/{number // 3 // FEED + 1}.json"}
    leaves = {f"{address(post)}replies.atom", f"{address(post)}activity.json", place(post.url)}
    return {*lists, *leaves, *behind, f"sitemap/{year}-{month}.xml"}


NEWEST = {"index.html", "feeds/replies.atom", "feeds/replies.rss", "feeds/replies.json"}


def test_one_reply_rewrites_only_what_shows_it(hub: tuple[Big, int]) -> None:
    made, many = hub
    number = many // 100
    post = next(item for item in large.items(many) if item.id == large.post_id(number))
    made.answer(post.id)
    written, _ = made.rewritten("update", "--now")
    search = {name for name in written if name.startswith("search/")}
    topics = {name for name in written if name.startswith(("topic/", "feeds/topic/"))}
    assert len(topics) <= 4 * len(post.tags)  # a page of each, and the feeds where it is among the newest
    daily = {
        name for name in written if name.startswith(("insights/", "wall/", "sitemap/pages"))
    }  # new day, new message
    assert set(written) - search - topics - daily == shown(post, number, many // 10) | NEWEST
    assert len(search) <= 12  # its words, its day, itself, and what they are looked up by


def test_quiet_update_writes_nothing(hub: tuple[Big, int]) -> None:
    made, _ = hub
    assert made.rewritten("update", "--now")[0] == []
    assert made.rewritten("update")[0] == []
