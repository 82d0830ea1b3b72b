"""Insights: how much was said, where and when, drawn when the site is built. Only whole days count, up to the day
before the newest message (UTC), so that what is said today moves nothing here.

Periods are to end at the UTC day of the newest message, be drawn at most once on such a day, and follow from the store
alone, whatever was built before. With that day in them a second message of it would break one of the two; so they end
where it begins.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from io import StringIO
from math import ceil
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

from hub.insight.questions import asks
from hub.pace import unread
from hub.pages import Page, base
from hub.site import answered, described, jsonld
from hub.site.charts import MARKS, bars, pace
from hub.site.pieces import Place
from hub.site.sheets import InsightsPage
from hub.site.views import Bars, Head, Pace

if TYPE_CHECKING:
    from hub.site.make import Workshop

RANGES = (7, 30, 90, 365)  # days
USUAL = 30
FEW = 20  # messages, under which a drawing would say more than is known
TINTS = 4
TOP = 10
Paced = tuple[Place, list[float], int]  # channel, seconds until each answer in order of length, messages in all
LOOKED = 200  # messages without an answer that are looked at for questions


def newest_day(db: Connection) -> str:
    """The UTC day of the newest message, "" without one."""
    query = "SELECT max(sort) FROM (SELECT max(sort) AS sort FROM posts UNION ALL SELECT max(sort) FROM replies)"
    return str(db.execute(query).fetchone()[0] or "")[:10]


def planned(channels: Iterable[str]) -> set[Page]:
    """The pages there are: of all channels together and of each, for each range of days."""
    return {Page(kind="insights", name=name, number=days) for name in ("", *channels) for days in RANGES}


def path(name: str, days: int) -> str:
    channel = f"{name}/" if name else ""
    return f"insights/{channel}" + (f"last-{days}-days/" if days != USUAL else "")


class Figures:
    """What the manifest knows of the days from `first` up to and without `end`, of all channels or of one."""

    def __init__(self, db: Connection, first: date, end: date, channel: str = "") -> None:
        self.db, self.first, self.end, self.channel = db, first, end, channel

    def said(self, table: str) -> list[tuple[str, str]]:
        """(time, channel) of what is in "posts" or "replies"."""
        channel = "channel" if table == "replies" else "json_extract(channels, '$[0]')"
        query = f"SELECT sort, {channel} FROM {table} WHERE sort >= ? AND sort < ? ORDER BY sort, id"  # noqa: S608
        rows = self.db.execute(query, (self.first.isoformat(), self.end.isoformat()))
        return [(sort, name) for sort, name in rows if not self.channel or name == self.channel]

    @cached_property
    def waits(self) -> list[tuple[str, float | None]]:
        """(channel, seconds until the answer, if one came) of what the public said."""
        return answered.waits(self.db, self.first.isoformat(), self.end.isoformat(), self.channel)

    def people(self) -> int:
        return answered.people(self.db, self.first.isoformat(), self.end.isoformat(), self.channel)

    def pictures(self) -> tuple[int, int]:
        """(the brand's pictures, those without a description)."""
        return described.pictures(self.db, self.first.isoformat(), self.end.isoformat(), self.channel)

    def top(self) -> list[tuple[str, int]]:
        """(post, replies in these days), the most answered first."""
        where, more = ("AND channel = ?", [self.channel]) if self.channel else ("", [])
        query = f"""SELECT root, count(*) FROM replies WHERE sort >= ? AND sort < ? {where}
            GROUP BY root ORDER BY count(*) DESC, root LIMIT ?"""  # noqa: S608
        return self.db.execute(query, (self.first.isoformat(), self.end.isoformat(), *more, TOP)).fetchall()

    def topics(self) -> dict[str, int]:
        """Topic → posts of these days."""
        query = """SELECT tag, count(*) FROM posts JOIN tagged USING (id) WHERE posts.sort >= ? AND posts.sort < ?
            GROUP BY tag"""
        return dict(self.db.execute(query, (self.first.isoformat(), self.end.isoformat())).fetchall())


def files(shop: Workshop, page: Page) -> dict[str, bytes]:
    """One page with the tables its drawings are made from."""
    name, days = page.name, page.number
    if name and name not in shop.texts.settings.channels:
        return {}
    newest = newest_day(shop.manifest.db)
    end = date.fromisoformat(newest) if newest else date(1990, 1, 1)
    now = Figures(shop.manifest.db, end - timedelta(days=days), end, name)
    before = Figures(shop.manifest.db, end - timedelta(days=2 * days), now.first, name)
    posts, replies, here = now.said("posts"), now.said("replies"), path(name, days)
    steps = list(_steps(now.first, end, 1 if days <= 30 else 7))
    charts = [
        _over_time(shop, posts, replies, channel, steps)
        for channel in ([name] if name else shop.texts.settings.channels)
    ]
    hours, paces = _hours(shop, posts + replies), list(_paces(shop, now))
    enough = len(posts) + len(replies) >= FEW
    view = InsightsPage(
        head=_head(shop, name, days),
        title=shop.texts.word("Insights"),
        place=shop.composer.place(name) if name else None,
        channels=tuple((shop.composer.place(one), path(one, days)) for one in shop.texts.settings.channels),
        days=days,
        ranges=tuple((other, path(name, other)) for other in RANGES),
        until=_day(shop, end - timedelta(days=1)) if newest else "",
        numbers=(
            (len(posts), len(before.said("posts"))),
            (len(replies), len(before.said("replies"))),
            (now.people(), before.people()),
        ),
        followers=_followers(shop, now),
        pictures=(now.pictures(), before.pictures()),
        **_answers(shop, now, before, paces),
        charts=tuple(charts) if len(replies) >= FEW else (),
        table=tuple(
            (label, *(_plain(chart.bars[at].value) for _, chart in charts))
            for at, (label, _, _) in enumerate(_told(shop, steps))
        ),
        columns=tuple(place.label for place, _ in charts),
        hours=tuple(_tinted(shop, hours)) if enough else (),
        top=tuple(_top(shop, now)),
        topics=tuple(_rising(now.topics(), before.topics())) if not name else (),
        csv=here,
    )
    grid = _csv([("weekday", *range(24)), *((day, *row) for day, row in enumerate(hours, 1))])
    return {
        f"{here}index.html": shop.render("insights", view),
        f"{here}time.csv": _csv(
            [
                ("from", *(place.name for place, _ in charts)),
                *(
                    (first.isoformat(), *(chart.bars[at].value for _, chart in charts))
                    for at, (first, _) in enumerate(steps)
                ),
            ]
        ),
        **({f"{here}answers.csv": _pace_csv(paces)} if view.shares else {}),
        **({f"{here}hours.csv": grid} if enough else {}),
        **_listed(shop, view),
    }


def _listed(shop: Workshop, view: InsightsPage) -> dict[str, bytes]:
    """The tables of links as CSV: by address, since terms may keep words out of data."""
    tables: dict[str, list[tuple[object, ...]]] = {
        "top": [("address", "replies"), *((shop.at.absolute(href), many) for href, _, many in view.top)],
        "questions": [("address", "day"), *((shop.at.absolute(href), day) for href, _, day in view.questions)],
        "topics": [("topic", "posts", "before"), *(row[1:] for row in view.topics)],
    }
    return {f"{view.csv}{name}.csv": _csv(rows) for name, rows in tables.items() if len(rows) > 1}


def _steps(first: date, end: date, days: int) -> Iterator[tuple[date, date]]:
    """Days or whole weeks, counted back from the end; a rest at the beginning is left out."""
    many = (end - first).days // days
    for at in range(many):
        since = end - timedelta(days=days * (many - at))
        yield since, since + timedelta(days=days)


def _day(shop: Workshop, day: date) -> str:
    return shop.composer.words.day(datetime.combine(day, datetime.min.time()))


def _told(shop: Workshop, steps: Iterable[tuple[date, date]]) -> Iterator[tuple[str, date, date]]:
    return ((_day(shop, first), first, end) for first, end in steps)


def _over_time(
    shop: Workshop,
    posts: list[tuple[str, str]],
    replies: list[tuple[str, str]],
    channel: str,
    steps: list[tuple[date, date]],
) -> tuple[Place, Bars]:
    """A channel's replies, one bar a day or week."""
    times = sorted(sort[:10] for sort, name in replies if name == channel)
    lost = _unread(shop, channel, steps) - {sort[:10] for sort, name in [*posts, *replies] if name == channel}
    rows = [
        (label, None if _days(first, end) <= lost else bisect_left(times, str(end)) - bisect_left(times, str(first)))
        for label, first, end in _told(shop, steps)
    ]
    label, most = max(((label, many or 0) for label, many in rows), key=lambda row: row[1])
    place, words = shop.composer.place(channel), shop.texts.words.words
    finding = words(
        "%(place)s: at most %(num)s reply, from %(day)s.",
        "%(place)s: at most %(num)s replies, from %(day)s.",
        most,
        place=place.label,
        day=label,
    )
    gap = words("On %(num)s day it could not be read.", "On %(num)s days it could not be read.", len(lost))
    return place, bars(rows, place.label, f"{finding} {gap}" if lost else finding)


def _unread(shop: Workshop, channel: str, steps: list[tuple[date, date]]) -> set[str]:
    """The days through which the channel could not be read."""
    spans = unread(shop.store.health(channel), steps[-1][1])
    return {day for first, end in spans for day in _days(max(first, steps[0][0]), min(end, steps[-1][1]))}


def _days(first: date, end: date) -> set[str]:
    return {str(first + timedelta(days=at)) for at in range((end - first).days)}


def _plain(value: int | None) -> int | str:
    return "–" if value is None else value


def _hours(shop: Workshop, said: list[tuple[str, str]]) -> list[list[int]]:
    """Messages by weekday, Monday first, and hour, by the brand's clock."""
    grid = [[0] * 24 for _ in range(7)]
    for sort, _ in said:
        local = datetime.fromisoformat(sort).astimezone(shop.composer.zone)
        grid[local.weekday()][local.hour] += 1
    return grid


def _tinted(shop: Workshop, grid: list[list[int]]) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """Each weekday with (messages, tint from 0 to TINTS) of its hours."""
    most = max(max(row) for row in grid) or 1
    names = shop.composer.words.locale.days["format"]["wide"]
    for number, row in enumerate(grid):
        yield names[number], tuple((many, -(-many * TINTS // most)) for many in row)


def _top(shop: Workshop, figures: Figures) -> Iterator[tuple[str, str, int]]:
    counted = dict(figures.top())
    for card in shop.cards(list(counted)):
        yield card.href, card.heading, counted[card.key]


def _rising(now: dict[str, int], before: dict[str, int]) -> list[tuple[str, str, int, int]]:
    """(href, topic, posts now, posts before) of those that gained most."""
    gained = sorted(now, key=lambda topic: (before.get(topic, 0) - now[topic], topic))
    found = [topic for topic in gained if now[topic] > before.get(topic, 0)][:TOP]
    return [(base(f"topic/{topic}"), topic, now[topic], before.get(topic, 0)) for topic in found]


def _head(shop: Workshop, name: str, days: int) -> Head:
    title, label = shop.texts.word("Insights"), shop.list_title(name)
    span = shop.texts.words.words("The last %(num)s day", "The last %(num)s days", days)
    steps = [(shop.shell.name, ""), (title, "insights/"), *([(label, path(name, USUAL))] if name else [])]
    return Head(
        title=f"{title} · {span} · {label}",
        description=shop.texts.word("How much was said on %(place)s, where and when.", place=label) + f" {span}.",
        path=path(name, days),
        jsonld=jsonld.script(jsonld.crumbs(steps, shop.at)),
    )


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _paces(shop: Workshop, now: Figures) -> Iterator[Paced]:
    for name in [now.channel] if now.channel else shop.texts.settings.channels:
        mine = [wait for channel, wait in now.waits if channel == name]
        if mine:
            yield shop.composer.place(name), sorted(wait for wait in mine if wait is not None), len(mine)


def _drawn(shop: Workshop, place: Place, took: list[float]) -> tuple[Place, Pace]:
    half, most = _reached(took, 0.5), _reached(took, 0.9)
    finding = shop.texts.word(
        "%(place)s: half of the answers came within %(half)s, nine of ten within %(most)s.",
        place=place.label,
        half=_span(shop, half),
        most=_span(shop, most),
    )
    marks = [shop.texts.words.span(timedelta(seconds=seconds), rough=True) for seconds in MARKS]
    return place, pace(half, most, place.label, finding, marks)


def _shares(took: list[float], many: int) -> tuple[int, int, int, int]:
    """How many were answered within an hour, within a day, later, never."""
    hour, day = bisect_left(took, 3600), bisect_left(took, 86400)
    return hour, day - hour, len(took) - day, many - len(took)


def _reached(took: list[float], share: float) -> float:
    """Within how many seconds such a share of the answers came."""
    return took[max(0, ceil(len(took) * share) - 1)]


def _span(shop: Workshop, seconds: float) -> str:
    return shop.texts.words.span(timedelta(seconds=seconds))


def _soon(waits: list[tuple[str, float | None]]) -> tuple[float, int | None]:
    """Seconds within which half of the answers came; percent of all that were answered within a day."""
    took = sorted(wait for _, wait in waits if wait is not None)
    within = round(100 * bisect_left(took, 86400) / len(waits)) if waits else None
    return _reached(took, 0.5) if took else 0, within


def _followers(shop: Workshop, now: Figures) -> tuple[int, int]:
    """How many followed at the end of these days, and at the end of the days before; 0 where that was not told."""
    told = shop.store.followers(now.channel) if now.channel else []
    return _last(told, now.end), _last(told, now.first)


def _last(told: list[tuple[date, int]], end: date) -> int:
    return next((many for day, many in reversed(told) if day < end), 0)


def _answers(shop: Workshop, now: Figures, before: Figures, paces: list[Paced]) -> dict[str, Any]:
    """How soon the public was answered, and what was not."""
    waits = now.waits
    soon, was = _soon(waits), _soon(before.waits)
    return {
        "soon": (
            *(_span(shop, half) if half else "" for half in (soon[0], was[0])),
            shop.texts.words.change(soon[0], was[0]),
        ),
        "within": (soon[1], was[1]),
        "paces": tuple(_drawn(shop, place, took) for place, took, _ in paces if took) if len(waits) >= FEW else (),
        "shares": tuple(
            (
                place.label,
                many,
                *((_span(shop, _reached(took, 0.5)), _span(shop, _reached(took, 0.9))) if took else ("–", "–")),
                *_shares(took, many),
            )
            for place, took, many in paces
        ),
        "questions": tuple(_questions(shop, now)),
    }


def _questions(shop: Workshop, now: Figures) -> Iterator[tuple[str, str, str]]:
    """The newest questions that had no answer when the days ended: (href, heading of the post, day)."""
    unheard = shop.records(answered.waiting(now.db, now.first.isoformat(), now.end.isoformat(), now.channel, LOOKED))
    for record in [record for record in unheard if asks(record.item)][:TOP]:
        root = next(iter(shop.records([record.thread])), None)
        if root and record.item.published:
            day = shop.composer.words.day(record.item.published.astimezone(shop.composer.zone))
            yield shop.spot(root.item, record.item.id), shop.card(root).heading, day


def _pace_csv(paces: Iterable[Paced]) -> bytes:
    rows = [
        (place.name, many, *((round(_reached(took, 0.5)), round(_reached(took, 0.9))) if took else ("", "")),
         *_shares(took, many))
        for place, took, many in paces
    ]  # fmt: skip
    names = ("channel", "messages", "median seconds", "p90 seconds", "within an hour", "within a day", "later", "never")
    return _csv([names, *rows])
