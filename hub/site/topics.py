"""Topics: what a topic's open page says of it, and the list of them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hub.pages import Page, base
from hub.site import jsonld
from hub.site.charts import bars
from hub.site.sheets import TopicsPage
from hub.site.views import Head, TopicFacts

if TYPE_CHECKING:
    from hub.site.make import Workshop

SIDE = 10  # topics on the first page
BESIDE = 8  # related ones
MONTHS = 36  # drawn at most, the newest


def facts(shop: Workshop, name: str, number: int) -> TopicFacts:
    """Of the list "topic/<name>"; its closed pages, which never move, say nothing but the name."""
    topic = name.removeprefix("topic/")
    if number:
        return TopicFacts(name=topic)
    counted = shop.manifest.topic_months(topic)
    rows = [(shop.texts.month(month), many) for month, many in _between(dict(counted))][-MONTHS:]
    chart = None
    if len(rows) > 1:
        label, most = max(rows, key=lambda row: row[1])
        finding = shop.texts.words.words(
            "Most was posted in %(month)s: %(num)s post.",
            "Most was posted in %(month)s: %(num)s posts.",
            most,
            month=label,
        )
        chart = bars(rows, shop.texts.word("Posts per month"), finding)
    months = [(shop.texts.month(month), many) for month, many in counted]
    return TopicFacts(
        name=topic,
        chart=chart,
        months=tuple(reversed(months)),
        beside=tuple(_linked(shop.manifest.topics_beside(topic, BESIDE))),
    )


def _between(counted: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Every month from the first to the last, with none left out."""
    if not counted:
        return
    (year, month), last = (int(part) for part in min(counted).split("-")), max(counted)
    while (name := f"{year:04}-{month:02}") <= last:
        yield name, counted.get(name, 0)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _linked(rows: Iterable[tuple[str, int]]) -> Iterator[tuple[str, str, int]]:
    return ((topic, base(f"topic/{topic}"), many) for topic, many in rows)


def most(shop: Workshop) -> tuple[tuple[str, str, int], ...]:
    """What is most spoken of, for the first page."""
    return tuple(_linked(shop.manifest.topics(SIDE)))


def index(shop: Workshop, page: Page) -> dict[str, bytes]:  # noqa: ARG001
    title, word = shop.texts.word("Topics"), shop.texts.word
    steps = [(shop.shell.name, ""), (title, "topics/")]
    head = Head(
        title=f"{title} · {shop.shell.name}",
        description=word("What %(brand)s speaks about, topic by topic.", brand=shop.shell.name),
        path="topics/",
        jsonld=jsonld.script(jsonld.crumbs(steps, shop.at)),
    )
    view = TopicsPage(head=head, title=title, rows=tuple(_linked(shop.manifest.topics())))
    return {"topics/index.html": shop.render("topics", view)}
