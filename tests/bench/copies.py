"""How well posts are told to be the same piece: figures on the half of tests/copies that no threshold ever saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hub import copies
from hub.pieces import piece
from tests.copies.labelled import Pair, pairs

TUNED, HELD = 0, 1  # the halves: thresholds were chosen on the one, figures come from the other


@dataclass(frozen=True)
class Figures:
    """What was decided right and wrong, and the sorts of pairs that were not."""

    joined: int
    missed: int
    wrongly: int
    sorts: Counter[str]

    @property
    def precision(self) -> float:
        return self.joined / (self.joined + self.wrongly)

    @property
    def recall(self) -> float:
        return self.joined / (self.joined + self.missed)


def same(pair: Pair) -> bool:
    return copies.tie(piece(pair.a), piece(pair.b, pair.parts)) is not None


def figures(half: int) -> Figures:
    judged = [(pair, same(pair)) for pair in pairs() if pair.half == half]
    tally = Counter((pair.same, said) for pair, said in judged)
    wrong = Counter(pair.sort for pair, said in judged if pair.same != said)
    return Figures(tally[True, True], tally[True, False], tally[False, True], wrong)


def main(_: int = 0, tell: Callable[[str], None] = print) -> None:
    """Print the figures of both halves."""
    for name, half in (("half the thresholds were chosen on", TUNED), ("half held out", HELD)):
        found = figures(half)
        tell(
            f"copies, {name}: precision {found.precision:.3f}, recall {found.recall:.3f}"
            f" ({found.joined} joined, {found.missed} missed, {found.wrongly} joined wrongly)"
        )
        for sort, many in found.sorts.most_common():
            tell(f"  {many} × {sort}")


if __name__ == "__main__":
    main()
