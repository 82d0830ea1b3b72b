"""A WordPress blog through its REST API (/wp/v2/): posts, pages and comments with their parents.

Three questions at three costs. "What is new?" reads posts by time of change and comments by time of writing, oldest
first, from the newest one known: one request each when nothing is new. "Who answered lately?" (`recheck`) reads the
comments of watched posts whole, because a comment that is edited, approved late or trashed changes no date. The sweep
reads every id. Where the API is switched off, now or later, the feeds bring the same items under the same ids; it is
tried again each day.

https://developer.wordpress.org/rest-api/reference/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any, ClassVar
from urllib.parse import urlencode, urljoin

from hub.channels import Ask
from hub.channels.feed import Feed
from hub.channels.loose import Json, chosen, digest, mapping, number, rows, string, when
from hub.channels.wordpress_alone import shows
from hub.channels.wordpress_items import Blog, comment, guid, hidden, post, steady
from hub.errors import Malformed, Missing, Refused
from hub.model import Batch, Complete, Cursor, Item, Terms
from hub.web import Answer, Seen, Web, shown

PAGE = 100  # the most WordPress gives at once
GROUP = 50  # watched posts asked about in one request
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
API_LINK = re.compile(r"""<([^<>]+)>\s*;[^,]*\brel=["']?https://api\.w\.org/""")
API_TAG = re.compile(r"""<link\b[^>]*\brel=["']https://api\.w\.org/["'][^>]*>""")
HREF = re.compile(r"""\bhref=["']([^"']+)""")
SHUT = "the blog's API is shut ({}): its feeds bring the newest posts and comments, but not what was deleted"
EMBED = "author,wp:featuredmedia,wp:term"
BRIEF = "id,guid,link,content.protected"


