"""Where the bars of a chart stand. Pure: figures in, places out; templates draw them as SVG.

Places along a chart are percent of its width, so that it fills its column and its letters keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import log

from hub.site.views import Bar, Bars, Pace

HEIGHT = 72  # pixels, of the highest bar


def bars(rows: Sequence[tuple[str, int | None]], title: str, finding: str) -> Bars:
    """A bar for each (label, value), all on one line; the highest fills the height, none is drawn for zero. Where a
    value is not known there is no line either."""
    most = max((value or 0 for _, value in rows), default=0)
    step = 100 / max(1, len(rows))
    gap = min(0.8, step / 5)
    drawn = tuple(
        Bar(
            label=label,
            value=value,
            x=round(number * step + gap / 2, 2),
            y=round(HEIGHT - HEIGHT * (value or 0) / (most or 1), 2),
            width=round(step - gap, 2),
            height=round(HEIGHT * (value or 0) / (most or 1), 2),
        )
        for number, (label, value) in enumerate(rows)
    )
    known = groupby(range(len(rows)), key=lambda at: rows[at][1] is not None)
    runs = [list(places) for here, places in known if here]
    base = tuple((round(run[0] * step, 2), round((run[-1] + 1) * step, 2)) for run in runs)
    return Bars(title=title, finding=finding, height=HEIGHT, bars=drawn, most=most, base=base)


MARKS = (60, 3600, 86400, 7 * 86400)  # a minute, an hour, a day, a week
LONGEST = 30 * 86400


def along(seconds: float) -> float:
    """The place of a time on a logarithmic scale from a minute to `LONGEST`."""
    return round(100 * log(min(max(seconds, 60), LONGEST) / 60) / log(LONGEST / 60), 2)


def pace(half: float, most: float, title: str, finding: str, marks: Sequence[str]) -> Pace:
    """A dot for the median and a line to where nine of ten are, in seconds; `marks` say `MARKS` in words."""
    scale = tuple((along(seconds), label) for seconds, label in zip(MARKS, marks, strict=True))
    return Pace(title=title, finding=finding, half=along(half), most=along(most), marks=scale)
