"""GitHub's issues (REST) and discussions (GraphQL) as boards: what moved last stands first.

https://docs.github.com/rest/issues · https://docs.github.com/graphql/guides/using-the-graphql-api-for-discussions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from hub.channels.board import Page, Said, Topic
from hub.channels.github_items import Desk, discussion, issue, likes, remark, word
from hub.channels.github_queries import COMMENTS, HIDDEN, LIST, ONE, REPLIES
from hub.channels.loose import Json, at, digest, mapping, number, rows, string
from hub.errors import Malformed, Missing, RateLimited, Refused
from hub.model import Item
from hub.web import Answer, Seen, Web, shown

API = "https://api.github.com"
PAGE = 100
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Door:
    """GitHub with the token, if there is one."""

    web: Web
    repo: str
    token: str
    now: datetime

    def get(self, path: str, params: Mapping[str, object] | None = None, seen: Seen | None = None) -> Answer:
        """One REST answer. A 403 that means "too many" is told from one that means "no"."""
        query = f"?{urlencode(params)}" if params else ""
        accept = {"Accept": "application/vnd.github.full+json", "X-GitHub-Api-Version": "2022-11-28"}
        try:
            return self.web.get(f"{API}/repos/{self.repo}{path}{query}", seen=seen, headers={**accept, **self._key})
        except Refused as why:
            if "rate limit" in string(why.told, "message").lower():
                raise RateLimited(why.what, until=self.now + HOUR, fix="give the channel a token") from None
            raise

    def ask(self, query: str, **variables: object) -> tuple[Json, Seen]:
        """One GraphQL answer's data, with null for what is not found."""
        owner, _, name = self.repo.partition("/")
        known = {"owner": owner, "name": name, **variables}
        wanted = {name: value for name, value in known.items() if f"${name}:" in query}
        answer = self.web.post(f"{API}/graphql", json={"query": query, "variables": wanted}, headers=self._key)
        told = answer.json()
        for error in rows(told, "errors"):
            if string(error, "type") != "NOT_FOUND":
                raise self._wrong(string(error, "type"), string(error, "message"))
        if not isinstance(at(told, "data"), dict):
            raise Malformed("this is no answer of GitHub's GraphQL", where=shown(answer.url))
        return mapping(told, "data"), answer.seen

    @property
    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _wrong(self, type: str, message: str) -> Malformed | RateLimited:
        if "RATE_LIMIT" in type:
            return RateLimited(f"GitHub: {message}", until=self.now + HOUR)
        return Malformed(f"GitHub answered: {message[:200]}")


def more(answer: Answer) -> bool:
    """Whether a next page is announced (RFC 8288)."""
    return 'rel="next"' in answer.headers.get("link", "")


def listed(answer: Answer) -> list[Json]:
    """The rows of a REST answer that have an address."""
    found = answer.json()
    if not isinstance(found, list):
        raise Malformed("GitHub answered something that is no list", where=shown(answer.url))
    return [row for row in rows(found) if string(row, "html_url")]


