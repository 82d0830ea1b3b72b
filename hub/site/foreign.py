"""Pages in a theme made for Pelican: posts as its articles, lists as its index, everything else as its pages.

Such a theme prints what it is given without another look, so all of it is `Markup`, escaped before; the environment
escapes the rest, and `striptags`, which unescapes, escapes again. What the page says is the `main` of our own template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, DictLoader, Environment, FileSystemLoader, PrefixLoader
from markupsafe import Markup, escape

from hub.site.pieces import Moment, Place
from hub.site.shell import Addresses
from hub.site.views import Card, ListPage, PostPage, Shell
from hub.site.words import Words, install

UNDATED = datetime(1990, 1, 1, tzinfo=UTC)  # themes ask every article for a date
NO_SUMMARY = Markup("")
BARE = "{% block main %}{% endblock %}"
TITLE = re.compile(r"<h1\b.*?</h1>", re.DOTALL)
OURS = {"search", "redirect", "embed"}  # what is nothing without its own scripts or head, or is no page


class Named(Markup):
    """A category, tag or author: its escaped name, and where its page is."""

    url: str
    slug: str

    @property
    def name(self) -> Markup:
        return Markup(self)  # noqa: S704  escaped when it was made


def named(name: str, url: str) -> Named:
    made = Named(escape(name))
    made.url, made.slug = url, url.strip("/").rpartition("/")[2]
    return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What themes call an article or a page. Every text is escaped."""

    title: Markup
    content: Markup
    url: str
    lang: Markup
    summary: Markup = NO_SUMMARY
    date: datetime = UNDATED
    locale_date: Markup = NO_SUMMARY
    modified: datetime | None = None
    locale_modified: Markup = NO_SUMMARY
    authors: tuple[Named, ...] = ()
    category: Named | None = None
    tags: tuple[Named, ...] = ()
    status: str = "published"
    template: str = "article"
    translations: tuple[object, ...] = ()
    related_posts: tuple[object, ...] = ()
    in_default_lang: bool = True

    @property
    def author(self) -> Named | None:
        return self.authors[0] if self.authors else None

    @property
    def slug(self) -> str:
        return self.url.strip("/").rpartition("/")[2]

    @property
    def save_as(self) -> str:
        return f"{self.url}index.html"

    @property
    def description(self) -> Markup:
        return self.summary

    @property
    def metadata(self) -> Mapping[str, object]:
        return {"title": self.title, "date": self.date, "summary": self.summary}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a list, as Pelican's paginator gives it."""

    object_list: tuple[Written, ...]
    number: int
    newer: str
    older: str
    url: str

    def has_previous(self) -> bool:
        return bool(self.newer)

    def has_next(self) -> bool:
        return bool(self.older)

    def has_other_pages(self) -> bool:
        return bool(self.newer or self.older)

    def previous_page_number(self) -> int:
        return self.number - 1

    def next_page_number(self) -> int:
        return self.number + 1


@dataclass(frozen=True, slots=True)
class Pages:
    """How many pages a list has, as far as a page of it may tell: itself and its neighbours."""

    sheet: Sheet
    oldest: str
    per_page: int = 20

    @property
    def num_pages(self) -> int:
        return self.sheet.number + self.sheet.has_next()

    @property
    def count(self) -> int:
        return len(self.sheet.object_list)

    def page(self, number: int) -> Sheet:
        url = self.sheet.url if number == self.sheet.number else self.oldest or self.sheet.older
        return Sheet((), number, "", "", url)


