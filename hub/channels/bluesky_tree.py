"""A conversation on Bluesky as it grows, answer by answer, and as the cursor keeps it between pulls. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from hub.channels.bluesky_items import hidden, named
from hub.channels.bluesky_memory import lengthened, shortened
from hub.channels.loose import Json, at, mapping, number, rows, string, texts
from hub.channels.memory import dump, load
from hub.model import REST

BIG = 1000  # posts in one answer: there may be more than it holds
ODD = "odd"  # why a view that says nothing is not brought


@dataclass(frozen=True, slots=True)
class Node:
    """A post of a conversation: how many answers the network counts, and why it is not brought."""

    count: int = 0
    cause: str = ""


@dataclass(slots=True)
class Tree:
    """A conversation. `todo` are the posts whose answers are to be asked for; `views` and `gone` are of the last
    answer alone, everything else is of all."""

    todo: list[str] = field(default_factory=list)
    met: dict[str, Node] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    barred: int = 0  # places of posts whose author and somebody above block each other
    asked: int = 0  # answers that were read
    complete: bool = True  # did every answer hold what it was asked for?
    views: dict[str, Json] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, kept: object, top: str) -> Tree:
        """A reading that was cut; a new one of the talk below `top` where there is none."""
        todo = [lengthened(name) for name in texts(kept, "todo")]
        if not todo:
            return cls([top])
        met = {lengthened(name): node for name, node in load(Node, mapping(kept, "met")).items()}
        veiled, whole = frozenset(map(lengthened, texts(kept, "hidden"))), at(kept, "complete") is True
        return cls(todo, met, veiled, number(kept, "barred"), number(kept, "asked"), whole)

    def dump(self) -> dict[str, object]:
        """JSON for the cursor."""
        met = {shortened(name): node for name, node in self.met.items()}
        lists = {"todo": [*map(shortened, self.todo)], "hidden": [*map(shortened, sorted(self.hidden))]}
        return {**lists, "met": dump(met), "barred": self.barred, "asked": self.asked, "complete": self.complete}

    @property
    def whole(self) -> bool:
        """Whether nothing is left to be asked for."""
        return self.complete and not self.todo

    @property
    def told(self) -> int:
        """Replies that the network counts, however deep."""
        return max(sum(node.count for node in self.met.values()), len(self.met) - 1 + self.barred)

    @property
    def veiled(self) -> frozenset[str]:
        """What the host hid, with what was found below it."""
        return self.hidden | {name for name, node in self.met.items() if node.cause == "host"}

    @property
    def public(self) -> set[str]:
        """The names of the posts that were brought."""
        return {name for name, node in self.met.items() if not node.cause}

    def absent(self, top: str) -> dict[str, int]:
        """Why some are not brought: private ones, and what no answer shows, which is not public when the tree is
        whole."""
        causes = (node.cause for name, node in self.met.items() if name != top and node.cause not in ("", ODD))
        found = dict(Counter(causes))
        unseen = self.told - len(self.met) + 1 if self.whole else self.barred
        found["private"] = found.get("private", 0) + unseen
        return found if self.whole else {**found, "later": REST}

    def grow(self, answer: Json, top: str) -> None:
        """Take in the answer to the first question; the leaves of its deepest level that have answers are where it was
        cut."""
        levels = [[mapping(answer, "thread")]]
        while below := [reply for one in levels[-1] for reply in rows(one, "replies")]:
            levels.append(below)
        nodes = [one for level in levels for one in level]
        self.views = {string(one, "post", "uri"): mapping(one, "post") for one in nodes if named(mapping(one, "post"))}
        self.gone = [string(one, "uri") for one in nodes if at(one, "notFound") is True or at(one, "blocked") is True]
        self.barred += sum(at(one, "blocked") is True for one in nodes)
        self.complete &= len(nodes) < BIG
        self.hidden |= hidden(mapping(answer, "threadgate")) | hidden(mapping(self.views.get(top, {}), "threadgate"))
        for name, view in self.views.items():
            self.met[name] = replace(self.met.get(name, Node()), count=number(view, "replyCount"))
        deep = (string(one, "post", "uri") for one in levels[-1] if one is not levels[0][0] and _more(one))
        self.todo = [*self.todo[1:], *deep]
        self.asked += 1

    def skip(self) -> None:
        """The first question has no answer: what is below that post stays unknown."""
        self.todo, self.complete, self.views, self.gone = self.todo[1:], False, {}, []
        self.asked += 1

    def judge(self, public: Iterable[str], causes: Json) -> None:
        """Note which posts of the last answer are brought, and why the others are not."""
        here = set(public)
        for name in self.views:
            cause = "" if name in here else string(causes, name) or ODD
            self.met[name] = replace(self.met[name], cause=cause)


def _more(node: Json) -> bool:
    """Whether a post without replies here has some."""
    return number(node, "post", "replyCount") > 0 and not rows(node, "replies") and bool(named(mapping(node, "post")))
