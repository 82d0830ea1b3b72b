"""Whatever a server answers, nothing that still exists there is lost; what is deleted there goes with the next whole
answer. A thousand random sequences of writing, deleting and bad answers, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
import stamina

from hub.channels import Ask
from hub.channels.wordpress import Wordpress
from hub.store.archive import Archive
from hub.web import Web
from tests.channels.blog import NOW, Blog, served
from tests.torture.pulls import EACH, blank, kept, pull, runs

BAD = ("not modified", "error", "half", "nothing", "short")


def answering(blog: Blog, chance: Random, how_bad: float) -> None:
    """From now on some answers are not what they should be."""
    whole = Blog.answer.__get__(blog)

    def answer(path: str, ask: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = whole(path, ask)
        mood = chance.choice(BAD) if path != "/" and chance.random() < how_bad else ""
        if mood == "not modified":
            return 304, {}, b""
        if mood == "error":
            return chance.choice([500, 502, 503]), {}, b"oops"
        if mood == "short" and body.startswith(b"["):
            return status, *shortened(headers, json.loads(body), chance)
        if mood == "half":
            return status, headers, body[: len(body) // 2]
        if mood == "nothing":
            return status, headers, b""
        return status, headers, body

    blog.answer = answer  # type: ignore[method-assign]


def shortened(headers: dict[str, str], rows: list[object], chance: Random) -> tuple[dict[str, str], bytes]:
    """A list that leaves rows out and counts as if there were no others: nothing in it tells."""
    left = [row for row in rows if chance.random() < 0.5]
    total = int(headers["X-WP-Total"]) - len(rows) + len(left)
    return {**headers, "X-WP-Total": str(total)}, json.dumps(left).encode()


def there(blog: Blog) -> set[str]:
    """Ids of all that the blog shows now."""
    posts = {f"{blog.site}/?p={number}" for number in blog.posts}
    comments = {number: row["post"] for number, row in blog.comments.items() if row["post"] in blog.posts}
    return posts | {f"{blog.site}/?p={post}#comment-{number}" for number, post in comments.items()}


def live(blog: Blog, chance: Random, hour: int) -> None:
    """An hour in the life of a blog."""
    when = (NOW - timedelta(days=2) + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S")
    for rows in (blog.posts, blog.comments):
        for number in [number for number in rows if chance.random() < 0.15]:
            del rows[number]
    if chance.random() < 0.8:
        blog.post(100 * hour + 1, when)
    for number in range(chance.randint(0, 4)):
        if blog.posts:
            blog.comment(100 * hour + 10 + number, chance.choice(list(blog.posts)), when)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    stamina.set_testing(True)
    with Web(agent="test", now=lambda: NOW, allow=("127.0.0.1",), sleep=lambda _: None) as web:
        yield web
    stamina.set_testing(False)


def sequence(seed: int, web: Web, archive: Archive, blog: Blog) -> None:
    chance, channel = Random(seed), Wordpress("blog", blog.site)
    for hour in range(1, 7):
        before = kept(archive)
        live(blog, chance, hour)
        answering(blog, chance, chance.choice([0, 0.2, 0.6]))
        ask = Ask(now=NOW, recheck=chance.random() < 0.5, sweep=chance.random() < 0.3)
        pull(archive, channel, web, ask)
        assert (before & there(blog)) - kept(archive) == set(), (seed, hour)
    answering(blog, chance, 0)
    pull(archive, channel, web, Ask(now=NOW, recheck=True, sweep=True))
    assert kept(archive) == there(blog), seed


@pytest.mark.parametrize("first", runs())
def test_nothing_that_exists_is_lost_and_all_that_is_deleted_goes(first: int, web: Web) -> None:
    for seed in range(first, first + EACH):
        with blank() as archive, served() as blog:
            sequence(seed, web, archive, blog)