class Foreign:
    """Renders our views with a theme of Pelican's."""

    def __init__(self, theme: Path, simple: Path, own: Environment, at: Addresses, settings: Mapping[str, Any]) -> None:
        """`simple` is the theme every other one may lean on, `settings` are Pelican's."""
        self.at, self.settings = at, settings
        self.bare = own.overlay(loader=ChoiceLoader([DictLoader({"base.html": BARE}), own.loader]))  # type: ignore[list-item]
        folders = FileSystemLoader(theme / "templates"), FileSystemLoader(simple / "templates")
        loader = ChoiceLoader([*folders, PrefixLoader({"!theme": folders[0], "!simple": folders[1]})])
        self.env = Environment(
            loader=loader,
            undefined=ChainableUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.env.filters.update(settings.get("JINJA_FILTERS", {}), striptags=_striptags, strftime=_strftime)
        self.env.globals.update(settings.get("JINJA_GLOBALS", {}))

    def speak(self, words: Words) -> None:
        install(self.env, words)

    def render(self, name: str, view: Any, shell: Shell) -> bytes:
        given = {**self._everywhere(shell), **self._given(name, view, shell), "output_file": view.head.path}
        template = "article" if isinstance(view, PostPage) else "index" if isinstance(view, ListPage) else "page"
        return self.env.get_template(f"{template}.html").render(given).encode()

    def _given(self, name: str, view: Any, shell: Shell) -> dict[str, object]:
        content = self._main(name, view, shell)
        if isinstance(view, PostPage):
            article = self._article(view.card, content, shell)
            return {"article": article, "category": article.category, "articles": (), "dates": ()}
        if isinstance(view, ListPage):
            return self._listed(view, shell)
        page = Written(
            title=escape(view.title if hasattr(view, "title") else view.head.title),
            content=content,
            url=view.head.path,
            lang=escape(shell.language),
            template="page",
        )
        return {"page": page, "articles": (), "dates": ()}

    def _main(self, name: str, view: Any, shell: Shell) -> Markup:
        """What our own page says, without its shell and without the title, which the theme prints."""
        html = self.bare.get_template(f"{name}.html").render(shell=shell, page=view)
        return Markup(TITLE.sub("", html, count=1))  # noqa: S704  autoescaped

    def _listed(self, view: ListPage, shell: Shell) -> dict[str, object]:
        articles = tuple(self._article(card, _preview(card), shell) for card in view.cards)
        number = 2 if view.newer else 1
        sheet = Sheet(articles, number, view.newer, view.older, view.head.path)
        near = {"articles_previous_page": Sheet((), number - 1, "", "", view.newer)} if view.newer else {}
        near |= {"articles_next_page": Sheet((), number + 1, "", "", view.older)} if view.older else {}
        pages = {"articles_page": sheet, "articles_paginator": Pages(sheet, view.oldest), **near}
        return {"articles": articles, "dates": articles, "page_name": view.head.path or "index", **pages}

    def _article(self, card: Card, content: Markup, shell: Shell) -> Written:
        return Written(
            title=escape(card.heading),
            content=content,
            url=card.href,
            lang=escape(card.language or shell.language),
            summary=escape(card.warning or card.summary),
            date=_when(card.published) or UNDATED,
            locale_date=escape(card.published.text),
            modified=_when(card.edited),
            locale_modified=escape(card.edited.text if card.edited else ""),
            authors=(named(card.who.name, card.place.href),),
            category=_category(card.place),
            tags=tuple(named(tag, href) for tag, href in card.tags),
        )

    def _everywhere(self, shell: Shell) -> dict[str, object]:
        """What every template of a theme may ask for: the settings, escaped, and the site's own places."""
        stand = [*shell.own_pages, *((name, f"{name.lower()}/") for name in ("Archive", "Feeds", "About", "Privacy"))]
        settings = {name: escape(value) if isinstance(value, str) else value for name, value in self.settings.items()}
        pages = tuple(
            Written(title=escape(title), content=NO_SUMMARY, url=path, lang=escape(shell.language), template="page")
            for title, path in stand
        )
        return {
            **settings,
            "SITENAME": escape(shell.name),
            "SITESUBTITLE": escape(shell.description),
            "SITEURL": escape(self.at.root.rstrip("/")),
            "DEFAULT_LANG": escape(shell.language),
            "DEFAULT_PAGINATION": 20,
            "FEED_DOMAIN": escape(self.at.root.rstrip("/")),
            "FEED_ALL_ATOM": shell.feeds.atom,
            "FEED_ALL_RSS": shell.feeds.rss,
            "pages": pages,
            "PAGES": pages,
            "categories": tuple((_category(place), ()) for place in shell.nav),
            "tags": (),
            "authors": (),
        }


def _preview(card: Card) -> Markup:
    """A post in a list: whole where it is short, never what stands behind a warning."""
    return escape(card.warning) if card.warning else card.body or escape(card.summary)


def _category(place: Place) -> Named:
    return named(place.label, place.href)


def _when(moment: Moment | None) -> datetime | None:
    return datetime.fromisoformat(moment.iso) if moment and moment.iso else None


def _striptags(value: object) -> Markup:
    """Without tags, and still escaped: what Jinja's own gives may be printed with `safe`."""
    return escape(Markup(str(value)).striptags())  # noqa: S704  escaped right after


def _strftime(when: datetime, form: str) -> str:
    return when.strftime(form)


def files(theme: Path) -> dict[str, bytes]:
    """A theme's static files, below theme/ as Pelican lays them."""
    folder = theme / "static"
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {f"theme/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}
