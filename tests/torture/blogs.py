"""Blogs on loopback, in two states: what they said yesterday, and what they say today."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.hostile.server import Hostile, conditional

YESTERDAY = datetime(2026, 6, 1, 6, tzinfo=UTC)
TODAY = YESTERDAY + timedelta(days=1)
NAMES = ("one", "two")
SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    ' xmlns:at="http://purl.org/atompub/tombstones/1.0"'
)


@dataclass(frozen=True)
class State:
    """Of each blog: posts and replies by number; those edited; those gone."""

    posts: range
    replies: range
    edited: frozenset[int] = frozenset()
    gone_posts: range = range(0)
    gone_replies: range = range(0)


BEFORE = State(range(66), range(60))
AFTER = State(range(12, 90), range(12, 340), frozenset(range(20, 40)), range(12), range(12))
"""Of two blogs: 24 posts and 24 replies go, 80 are edited, 48 posts and 560 replies come."""


def put(server: Hostile, state: State) -> None:
    """Serve all blogs in this state."""
    for name in NAMES:
        _serve(server, f"/{name}/posts", _posts(name, state))
        _serve(server, f"/{name}/talk", _replies(name, state))


def channels(server: Hostile) -> Mapping[str, Mapping[str, object]]:
    """Tables of the settings for them."""
    posts = {name: {"kind": "feed", "url": server.url(f"/{name}/posts")} for name in NAMES}
    talk = {f"{name}-talk": {"kind": "feed", "url": server.url(f"/{name}/talk"), "ours": False} for name in NAMES}
    return {**posts, **talk}


def _serve(server: Hostile, path: str, entries: Iterable[str]) -> None:
    body = f'<?xml version="1.0"?><feed {SPACES}><title>{path}</title>{"".join(entries)}</feed>'.encode()
    server.routes[path] = conditional(body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')


def _posts(name: str, state: State) -> Iterable[str]:
    for number in state.posts:
        text = f"Edited text {number}" if number in state.edited else f"Text of {name} {number}"
        yield _entry(f"{name}:p{number}", f"Post {number} of {name}", text, YESTERDAY - timedelta(days=90 - number))
    yield from (_gone(f"{name}:p{number}") for number in state.gone_posts)


def _replies(name: str, state: State) -> Iterable[str]:
    for number in state.replies:
        text = f"Edited words {number}" if number in state.edited else f"Words of {name} {number}"
        parent = f"{name}:p{number % 90}" if number % 4 else f"{name}:c{number // 2}"
        when = YESTERDAY - timedelta(hours=400 - number)
        yield _entry(f"{name}:c{number}", "", text, when, f'<thr:in-reply-to ref="tag:blogs.example,2026:{parent}"/>')
    yield from (_gone(f"{name}:c{number}") for number in state.gone_replies)


def _entry(name: str, title: str, text: str, when: datetime, more: str = "") -> str:
    link = f"https://blogs.example/{name.replace(':', '/')}/"
    return (
        f"<entry><id>tag:blogs.example,2026:{name}</id><title>{title}</title><link href='{link}'/>{more}"
        f"<published>{when.isoformat()}</published><updated>{when.isoformat()}</updated>"
        f"<author><name>Writer {name}</name></author><content type='html'>{text}</content></entry>"
    )


def _gone(name: str) -> str:
    return f'<at:deleted-entry ref="tag:blogs.example,2026:{name}" when="{TODAY.isoformat()}"/>'
