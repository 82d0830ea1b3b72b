"""What a Bluesky channel remembers of posts, talks and other people's posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.channels.bluesky_items import POST
from hub.channels.loose import when

SOON, LATE = timedelta(minutes=30), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Own:
    """A post of the brand. `top` is the key of the post its talk begins at; `heard` and `quoted` are the counts of
    answers and quotes when they were last read."""

    when: str = ""
    top: str = ""
    replies: int = 0
    heard: int = 0
    quotes: int = 0
    quoted: int = 0


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: when it was last read, when its last word fell."""

    read: str = ""
    last: str = ""

    def is_hot(self, now: datetime, since: datetime) -> bool:
        """Whether it is worth another look: the longer nobody spoke, the longer we wait, half an hour to a day.

        Counts alone would not do: they tell of direct answers, not of what is said below those.
        """
        read, last = when(self.read), when(self.last)
        if not read or not last or last < since:
            return False
        return now >= read + min(max((read - last) / 2, SOON), LATE)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody's post that hangs in no talk of ours: a quote of the post `by`, what it answers, a mention ("")."""

    when: str = ""
    by: str = ""


def shortened(name: str) -> str:
    """A post's name as the cursor keeps it: there are many."""
    return name.removeprefix("at://").replace(f"/{POST}/", "/")


def lengthened(name: str) -> str:
    """A post's name again."""
    return f"at://{name.replace('/', f'/{POST}/')}"
