"""The built search page with an answer in it, for browsers without scripts: the markup that search.js makes too. Pure.

Words and language are those of the page: `main[data-words]` holds them in the order of `WORDS`, parted by "|".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from markupsafe import Markup, escape

from hub.index import Hit, Results, Snippet
from hub.query import DEEPEST, PAGES, Query

WORDS = (
    "1 result.|{} results.|In reply to {}|Untitled|Unnamed|Date unknown|Nothing found as typed; showing “{}”."
    "|Did you mean “{}”?|Searching the static index.|The search does not answer. Try again later."
    "|Nothing found for “{}”.|Search without “{}”|Remove the filter “{}”|Previous page|Next page|Page {} of {}"
    "|Clear all|Nothing found."
)
_FIELD = re.compile(r'(<input\b[^>]*\bid="?q"?(?=[\s>]))')
_STATUS = re.compile(r'(<p\b[^>]*\bid="?status"?[^>]*>)(?=</p>)')
_MEANT = re.compile(r'(<p\b[^>]*\bid="?meant"?[^>]*>)(?=</p>)')
_PLACE = re.compile(r'<span\b[^>]*\bclass="?place"?[^>]*\bdata-value="?([^">]*)"?[^>]*>[^<]*</span>')
_HITS = re.compile(r'<!--hits-->(\s*<ol id="?hits"?></ol>)?')


class SearchPage:
    """A built search page that can be filled."""

    def __init__(self, built: bytes, root: str) -> None:
        """`root` is where the site stands, with slashes at both ends."""
        self.built, self.root = built.decode("utf-8", "replace"), root
        said = re.search(r'<main\b[^>]*\bdata-words="([^"]*)"', self.built)
        given = unescape(said[1]).split("|") if said else []
        usual = WORDS.split("|")
        self.words = given if len(given) >= len(usual) else usual
        labels = _PLACE.finditer(self.built)
        self.places = {unescape(label[1]): Markup(label[0]) for label in labels}  # noqa: S704  the page's own markup
        named = re.search(r'<html\b[^>]*\blang="?([\w-]+)', self.built)
        self.locale = _locale(named[1] if named else "en")

    def bare(self, api: str) -> str:
        """The page with the server named as its API."""
        return self.built.replace('data-api=""', f'data-api="{escape(api)}"', 1)

    def filled(self, query: Query, results: Results) -> bytes:
        """The page with a question answered."""
        more = Markup('<p class="pager turns">{}</p>').format(self._turns(query, results))
        listed = Markup('<ol id="hits" start="{}">{}</ol>').format(query.start + 1, self._lines(results)) + more
        return self._with(query.text, self._said(query, results), listed, self._meant(query, results))

    def refused(self, text: str, why: str) -> bytes:
        """The page with a reason instead of hits."""
        return self._with(text, why, Markup('<ol id="hits"></ol>'))

    def _with(self, text: str, said: str, listed: Markup, meant: str = "") -> bytes:
        page = _FIELD.sub(lambda found: f'{found[1]} value="{escape(text)}"', self.bare(self.root), count=1)
        page = _STATUS.sub(lambda found: found[1] + str(escape(said)), page, count=1)
        page = _MEANT.sub(lambda found: found[1] + str(meant), page, count=1)
        return _HITS.sub(lambda _: str(listed), page, count=1).encode("utf-8", "replace")

    def _said(self, query: Query, results: Results) -> str:
        nothing = self._put(10, query.text) if query.text else self.words[17]
        count = self.words[0] if results.total == 1 else self._put(1, str(results.total)) if results.total else nothing
        return " ".join(part for part in (count, results.note) if part)

    def _meant(self, query: Query, results: Results) -> Markup:
        """What was meant, as a link that asks it."""
        better = results.corrected or "".join(results.suggestions[:1])
        if not better:
            return Markup("")
        before, _, after = self.words[6 if results.corrected else 7].partition("{}")
        link = Markup('<a href="?{}">{}</a>').format(_asked(replace(query, text=better), 1), better)
        return escape(before) + link + escape(after)

    def _put(self, number: int, value: str) -> str:
        return self.words[number].replace("{}", value)

    def _lines(self, results: Results) -> Markup:
        return Markup("").join(self._line(hit) for hit in results.hits)

    def _line(self, hit: Hit) -> Markup:
        href = hit.url if hit.url.startswith(("https://", "http://")) else self.root + hit.url
        title = self._put(2, hit.title) if hit.type == "reply" else hit.title or self.words[3]
        return Markup('<li><a href="{}">{}</a><p class="meta">{} · <bdi>{}</bdi> · {}</p>{}</li>').format(
            href,
            title,
            self.places.get(hit.channel, hit.channel),
            hit.author or self.words[4],
            self._date(hit.published),
            _pieces(hit.snippets),
        )

    def _date(self, when: datetime | None) -> Markup:
        if when is None:
            return escape(self.words[5])
        shown = format_date(when.date(), "long", self.locale)
        return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), shown)

    def _turns(self, query: Query, results: Results) -> Markup:
        pages = [(query.page - 1, self.words[13], "prev"), (query.page + 1, self.words[14], "next")]
        last = min(-(-results.total // query.per_page), PAGES, DEEPEST // query.per_page)
        link = Markup('<a rel="{}" href="?{}">{}</a>')
        return Markup(" ").join(
            link.format(rel, _asked(query, page), word) for page, word, rel in pages if 1 <= page <= last
        )


def _asked(query: Query, page: int) -> str:
    """The question as parameters."""
    bounds = {"from": query.since, "to": query.until and query.until - timedelta(days=1)}
    pairs = [
        ("q", query.text),
        *(("lang" if name == "language" else name, value) for name, values in query.filters for value in values),
    ]
    pairs += [(name, day.isoformat()) for name, day in bounds.items() if day]
    pairs += [("sort", query.sort)] if query.sort != "relevance" else []
    return urlencode([*pairs, *([("page", str(page))] if page > 1 else [])], errors="replace")


def _pieces(pieces: Sequence[Snippet]) -> Markup:
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(_marked(piece)) for piece in pieces)


def _marked(piece: Snippet) -> Markup:
    shown, at = Markup(""), 0
    for start, end in piece.marks:
        shown += escape(piece.text[at:start]) + Markup("<mark>{}</mark>").format(piece.text[start:end])
        at = end
    return shown + escape(piece.text[at:])


def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
