"""Where the bars of a chart stand. Pure: figures in, places out; templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from hub.site.views import Bar, Bars, Pace


def bars(rows: Sequence[tuple[str, int]], title: str, finding: str, size: tuple[float, float] = (480, 72)) -> Bars:
    """A bar for each (label, value), all on one line; the highest fills the height, none is drawn for zero."""
    width, height = size
    most = max((value for _, value in rows), default=0)
    step = width / max(1, len(rows))
    gap = min(4.0, step / 5)
    drawn = tuple(
        Bar(
            label=label,
            value=value,
            x=round(number * step + gap / 2, 2),
            y=round(height - height * value / (most or 1), 2),
            width=round(step - gap, 2),
            height=round(height * value / (most or 1), 2),
        )
        for number, (label, value) in enumerate(rows)
    )
    return Bars(title=title, finding=finding, width=width, height=height, bars=drawn, most=most)


MARKS = (3600, 86400, 7 * 86400)  # an hour, a day, a week
LONGEST = 30 * 86400


def pace(half: float, most: float, title: str, finding: str, width: float = 480) -> Pace:
    """A dot for the median and a line to where nine of ten are, in seconds, on a logarithmic scale from a minute."""

    def at(seconds: float) -> float:
        return round(width * log(min(max(seconds, 60), LONGEST) / 60) / log(LONGEST / 60), 2)

    return Pace(title=title, finding=finding, width=width, half=at(half), most=at(most), marks=tuple(map(at, MARKS)))
