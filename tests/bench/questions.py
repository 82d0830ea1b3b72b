"""How well questions are told from all else, on sentences labelled beforehand: the rules were made on one half."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from hub.insight.questions import is_question

SET = Path(__file__).parents[1] / "insight/questions.tsv"


@dataclass(frozen=True)
class Sentence:
    """A labelled sentence."""

    language: str
    question: bool
    text: str

    @property
    def tuning(self) -> bool:
        """Does it stand in the half that the rules were made on?"""
        return blake2b(self.text.encode(), digest_size=1).digest()[0] % 2 == 0

    @property
    def found(self) -> bool:
        return is_question(self.text, self.language)


def sentences() -> list[Sentence]:
    """All of the set."""
    rows = (line.split("\t") for line in SET.read_text("utf-8").splitlines())
    return [Sentence(language, label == "y", text) for language, label, text in rows]


def figures(given: Iterable[Sentence]) -> tuple[float, float]:
    """(precision, recall)."""
    rows = [(one.question, one.found) for one in given]
    both = sum(question and found for question, found in rows)
    return both / sum(found for _, found in rows), both / sum(question for question, _ in rows)


def main(words: Sequence[str] = ()) -> None:
    """Print it all."""
    given = sentences()
    for name, part in (("made on", True), ("held out", False)):
        half = [one for one in given if one.tuning is part]
        precision, recall = figures(half)
        print(f"questions, {name} {len(half)} sentences: precision {precision:.1%}, recall {recall:.1%}")
    for one in given if "show" in words else ():
        if one.tuning and one.question != one.found:
            print(one.language, "missed" if one.question else "taken for one", one.text)


if __name__ == "__main__":
    main(sys.argv[1:])
