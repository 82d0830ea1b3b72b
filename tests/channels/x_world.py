"""A small X: as much of API v2 as there is to get wrong, with its own till, in the place of Web."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from hub.answer import Answer, Seen
from hub.channels import Ask
from hub.channels.twitter import Twitter
from hub.errors import RateLimited, Refused, Unreachable
from hub.model import Batch, Item

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
US = "7"
Row = dict[str, object]


def number(when: datetime, salt: int) -> str:
    """The number X gives a post made then."""
    return str(((when - EPOCH) // timedelta(milliseconds=1) << 22) + salt)


@dataclass
class World:
    """What stands on X now. `till` adds up, by UTC day, what X bills; `limits` refuses that many requests to come."""

    now: datetime = NOW
    owned: bool = False
    posts: dict[str, Row] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    till: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    billed: set[tuple[str, str]] = field(default_factory=set)
    limits: int = 0
    archive: bool = True  # may this token search the whole archive?
    called: str = "us"  # the name of our account

    def post(self, when: datetime, author: str = US, to: str = "", pictures: int = 0) -> str:
        """Somebody posts, or answers."""
        id = number(when, len(self.posts))
        row: Row = {"id": id, "text": f"post {id}", "author_id": author, "edit_history_tweet_ids": [id]}
        row |= {"created_at": when.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        row |= {"conversation_id": self.posts[to]["conversation_id"] if to else id}
        if to:
            row["referenced_tweets"] = [{"type": "replied_to", "id": to}]
        if pictures:
            row["attachments"] = {"media_keys": [f"3_{id}{at}" for at in range(pictures)]}
        self.posts[id] = row
        return id

    def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """What X answers to one request."""
        parts = urlsplit(url)
        params = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix("/2")
        self.asked.append((path, params))
        if self.limits:
            self.limits -= 1
            raise RateLimited("later", until=self.now + timedelta(minutes=15))
        body = json.dumps(self.answer(path, params)).encode()
        seen = Seen(digest=hashlib.sha256(body).hexdigest())
        return Answer(status=200, url=url, headers={}, body=body, seen=seen)

    def answer(self, path: str, params: dict[str, str]) -> Row:
        if path.startswith("/users/by/"):
            return self.sold({"data": self.user(US)}, params)
        if path == "/tweets":
            return self.sold(self.looked_up(params["ids"].split(",")), params)
        if path.endswith("/all") and not self.archive:
            raise Refused("this endpoint is for an app's own token", status=403)
        found = self.found(path, params)
        size = int(params["max_results"])
        assert (5 if path.startswith("/users") else 10) <= size <= 100
        meta: Row = {"result_count": len(found[:size])} | ({"next_token": "more"} if len(found) > size else {})
        shown = [self.counted(row) for row in found[:size]]
        answer: Row = {"data": shown, "meta": meta} if shown else {"meta": meta}
        return self.sold(answer, params, cheap=self.owned and path.startswith("/users"))

    def looked_up(self, wanted: list[str]) -> Row:
        problem = "https://api.twitter.com/2/problems/resource-not-found"
        lost = [{"resource_id": id, "resource_type": "tweet", "type": problem} for id in wanted if id not in self.posts]
        there = [self.counted(self.posts[id]) for id in wanted if id in self.posts]
        return {**({"data": there} if there else {}), **({"errors": lost} if lost else {})}

    def found(self, path: str, params: dict[str, str]) -> list[Row]:
        """The posts that belong to a question, newest first."""
        latest = int(number(self.now, 0))
        rows = [row for id, row in self.posts.items() if int(id) <= latest]
        if path.endswith("/mentions"):
            rows = [row for row in rows if self.addressed(row)]
        elif path.startswith("/users"):
            rows = [row for row in rows if row["author_id"] == US]
        else:
            talk = params["query"].split("conversation_id:")[1].split(" ")[0]
            rows = [row for row in rows if row["conversation_id"] == talk and row["id"] != talk]
            rows = [row for row in rows if f"-@{self.called}" not in params["query"] or not self.addressed(row)]
            rows = [row for row in rows if f"-from:{self.called}" not in params["query"] or row["author_id"] != US]
        low, high = int(params.get("since_id", 0)), int(params.get("until_id", 2**63))
        if path.endswith("/recent"):
            edge = int(number(self.now - timedelta(days=7), 0))
            assert low == 0 or low >= edge, "X refuses a since_id that the recent search does not reach"
            low = max(low, edge)
        if "start_time" in params:
            low = max(low, int(number(datetime.fromisoformat(params["start_time"]), 0)) - 1)
        rows = [row for row in rows if low < int(str(row["id"])) < high]
        return sorted(rows, key=lambda row: int(str(row["id"])), reverse=True)

    def addressed(self, row: Row) -> bool:
        """Direct answers to us name us; others often do not."""
        to = row.get("referenced_tweets") or [{"id": ""}]
        return self.posts.get(str(to[0]["id"]), {}).get("author_id") == US != row["author_id"]  # type: ignore[index]

    def user(self, id: str) -> Row:
        name = self.called if id == US else f"user{id}"
        return {"id": id, "name": f"User {id}", "username": name, "public_metrics": {"followers_count": 12}}

    def counted(self, row: Row) -> Row:
        to = {"type": "replied_to", "id": row["id"]}
        answers = [one for one in self.posts.values() if to in one.get("referenced_tweets", [])]  # type: ignore[operator]
        return {**row, "public_metrics": {"reply_count": len(answers), "quote_count": 0, "like_count": 1}}

    def sold(self, answer: Row, params: dict[str, str], *, cheap: bool = False) -> Row:
        """The answer with what was to be included, all of it on the bill, each thing once a day."""
        data = answer.get("data", [])
        rows: list[Row] = data if isinstance(data, list) else []
        wanted, includes = params.get("expansions", ""), dict[str, list[Row]]()
        if "author_id" in wanted and rows:
            users = dict.fromkeys(str(row["author_id"]) for row in rows)
            includes["users"] = [self.user(id) for id in users]
        if "media_keys" in wanted:
            keys = [key for row in rows for key in row.get("attachments", {}).get("media_keys", [])]  # type: ignore[attr-defined]
            includes["media"] = [{"media_key": key, "type": "photo", "url": f"https://p.example/{key}"} for key in keys]
        bill = [(str(row["id"]), 1000 if cheap else 5000) for row in rows]
        bill += [("user" + str(row["id"]), 10000) for row in includes.get("users", [])]
        bill += [(str(row["media_key"]), 5000) for row in includes.get("media", [])]
        bill += [("user" + str(data["id"]), 10000)] if isinstance(data, dict) else []
        day = self.now.date().isoformat()
        for name, price in bill:
            self.till[day] += price if (day, name) not in self.billed else 0
            self.billed.add((day, name))
        return {**answer, "includes": includes} if includes else answer


@dataclass
class Reader:
    """A channel with the store's part: keeps items by id and the cursor of the last batch that was saved."""

    world: World
    channel: Twitter
    kept: dict[str, Item] = field(default_factory=dict)
    cursor: Mapping[str, object] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    counts: dict[str, Mapping[str, int]] = field(default_factory=dict)

    def pull(self, steps: int | None = None, **ask: bool) -> None:
        """One pull, maybe cut after some batches, maybe ended early by an error."""
        wish = Ask(now=self.world.now, **ask)
        try:
            for batch in islice(self.channel.pull(self.world, self.cursor, wish), steps):  # type: ignore[arg-type]
                self.save(batch)
        except (RateLimited, Unreachable):
            pass

    def save(self, batch: Batch) -> None:
        self.twice += [item.id for item in batch.items if item.id in self.kept]
        self.kept |= {item.id: item for item in batch.items}
        self.counts |= batch.counts
        for name in batch.gone:
            self.kept.pop(name, None)
        self.warnings = batch.warnings
        self.cursor = json.loads(json.dumps(batch.cursor))

    def agrees(self) -> bool:
        """Whether exactly what stands on X is kept here."""
        return self.kept.keys() == {f"https://x.com/i/status/{id}" for id in self.world.posts}