@dataclass(frozen=True, slots=True)
class Issues:
    """A repository's issues; pull requests are the workshop's own talk and stay there."""

    door: Door
    desk: Desk

    def page(self, where: str, seen: Seen | None = None) -> Page:
        """Issues, the liveliest first."""
        params = {"state": "all", "sort": "updated", "direction": "desc", "per_page": PAGE, "page": int(where or 1)}
        answer = self.door.get("/issues", params, seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        found = [row for row in listed(answer) if "pull_request" not in row and number(row, "number")]
        further = str(int(where or 1) + 1) if more(answer) else ""
        return Page(topics=tuple(map(self._topic, found)), next=further, seen=answer.seen)

    def _topic(self, row: Json) -> Topic:
        one, count, moved = issue(row, self.desk), number(row, "comments"), string(row, "updated_at")
        mark = f"{moved} {count}" if count else ""
        key = string(row, "number")
        return Topic(key=key, name=one.id, mark=mark, moved=moved, replies=count, item=one, figures=likes(row))

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """The comments below an issue, oldest first; those the repository hides are known to a token only."""
        of = f"https://github.com/{self.door.repo}/issues/{key}"
        if again:
            row = mapping(self.door.get(f"/issues/{key}").json())
            if string(row, "html_url").lower() != of.lower():
                raise Missing(f"issue {key} went to another repository")
            yield Said(items=(issue(row, self.desk),), figures={string(row, "html_url"): likes(row)})
        page, count, further, before = number(rest, "page") or 1, number(rest, "count"), True, string(rest, "last")
        while further:
            answer = self.door.get(f"/issues/{key}/comments", {"per_page": PAGE, "page": page})
            found, further = listed(answer), more(answer)
            last = digest(*(string(row, "node_id") for row in found))
            if before and last != before:  # what stands above was deleted meanwhile, so that the pages moved
                page, count, further, before = 1, 0, True, ""
                continue
            if not before:
                hidden = self.hides(found)
                items = tuple(remark(row, of, self.desk, hidden=string(row, "node_id") in hidden) for row in found)
                count += sum(not one.private for one in items)
                figures = {string(row, "html_url"): likes(row) for row in found}
                gone = tuple(one.id for one in items if one.private)
                at_ = {"page": page, "count": count, "last": last} if further else {}
                yield Said(items=items, gone=gone, figures=figures, rest=at_)
            page, before = page + 1, ""
        yield Said(whole=True, replies=count)

    def hides(self, found: list[Json]) -> set[str]:
        """Those of these comments that the repository hides, as far as a token tells."""
        ids = [string(row, "node_id") for row in found if string(row, "node_id")]
        if not self.door.token or not ids:
            return set()
        data, _ = self.door.ask(HIDDEN, ids=ids)
        return {string(node, "id") for node in rows(data, "nodes") if at(node, "isMinimized") is True}


@dataclass(frozen=True, slots=True)
class Discussions:
    """A repository's discussions, each with its comments and the answers to them in the same answer."""

    door: Door
    desk: Desk
    nodes: dict[str, Json] = field(default_factory=dict)  # number → what the list gave

    def page(self, where: str, seen: Seen | None = None) -> Page:
        """Discussions, the liveliest first."""
        data, mark = self.door.ask(LIST, after=where or None)
        found = mapping(data, "repository", "discussions")
        if not isinstance(at(found, "nodes"), list):
            raise Missing(f"{self.door.repo} has no discussions")
        topics = [self._topic(node) for node in rows(found, "nodes") if string(node, "url") and number(node, "number")]
        same = bool(seen and seen.digest == mark.digest)
        return Page(topics=tuple(topics), next=_further(found), seen=mark, unchanged=same)

    def _topic(self, node: Json) -> Topic:
        one, key = discussion(node, self.desk), string(node, "number")
        self.nodes[key] = node
        count, moved = number(node, "comments", "totalCount"), string(node, "updatedAt")
        mark = f"{moved} {count}" if count else ""
        return Topic(key=key, name=one.id, mark=mark, moved=moved, replies=count, item=one, figures=likes(node))

    def talk(self, key: str, *, again: bool, rest: Json) -> Iterator[Said]:
        """Comments, each followed by its answers."""
        node = self.nodes.get(key) or self._one(key)
        of, said, seen = string(node, "url"), number(rest, "said"), number(rest, "seen")
        short = at(rest, "short") is True  # fewer came than are counted
        if again and not rest:
            yield Said(items=(discussion(node, self.desk),), figures={of: likes(node)})
        for comments, after in self._pages(node, "comments", COMMENTS, string(rest, "after")):
            items, figures = list[Item](), dict[str, Mapping[str, int]]()
            for comment in comments:
                first = word(comment, of, of, self.desk)
                pages = self._pages(comment, "replies", REPLIES)
                below = [(row, word(row, first.id, of, self.desk)) for found, _ in pages for row in found]
                short |= len(below) < number(comment, "replies", "totalCount")
                for row, one in [(comment, first), *below]:
                    items.append(one)
                    figures[one.id] = likes(row)
            gone = tuple(one.id for one in items if one.private)
            said, seen = said + sum(not one.private for one in items), seen + len(comments)
            left = {"after": after, "said": said, "seen": seen, "short": short} if after else {}
            yield Said(items=tuple(items), gone=gone, figures=figures, rest=left)
        yield Said(whole=not short and seen >= number(node, "comments", "totalCount"), replies=said)

    def _one(self, key: str) -> Json:
        data, _ = self.door.ask(ONE, number=int(key))
        found = mapping(data, "repository", "discussion")
        if not string(found, "url"):
            raise Missing(f"discussion {key} is not there any more")
        return found

    def _pages(self, node: Json, what: str, further: str, after: str = "") -> Iterator[tuple[list[Json], str]]:
        """A list that hangs on a node, page by page, each with where the next begins; the first page came along."""
        found = mapping(node, what)
        while True:
            if after:
                data, _ = self.door.ask(further, id=string(node, "id"), after=after)
                found = mapping(data, "node", "more")
                if "nodes" not in found:
                    raise Malformed("a list of comments ended in the middle")
            after = _further(found)
            yield [row for row in rows(found, "nodes") if string(row, "url")], after
            if not after:
                return


def _further(found: Json) -> str:
    return string(found, "pageInfo", "endCursor") if at(found, "pageInfo", "hasNextPage") is True else ""
