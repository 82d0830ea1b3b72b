"""Questions to a Bluesky AppView (XRPC over HTTP): lists page by page, posts by name, whole conversations.

https://docs.bsky.app/docs/category/http-reference
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from hub.channels.bluesky_items import Side, is_open, named, post
from hub.channels.bluesky_tree import Tree
from hub.channels.loose import Json, at, mapping, rows, string, when
from hub.errors import Malformed, Missing, Unreachable
from hub.model import Item
from hub.web import Answer, Seen, Web, shown

THREAD, SEARCH = "app.bsky.feed.getPostThread", "app.bsky.feed.searchPosts"
GROUP = 25  # the most that getPosts and getProfiles take at once
PAGE = 100
PAGES = 20  # of a list that is not worked off by a cursor
DEPTH = 100  # asked for; the public AppView answers about ten levels whatever is asked (issue #3147 of atproto)
LATELY = timedelta(hours=1)  # search is asked from a little before its newest find: an index is never quite in order
LEAVES = 300  # requests for one conversation in one pull
ABSENT = ("NotFound", "ActorNotFound", "AccountTakedown", "AccountDeactivated", "RepoNotFound")


@dataclass(slots=True)
class View:
    """An AppView, asked without login; with one (`account`, `password`) for what needs it."""

    web: Web
    service: str
    login: str = ""
    account: str = ""
    password: str = ""
    token: str = ""

    def ask(self, method: str, params: Json, seen: Seen | None = None) -> Answer:
        """One query. Missing for posts and accounts that are not there, which XRPC tells with a 400."""
        return self._get(f"{self.service}/xrpc/{method}", params, seen, {})

    def ask_as_us(self, method: str, params: Json) -> Answer:
        """One query that needs the login; a token that ran out is renewed once."""
        address = f"{self.login}/xrpc/{method}"
        for _ in range(2):
            known, self.token = self.token, self.token or self._session()
            try:
                return self._get(address, params, None, {"Authorization": f"Bearer {self.token}"})
            except Unreachable as why:
                if string(why.told, "error") != "ExpiredToken" or not known:
                    raise
                self.token = ""
        raise Malformed(f"{shown(address)} calls a fresh token expired")

    def pages(self, ask: Callable[[str, Json], Answer], method: str, params: Json) -> Iterator[tuple[list[Json], bool]]:
        """A list of posts, page by page, each with whether it is the last one."""
        cursor = ""
        for _ in range(PAGES):
            answer = ask(method, {**params, "limit": PAGE, **({"cursor": cursor} if cursor else {})})
            found, cursor = page(answer, "posts")
            yield found, not cursor
            if not cursor:
                return

    def posts(self, names: Iterable[str]) -> dict[str, Json]:
        """Those of these posts that are still there, by name."""
        found = dict[str, Json]()
        for group in _groups(names):
            answered, _ = page(self.ask("app.bsky.feed.getPosts", {"uris": group}), "posts")
            found |= {string(view, "uri"): view for view in answered if named(view)}
        return found

    def closed(self, accounts: Iterable[str]) -> set[str]:
        """Those of these accounts whose profiles ask bots and bridges to leave them alone."""
        found = set[str]()
        for group in _groups(accounts):
            answered, _ = page(self.ask("app.bsky.actor.getProfiles", {"actors": group}), "profiles")
            found |= {string(row, "did") for row in answered if not is_open(row)}
        return found

    def profile(self, actor: str) -> Json:
        """An account as it shows itself, with how many follow it; {} where that is not told."""
        try:
            return mapping(self.ask("app.bsky.actor.getProfile", {"actor": actor}).json())
        except (Missing, Malformed):
            return {}

    def search(self, wanted: Iterable[Json], marks: Json) -> Iterator[tuple[list[Json], Json]]:
        """What each search finds that is new since its mark, page by page; then nothing, with the marks behind it."""
        for params in wanted:
            word, mark = string(params, "q"), when(marks, string(params, "q"))
            since = {"since": f"{mark - LATELY:%Y-%m-%dT%H:%M:%SZ}"} if mark else {}
            for found, _ in self.pages(self.ask_as_us, SEARCH, {**params, **since, "sort": "latest"}):
                times = [time.isoformat() for view in found if (time := when(view, "indexedAt"))]
                marks = {**marks, word: max([string(marks, word), *times])}
                yield found, {}
            yield [], marks

    def items(self, views: Iterable[Json], side: Side, hid: frozenset[str] = frozenset()) -> dict[str, Item]:
        """Posts as items, by name. Private is what the host of a talk hid, with all below it but the brand's own words,
        and whose author asks to be left alone."""
        found = {item.id: item for view in views if (item := post(view, side))}
        closed = self.closed(sorted({item.author.id for item in found.values() if not item.ours}))
        veiled = set(hid)
        for name, item in found.items():
            if item.reply_to in veiled and not item.ours:
                veiled.add(name)
            if name in veiled and not item.private:
                found[name] = replace(item, private=True, cause="host")
            elif item.author.id in closed and not item.private:
                found[name] = replace(item, private=True, cause="consent")
        return found

    def public(self, names: Iterable[str], side: Side) -> list[str]:
        """Those of these posts that everybody may read."""
        found = self.items(self.posts(names).values(), side)
        return [name for name, item in found.items() if not item.private]

    def thread(self, top: str) -> Tree:
        """The conversation below a post, with all its views; where an answer was cut at its depth, the leaves are
        asked."""
        tree, views, gone = Tree([top]), dict[str, Json](), list[str]()
        while tree.todo and tree.asked < LEAVES:
            self.grow(tree, top)
            views |= tree.views
            gone += tree.gone
        tree.views, tree.gone = views, gone
        return tree

    def grow(self, tree: Tree, top: str) -> None:
        """One more answer of a conversation."""
        leaf = tree.todo[0]
        try:
            answer = self.ask(THREAD, {"uri": leaf, "depth": DEPTH, "parentHeight": 0}).json()
        except Missing:
            if leaf == top:
                raise
            tree.skip()
            return
        if not mapping(answer, "thread"):
            raise Malformed(f"{self.service} answered something that is no thread", where=leaf)
        tree.grow(mapping(answer), top)

    def _session(self) -> str:
        asked = {"identifier": self.account, "password": self.password}
        answer = self.web.post(f"{self.login}/xrpc/com.atproto.server.createSession", json=asked)
        return string(answer.json(), "accessJwt") or _lack(answer, "session")

    def _get(self, address: str, params: Json, seen: Seen | None, headers: dict[str, str]) -> Answer:
        try:
            return self.web.get(f"{address}?{urlencode(params, doseq=True)}", seen=seen, headers=headers)
        except Unreachable as why:
            error, message = string(why.told, "error"), string(why.told, "message")
            if error in ABSENT or message.lower().endswith("not found"):
                raise Missing(why.what, fix="check the handle: it may have been renamed or closed") from None
            raise


def page(answer: Answer, what: str) -> tuple[list[Json], str]:
    """The rows of an answer and where the next page begins ("" at the end)."""
    found = answer.json()
    if not isinstance(at(found, what), list):
        _lack(answer, what)
    return list(rows(found, what)), string(found, "cursor")


def _lack(answer: Answer, what: str) -> str:
    raise Malformed(f"{shown(answer.url)} answered something that has no {what}")


def _groups(names: Iterable[str]) -> Iterator[list[str]]:
    left = list(dict.fromkeys(names))
    yield from (left[start : start + GROUP] for start in range(0, len(left), GROUP))
