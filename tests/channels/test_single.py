"""Every kind that claims to have read a list whole can be asked for what that list lacks: what is there, what is not,
and what nobody can say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import stamina

from hub.channels import Ask, Channel, Sure
from hub.channels.blogger import Blogger
from hub.channels.bluesky import Bluesky
from hub.channels.discourse import Discourse
from hub.channels.disqus import Disqus
from hub.channels.facebook import Facebook
from hub.channels.ghost import Ghost
from hub.channels.github import Github
from hub.channels.hackernews import Hackernews
from hub.channels.instagram import Instagram
from hub.channels.lemmy import Lemmy
from hub.channels.linkedin import Linkedin
from hub.channels.mastodon import Mastodon
from hub.channels.podcast import Podcast
from hub.channels.reddit import Reddit
from hub.channels.stackexchange import Stackexchange
from hub.channels.threads import Threads
from hub.channels.wordpress import Wordpress
from hub.channels.youtube import Youtube
from hub.errors import ChannelError
from hub.model import Item
from hub.replay import Played
from hub.web import Web

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
Answers = Mapping[str, tuple[int, object]]


class Network:
    """Answers by a pattern of the address; what is not listed is not there."""

    def __init__(self, answers: Answers, status: int = 0) -> None:
        self.answers, self.status = answers, status

    def answer(self, method: str, url: str, headers: Mapping[str, str]) -> Played:
        login = "access_token" in url
        found = [one for pattern, one in self.answers.items() if re.search(pattern, url)]
        status, body = found[0] if found else (404, {"error": "not found"})
        if self.status and not login:
            status, body = self.status, {"error": "out of order"}
        return Played(status, {"content-type": "application/json"}, json.dumps(body).encode())


def item(id: str, *aliases: str, root: str = "https://ada.example/post") -> Item:
    return Item(id=id, url=id, channel="c", aliases=aliases, root=root, reply_to=root)


def at(did: str, key: str) -> str:
    return f"at://did:plc:{did * 24}/app.bsky.feed.post/{key}"


def view(name: str) -> object:
    record = {"$type": "app.bsky.feed.post", "text": "a", "createdAt": "2026-11-05T10:00:00Z"}
    return {"uri": name, "cid": "c", "author": {"did": name.split("/")[2], "handle": "jo.example"}, "record": record}


def toot(site: str, id: str, visibility: str = "public") -> object:
    who = {"id": "jo", "acct": "jo", "username": "jo", "url": f"{site}/@jo", "uri": f"{site}/users/jo"}
    name = f"{site}/users/jo/statuses/{id}"
    return {"id": id, "uri": name, "url": name, "account": who, "visibility": visibility, "content": "<p>a</p>"}


def said(id: int, **more: object) -> object:
    return {"id": id, "url": f"https://forum.example/p/{id}", **more}


B, L = "tag:blogger.com,1999:blog-1.post-", "https://lemmy.example/comment/"
HOME, FAR = "https://social.example", "https://far.example"
GIT = "https://github.com/ada/kettle/issues/5#issuecomment-"
WORD = {"author": {"name": "Jo"}, "createdAt": "2026-11-05T10:00:00", "message": "<p>a</p>"}
HERE = {**WORD, "id": "1", "thread": {"link": "https://ada.example/post"}, "isApproved": True}
GHOST = {"id": "1", "status": "published", "html": "<p>a</p>", "post": {"id": "p", "url": "https://ada.example/post/"}}

KINDS: list[tuple[Channel, list[Item], Answers]] = [
    (
        Wordpress("c", "https://ada.example"),
        [
            *(item(f"https://ada.example/?p=1#comment-{n}", f"https://ada.example/?p=1#comment-{n}") for n in (1, 2)),
            item("https://ada.example/?p=9", "https://ada.example/?p=9", root=""),
            item("https://old.example/?p=1#comment-1", "https://old.example/?p=1#comment-1"),
        ],
        {
            r"/comments/1$": (200, {"id": 1, "status": "approved"}),
            r"/comments/2$": (401, {"code": "rest_cannot_read"}),
            r"/posts/9$": (404, {"code": "rest_post_invalid_id"}),
        },
    ),
    (
        Mastodon("c", f"{HOME}/@ada"),
        [
            item(f"{HOME}/users/jo/statuses/1"),
            item(f"{HOME}/users/jo/statuses/2"),
            item(f"{HOME}/users/jo/statuses/3"),
            item(f"{FAR}/users/jo/statuses/4"),
            item(f"{FAR}/users/jo/statuses/5"),
        ],
        {
            rf"{HOME}/api/v1/statuses/1$": (200, toot(HOME, "1")),
            rf"{HOME}/api/v1/statuses/3$": (200, toot(HOME, "3", "private")),
            rf"{FAR}/api/v1/statuses/4$": (200, toot(FAR, "4")),
        },
    ),
    (
        Bluesky("c", "us.example"),
        [item(at("a", "1")), item(at("a", "2"))],
        {
            "getPosts": (200, {"posts": [view(at("a", "1"))]}),
            "getProfiles": (200, {"profiles": [{"did": f"did:plc:{'a' * 24}"}]}),
        },
    ),
    (
        Podcast("c", "https://ada.example/feed"),
        [
            item(at("a", "1")),
            item(at("a", "2")),
            item(f"{FAR}/users/jo/statuses/4"),
            item(f"{FAR}/users/jo/statuses/5"),
        ],
        {
            "getPosts": (200, {"posts": [view(at("a", "1"))]}),
            "getProfiles": (200, {"profiles": [{"did": f"did:plc:{'a' * 24}"}]}),
            rf"{FAR}/api/v1/statuses/4$": (200, toot(FAR, "4")),
        },
    ),
    (
        Youtube("c", "UC" + "x" * 22, "key"),
        [item(f"https://www.youtube.com/watch?v=v&lc={n}") for n in (1, 2)]
        + [item("https://www.youtube.com/watch?v=w", root="")],
        {
            "/comments": (200, {"items": [{"id": "1", "snippet": {"textDisplay": "a"}}]}),
            "/videos": (200, {"items": [{"id": "w", "status": {"privacyStatus": "private"}}]}),
        },
    ),
    (
        Disqus("c", "kettle", "key"),
        [item("urn:disqus:post:1"), item("urn:disqus:post:2"), item("urn:disqus:post:3")],
        {
            "post=1(&|$)": (200, {"code": 0, "response": HERE}),
            "post=2(&|$)": (400, {"code": 2, "response": "Invalid argument, 'post': Unable to find post '2'"}),
            "post=3(&|$)": (200, {"code": 0, "response": {**HERE, "id": "3", "isDeleted": True}}),
        },
    ),
    (
        Ghost("c", "https://ada.example", "key", "1:ab"),
        [
            item("https://ada.example/post/#ghost-comments-1"),
            item("https://ada.example/post/#ghost-comments-2"),
            item("https://ada.example/welcome/", root=""),
        ],
        {
            "filter=id%3A%271%27": (200, {"comments": [GHOST], "meta": {}}),
            "filter=id%3A%272%27": (200, {"comments": [], "meta": {}}),
        },
    ),
    (
        Blogger("c", "https://ada.example"),
        [item(f"{B}{n}", root=f"{B}7") for n in (1, 2)] + [item(f"{B}8", root="")],
        {"feeds/7/comments/default/1": (200, {"entry": {"id": {"$t": f"{B}1"}}})},
    ),
    (
        Discourse("c", "https://forum.example"),
        [*(item(f"https://forum.example/p/{n}") for n in (1, 2, 3, 4)), item("https://old.example/p/1")],
        {
            "/posts/1.json": (200, said(1)),
            "/posts/2.json": (403, {"error_type": "invalid_access"}),
            "/posts/3.json": (200, said(3, user_deleted=True)),
        },
    ),
    (
        Lemmy("c", "https://lemmy.example/c/kettle"),
        [item(f"{L}1"), item(f"{L}2"), item(f"{FAR}/comment/9", f"{L}3")],
        {
            "comment\\?id=1$": (200, {"comment_view": {"comment": {"id": 1, "ap_id": f"{L}1"}}}),
            "comment\\?id=2$": (400, {"error": "couldnt_find_comment"}),
            "comment\\?id=3$": (
                200,
                {"comment_view": {"comment": {"id": 3, "ap_id": f"{FAR}/comment/9", "removed": True}}},
            ),
        },
    ),
    (
        Github("c", "ada/kettle"),
        [item(f"{GIT}{n}", f"https://api.github.com/repos/ada/kettle/issues/comments/{n}") for n in (1, 2)],
        {"issues/comments/1$": (200, {"html_url": f"{GIT}1", "node_id": "n"})},
    ),
    (
        Hackernews("c", "https://ada.example"),
        [item(f"https://news.ycombinator.com/item?id={n}") for n in (1, 2, 3)],
        {"items/1$": (200, {"author": "jo", "text": "a"}), "items/2$": (200, {"author": "jo", "text": "[flagged]"})},
    ),
    (
        Stackexchange("c", tags=("kettle",)),
        [
            item("https://stackoverflow.com/a/1"),
            item("https://stackoverflow.com/a/2"),
            item("https://stackoverflow.com/posts/comments/3"),
            item("https://stackoverflow.com/posts/comments/4"),
        ],
        {
            "/answers/": (200, {"items": [{"answer_id": 1}], "has_more": False}),
            "/comments/": (200, {"items": [{"comment_id": 3}], "has_more": False}),
        },
    ),
    (
        Reddit("c", "id", "secret", search="kettle"),
        [item(f"https://www.reddit.com/comments/p/_/{n}") for n in ("a", "b", "c")],
        {
            "access_token": (200, {"access_token": "t"}),
            "/api/info": (
                200,
                {
                    "data": {
                        "children": [
                            {"kind": "t1", "data": {"id": "a", "author": "jo", "body": "a"}},
                            {"kind": "t1", "data": {"id": "b", "author": "[deleted]", "body": "[removed]"}},
                        ]
                    }
                },
            ),
        },
    ),
    (
        Facebook("c", "1", "token", replies=True),
        [item(f"https://www.facebook.com/1_{n}") for n in (1, 2, 3)],
        {"/1_1\\?": (200, {"id": "1_1"}), "/1_2\\?": (200, {"id": "1_2", "is_hidden": True})},
    ),
    (
        Instagram("c", "1", "token", replies=True),
        [item(f"https://www.instagram.com/p/x/c/{n}/") for n in (1, 2, 3)],
        {"/1\\?": (200, {"id": "1"}), "/2\\?": (200, {"id": "2", "hidden": True})},
    ),
    (
        Linkedin("c", "1", "token"),
        [item(f"urn:li:share:{n}", root="") for n in (1, 2)],
        {"share%3A1$": (200, {"id": "urn:li:share:1", "lifecycleState": "PUBLISHED", "visibility": "PUBLIC"})},
    ),
    (
        Threads("c", "token"),
        [item("https://www.threads.com/@ada/post/1", root=""), item("https://www.threads.com/@ada/post/2", root="")],
        {"/11\\?": (200, {"id": "11", "permalink": "https://www.threads.com/@ada/post/1"})},
    ),
]
WATCHED = {f"https://www.threads.com/@ada/post/{n}": [f"1{n}", "2026-11-05T10:00:00+00:00", ""] for n in (1, 2)}
CURSOR = {"api": "https://ada.example/wp-json/", "version": 3, "watched": WATCHED}
THERE = {Podcast: 2, Mastodon: 2, Stackexchange: 2}
EVERY = pytest.mark.parametrize(("channel", "items", "answers"), KINDS, ids=lambda one: type(one).__name__)


@pytest.fixture(autouse=True)
def _any_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A web client that is given a network in place of a recording asks that network."""
    monkeypatch.setattr("hub.web.Replay", lambda network: network)
    stamina.set_testing(True)


