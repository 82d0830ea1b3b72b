"""Questions to a Bluesky AppView (XRPC over HTTP): lists page by page, posts by name, whole conversations.

https://docs.bsky.app/docs/category/http-reference
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from hub.channels.absent import dropped
from hub.channels.bluesky_items import Side, hidden, is_open, named, post
from hub.channels.loose import Json, at, mapping, number, rows, string
from hub.errors import Malformed, Missing, Unreachable
from hub.model import REST, Item
from hub.web import Answer, Seen, Web, shown

GROUP = 25  # the most that getPosts and getProfiles take at once
PAGE = 100
PAGES = 20  # of a list that is not worked off by a cursor
DEPTH = 100  # asked for; the public AppView answers about ten levels whatever is asked (issue #3147 of atproto)
BIG = 1000  # posts in one answer: there may be more than it holds
LEAVES = 300  # requests for one conversation
ABSENT = ("NotFound", "ActorNotFound", "AccountTakedown", "AccountDeactivated", "RepoNotFound")


@dataclass(slots=True)
class Tree:
    """A conversation below a post: its views, the names that stand for nothing, and what is missing."""

    views: dict[str, Json] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    hidden: frozenset[str] = frozenset()
    barred: int = 0  # places of posts whose author and somebody above block each other
    left: int = 0  # leaves below which there is more, not read
    whole: bool = True

    @property
    def told(self) -> int:
        """Replies that the network counts, however deep."""
        return max(sum(number(view, "replyCount") for view in self.views.values()), len(self.views) - 1 + self.barred)

    def absent(self, private: Iterable[Item]) -> dict[str, int]:
        """Why some of them are not brought: `private` ones, and what no answer shows, which is not public when the
        tree is whole."""
        found = dropped(private)
        unseen = self.told - len(self.views) + 1 if self.whole else self.barred
        found["private"] = found.get("private", 0) + unseen
        return found if self.whole else {**found, "later": REST}


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

    def thread(self, top: str) -> Tree:
        """The conversation below a post; where an answer was cut at its depth, the leaves are asked."""
        tree, todo, asked = Tree(), [top], 0
        while todo and asked < LEAVES:
            leaf, asked = todo.pop(0), asked + 1
            try:
                asking = {"uri": leaf, "depth": DEPTH, "parentHeight": 0}
                answer = self.ask("app.bsky.feed.getPostThread", asking).json()
            except Missing:
                if leaf == top:
                    raise
                tree.whole = False
                continue
            if not mapping(answer, "thread"):
                raise Malformed(f"{self.service} answered something that is no thread", where=leaf)
            todo += _grow(tree, mapping(answer, "thread"))
            tree.hidden |= hidden(mapping(answer, "threadgate")) | hidden(_gate(tree, top))
        tree.left, tree.whole = len(todo), tree.whole and not todo
        return tree

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


def _gate(tree: Tree, top: str) -> Json:
    return mapping(tree.views.get(top, {}), "threadgate")


def _grow(tree: Tree, node: Json) -> list[str]:
    """Add an answer's posts; the leaves of its deepest level that have answers are where it was cut."""
    levels = [[node]]
    while below := [reply for one in levels[-1] for reply in rows(one, "replies")]:
        levels.append(below)
    nodes = [one for level in levels for one in level]
    tree.views |= {string(one, "post", "uri"): mapping(one, "post") for one in nodes if named(mapping(one, "post"))}
    tree.gone += [string(one, "uri") for one in nodes if at(one, "notFound") is True or at(one, "blocked") is True]
    tree.barred += sum(at(one, "blocked") is True for one in nodes)
    tree.whole &= len(nodes) < BIG
    return [string(one, "post", "uri") for one in levels[-1] if one is not node and _more(one)]


def _more(node: Json) -> bool:
    """Whether a post without replies here has some."""
    return number(node, "post", "replyCount") > 0 and not rows(node, "replies") and bool(named(mapping(node, "post")))


def _groups(names: Iterable[str]) -> Iterator[list[str]]:
    left = list(dict.fromkeys(names))
    yield from (left[start : start + GROUP] for start in range(0, len(left), GROUP))
