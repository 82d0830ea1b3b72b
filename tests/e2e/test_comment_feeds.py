"""Feeds whose posts name comment feeds: which of them are asked, and what their failures may not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.blogserver import START, Blogs, Post, comments, rss
from tests.e2e.folder import Folder
from tests.hostile.server import Route, page

pytestmark = pytest.mark.slow
NOW = START + timedelta(days=1)
QUIET, OLD, HOT = Post("quiet"), Post("old", ["a", "b"], days=100), Post("hot", ["one", "two", "three"])
POSTS = (QUIET, OLD, HOT)


@dataclass(frozen=True)
class Blog:
    """A hub that follows one blog, whose every comment it has."""

    server: Blogs
    folder: Folder

    def says(self, *posts: Post) -> None:
        rss(self.server, "blog", posts)
        for post in posts:
            comments(self.server, "blog", post)

    def asked(self, days: int = 0) -> set[str]:
        """Which documents the next update asks for, each once."""
        self.server.forget()
        assert self.folder.update(at=NOW + timedelta(days=days)).code == 0
        assert set(self.server.asked().values()) <= {1}
        return {path.removeprefix("/blog/") for path in self.server.asked()}

    def replies(self) -> set[str]:
        return {item["text"] for item in self.folder.export() if item["kind"] == "reply"}


@contextmanager
def following(path: Path) -> Iterator[Blog]:
    with Blogs() as server:
        folder = Folder(path).settings({"blog": {"kind": "feed", "url": server.url("/blog/feed")}})
        made = Blog(server, folder)
        made.says(*POSTS)
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Blog]:
    with following(tmp_path) as blog:
        yield blog


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blog]:
    with following(tmp_path_factory.mktemp("blog")) as blog:
        blog.asked()
        yield blog


@pytest.fixture
def blog(known: Blog) -> Blog:
    """One that was pulled before and is well again."""
    known.says(*POSTS)
    return known


def test_comment_feeds_are_asked_where_there_are_comments_then_where_they_moved(fresh: Blog) -> None:
    blog = fresh
    assert blog.asked() == {"feed", "old/feed", "hot/feed"}
    assert blog.replies() == {"a", "b", "one", "two", "three"}
    blog.says(QUIET, replace(OLD, comments=["a", "b", "c"]), replace(HOT, comments=[*HOT.comments, "four"]))
    assert blog.asked(days=1) == {"feed", "hot/feed"}
    assert blog.replies() == {"a", "b", "one", "two", "three", "four"}
    assert blog.asked(days=2) == {"feed"}


def test_a_demand_asks_every_watched_post_and_no_old_one(blog: Blog) -> None:
    blog.server.forget()
    blog.folder.update("--now", at=NOW + timedelta(days=3))
    assert set(blog.server.asked()) == {"/blog/feed", "/blog/quiet/feed", "/blog/hot/feed"}


BROKEN: dict[str, Route] = {
    "304 that nobody asked for": page(b"", 304),
    "500": page(b"", 500),
    "404": page(b"", 404),
    "410": page(b"", 410),
    "a login page": page(b"<html><body>Log in</body></html>", content_type="text/html"),
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n<?xml version='1.0'?><rss><channel>",
    "half a document": page(b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title><item><ti"),
    "nothing": page(b""),
}


def shown(items: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(item["id"], item["parent_id"], item["html"]) for item in items]


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_comment_feed_deletes_nothing(blog: Blog, what: str) -> None:
    before, pages = shown(blog.folder.export()), blog.folder.bytes()
    blog.server.routes["/blog/hot/feed"] = BROKEN[what]
    ran = blog.folder.update("--now", at=NOW + timedelta(days=3))
    assert (ran.code, ran.channels["blog"]["gone"]) == (0, 0)
    assert (shown(blog.folder.export()), blog.folder.bytes()) == (before, pages)


def test_a_failing_comment_feed_is_a_warning_that_status_tells(blog: Blog) -> None:
    blog.server.routes["/blog/hot/feed"] = page(b"", 500)
    blog.folder.update("--now", at=NOW + timedelta(days=3))
    (row,) = blog.folder.hub("--json", "status").json["channels"]
    assert row["error"] == ""
    assert "hot" in row["warnings"][0]


def test_a_comment_feed_that_shrank_deletes_nothing(blog: Blog) -> None:
    before = blog.replies()
    blog.says(QUIET, OLD, replace(HOT, comments=["one"]))
    assert blog.folder.update("--now", at=NOW + timedelta(days=3)).code == 0
    assert blog.replies() == before
