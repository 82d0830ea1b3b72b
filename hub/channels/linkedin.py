"""A LinkedIn page: how often its posts were answered, and where to read that. No text of anybody.

LinkedIn lets what members wrote be kept for a day or two and not be put beside other sources, so it is never asked for:
only addresses, times and figures, by the page's own administrator (Community Management API, r_organization_social).

https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api · …/social-metadata-api
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from hub.channels import Ask
from hub.channels.flat import Page, Row, Walk
from hub.channels.loose import Json, at, mapping, number, rows, string, under
from hub.channels.single import alone
from hub.errors import Malformed, Unreachable
from hub.model import REST, Account, Batch, Cursor, Item, Terms
from hub.web import Answer, Seen, Web, shown

API, SITE = "https://api.linkedin.com/rest", "https://www.linkedin.com"
PAGE = 100
AT_ONCE = 50  # posts of one question about figures
LATEST = 253402300799000  # milliseconds since 1970 at the end of year 9999
SUNSET = timedelta(days=330)  # a version works for a year at least; then there is still time to say so


@dataclass(frozen=True, slots=True)
class Linkedin:
    """The page of an organisation by its number, with the token of an administrator. `version`: the month of the API's
    version that is asked for."""

    name: str
    organization: str
    token: str
    version: str = "202610"
    label: str = ""
    watch_days: int = 30

    terms: ClassVar[Terms] = Terms(
        page="no", feed="no", json="no", search="no", embed="no", wall="no", mail="no", sweep_days=1
    )

    token_days: ClassVar[int] = (
        60  # https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
    )

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """New posts, then the figures of those that are watched, many in one question."""
        desk, state = _Organization(self, web), dict(under(self, cursor))
        made = {urn: string(when_) for urn, when_ in mapping(state, "made").items()}
        for batch in Walk(desk, ask, mapping(state, "list"), kind="post").batches():
            made |= desk.made
            state = {**state, "list": batch.cursor, "made": made}
            yield replace(batch, cursor=state)
        since = (ask.now - timedelta(days=self.watch_days)).isoformat()
        made = {urn: moment for urn, moment in made.items() if moment > since}
        urns, warnings = sorted(made), _warnings(self.version, ask.now)
        for start in range(0, len(urns), AT_ONCE):
            counts = desk.figures(urns[start : start + AT_ONCE])
            absent = {name: {"limit": REST} for name in counts}
            yield Batch(counts=counts, absent=absent, cursor={**state, "made": made}, warnings=warnings)
            warnings = ()
        if warnings:
            yield Batch(cursor={**state, "made": made}, warnings=warnings)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each post by its number."""
        desk = _Organization(self, web)
        return [item.id for item in items if post(desk.one(item.id), self)]


@dataclass(slots=True)
class _Organization:
    """The page's list of posts. `made` collects when each was."""

    channel: Linkedin
    web: Web
    made: dict[str, str] = field(default_factory=dict)

    def page(self, where: str, seen: Seen | None = None) -> Page:
        author = quote(f"urn:li:organization:{self.channel.organization}", safe="")
        start = number(where or "0")
        query = f"author={author}&q=author&count={PAGE}&start={start}&sortBy=LAST_MODIFIED"
        answer = self._get(f"posts?{query}", "FINDER", seen)
        if answer.unchanged:
            return Page(seen=answer.seen, unchanged=True)
        said = answer.json()
        if not isinstance(at(said, "elements"), list):
            raise Malformed("this is no list of posts", where=shown(answer.url))
        found, about = rows(said, "elements"), mapping(said, "paging")
        more = any(string(link, "rel") == "next" for link in rows(about, "links")) and bool(found)
        lines = tuple(self._row(row) for row in found if string(row, "id").startswith("urn:li:"))
        return Page(rows=lines, next=str(start + len(found)) if more else "", seen=answer.seen)

    def one(self, urn: str) -> Json:
        """A post by its number; {} for none."""
        return alone(lambda: self._get(f"posts/{quote(urn, safe='')}", "GET"))

    def figures(self, urns: list[str]) -> Mapping[str, Mapping[str, int]]:
        """How often posts were answered and liked."""
        listed = ",".join(quote(urn, safe="") for urn in urns)
        answer = self._get(f"socialMetadata?ids=List({listed})", "BATCH_GET")
        said = answer.json()
        if not isinstance(at(said, "results"), Mapping):
            raise Malformed("these are no figures", where=shown(answer.url))
        return {urn: _counted(mapping(said, "results", urn)) for urn in urns if mapping(said, "results", urn)}

    def _get(self, path: str, method: str, seen: Seen | None = None) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.channel.token}",
            "LinkedIn-Version": self.channel.version,
            "X-Restli-Protocol-Version": "2.0.0",
            "X-RestLi-Method": method,
        }
        try:
            return self.web.get(f"{API}/{path}", seen=seen, headers=headers)
        except Unreachable as why:
            if string(why.told, "code") == "NONEXISTENT_VERSION":
                why.fix = f'version {self.channel.version} is over: set a newer month, version = "YYYYMM"'
            raise

    def _row(self, row: Json) -> Row:
        said, urn = post(row, self.channel), string(row, "id")
        if said and said.published:
            self.made[urn] = said.published.isoformat()
        moved = _time(row, "lastModifiedAt")
        return Row(name=urn, moved=moved.isoformat() if moved else "", item=said)


def post(row: Json, channel: Linkedin) -> Item | None:
    """A post without its words; None where it is no longer, or not for everybody."""
    if string(row, "lifecycleState") != "PUBLISHED" or string(row, "visibility") != "PUBLIC":
        return None
    urn, leads = string(row, "id"), string(row, "content", "article", "source")
    return Item(
        id=urn,
        url=f"{SITE}/feed/update/{urn}/",
        channel=channel.name,
        author=Account(
            name=channel.label,
            url=f"{SITE}/company/{quote(channel.organization, safe='')}/",
            id=f"urn:li:organization:{channel.organization}",
        ),
        published=_time(row, "publishedAt") or _time(row, "createdAt"),
        ours=True,
        links=(leads,) if leads else (),
    )


def _counted(said: Json) -> Mapping[str, int]:
    reactions = mapping(said, "reactionSummaries").values()
    return {
        "replies": number(said, "commentSummary", "count"),
        "likes": sum(number(one, "count") for one in reactions),
    }


def _time(row: Json, name: str) -> datetime | None:
    """Milliseconds since 1970."""
    found = number(row, name)
    return datetime.fromtimestamp(found // 1000, UTC) if 0 < found <= LATEST else None


def _warnings(version: str, now: datetime) -> tuple[str, ...]:
    """That a version will soon be over; LinkedIn ends each after about a year."""
    if not (version.isdecimal() and len(version) == 6 and 1 <= int(version[4:]) <= 12):
        return (f"version {version} is no month; write it as YYYYMM",)
    begun = datetime(int(version[:4]), int(version[4:]), 1, tzinfo=UTC)
    return (f"LinkedIn ends version {version} soon: set a newer month",) if now > begun + SUNSET else ()
