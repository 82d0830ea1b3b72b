"""One conversation, read as far as servers show it.

Mastodon answers /context with 60 replies, 20 deep, to those without a token (4,096 with one), and other software with
one level only. So wherever a status counts more replies than were shown, three doors are tried, the cheapest first: the
context of that very status, the context at its author's home server, and its ActivityPub collection of replies, whose
members are then asked for at their homes. What a foreign server says is believed of its own statuses alone.

https://docs.joinmastodon.org/methods/statuses/#context
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from hub.channels import Ask
from hub.channels.loose import Json, at, mapping, number, rows, string, when
from hub.channels.mastodon_items import Site, host, status, uri
from hub.errors import ChannelError, Malformed, RateLimited
from hub.model import Item
from hub.web import Answer, Web, shown

MOST = 80  # requests for one conversation in one pull; the rest is for the next
AT_ONCE = 20  # statuses in one answer
LIMITS = {False: (60, 20), True: (4096, 10**6)}  # with a token?: replies and levels of one answer
NUMBER = re.compile(r"/(?:statuses|p/[^/]+)/([0-9A-Za-z]{1,40})$")
WAITS = "asks us to wait"
SOON, DAY = timedelta(minutes=15), timedelta(days=1)
Door = list[str]  # what to ask, where, for which number, below which status: as JSON keeps it


@dataclass(frozen=True, slots=True)
class Node:
    """A status as its conversation knows it: how many replies its server counts, what it answers, its number here, and
    why it is not brought."""

    count: int
    parent: str = ""
    id: str = ""
    public: bool = True
    cause: str = ""

    @classmethod
    def load(cls, kept: object) -> Node:
        return cls(number(kept, 0), string(kept, 1), string(kept, 2), at(kept, 3) is True, string(kept, 4))


@dataclass(slots=True)
class Talk:
    """What is kept of a conversation between pulls; the second half only while a reading waits to go on."""

    head: str  # id of the status that is asked about
    root: str  # id of where the conversation began
    count: int = 0  # replies to the head, as the list of posts says
    read: int = -1  # that count when it was last read; -1: never
    latest: str = ""
    asked: str = ""
    again: bool = False  # the server is still fetching replies from elsewhere
    quotes: int = 0  # quotes of the head, as the list of posts says to a token
    quoted: int = 0  # that count when they were last read
    page: str = ""  # where the rest of them is to be asked for
    vain: dict[str, int] = field(default_factory=dict)  # status → replies that no door led to
    todo: list[Door] = field(default_factory=list)
    tried: list[Door] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)  # statuses below which an answer ended at its limit
    failed: dict[str, int] = field(default_factory=dict)  # what went wrong → how often
    tree: dict[str, Node] = field(default_factory=dict)

    @classmethod
    def load(cls, kept: object) -> Talk:
        return cls(
            head=string(kept, "head"),
            root=string(kept, "root"),
            count=number(kept, "count"),
            read=-1 if at(kept, "read") == -1 else number(kept, "read"),
            latest=string(kept, "latest"),
            asked=string(kept, "asked"),
            again=at(kept, "again") is True,
            quotes=number(kept, "quotes"),
            quoted=number(kept, "quoted"),
            page=string(kept, "page"),
            vain={name: number(left) for name, left in mapping(kept, "vain").items()},
            todo=[strings(door) for door in listed(kept, "todo")],
            tried=[strings(door) for door in listed(kept, "tried")],
            cut=strings(at(kept, "cut")),
            failed={why: number(often) for why, often in mapping(kept, "failed").items()},
            tree={name: Node.load(node) for name, node in mapping(kept, "tree").items()},
        )

    def dump(self) -> dict[str, object]:
        """JSON for the cursor, without what says nothing."""
        pairs = {name: getattr(self, name) for name in self.__dataclass_fields__}
        pairs["tree"] = {name: list(astuple(node)) for name, node in self.tree.items()}
        return {name: value for name, value in pairs.items() if value} | {"read": self.read}

    def due(self, ask: Ask, since: datetime) -> bool:
        """A reading that was cut goes on; a new one where the count moved, or after an eighth of the silence so far."""
        if self.todo or self.read < 0 or self.page:
            return True
        latest, asked = when(self.latest), when(self.asked)
        if latest is None or latest < since:
            return False
        moved = self.count != self.read or self.quotes != self.quoted
        if ask.recheck or self.again or moved or asked is None:
            return True
        return self.count > 0 and ask.now - asked >= min(max((asked - latest) / 8, SOON), DAY)


@dataclass(slots=True)
class Reading:
    """The doors of one conversation, opened one after the other. Items come as they are found, each once."""

    web: Web
    site: Site
    talk: Talk
    token: str = ""
    homes: bool = True
    whole: bool = False  # is everything here that servers count, or at least all they would show?
    again: bool = False
    spent: int = 0
    found: dict[str, Json] = field(default_factory=dict)  # uri → status, of this pull
    items: dict[str, Item] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    children: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[str, str], str] = field(default_factory=dict)  # (server, number) → uri

    def start(self, row: Json) -> None:
        """Begin at the head, or go on where the last reading was cut."""
        talk, id = self.talk, string(row, "id")
        self.found[talk.head] = row
        if not talk.todo:
            talk.todo, talk.tried, talk.cut, talk.failed = [["context", self.site.api, id, talk.head]], [], [], {}
            talk.tree = {talk.head: Node(number(row, "replies_count"), id=id)}
        self.names |= {(self.site.api, node.id): name for name, node in talk.tree.items() if node.id}
        self.names |= {(door[1], door[2]): door[3] for door in talk.todo if door[0] == "context"}
        self.children.update(node.parent for node in talk.tree.values() if node.parent)

    def steps(self) -> Iterator[list[Item]]:
        """The items behind each door. "Later" from the brand's own server ends it; the doors left stay in the talk."""
        talk = self.talk
        while talk.todo and self.spent < MOST:
            door = talk.todo[0]
            self.spent += 1
            try:
                fresh = list(self._open(door))
            except ChannelError as why:
                own = host(door[1]) == self.site.api
                if own and (isinstance(why, RateLimited) or (door[0] == "context" and door[3] == talk.head)):
                    raise
                place = f"{host(door[1])} {WAITS if isinstance(why, RateLimited) else 'does not show'}"
                talk.failed[place] = talk.failed.get(place, 0) + 1
                fresh = []
            talk.todo.pop(0)
            talk.tried.append(door[:3])
            if not talk.todo:
                talk.todo = self._more()
            yield fresh

    @property
    def missing(self) -> int:
        """Replies that servers count and nobody showed us."""
        return max(sum(node.count for node in self.talk.tree.values()) - len(self.talk.tree) + 1, 0)

    @property
    def told(self) -> int:
        """Replies that servers showed or count."""
        return len(self.talk.tree) - 1 + self.missing

    @property
    def absent(self) -> dict[str, int]:
        """Why some of those are not brought."""
        barred = Counter(node.cause or "private" for node in self.talk.tree.values() if not node.public)
        waits = self.talk.todo or any(place.endswith(WAITS) for place in self.talk.failed)
        return {**barred, "later" if waits else "limit": self.missing}

    @property
    def below(self) -> list[str]:
        """The ids of all public replies."""
        return [name for name, node in self.talk.tree.items() if node.public and name != self.talk.head]

    def close(self) -> None:
        """Note what no door led to, so that it is not tried again until a count moves."""
        talk = self.talk
        talk.vain = {name: left for name in talk.tree if (left := self._lacks(name)) > 0}
        self.whole = not talk.failed and not set(talk.cut) & set(talk.vain)

    # what to ask next

    def _lacks(self, name: str) -> int:
        return self.talk.tree[name].count - self.children[name]

    def _more(self) -> list[Door]:
        """The next door of each status that lacks replies, unless one above it is to be asked as well."""
        wanted: dict[str, Door] = {}
        for name, node in self.talk.tree.items():
            left = self._lacks(name)
            if left > 0 and self.talk.vain.get(name) != left and node.parent not in wanted:
                door = next((one for one in self._doors(name, node) if one[:3] not in self.talk.tried), None)
                if door:
                    wanted[name] = door
        return list(wanted.values())

    def _doors(self, name: str, node: Node) -> Iterator[Door]:
        if node.id:
            yield ["context", self.site.api, node.id, name]
        home, known = host(name), NUMBER.search(name)
        if self.homes and home and home != self.site.api and known:
            yield ["context", home, known[1], name]
        if self.homes and home and name in self.talk.cut:
            yield ["replies", f"{name}/replies?page=true", "", name]

    # opening doors

    def _open(self, door: Door) -> Iterator[Item]:
        kind, place, id, name = door
        if kind == "replies":
            return self._collection(place, name)
        return self._context(place, id, name) if kind == "context" else self._statuses(place, id, name)

    def _context(self, place: str, id: str, name: str) -> Iterator[Item]:
        answer = self._get(place, f"{place}/api/v1/statuses/{id}/context")
        body = answer.json()
        if not isinstance(at(body, "descendants"), list):
            raise Malformed("this is no context of a status", where=shown(answer.url))
        below, over = rows(body, "descendants"), rows(body, "ancestors")
        most, deepest = LIMITS[bool(self.token) and place == self.site.api]
        if len(below) >= most:
            self.talk.cut.append(name)
        if place == self.site.api:
            self.again |= "mastodon-async-refresh" in answer.headers
        self.names[place, id] = name
        if name == self.talk.head and place == self.site.api:
            yield from self._climb(over)
        yield from self._take(place, below, name)
        if not self.token:
            counted = (row for row in below if number(row, "replies_count"))
            self.talk.cut += [uri(row) for row in counted if self._depth(place, row, id) >= deepest]

    def _depth(self, place: str, row: Json, top: str) -> int:
        """How far a status hangs below another."""
        depth, here = 1, self.found.get(uri(row), {})
        while here and string(here, "in_reply_to_id") != top and depth < 10**3:
            here = self.found.get(self.names.get((place, string(here, "in_reply_to_id")), ""), {})
            depth += 1
        return depth if here else 0

    def _climb(self, over: tuple[Json, ...]) -> Iterator[Item]:
        """What the head answers, up to where the conversation began."""
        self.names |= {(self.site.api, string(row, "id")): uri(row) for row in over}
        self.above = [name for row in over if (name := uri(row))]
        if self.above:
            self.talk.root = self.above[0]
        for place, row in enumerate(over):
            name, parent = uri(row), self.names.get((self.site.api, string(row, "in_reply_to_id")), "")
            if name:
                self.found[name] = row
                self.items[name] = status(row, self.site, parent, "" if place == 0 else self.talk.root)
                yield self.items[name]
        head = self.found[self.talk.head]
        if answered := string(head, "in_reply_to_id"):
            parent = self.names.get((self.site.api, answered), "")
            self.talk.root = self.above[0] if self.above else self.talk.head
            root = self.talk.root if self.above else ""
            self.items[self.talk.head] = status(head, self.site, parent, root)
            yield self.items[self.talk.head]

    def _take(self, place: str, below: Iterable[Json], top: str) -> Iterator[Item]:
        """Replies of an answer. Of other people's statuses a foreign server is only believed that they exist."""
        below = [row for row in below if uri(row)]
        self.names |= {(place, string(row, "id")): uri(row) for row in below}
        for row in below:
            name = uri(row)
            parent = self.names.get((place, string(row, "in_reply_to_id")), "")
            if name in self.talk.tree:
                self.found.setdefault(name, row)
                continue
            if place == self.site.api or host(name) == place:
                yield self._add(place, row, parent or top)
            else:
                self._named(name, parent or top)

    def _add(self, place: str, row: Json, parent: str) -> Item:
        name, here = uri(row), place == self.site.api
        item = status(row, self.site if here else Site(self.site.channel, place, own=False), parent, self.talk.root)
        id = string(row, "id") if here else ""
        node = Node(number(row, "replies_count"), parent, id, not item.private, item.cause)
        self.found[name], self.items[name], self.talk.tree[name] = row, item, node
        self.children[parent] += 1
        return item

    def known(self, items: Iterable[Item]) -> list[Json]:
        """What the brand's own server says of these."""
        tree = self.talk.tree
        return [self.found[item.id] for item in items if item.id not in tree or tree[item.id].id]

    def _named(self, name: str, parent: str) -> None:
        """A reply we only know by its name is asked for where it lives."""
        known, home = NUMBER.search(name), host(name)
        if not known or name in self.talk.tree:
            return
        door = ["status", home, known[1], f"{name} {parent}"]
        same = (one for one in self.talk.todo[1:] if one[0] == "status" and one[1] == home == self.site.api)
        mine = next((one for one in same if one[2].count(",") < AT_ONCE - 1), None)
        if mine and name not in mine[3]:
            mine[2], mine[3] = f"{mine[2]},{known[1]}", f"{mine[3]} {name} {parent}"
        elif not mine and door not in self.talk.todo and door[:3] not in self.talk.tried:
            self.talk.todo.append(door)

    def _statuses(self, place: str, ids: str, pairs: str) -> Iterator[Item]:
        """Statuses by number. Each must be the one that was named, and below the one it was named under."""
        names = pairs.split(" ")
        parents = dict(zip(names[::2], names[1::2], strict=False))
        if "," in ids:
            ask = urlencode([("id[]", id) for id in ids.split(",")])
            found = self._get(place, f"{place}/api/v1/statuses?{ask}").json()
        else:
            found = [self._get(place, f"{place}/api/v1/statuses/{ids}").json()]
        for row in rows(found):
            name = uri(row)
            self.names[place, string(row, "id")] = name
            if name in parents and name not in self.talk.tree:
                yield self._add(place, row, parents[name])

    def _collection(self, url: str, name: str) -> Iterator[Item]:
        """A page of the replies to a status, by name (ActivityPub §5: anybody may read what is public)."""
        body = self.web.get(url, headers={"Accept": "application/activity+json"}).json()
        page = mapping(body, "first") or body
        listed = at(page, "items") or at(page, "orderedItems")
        if not isinstance(body, dict) or not (isinstance(listed, list) or string(page, "next")):
            raise Malformed("this is no collection of replies", where=shown(url))
        for one in listed if isinstance(listed, list) else []:
            self._named(string(one) or string(one, "id"), name)
        more = string(page, "next")
        door = ["replies", more, "", name]
        if more and host(more) == host(name) and door[:3] not in self.talk.tried:
            self.talk.todo.insert(1, door)
        return iter(())

    def _get(self, place: str, url: str) -> Answer:
        own = self.token and place == self.site.api
        return self.web.get(url, headers={"Authorization": f"Bearer {self.token}"} if own else None)


def incomplete(talk: Talk, missing: int, failed: dict[str, int]) -> str:
    """Why a conversation is not whole, in one sentence."""
    why = ", ".join(f"{place} {count} of them" for place, count in failed.items())
    return f"{missing} replies below {talk.head} are missing: {why}"


def listed(value: object, *path: str) -> list[object]:
    """A list; [] for anything else."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def strings(value: object) -> list[str]:
    """The strings of a list."""
    return [string(one) for one in listed(value)]
