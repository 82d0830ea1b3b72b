"""Pairs of posts with the answer: are these the same piece? Made of what invented brands say, in the forms the networks
give it; written before the code that decides, and never changed to please it.

What counts as the same piece: an announcement of an article beside that article; the same message tailored to another
network; a letter that brings it. Not the same: a translation that stands for itself, news about it later, a digest of
several, what is said again next week or next year, what shares all but one word. Pairs of one piece lie in one half.
"""

from __future__ import annotations

import html
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

from hub import tidy
from hub.model import Item

HERE = Path(__file__).parent
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW = START + timedelta(days=9000)
HOMES = {
    "blog": "https://blog.acme.example/",
    "log": "https://log.acme.example/",
    "feed": "https://blog.acme.example/",
    "letter": "https://letters.example/acme/",
    "mastodon": "https://social.example/@acme/",
    "bluesky": "https://bsky.app/profile/acme.example/post/",
    "x": "https://x.com/acme/status/",
}
ARTICLES = ("blog", "log", "feed", "letter")
Piece = dict[str, str]


@dataclass(frozen=True)
class Pair:
    """Two posts, whether they are the same piece, and which sort of pair it is."""

    a: Item
    b: Item
    same: bool
    sort: str
    half: int
    parts: tuple[Item, ...] = ()  # how `b` goes on

    @property
    def alike(self) -> float:
        """How much of their text is equal, links apart."""
        return SequenceMatcher(None, tidy.text(self.a.html), tidy.text(self.b.html), autojunk=False).ratio()


def pairs() -> list[Pair]:
    """All of them, tidied as an update tidies what a channel brings."""
    return [*_of_pieces(), *_of_series()]


def said(channel: str, number: int, text: str, after: timedelta, *links: str, **more: object) -> Item:
    """A post as a network gives it: its text in paragraphs, links at the end, a few minutes or months after the start.

    Articles are whole pages with a title; the others are notes.
    """
    home, slug = HOMES[channel], f"{number}-{int(after.total_seconds())}"
    found = {
        "id": f"{home}?id={slug}" if channel in ARTICLES else f"{home}{slug}/object",
        "url": f"{home}{slug}",
        "channel": channel,
        "kind": "article" if channel in ARTICLES else "note",
        "published": START + timedelta(days=9 * number) + after,
        "html": "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n"))
        + "".join(f'<p><a href="{link}">{link[8:30]}…</a></p>' for link in links),
        "ours": True,
    }
    return tidy.item(Item(**(found | more)), NOW)  # type: ignore[arg-type]


def short(text: str, size: int) -> str:
    """A text cut at a word, as a network's limit makes people cut it."""
    return text if len(text) <= size else text[:size].rpartition(" ")[0] + "…"


def bare(text: str) -> str:
    """Without hashtags and emoji at the end: what people leave out where they do nothing."""
    return " ".join(word for word in text.split() if word[0] not in "#🍞🌱☀️🧀🔔💧🪐🐝")


def tagged(link: str, place: str) -> str:
    return f"{link}?utm_source={place}&utm_medium=social"


def _of_pieces() -> Iterator[Pair]:
    pieces: list[Piece] = tomllib.loads((HERE / "pieces.toml").read_text("utf-8"))["piece"]
    for number, piece in enumerate(pieces):
        half = number % 2
        for sort, a, b in _same(number, piece):
            yield Pair(a, b, True, sort, half)
        for sort, a, b in _others(number, piece, pieces):
            yield Pair(a, b, False, sort, half)
        yield from _in_parts(number, piece, pieces)


def _article(number: int, piece: Piece, **more: object) -> Item:
    text = f"{piece['lead']}\n{piece['rest']}"
    return said("blog", number, text, timedelta(), **({"title": piece["title"]} | more))


def _same(number: int, piece: Piece) -> Iterator[tuple[str, Item, Item]]:
    """The same piece, told for another place."""
    article, soon = _article(number, piece), timedelta(minutes=1 + number * 3 % 50)
    link = article.url
    toot = said("mastodon", number, piece["toot"], soon, link)
    yield "announced with a link", article, toot
    yield (
        "announced by its beginning",
        article,
        said("bluesky", number, short(piece["lead"], 90), soon * 2, links=(link,)),
    )
    yield "announced with a tracked link", article, said("x", number, piece["x"], soon, tagged(link, "x"))
    words = said("mastodon", number, piece["toot"], soon)
    yield "same words, no link", words, said("bluesky", number, bare(piece["toot"]), soon * 3)
    if number % 3 == 0:
        late = timedelta(hours=2 + number % 7)
        yield "same words hours later", words, said("x", number, short(bare(piece["toot"]), 250), soon + late)
    day = timedelta(hours=4 + number)
    text = f"Dear reader,\n{piece['lead']}\n{short(piece['rest'], 80)}"
    yield "letter", article, said("letter", number, text, day, link, title=f"Letter {number + 20}: {piece['title']}")
    excerpt = said("feed", number, short(piece["lead"], 60), timedelta(), title=piece["title"], url=link, excerpt=True)
    yield "other feed", article, replace(excerpt, id=f"{HOMES['feed']}feed/{number}")
    if number % 2 == number // 2 % 2:
        yield "cut, same link", toot, said("x", number, short(piece["toot"], 100), soon * 2, tagged(link, "x"))
    strange = said("mastodon", number, piece["other"], soon)
    if number % 3 == 1:
        yield "names its copy", _article(number, piece, aliases=(strange.url,)), strange
    if number % 3 == 2:
        yield "announced in another language", article, said("mastodon", number, piece["other"], soon, link)