def still(channel: Channel, items: list[Item], network: Network) -> set[str]:
    assert isinstance(channel, Sure)
    with Web(agent="test", now=lambda: NOW, replay=network, sleep=lambda _: None) as web:  # type: ignore[arg-type]
        return set(channel.still(web, CURSOR, Ask(now=NOW), items))


@EVERY
def test_what_is_shown_when_it_is_asked_for_alone_is_still_there(
    channel: Channel, items: list[Item], answers: Answers
) -> None:
    found = still(channel, items, Network(answers))
    first = {item.id for item in items if item in (items[0], *(items[2:] if type(channel) in THERE else ()))}
    assert items[0].id in found
    assert found <= first
    assert len(found) == THERE.get(type(channel), 1)


@EVERY
@pytest.mark.parametrize("status", [401, 500])
def test_what_nobody_can_say_is_an_error(channel: Channel, items: list[Item], answers: Answers, status: int) -> None:
    with pytest.raises(ChannelError):
        still(channel, items, Network(answers, status))


@pytest.mark.parametrize(
    ("channel", "one", "answers"),
    [
        (
            Mastodon("c", f"{HOME}/@ada"),
            item(f"{HOME}/users/jo/statuses/1", root=""),
            {f"{HOME}/api/v1/statuses/1$": (200, toot(HOME, "1"))},
        ),
        (
            Bluesky("c", "us.example"),
            item(at("a", "1"), root=""),
            {"getPosts\\?uris": (200, {"posts": [view(at("a", "1"))]}), "get": (200, {"posts": [], "profiles": []})},
        ),
        (
            Youtube("c", "UC" + "x" * 22, "key"),
            item("https://www.youtube.com/watch?v=w", root=""),
            {"/videos": (200, {"items": [{"id": "w", "snippet": {"channelId": "UCother"}}]})},
        ),
    ],
)
def test_what_the_brand_said_under_an_account_it_left_is_no_longer_its(
    channel: Channel, one: Item, answers: Answers
) -> None:
    cursor = {"account": "me", "did": f"did:plc:{'b' * 24}", "id": "UC" + "x" * 22}
    assert isinstance(channel, Sure)
    with Web(agent="test", now=lambda: NOW, replay=Network(answers), sleep=lambda _: None) as web:  # type: ignore[arg-type]
        asked = Ask(now=NOW)
        assert list(channel.still(web, cursor, asked, [replace(one, ours=True)])) == []