@dataclass(frozen=True, slots=True)
class Wordpress:
    """A blog and the talk below it. `team` lists the numbers of users who speak for the brand."""

    name: str
    url: str
    team: tuple[int, ...] = ()
    comments: bool = True
    pages: bool = False
    label: str = ""
    language: str = ""
    watch_days: int = 30

    terms: ClassVar[Terms] = Terms()

    def pull(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """Everything public that is new, then what became of watched conversations."""
        made = cursor.get("settings") or mapping(cursor, "before").get("settings")
        if made != chosen(self):  # another address, another team: all is read again
            cursor = {"settings": chosen(self)}
        away = "feed" in cursor
        if away and not _worth_a_try(cursor, ask):
            yield from self._from_feeds(web, cursor, ask)
            return
        # Back from the feeds, which tell of no deletion, every id is asked about.
        state = mapping(cursor, "before") if away else cursor
        visit = _Visit(self, web, replace(ask, sweep=ask.sweep or away), dict(state))
        try:
            yield from visit.batches()
        except (Missing, Refused, Malformed) as why:
            if visit.answered:
                raise
            shut = {"before": state, "feed": mapping(cursor, "feed"), "shut": why.what, "asked": ask.now.isoformat()}
            try:
                yield from self._from_feeds(web, shut, ask)
            except (Missing, Malformed):
                raise why from None

    def still(self, web: Web, cursor: Cursor, ask: Ask, items: Sequence[Item]) -> Iterable[str]:
        """Each by its number; not what another blog brought."""
        visit, here = _Visit(self, web, ask, dict(cursor)), f"{self.url.rstrip('/')}/?p="
        ours = (item for item in items if any(name.startswith(here) for name in item.aliases))
        return [item.id for item in ours if visit.shows(item)]

    def _from_feeds(self, web: Web, cursor: Cursor, ask: Ask) -> Iterator[Batch]:
        """The way round an API that is switched off."""
        address = f"{self.url.rstrip('/')}/feed/"
        feed = Feed(self.name, address, comments=self.comments, language=self.language, watch_days=self.watch_days)
        for batch in feed.pull(web, mapping(cursor, "feed"), ask):
            cursor = {**cursor, "feed": batch.cursor}
            yield replace(batch, cursor=cursor)
        yield Batch(warnings=(SHUT.format(string(cursor, "shut")),), cursor=cursor)


@dataclass(slots=True)
class _Visit:
    """One pull. `state` is the cursor: its parts are replaced, never changed in place."""

    channel: Wordpress
    web: Web
    ask: Ask
    state: dict[str, object]
    answered: bool = False  # has the API answered this time? Then the feeds are no way round it
    doubt: bool = False
    known: dict[int, str] = field(default_factory=dict)  # post number → id
    moved: set[int] = field(default_factory=set)  # posts that changed since the last pull
    watched: dict[str, tuple[str, str]] = field(default_factory=dict)  # post number → time of the newest word, id

    def batches(self) -> Iterator[Batch]:
        if "api" not in self.state:
            self.state = {**self.state, "api": _root(self.web, self._blog.site)}
        posted, talked = "posts" in self.state, "comments" in self.state
        for row, line in mapping(self.state, "watched").items():
            self._watch(int(row), string(line, 1), when(line, 0))
        for what in self._kinds:
            for found in self._new(what, "modified"):
                yield self._posts(found, posted)
                self.moved |= self.known.keys() if talked else set()
        if not self.channel.comments:
            return
        heard = self.state
        try:
            for found in self._new("comments", "date"):
                yield self._comments(found)
                heard = self.state
            watched = set(map(int, self.watched)) if self.ask.recheck else set[int]()
            yield from self._sweep() if self.ask.sweep else self._reread(sorted(self.moved | watched))
        except (Refused, Missing) as why:
            self.state = heard
            yield self._batch(warnings=(f"the comments cannot be read: {why.what}",))

    def shows(self, item: Item) -> bool:
        """Whether a post or comment is public when it is asked for alone."""
        return shows(lambda path: self.web.get(self._address(path, {})), item, self._kinds)

    # what is new

    def _new(self, what: str, clock: str) -> Iterator[list[Json]]:
        """Rows that changed since the mark, oldest first; the mark moves along, so a pull may be cut anywhere.

        The next page is asked for by time, not by number, so that nothing slips through when rows move meanwhile;
        numbers count only within one second that fills more than a page.
        """
        page, more, before = 1, True, set[int]()
        while more:
            line = mapping(self.state, what)
            mark = when(line, "mark")
            url = self._address(what, _clock(clock, mark) | ({"page": page} if page > 1 else {}))
            seen = Seen.load(line.get("seen")) if line.get("url") == url else None
            answer = self.web.get(url, seen=seen)
            if answer.unchanged and seen:
                self.answered = True
                return
            self.answered = True
            found = _list(answer, what, page)
            if not found and _short(answer, found, page):  # comments of posts that are not public, or a cut answer
                return
            more = _more(answer, page, found, before)
            fresh, line = _advance(found, line, f"{clock}_gmt")
            page, before = (1, set()) if when(line, "mark") != mark else (page + 1, before | _numbers(found))
            self.state = {**self.state, what: line if more else {**line, "url": url, "seen": answer.seen.dump()}}
            yield fresh

    def _posts(self, found: list[Json], posted: bool) -> Batch:
        """Posts as items. One that stepped behind a password since we last saw it is gone, with its comments."""
        items = {number(row, "id"): post(row, self._blog) for row in found if guid(row)}
        shut = tuple(item.id for item in items.values() if item.private and posted)
        for row, item in items.items():
            if item.private:
                self.watched.pop(str(row), None)
            else:
                self.known[row] = item.id
                self._watch(row, item.id, item.published)
        claims = tuple(Complete(ids=frozenset(), under=name, sure=True) for name in shut)
        return self._batch(tuple(items.values()), gone=shut, complete=claims)

    def _comments(self, found: Iterable[Json]) -> Batch:
        found = list(found)
        self._learn({number(row, "post") for row in found} - self.known.keys())
        return self._batch(tuple(self._replies(found)))

    def _replies(self, found: Iterable[Json]) -> Iterator[Item]:
        """Comments as items; those of posts that are not public, or of other kinds of post, stay out."""
        for row in found:
            of = self.known.get(number(row, "post"))
            if of and number(row, "id"):
                item = comment(row, of, self._blog)
                self._watch(number(row, "post"), of, item.published)
                yield item

    # what became of it

    def _reread(self, numbers: list[int]) -> Iterator[Batch]:
        """The comments of these posts, whole: an approval, an edit and a deletion move no date."""
        for start in range(0, len(numbers), GROUP):
            group = numbers[start : start + GROUP]
            here, sure = self._learn(set(group)), not self.doubt
            # One post that may not be read any more, and WordPress refuses the answer for all of them.
            found, whole = self._whole("comments", {"post": sorted(here)}) if here else ([], False)
            items = tuple(self._replies(found))
            missing = [str(row) for row in group if sure and row not in here and str(row) in self.watched]
            left = [self.watched.pop(row)[1] for row in missing]
            claims = [Complete(ids=frozenset(), under=name) for name in left]
            if whole:
                claims += [_under(items, name) for name in here.values()]
            yield self._batch(items, missing=tuple(left), complete=tuple(claims))

    def _sweep(self) -> Iterator[Batch]:
        """Everything that is still public: a list of what is new may have come short."""
        posts, replies, whole = set[str](), set[str](), True
        for what in self._kinds:
            for _ in range(2):  # as _whole, but never all of a large blog at once
                totals = set[int]()
                for page, total in self._pages(what, {"_embed": EMBED}):
                    totals.add(total)
                    posts |= {guid(row) for row in page if not hidden(row)}
                    yield self._posts(page, posted=True)
                if _steady(totals):
                    break
            whole &= _steady(totals)
        totals = set[int]()
        for page, total in self._pages("comments", {}):
            items = tuple(self._replies(page))
            replies |= {item.id for item in items}
            totals.add(total)
            yield self._batch(items)
        claims = [Complete(ids=frozenset(posts), kind="post")] if whole else []
        if whole and _steady(totals):
            claims.append(Complete(ids=frozenset(replies), kind="reply"))
        yield self._batch(complete=tuple(claims))
        if not _steady(totals):  # the list counts comments it does not show: those of each post are all shown
            yield from self._reread(sorted(self.known))

    def _whole(self, what: str, params: dict[str, object]) -> tuple[list[Json], bool]:
        """A whole list, and whether it stood still while it was read; it is read twice before we give up."""
        for _ in range(2):
            pages = list(self._pages(what, params))
            if _steady({total for _, total in pages}):
                break
        return [row for page, _ in pages for row in page], _steady({total for _, total in pages})

    def _pages(self, what: str, params: dict[str, object]) -> Iterator[tuple[list[Json], int]]:
        """A list by id, page by page, each with the number of rows WordPress says there are (-1: it does not say, or
        shows fewer)."""
        page, more, before = 1, True, set[int]()
        while more:
            steady = {"order": "asc", "orderby": "id", "per_page": PAGE, **({"page": page} if page > 1 else {})}
            answer = self.web.get(self._address(what, {**params, **steady}))
            found = _list(answer, what, page)
            yield found, -1 if _short(answer, found, page) else _total(answer)
            more = _more(answer, page, found, before)
            page, before = page + 1, before | _numbers(found)

    def _learn(self, numbers: set[int]) -> dict[int, str]:
        """The ids of those of these posts that are public now; `doubt` where more are counted than shown."""
        here: dict[int, str] = {}
        self.doubt = False
        for what in self._kinds:
            missing = sorted(numbers - here.keys())
            for start in range(0, len(missing), PAGE):
                some = missing[start : start + PAGE]
                answer = self.web.get(self._address(what, {"_fields": BRIEF, "include": some, "per_page": PAGE}))
                found = _list(answer, what)
                self.doubt |= _short(answer, found)
                here |= {number(row, "id"): guid(row) for row in found if not hidden(row)}
        self.known = {name: of for name, of in self.known.items() if name not in numbers} | here
        return here

    def _watch(self, row: int, name: str, moment: datetime | None) -> None:
        """Remember when the last word under a post fell."""
        before = self.watched.get(str(row), ("", ""))[0]
        if moment and moment > self._since:
            self.watched[str(row)] = (max(before, moment.isoformat()), name)

    # asking

    @property
    def _blog(self) -> Blog:
        channel = self.channel
        return Blog(channel.name, channel.url.rstrip("/"), frozenset(channel.team), channel.language)

    @property
    def _since(self) -> datetime:
        return self.ask.now - timedelta(days=self.channel.watch_days)

    @property
    def _kinds(self) -> tuple[str, ...]:
        return ("posts", "pages") if self.channel.pages else ("posts",)

    def _address(self, what: str, params: dict[str, object]) -> str:
        root = string(self.state, "api")
        said = {name: ",".join(map(str, one)) if isinstance(one, list) else one for name, one in params.items()}
        query = urlencode(sorted(said.items()), safe=",:")
        return f"{root}wp/v2/{what}{'&' if '?' in root else '?'}{query}".rstrip("?&")

    def _batch(self, items: tuple[Item, ...] = (), **beside: Any) -> Batch:
        cursor = {**self.state, "watched": {row: list(line) for row, line in self.watched.items()}}
        return Batch(items=items, cursor=cursor, **beside)


def _worth_a_try(cursor: Cursor, ask: Ask) -> bool:
    """Whether an API that was shut is asked again: on demand, in a sweep, and once a day."""
    asked = when(cursor, "asked")
    return ask.recheck or ask.sweep or asked is None or not asked <= ask.now < asked + DAY


def _root(web: Web, site: str) -> str:
    """Where the API lies: the home page says so in a header or a tag; else it is tried at its usual place."""
    # https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/
    try:
        home = web.get(f"{site}/")
    except (Missing, Refused):
        return f"{site}/wp-json/"
    named = API_LINK.search(home.headers.get("link", ""))
    tag = API_TAG.search(home.text)
    href = named or (tag and HREF.search(tag[0]))
    return urljoin(home.url, unescape(href[1])) if href else f"{site}/wp-json/"


def _clock(clock: str, mark: datetime | None) -> dict[str, object]:
    """Parameters that ask for rows from the mark on, oldest first. The API's "after" leaves its own second out."""
    if clock == "modified":
        since, params = "modified_after", {"orderby": "modified", "_embed": EMBED}
    else:
        since, params = "after", {"orderby": "date_gmt"}
    after = {since: f"{mark - SECOND:%Y-%m-%dT%H:%M:%SZ}"} if mark else {}
    return {"order": "asc", "per_page": PAGE, **params, **after}


def _advance(found: list[Json], line: Json, clock: str) -> tuple[list[Json], Json]:
    """The rows not seen before, and the mark moved to the newest of them.

    The mark's own second is asked again each time; the digests of its rows say what is known already.
    """
    mark, edge = when(line, "mark"), mapping(line, "edge")
    newest = max((moment for row in found if (moment := when(row, clock))), default=mark)
    if mark and newest:
        newest = max(mark, newest)
    here = {string(row, "id"): _print(row) for row in found if when(row, clock) == newest}
    # A WordPress before 5.7 does not know modified_after and lists everything.
    fresh = [row for row in found if not mark or (when(row, clock) or mark) >= mark]
    fresh = [row for row in fresh if edge.get(string(row, "id")) != _print(row)]
    kept = {"mark": newest.isoformat(), "edge": {**edge, **here} if newest == mark else here} if newest else {}
    return fresh, kept


def _list(answer: Answer, what: str, page: int = 1) -> list[Json]:
    """The rows of an answer; whatever is no object is left out. What is no list is refused, and so is an empty one that
    says there are posts: everybody may read those."""
    found = answer.json()
    if not isinstance(found, list):
        raise Malformed(f"the blog's API answered something that is no list of {what}", where=shown(answer.url))
    if not found and what != "comments" and _short(answer, [], page):
        raise Malformed(f"the blog's API counts {_total(answer)} {what} and shows none", where=shown(answer.url))
    return [row for row in rows(found) if number(row, "id")]


def _total(answer: Answer) -> int:
    """How many rows WordPress says there are on all pages; -1 where it does not say."""
    total = string(answer.headers.get("x-wp-total"))
    return int(total) if total.isdigit() and len(total) < 16 else -1


def _short(answer: Answer, found: list[Json], page: int = 1) -> bool:
    """Whether a page holds fewer rows than WordPress counts for it."""
    return len(found) < min(PAGE, _total(answer) - (page - 1) * PAGE)


def _more(answer: Answer, page: int, found: list[Json], before: set[int]) -> bool:
    """Whether there is a next page; where a proxy eats the header, a full page means yes.

    Malformed when there is said to be one and this one brings nothing that the pages before did not: so it would go on
    for ever.
    """
    pages = string(answer.headers.get("x-wp-totalpages"))
    more = int(pages) > page if pages.isdigit() and len(pages) < 16 else len(found) >= PAGE
    if more and _numbers(found) <= before:
        raise Malformed("the blog's API promises further pages and repeats the same one", where=shown(answer.url))
    return more


def _numbers(found: list[Json]) -> set[int]:
    return {number(row, "id") for row in found}


def _steady(totals: set[int]) -> bool:
    """Whether a list had one size all the while it was read, and said so."""
    return len(totals) == 1 and -1 not in totals


def _under(items: tuple[Item, ...], name: str) -> Complete:
    """The claim that these are all the replies to a post."""
    return Complete(ids=frozenset(item.id for item in items if item.root == name), under=name, kind="reply")


def _print(row: Json) -> str:
    return digest(steady(json.dumps(row, sort_keys=True)))
