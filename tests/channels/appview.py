"""A small Bluesky AppView on loopback: as much of app.bsky.feed.* as there is to get wrong, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.channels import loopback
from tests.channels.loopback import Answer, Query

Row = dict[str, Any]
US, JO = "did:plc:us2222222222222222222222", "did:plc:jo2222222222222222222222"
HANDLES = {US: "us.example", JO: "jo.example"}
NOT_FOUND = 400, {"error": "NotFound", "message": "Post not found"}


def uri(who: str, key: str) -> str:
    return f"at://{who}/app.bsky.feed.post/{key}"


@dataclass
class AppView:
    """What the network holds. `cut` is the depth of an answer; `before` may answer instead of a method."""

    site: str = ""
    posts: dict[str, Row] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    cut: int = 10
    page: int = 100
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], Answer | None] = lambda _: None
    tokens: int = 0
    followers: int = 12

    def post(self, who: str, key: str, when: str, above: str = "", text: str = "text", quotes: str = "") -> str:
        """Write a post or an answer. Gives its name."""
        record: Row = {"$type": "app.bsky.feed.post", "text": text, "createdAt": when}
        if above:
            root = self.posts[above]["reply"]["root"]["uri"] if "reply" in self.posts[above] else above
            record["reply"] = {"root": {"uri": root, "cid": "c"}, "parent": {"uri": above, "cid": "c"}}
        if quotes:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": quotes, "cid": "c"}}
        self.posts[uri(who, key)] = record
        return uri(who, key)

    def below(self, name: str) -> list[str]:
        return [
            one for one, record in self.posts.items() if record.get("reply", {}).get("parent", {}).get("uri") == name
        ]

    def quoting(self, name: str) -> list[str]:
        return [one for one, row in self.posts.items() if row.get("embed", {}).get("record", {}).get("uri") == name]

    def view(self, name: str) -> Row:
        """A #postView; a #notFoundPost for what is deleted."""
        if name not in self.posts:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": name, "notFound": True}
        who, record = name.split("/")[2], self.posts[name]
        figures = {"replyCount": len(self.below(name)), "quoteCount": len(self.quoting(name))}
        found = {"uri": name, "cid": "c", "author": {"did": who, "handle": HANDLES[who]}, "record": record}
        quoted = record.get("embed", {}).get("record", {}).get("uri")
        if quoted:
            found["embed"] = {
                "$type": "app.bsky.embed.record#view",
                "record": {"uri": quoted, "detached": quoted in self.closed},
            }
        return {**found, **figures, "indexedAt": record["createdAt"]}

    def node(self, name: str, depth: int) -> Row:
        node = {"post": self.view(name)}
        return {**node, "replies": [self.node(one, depth - 1) for one in self.below(name)]} if depth else node

    def answer(self, path: str, ask: Query) -> Answer:
        method = path.removeprefix("/xrpc/")
        what = method.rpartition(".")[2]
        self.asked.append(what)
        return self.before(method) or self._answers()[what](ask)

    def _answers(self) -> dict[str, Callable[[Query], Answer]]:
        return {
            "getAuthorFeed": self._feed,
            "getPostThread": self._thread,
            "getPosts": lambda ask: (200, {"posts": [self.view(one) for one in ask["uris"] if one in self.posts]}),
            "getProfiles": lambda ask: (
                200,
                {"profiles": [{"did": one, "handle": HANDLES[one]} for one in ask["actors"]]},
            ),
            "getProfile": lambda _: (200, self._profile()),
            "getQuotes": lambda ask: (
                200,
                {"uri": ask["uri"][0], "posts": [self.view(one) for one in self.quoting(ask["uri"][0])]},
            ),
            "searchPosts": self._search,
            "createSession": self._session,
        }

    def _profile(self) -> Row:
        many = sum(US in name for name in self.posts)
        return {"did": US, "handle": HANDLES[US], "followersCount": self.followers, "postsCount": many}

    def _views(self, what: str, names: Iterable[str]) -> Answer:
        return 200, {what: [self.view(name) for name in names]}

    def _feed(self, ask: Query) -> Answer:
        mine = sorted(((row["createdAt"], one) for one, row in self.posts.items() if US in one), reverse=True)
        start = int(ask.get("cursor", ["0"])[0])
        rows = [self._row(one) for _, one in mine[start : start + self.page]]
        more = {"cursor": str(start + self.page)} if start + self.page < len(mine) else {}
        return 200, {"feed": rows, **more}

    def _row(self, name: str) -> Row:
        reply = self.posts[name].get("reply")
        views = {part: self.view(reply[part]["uri"]) for part in ("root", "parent")} if reply else {}
        return {"post": self.view(name), **({"reply": views} if views else {})}

    def _thread(self, ask: Query) -> Answer:
        name, depth = ask["uri"][0], min(int(ask["depth"][0]), self.cut)
        if name not in self.posts:
            return NOT_FOUND
        return 200, {"thread": self.node(name, depth), "threadgate": {"record": {"hiddenReplies": self.hidden}}}

    def _search(self, ask: Query) -> Answer:
        since, word = ask.get("since", [""])[0], ask["q"][0]
        found = [one for one, row in self.posts.items() if word in row["text"] and row["createdAt"] >= since]
        return self._views("posts", found)

    def _session(self, ask: Query) -> Answer:
        self.tokens += 1
        return 200, {"accessJwt": f"token-{self.tokens}", "refreshJwt": "r", "did": US, "handle": HANDLES[US]}


@contextmanager
def served() -> Iterator[AppView]:
    """An AppView at a free port of loopback."""
    view = AppView()
    with loopback.served(view.answer) as view.site:
        yield view
