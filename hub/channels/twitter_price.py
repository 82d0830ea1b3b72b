"""What reading X costs, and how much of today's money is left. Pure; money is counted in millionths of a US dollar.

X bills every object of an answer, the included ones too, and each object once per UTC day (a "soft guarantee").
https://docs.x.com/x-api/getting-started/pricing
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from hub.channels.loose import Json, at, mapping, number, rows, string

USD = 1_000_000
POST, OWNED, USER, MEDIA = 5_000, 1_000, 10_000, 5_000
PICTURES = 4  # the most one post can hold
REMEMBERED = 20_000  # objects of one day that are known to be paid for; more are counted as if they were not
LATE = timedelta(minutes=30)  # so near midnight, X may bill the next day


@dataclass(frozen=True, slots=True)
class Ledger:
    """One UTC day's spending. `held` is set aside for a request on its way: what is not settled counts as spent."""

    cap: int
    day: str
    spent: int = 0
    held: int = 0
    late: int = 0  # of it, what was spent so near midnight that it may count for the next day
    paid: frozenset[str] = frozenset()
    closing: bool = False

    @classmethod
    def load(cls, kept: object, cap: float, now: datetime) -> Ledger:
        """The ledger of the day of `now`, from the cursor."""
        day = now.date().isoformat()
        closing = now > datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo) - LATE
        ledger = cls(cap=round(max(cap, 0) * USD), day=day, closing=closing)
        if string(kept, "day") != day:
            return replace(ledger, spent=number(kept, "late"))
        listed = at(kept, "paid")
        paid = frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()
        return replace(ledger, spent=number(kept, "spent"), late=number(kept, "late"), paid=paid)

    def dump(self) -> dict[str, object]:
        """JSON for the cursor. Money set aside is written down as spent, so that a pull that dies forgets nothing."""
        late = self.late + self.held if self.closing else self.late
        return {"day": self.day, "spent": self.spent + self.held, "late": late, "paid": sorted(self.paid)}

    @property
    def left(self) -> int:
        """What may still be spent today."""
        return max(self.cap - self.spent - self.held, 0)

    def hold(self, most: int) -> Ledger:
        """Set aside what a request may cost at most."""
        return replace(self, held=self.held + most)

    def settle(self, most: int, bill: Mapping[str, int]) -> Ledger:
        """Pay what an answer did cost, out of what was set aside for it."""
        cost = sum(price for name, price in bill.items() if name not in self.paid)
        room = max(REMEMBERED - len(self.paid), 0)
        late = self.late + cost if self.closing else self.late
        paid = self.paid | frozenset(sorted(bill.keys() - self.paid)[:room])
        return replace(self, held=self.held - most, spent=self.spent + cost, late=late, paid=paid)

    def unpaid(self, numbers: list[str]) -> int:
        """What looking at these posts again costs today."""
        return sum(POST for one in numbers if f"p{one}" not in self.paid)

    def affordable(self, numbers: list[str], money: int) -> list[str]:
        """As many of these posts, from the front, as this money is enough to look at again."""
        taken: list[str] = []
        for one in numbers:
            money -= self.unpaid([one])
            if money < 0:
                break
            taken.append(one)
        return taken


@dataclass(frozen=True, slots=True)
class Question:
    """One request in money: what each post of its answer costs at most, and what the answer costs beside."""

    post: int = POST
    authors: bool = True  # each post may bring an author of its own
    pictures: bool = True
    beside: int = 0

    @property
    def each(self) -> int:
        """The most that one more post can cost."""
        return self.post + (USER if self.authors else 0) + (PICTURES * MEDIA if self.pictures else 0)

    def size(self, money: int, least: int, most: int) -> int:
        """How many posts may be asked for with this money; 0 when it is too little for a request."""
        count = min((money - self.beside) // self.each, most)
        return count if count >= least else 0

    def worst(self, posts: int) -> int:
        """What a request for so many posts costs at most."""
        return posts * self.each + self.beside


def bill(payload: object, post: int = POST) -> dict[str, int]:
    """Every object of an answer with its price. A post that was cheap once today is not thereby paid for elsewhere."""
    found = mapping(payload, "includes")
    first = at(payload, "data")
    own = "o" if post == OWNED else "p"
    return {
        **{f"p{string(row, 'id')}": POST for row in rows(found, "tweets")},
        **{f"{own}{string(row, 'id')}": post for row in _listed(first) if "text" in row},
        **{f"u{string(row, 'id')}": USER for row in _listed(first) if "text" not in row},
        **{f"u{string(row, 'id')}": USER for row in rows(found, "users")},
        **{f"m{string(row, 'media_key')}": MEDIA for row in rows(found, "media")},
    }


def _listed(data: object) -> tuple[Json, ...]:
    return (data,) if isinstance(data, Mapping) else rows(data)


def estimate(plan: list[tuple[int, int]], left: int) -> tuple[int, int]:
    """How many posts a plan reads and what they cost with so much left; each line is posts and the price of one."""
    posts, cost = sum(posts for posts, _ in plan), sum(posts * each for posts, each in plan)
    return (posts, cost) if cost <= left else (posts * left // cost, left)
