"""Networks at their documented limits, by real updates over real HTTP: in the end every reply stands there once, and
until then the page of the post says that some do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.channels.appview import JO, US, AppView, uri
from tests.channels.appview import served as appview
from tests.channels.fediverse import NOW, Server, a_long_thread, replies
from tests.channels.fediverse import served as mastodon
from tests.channels.loopback import Answer, Query, served
from tests.e2e.folder import Folder, Ran

pytestmark = pytest.mark.slow
ROUND = timedelta(minutes=20)
PEACE = {"Retry-After": "300"}


class Hub:
    """A folder that is updated every twenty minutes."""

    def __init__(self, path: Path) -> None:
        self.folder, self.now = Folder(path), NOW

    def update(self) -> Ran:
        self.now += ROUND
        return self.folder.update(at=self.now)

    def replies(self) -> list[str]:
        return sorted(item["id"] for item in self.folder.export() if item["kind"] == "reply")

    def notices(self) -> dict[str, list[str]]:
        """What each post's page says of what it does not show."""
        pages = sorted((self.folder.path / "output").glob("p/*/index.html"))
        return {page.parent.name: re.findall(r'<p class="notice">(.+?)</p>', page.read_text("utf-8")) for page in pages}

    def status(self) -> str:
        return self.folder.hub("status").out


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    with ExitStack() as stack:
        near, far = stack.enter_context(mastodon()), stack.enter_context(mastodon())
        near.peace = far.peace = PEACE
        yield near, far


@pytest.fixture
def view() -> Iterator[AppView]:
    with appview() as view:
        yield view


@dataclass
class Forum:
    """A Discourse with one topic, twenty posts an answer. `left`: answers until it asks for five minutes of peace."""

    posts: int
    left: int = 0
    site: str = ""

    def answer(self, path: str, ask: Query) -> Answer:
        self.left -= 1
        if self.left < 0:
            return 429, {}
        stream = list(range(1, self.posts + 1))
        if path == "/latest.json":
            line = {"id": 1, "posts_count": self.posts, "bumped_at": NOW.isoformat(), "archetype": "regular"}
            return 200, {"topic_list": {"topics": [line]}}
        if path == "/t/1.json":
            posts = {"posts": [self.post(number) for number in stream[:20]], "stream": stream}
            return 200, {"id": 1, "slug": "tea", "title": "Tea", "posts_count": self.posts, "post_stream": posts}
        return 200, {"post_stream": {"posts": [self.post(int(number)) for number in ask["post_ids[]"]]}}

    def post(self, number: int) -> dict[str, object]:
        made = (NOW - timedelta(minutes=self.posts - number)).isoformat()
        who = f"fan{number % 7}" if number > 1 else "us"
        words = {"username": who, "cooked": f"<p>word {number}</p>", "created_at": made}
        return {"id": number, "post_number": number, "post_type": 1, **words}


def social(server: Server, **more: object) -> dict[str, dict[str, object]]:
    return {"social": {"kind": "mastodon", "url": f"{server.site}/@brand", **more}}


def sky(view: AppView) -> dict[str, dict[str, object]]:
    return {"sky": {"kind": "bluesky", "handle": "us.example", "service": view.site, "login": view.site}}


def a_deep_talk(view: AppView) -> list[str]:
    """Forty replies, each to the one before."""
    names = [view.post(US, "root", (NOW - timedelta(days=1)).isoformat())]
    for number in range(40):
        names.append(view.post(JO, f"n{number}", (NOW - timedelta(hours=20 - number / 9)).isoformat(), names[-1]))
    return sorted(names[1:])


def test_300_replies_at_60_an_answer_and_a_429_with_retry_after_in_every_run(
    tmp_path: Path, servers: tuple[Server, Server]
) -> None:
    a_long_thread(*servers)
    hub, runs = Hub(tmp_path), list[tuple[int, bool]]()
    hub.folder.settings(social(servers[0]))
    servers[0].left = 4
    while hub.update().code:
        runs.append((len(hub.replies()), any(hub.notices().values())))
        servers[0].left = 4
    assert hub.replies() == sorted(replies(servers[0]))
    assert (hub.notices().popitem()[1], len(runs) > 3) == ([], True)
    assert all(says for many, says in runs if many < 300)


def test_a_token_that_expires_in_the_middle_and_the_new_one_in_the_settings(
    tmp_path: Path, servers: tuple[Server, Server]
) -> None:
    server, far = servers
    for _ in range(3):
        a_long_thread(server, far)
    server.lasts = 4  # for the account, both pages of its list and one conversation
    hub = Hub(tmp_path)
    hub.folder.write("token", "sesame")
    hub.folder.settings(social(server, token="file:token"))
    assert (hub.update().code, len(hub.replies())) == (69, 300)
    assert "social: Refused: " in hub.status()
    assert sorted(map(len, hub.notices().values())) == [0, 1, 1]
    server.token, server.lasts = "new", 10**6
    hub.folder.write("token", "new")
    hub.now += timedelta(days=1)
    assert (hub.update().code, hub.replies()) == (0, sorted(replies(server)))
    assert not any(hub.notices().values())


def test_a_talk_forty_deep_that_is_cut_at_ten_and_a_429_after_every_answer(tmp_path: Path, view: AppView) -> None:
    names, hub, runs = a_deep_talk(view), Hub(tmp_path), list[tuple[int, int]]()
    hub.folder.settings(sky(view))
    left = [0]

    def before(method: str) -> Answer | None:
        left[0] -= "Thread" in method
        return (429, {}) if left[0] < 0 else None

    view.before = before
    while not runs or (runs[-1][0] and len(runs) < 9):
        left[0] = 1
        runs.append((hub.update().code, len(hub.replies())))
        assert bool(hub.notices().popitem()[1]) is bool(runs[-1][0])
    assert runs == [(69, 10), (69, 20), (69, 30), (0, 40)]
    assert hub.replies() == names


def test_a_reply_that_the_network_counts_and_does_not_show_is_told_of(tmp_path: Path, view: AppView) -> None:
    names = a_deep_talk(view)
    hub = Hub(tmp_path)
    hub.folder.settings(sky(view))
    last = uri(JO, "n39")
    view.hidden.append(last)
    hub.update()
    assert hub.replies() == [name for name in names if name != last]
    assert any("39 of 40" in note for note in hub.notices().popitem()[1])


def test_a_topic_of_300_posts_at_six_answers_an_update(tmp_path: Path) -> None:
    forum, hub, codes = Forum(300), Hub(tmp_path), list[int]()
    with served(forum.answer) as forum.site:
        hub.folder.settings({"forum": {"kind": "discourse", "url": forum.site, "team": ["us"]}})
        while 0 not in codes and len(codes) < 9:
            forum.left = 6
            codes.append(hub.update().code)
            assert (codes[-1] == 0) == (not any(hub.notices().values()))
    names = [f"{forum.site}/p/{number}" for number in range(2, 301)]
    assert (codes[-1], hub.replies()) == (0, sorted(names))
