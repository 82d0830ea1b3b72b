"""From one address to the channels found there: a blog, its feeds, and the brand's accounts elsewhere. Reads only.

What a page declares (rel=me, its h-card, sameAs) and what its domain answers for (WebFinger, a handle on Bluesky) is
taken; so is what its frame links to (header, footer, navigation). A link anywhere else may lead to anybody: it is
proposed, for a person to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from hub.channels.loose import Json, plain
from hub.discover import feeds
from hub.discover.accounts import confirmed, of_domain
from hub.discover.networks import Lead, lead
from hub.discover.page import Page
from hub.discover.proposal import Found, Proposal, distinct
from hub.errors import ChannelError
from hub.web import Answer, Web

__all__ = ["Found", "Proposal", "discover"]

PLACES = 20  # accounts that are asked about
FORUMS = 3  # hosts whose names sound like a forum's, and that are asked whether they are one
SERVICE = re.compile(r"https?://webmention\.io/([\w.-]+)/webmention/?")
SISTERS = 4  # further pages of the brand that are looked at
SISTER = frozenset(
    ("blog", "news", "journal", "podcast", "forum", "forums", "community", "discuss", "discourse", "talk")
)


def discover(web: Web, url: str) -> Found:
    """Look at an address. Raises ChannelError when it does not answer; finding nothing is no error."""
    account = lead(url)
    one = confirmed(web, account, "this address was given", sure=True) if account else None
    if one:
        return Found(name=one.title, channels=(one,))
    answer = web.get(url)
    feed = feeds.document(answer)
    if feed:
        why = f"this address is a feed with {len(feed.entries)} entries"
        found = feeds.proposal("feed", feed, answer.url, why)
        return Found(name=feed.title, language=feed.language, channels=(found,))
    return _brand(web, Page(answer))


def _brand(web: Web, page: Page) -> Found:
    """All that a page and its domain say of a brand."""
    blog = feeds.wordpress(web, page)
    here = list(_here(web, page, blog))
    channels = [*here, *_sisters(web, page, has_blog=bool(here)), *_elsewhere(web, page), *_mentions(page)]
    return Found(
        name=plain(blog, "name") or page.meta("og:site_name") or page.said("p-name") or page.title,
        language=page.language,
        description=plain(blog, "description") or page.meta("description") or page.meta("og:description"),
        icon=page.icon,
        channels=tuple(distinct(channels)),
        notes=tuple(_notes(page)),
    )


def _here(web: Web, page: Page, blog: Json) -> Iterator[Proposal]:
    """What stands at the address itself."""
    made = page.generator.lower()
    if made.startswith("discourse"):
        yield Proposal("forum", "discourse", {"url": page.url}, "this is a Discourse forum", title=page.title)
    elif made == "blogger":
        yield Proposal("blog", "blogger", {"url": page.url}, "this is a blog of Blogger: posts and threaded comments")
    elif blog:
        yield from feeds.blog(web, page, blog)
    else:
        yield from feeds.feeds(web, page)
    if made.startswith("ghost"):
        why = "this is a Ghost site: with a key its posts come whole, and with another its comments"
        yield Proposal("ghost", "ghost", {"url": page.url}, why, sure=False)


def _sisters(web: Web, page: Page, *, has_blog: bool) -> Iterator[Proposal]:
    """Blog, podcast and forum on other pages of the brand, as far as the page leads to them."""
    asked = {_bare(page.url)}
    for url, words, _ in page.links():
        sort = _sister(page.url, url, words)
        if (
            not sort
            or _bare(url) in asked
            or len(asked) > SISTERS
            or (has_blog and sort in ("blog", "news", "journal"))
        ):
            continue
        asked.add(_bare(url))
        try:
            other = Page(_html(web.get(url)))
        except ChannelError:
            continue
        yield from _here(web, other, feeds.wordpress(web, other))


def _html(answer: Answer) -> Answer:
    """An answer that is a page, and not a film."""
    if "html" not in answer.headers.get("content-type", "html"):
        raise ChannelError("this is no page")
    return answer


def _sister(home: str, url: str, words: str) -> str:
    """What part of the brand's own web a link leads to, by its host, its path or its words; "" for none."""
    try:
        here, there = (urlsplit(one) for one in (home, url))
        base, host = ((one.hostname or "").removeprefix("www.") for one in (here, there))
    except ValueError:
        return ""
    if there.scheme not in ("http", "https") or not (host == base or host.endswith(f".{base}")):
        return ""
    path = [part.lower() for part in there.path.split("/") if part]
    named = [host.partition(".")[0] if host != base else "", *path[:1], words.strip().lower()]
    return next((name for name in named if name in SISTER), "") if len(path) < 2 else ""


def _elsewhere(web: Web, page: Page) -> Iterator[Proposal]:
    """Accounts on networks, the surest word first; each place is asked about once."""
    home = (urlsplit(page.url).hostname or "").removeprefix("www.")
    asked = set[tuple[str, str]]()
    for found, why, sure in _leads(web, page):
        forums = sum(kind == "discourse" for kind, _ in asked)
        if found.key in asked or len(asked) >= PLACES or (found.kind == "discourse" and forums >= FORUMS):
            continue
        asked.add(found.key)
        proposal = confirmed(web, found, why, sure=sure, home=home)
        if proposal:
            yield proposal


def _leads(web: Web, page: Page) -> Iterator[tuple[Lead, str, bool]]:
    """Every place that may be the brand's, what says so, and whether that is enough."""
    for url, why in page.declared():
        if found := lead(url):
            yield found, why, True
    for origin in _origins(page.url):
        for found, why in of_domain(web, origin):
            yield found, why, True
    linked = [(lead(url), framed) for url, _, framed in page.links()]
    yield from ((one, "the page's frame links to it", True) for one, framed in linked if one and framed)
    yield from ((one, "a link on the page: is it yours?", False) for one, framed in linked if one and not framed)
    if page.disqus:
        address = f"https://{page.disqus}.disqus.com/"
        yield Lead("disqus", {"forum": page.disqus}, address), "comments stand below the pages", False


def _origins(url: str) -> list[str]:
    """The origin of an address, and that of the whole domain where the address is www. or blog. of it."""
    parts = urlsplit(url)
    first, _, rest = parts.netloc.partition(".")
    wider = [f"{parts.scheme}://{rest}"] if first in ("www", "blog", "news") and "." in rest else []
    return [f"{parts.scheme}://{parts.netloc}", *wider]


def _mentions(page: Page) -> Iterator[Proposal]:
    """Webmentions that a service collects: with its token all of them can be read."""
    taken = SERVICE.fullmatch(page.rel("webmention"))
    if taken:
        why = f"webmention.io collects who mentions {taken[1]}"
        yield Proposal("webmentions", "webmention", {"domain": taken[1]}, why, sure=False)


def _notes(page: Page) -> Iterator[str]:
    endpoint = page.rel("webmention")
    if endpoint:
        yield f"the page takes Webmentions at {endpoint}"


def _bare(url: str) -> str:
    return url.partition("#")[0].rstrip("/")
