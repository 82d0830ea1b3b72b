"""A Blogger site: its posts and every comment below them, by the feeds that every such site has, without a key.

The comment feed of the whole site names for each comment the post (thr:in-reply-to) and, where it answers another one,
that comment (link rel=related). A comment that was removed keeps its place in the feed and says so.

https://developers.google.com/blogger/docs/2.0/developers_guide_protocol (feeds) · RFC 4685
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import quote, urlencode, urlsplit

from hub.channels import Ask
from hub.channels.flat import Page, Row, Walk
from hub.channels.loose import Json, mapping, number, rows, string, texts, under, when
from hub.channels.single import alone
from hub.errors import Malformed
from hub.model import Account, Batch, Cursor, Item, Media, Terms
from hub.web import Answer, Seen, Web, shown

PAGE = 150  # entries of one answer, whatever is asked for
BLANK = ("blank.gif", "b16-rounded.gif", "openid16-rounded.gif")  # pictures that stand for none


@dataclass(frozen=True, slots=True)
class Blogger:
    """A site by its address. Who writes its posts speaks for the brand in the comments, too."""

    name: str
    url: str
    comments: bool = True
    label: str = ""
    language: str = ""

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """Posts that were made or edited, then new comments on any of them."""
        state = dict(under(self, cursor))
        team = set(texts(state, "team"))
        shelves: dict[str, _Posts | _Comments] = {"post": _Posts(self, web, team)}
        if self.comments:
            shelves["reply"] = _Comments(self, web, team)
        for kind, shelf in shelves.items():
            for batch in Walk(shelf, ask, mapping(state, kind), kind=kind).batches():
                state = {**state, "team": sorted(team), kind: batch.cursor}
                yield replace(batch, cursor=state)

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:  # noqa: ARG002
        """Each by its number in its feed."""
        return [item.id for item in items if self._shows(web, item)]

    def _shows(self, web: Web, item: Item) -> bool:
        number_, on = item.id.rpartition("-")[2], item.root.rpartition("-")[2]
        feed = f"{on}/comments/default" if item.root else "posts/default"
        address = f"{self.url.rstrip('/')}/feeds/{feed}/{quote(number_, safe='')}?alt=json&redirect=false"
        entry = mapping(alone(lambda: web.get(address)), "entry")
        return string(entry, "id", "$t") == item.id and not _removed(entry)


@dataclass(frozen=True, slots=True)
class _Posts:
    """All posts, the last edited first. `team` collects the profiles of their authors."""

    channel: Blogger
    web: Web
    team: set[str]

    def page(self, where: str, seen: Seen | None = None) -> Page:
        return _page(self.web, _feed(self.channel, "posts", where, "updated"), where, seen, self._row)

    def _row(self, entry: Json) -> Row:
        said = post(entry, self.channel)
        if said.author.id:
            self.team.add(said.author.id)
        figures = {"replies": number(entry, "thr$total", "$t")}
        return Row(name=said.id, moved=_time(entry, "updated"), item=said, figures=figures)


@dataclass(frozen=True, slots=True)
class _Comments:
    """All comments of the site in one flat list, the newest first."""

    channel: Blogger
    web: Web
    team: set[str]

    def page(self, where: str, seen: Seen | None = None) -> Page:
        return _page(self.web, _feed(self.channel, "comments", where, "published"), where, seen, self._row)

    def _row(self, entry: Json) -> Row:
        said = comment(entry, self.channel)
        here = None if _removed(entry) else replace(said, ours=said.author.id in self.team)
        return Row(name=said.id if said.root else "", moved=_time(entry, "published"), item=here)


def post(entry: Json, channel: Blogger) -> Item:
    """A post. It goes by its Atom id, as in the site's feeds."""
    made, moved = when(entry, "published", "$t"), when(entry, "updated", "$t")
    picture = string(entry, "media$thumbnail", "url")
    return Item(
        id=string(entry, "id", "$t"),
        url=_link(entry, "alternate"),
        channel=channel.name,
        kind="article",
        author=_author(entry),
        published=made,
        html=string(entry, "content", "$t") or string(entry, "summary", "$t"),
        ours=True,
        title=string(entry, "title", "$t"),
        media=(Media(url=picture),) if picture else (),
        tags=tuple(string(one, "term") for one in rows(entry, "category") if "kind#" not in string(one, "term")),
        language=channel.language,
        edited=moved if made and moved and (moved - made).total_seconds() > 300 else None,
        excerpt="content" not in entry,
    )


def comment(entry: Json, channel: Blogger) -> Item:
    """A comment on a post, or below another comment."""
    id, on = string(entry, "id", "$t"), mapping(entry, "thr$in-reply-to")
    root = string(on, "ref") or string(on, "href")
    above = _link(entry, "related").rpartition("/")[2]
    return Item(
        id=id,
        url=_link(entry, "alternate") or string(on, "href"),
        channel=channel.name,
        author=_author(entry),
        published=when(entry, "published", "$t"),
        html=string(entry, "content", "$t") or string(entry, "summary", "$t"),
        reply_to=f"{id.rpartition('-')[0]}-{above}" if above.isdecimal() else root,
        root=root,
        language=channel.language,
    )


def _author(entry: Json) -> Account:
    """Who wrote it. Blogger vouches for its own profiles; any other address is what a commenter typed."""
    said = mapping(entry, "author", 0)
    url, picture = string(said, "uri", "$t"), string(said, "gd$image", "src")
    vouched = (urlsplit(url).hostname or "").removeprefix("www.") == "blogger.com" if _is_address(url) else False
    return Account(
        name=string(said, "name", "$t"),
        url=url,
        avatar="" if picture.endswith(BLANK) else f"https:{picture}" if picture.startswith("//") else picture,
        id=url if vouched else "",
    )


def _page(web: Web, url: str, where: str, seen: Seen | None, read: Callable[[Json], Row]) -> Page:
    answer = web.get(url, seen=seen)
    if answer.unchanged:
        return Page(seen=answer.seen, unchanged=True)
    feed = _said(answer)
    entries, total = rows(feed, "entry"), number(feed, "openSearch$totalResults", "$t")
    after = number(where or "1") + len(entries)
    lines = tuple(line for line in map(read, entries) if line.name)
    return Page(rows=lines, next=str(after) if entries and after <= total else "", total=total, seen=answer.seen)


def _said(answer: Answer) -> Json:
    feed = mapping(answer.json(), "feed")
    if "openSearch$totalResults" not in feed:
        raise Malformed("this is no feed of Blogger", where=shown(answer.url))
    return feed


def _feed(channel: Blogger, list_: str, where: str, order: str) -> str:
    """A page of a feed, at Blogger itself even where readers are sent elsewhere (redirect)."""
    query = {"alt": "json", "redirect": "false", "orderby": order, "max-results": PAGE, "start-index": where or "1"}
    return f"{channel.url.rstrip('/')}/feeds/{list_}/default?{urlencode(query)}"


def _removed(entry: Json) -> bool:
    """Whether only the place of a comment is left."""
    said = {string(one, "name"): string(one, "value") for one in rows(entry, "gd$extendedProperty")}
    return said.get("blogger.contentRemoved") == "true"


def _link(entry: Json, rel: str) -> str:
    return next((string(link, "href") for link in rows(entry, "link") if string(link, "rel") == rel), "")


def _time(entry: Json, name: str) -> str:
    """A time as it is compared."""
    found = when(entry, name, "$t")
    return found.isoformat() if found else ""


def _is_address(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
