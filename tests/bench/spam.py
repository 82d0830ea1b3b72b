"""The doubt about labelled comments: weights learnt from one half of them, figures told from the other.

`python -m tests.bench.spam` prints the figures of the weights in hub/insight/spam.py; with `learn`, new weights first.
"""

from __future__ import annotations

import csv
import html
import math
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from hub.insight import spam
from tests.e2e.folder import CORPORA

MARGIN = 0.4  # by which the line stands above the ham that decides it
SET = CORPORA / "spam-youtube"
LOST, STEPS, RATE, CALM = 0.004, 3000, 0.5, 0.002  # ham that may be lost; of the descent


@dataclass(frozen=True)
class Comment:
    """A labelled comment."""

    id: str
    text: str
    spam: bool

    @property
    def tuning(self) -> bool:
        """Does it stand in the half that weights are learnt from?"""
        return blake2b(self.id.encode(), digest_size=1).digest()[0] % 2 == 0

    @property
    def signs(self) -> list[str]:
        return spam.signs(self.text)


def comments(folder: Path = SET) -> list[Comment]:
    """All of the set, in its order."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [
                Comment(row["COMMENT_ID"], plain(row["CONTENT"]), row["CLASS"] == "1") for row in csv.DictReader(file)
            ]
    return found


def plain(text: str) -> str:
    """The text without markup, as tidy hands it on."""
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\ufeff", "").strip()


def figures(given: Iterable[Comment]) -> tuple[float, float, int, int]:
    """(share of ham that is doubtful, share of spam that is, ham, spam)."""
    rows = [(one.spam, spam.weigh(one.signs).doubtful) for one in given]
    bad, good = [doubt for is_spam, doubt in rows if is_spam], [doubt for is_spam, doubt in rows if not is_spam]
    return sum(good) / len(good), sum(bad) / len(bad), len(good), len(bad)


def learn(given: Sequence[Comment]) -> tuple[dict[str, float], float]:
    """Weights and base by gradient descent of the logistic loss; the base is then moved so that LOST is kept."""
    names = [*spam.SIGNS, *spam.SHAPES]
    rows = [([float(name in one.signs) for name in names], float(one.spam)) for one in given]
    weights, base = [0.0] * len(names), 0.0
    for _ in range(STEPS):
        errors = [
            1 / (1 + math.exp(-(base + sum(w * x for w, x in zip(weights, row, strict=True))))) - y for row, y in rows
        ]
        for at in range(len(names)):
            slope = sum(error * row[at] for error, (row, _) in zip(errors, rows, strict=True)) / len(rows)
            weights[at] -= RATE * (slope + CALM * weights[at])
        base -= RATE * sum(errors) / len(rows)
    found = dict(zip(names, (round(weight, 2) for weight in weights), strict=True))
    ham = sorted(sum(found[name] for name in one.signs) for one in given if not one.spam)
    line = ham[len(ham) - 1 - int(len(ham) * LOST)]
    return found, round(-(line + MARGIN), 2)


def main(words: Sequence[str] = ()) -> None:
    """Print it all."""
    given = comments()
    tuning, held = [one for one in given if one.tuning], [one for one in given if not one.tuning]
    if "learn" in words:
        spam.WEIGHTS, spam.BASE = learn(tuning)
        print("WEIGHTS", spam.WEIGHTS, "\nBASE", spam.BASE)
    for name, part in (("tuned on", tuning), ("held out", held)):
        lost, caught, ham, bad = figures(part)
        print(f"{name}: ham doubtful {lost:.2%} of {ham}, spam caught {caught:.2%} of {bad}")
    if "show" in words:
        for one in tuning:
            if one.spam != spam.weigh(one.signs).doubtful:
                print("SPAM" if one.spam else "HAM ", one.signs, one.text[:200].replace("\n", " "))


if __name__ == "__main__":
    main(sys.argv[1:])