def _others(number: int, piece: Piece, pieces: list[Piece]) -> Iterator[tuple[str, Item, Item]]:
    """Another piece, however like it looks."""
    article, soon = _article(number, piece), timedelta(minutes=1 + number * 3 % 50)
    link, year = article.url, timedelta(days=365)
    nexts = [pieces[(number + step) % len(pieces)] for step in (1, 2)]
    later = timedelta(hours=7 + number * 5 % 60)
    yield "later news with a link", article, said("mastodon", number, piece["later"], later, link)
    foreign = said("log", number, piece["other"], soon, title=piece["other"].partition(":")[0])
    yield "translation", article, foreign
    toot = said("mastodon", number, piece["toot"], soon, link)
    yield "a year later", toot, said("bluesky", number, piece["toot"], soon + year, link)
    yield "said again in the same place", toot, said("mastodon", number, piece["toot"], soon + timedelta(days=6), link)
    titles = [piece["title"], *(one["title"] for one in nexts)]
    links = [link, *(f"{HOMES['blog']}{number + step}-0" for step in (1, 2))]
    week = f"This week on the blog: {'; '.join(titles)}."
    yield "digest", article, said("mastodon", number, week, timedelta(hours=1 + number % 40), *links)
    yield "other news of the day", toot, said("x", number, piece["news"], soon * 2)
    fresh = said("log", number, f"{piece['news']}\nBefore that: {piece['title']}.", soon * 4, link, title=piece["news"])
    yield "another article that links to it", article, fresh
    if number % 2:
        news = said("bluesky", number, nexts[0]["toot"], soon, f"{HOMES['blog']}{number + 1}-0")
        yield "another announcement at the same time", toot, news
    else:
        early = said("mastodon", number, f"Tomorrow on the blog: {piece['title']}", timedelta(hours=-22))
        yield "promised a day before", article, early


def _in_parts(number: int, piece: Piece, pieces: list[Piece]) -> Iterator[Pair]:
    """A post in three parts: one whose last part leads to the article, or one that teases three articles."""
    article, soon, half = _article(number, piece), timedelta(minutes=1 + number * 3 % 50), number % 2
    later = soon + timedelta(hours=number % 5)
    if number % 3 == 0:
        texts = [piece["toot"], short(piece["rest"], 200), "Read it all:"]
        head, *parts = _parts(number, texts, later, ["", "", article.url])
        yield Pair(article, head, True, "thread that leads to it", half, tuple(parts))
        texts = [short(piece["lead"], 100), short(piece["rest"], 120), "The whole story"]
        head, *parts = _parts(number, texts, soon, ["", "", tagged(article.url, "thread")])
        yield Pair(article, head, True, "thread that leads to it", half, tuple(parts))
    else:
        nexts = [piece, *(pieces[(number + step) % len(pieces)] for step in (1, 2))]
        links = [article.url, *(f"{HOMES['blog']}{number + step}-0" for step in (1, 2))]
        head, *parts = _parts(number, [one["x"] for one in nexts], soon, links)
        yield Pair(article, head, False, "thread of teasers", half, tuple(parts))


def _parts(number: int, texts: list[str], after: timedelta, links: list[str]) -> list[Item]:
    """Posts that each answer the one before, numbered as people do."""
    made: list[Item] = []
    for at, (text, link) in enumerate(zip(texts, links, strict=True)):
        more = {"reply_to": made[-1].id} if made else {}
        marked = f"{at + 1}/{len(texts)} {text}" if number % 2 else f"{text} ({at + 1}/{len(texts)})"
        made.append(said("mastodon", number, marked, after + timedelta(minutes=at), *filter(None, [link]), **more))
    return made


def _of_series() -> Iterator[Pair]:
    found = tomllib.loads((HERE / "series.toml").read_text("utf-8"))["series"]
    for at, one in enumerate(found):
        number, step = 100 + at, timedelta(minutes=one["every"])
        texts = [one["says"].format(what) for what in one["of"]]
        for turn, (text, after) in enumerate(pairwise(texts)):
            here = said("mastodon", number, text, step * turn)
            yield Pair(here, said("x", number, after, step * (turn + 1)), False, "series", at % 2)
            yield Pair(
                here, said("bluesky", number, text, step * turn + timedelta(minutes=2)), True, "same issue", at % 2
            )
        again = said("mastodon", number, texts[1], step)
        yield Pair(said("mastodon", number, texts[0], timedelta()), again, False, "series in one place", at % 2)
