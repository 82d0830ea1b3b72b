"""A repository on GitHub: its releases, its issues and its discussions with what stands below them.

Without a token 60 requests an hour and no discussions; with one 5,000, and comments that the repository hides stay out.
Conditional requests are free. https://docs.github.com/rest
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from hub.channels import Ask
from hub.channels.board import STEPS, Round
from hub.channels.github_items import Desk, likes, release
from hub.channels.github_talk import API, PAGE, Discussions, Door, Issues, listed, more
from hub.channels.loose import at, mapping, string, under
from hub.channels.single import alone
from hub.errors import Malformed, Missing, Refused
from hub.model import Batch, Cursor, Item, Terms
from hub.web import Seen, Web

COMMENT = re.compile(r"/issues/comments/(\d+)$")


@dataclass(frozen=True, slots=True)
class Github:
    """`repo` is owner/name. `team`: names that speak for the brand beside owners and members of the organisation."""

    name: str
    repo: str
    token: str = ""
    releases: bool = True
    issues: bool = True
    discussions: bool = True
    team: tuple[str, ...] = ()
    label: str = ""
    language: str = ""
    watch_days: int = 30

    terms: ClassVar[Terms] = Terms()
    service: ClassVar[str] = API

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """Each part for itself; one that is switched off is no reason to miss the others."""
        visit = _Visit(Door(web, self.repo.strip("/"), self.token, ask.now), self, ask, dict(under(self, cursor)))
        yield from visit.batches()

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each comment of an issue by its number. A discussion counts its own, so that its list is believed."""
        door = Door(web, self.repo.strip("/"), self.token, ask.now)
        return [item.id for item in items if self._shows(door, item)]

    def _shows(self, door: Door, item: Item) -> bool:
        known = next((found[1] for name in item.aliases if (found := COMMENT.search(name))), "")
        row = alone(lambda: door.get(f"/issues/comments/{known}")) if known else {}
        return string(row, "html_url") == item.id and not Issues(door, Desk(self.name)).hides([row])


@dataclass(slots=True)
class _Visit:
    """One pull. `state` is the cursor: its parts are replaced, never changed in place."""

    door: Door
    channel: Github
    ask: Ask
    state: dict[str, object] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """That all of it is public is asked first, and again at every sweep."""
        if "repo" not in self.state or self.ask.sweep:
            yield self._public()
        yield from self._renamed()
        desk = Desk(self.channel.name, self.channel.team, self.channel.language)
        if self.channel.releases:
            yield from self._releases(desk)
        boards = dict[str, Issues | Discussions]()
        if self.channel.discussions and self.door.token:
            boards["discussions"] = Discussions(self.door, desk)
        if self.channel.issues:
            boards["issues"] = Issues(self.door, desk)
        days = self.channel.watch_days
        rounds = {part: Round(board, self.ask, mapping(self.state, part), days) for part, board in boards.items()}
        for step in STEPS:
            for part in list(rounds):
                yield from self._step(step, part, rounds)

    def _public(self) -> Batch:
        found = mapping(self.door.get("").json())
        if not string(found, "full_name"):
            raise Malformed(f"{self.channel.repo} is no repository")
        if at(found, "private") is not False:
            fix = "a hub shows what is public: open the repository or take the channel out"
            raise Refused(f"{self.channel.repo} is private", status=403, fix=fix)
        self.state["repo"] = string(found, "full_name")
        return Batch(cursor=dict(self.state))

    def _renamed(self) -> Iterator[Batch]:
        """That the settings call it by another name than GitHub does; told until they agree."""
        known = string(self.state, "repo")
        if known.lower() != self.channel.repo.strip("/").lower():
            told = f"{self.channel.repo} is called {known} now: correct its repo"
            yield Batch(cursor=dict(self.state), warnings=(told,))

    def _releases(self, desk: Desk) -> Iterator[Batch]:
        """The newest page each time; all of them at first and in a sweep."""
        known = mapping(self.state, "releases")
        seen = Seen() if self.ask.sweep else Seen.load(known.get("seen"))
        first = answer = self.door.get("/releases", {"per_page": PAGE, "page": 1}, seen)
        if first.unchanged and known:
            return
        here, page = dict[str, str](), 1
        while True:
            found = listed(answer)
            items = tuple(release(row, desk) for row in found)
            here |= {item.id: string(row, "id") for item, row in zip(items, found, strict=True) if not item.private}
            figures = {item.id: likes(row) for item, row in zip(items, found, strict=True)}
            yield Batch(items=items, counts=figures, cursor=dict(self.state))
            if not more(answer) or (known and not self.ask.sweep):
                break
            page += 1
            answer = self.door.get("/releases", {"per_page": PAGE, "page": page})
        before = {name: string(id) for name, id in mapping(known, "names").items()}
        gone = self._gone({name: id for name, id in before.items() if name not in here}) if not more(answer) else ()
        names = {name: id for name, id in {**before, **here}.items() if name not in gone}
        self.state["releases"] = {"seen": first.seen.dump(), "names": names}
        yield Batch(gone=gone, cursor=dict(self.state))

    def _gone(self, missing: Mapping[str, str]) -> tuple[str, ...]:
        """Those of the releases a list lacks that are not there when asked for by number."""
        gone = []
        for name, id in missing.items():
            try:
                self.door.get(f"/releases/{id}")
            except Missing:
                gone.append(name)
        return tuple(gone)

    def _step(self, step: Callable[[Round], Iterator[Batch]], part: str, rounds: dict[str, Round]) -> Iterator[Batch]:
        """A step of one board; one that is not there (any more) takes no further part."""
        try:
            for batch in step(rounds[part]):
                self.state[part] = batch.cursor
                yield replace(batch, cursor=dict(self.state))
        except Missing as why:
            del rounds[part]
            yield Batch(cursor=dict(self.state), warnings=(f"{part} cannot be read: {why.what}",))
