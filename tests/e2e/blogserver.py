"""Feeds with comment feeds on a loopback server that honours ETags: real bytes, and a count of who asked for what."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from tests.hostile.server import Hostile, conditional

SPACES = 'xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)  # recent enough to be watched


@dataclass
class Blogs(Hostile):
    """A server whose documents can be replaced; `asked` counts requests by path since the last `forget`."""

    since: int = 0

    def put(self, path: str, body: bytes) -> str:
        """Serve a document; its ETag follows its bytes. Gives its address."""
        self.routes[path] = conditional(body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
        return self.url(path)

    def asked(self) -> Counter[str]:
        return Counter(request.path for request in self.hits[self.since :])

    def forget(self) -> None:
        self.since = len(self.hits)


@dataclass
class Post:
    """A post with its comments, and how many of them the blog announces (None: the true number)."""

    name: str
    comments: list[str] = field(default_factory=list)
    announced: int | None = None
    days: int = 0  # before START

    def published(self) -> str:
        return _date(START - timedelta(days=self.days))


def rss(server: Blogs, blog: str, posts: Iterable[Post]) -> str:
    """Serve a blog's feed as WordPress writes it. Gives its address."""
    return server.put(f"/{blog}/feed", _channel(blog, "".join(_post(server, blog, post) for post in posts)))


def comments(server: Blogs, blog: str, post: Post) -> str:
    """Serve a post's comment feed."""
    items = "".join(_comment(server, blog, post, text, at) for at, text in enumerate(post.comments))
    return server.put(f"/{blog}/{post.name}/feed", _channel(f"Comments on {post.name}", items))


def _channel(title: str, items: str) -> bytes:
    text = f'<rss version="2.0" {SPACES}><channel><title>{title}</title>{items}</channel></rss>'
    return b'<?xml version="1.0"?>' + text.encode()


def _post(server: Blogs, blog: str, post: Post) -> str:
    link, count = server.url(f"/{blog}/{post.name}"), len(post.comments) if post.announced is None else post.announced
    return (
        f"<item><title>Post {post.name}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{post.published()}</pubDate><description>About {post.name}</description>"
        f"<wfw:commentRss>{link}/feed</wfw:commentRss><slash:comments>{count}</slash:comments></item>"
    )


def _comment(server: Blogs, blog: str, post: Post, text: str, at: int) -> str:
    link = server.url(f"/{blog}/{post.name}#comment-{at}")
    when = _date(START - timedelta(days=post.days) + timedelta(minutes=at + 1))
    return (
        f"<item><title>By: Jo</title><link>{link}</link><guid>{link}</guid><author>Jo</author>"
        f"<pubDate>{when}</pubDate><description>{escape(text)}</description></item>"
    )


def _date(when: datetime) -> str:
    return when.strftime("%a, %d %b %Y %H:%M:%S +0000")
