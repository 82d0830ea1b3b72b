"""How well questions are told from all else: on sentences written and labelled beforehand, and on what people really
said in public. The rules were made on one half of each.

The public comments lie in the corpora and stay there: tests/insight/public.txt labels each by the digest of its text.
Yes is what asks something that an answer can be given to; jokes, outcries and what answers itself are none.
"""

from __future__ import annotations

import csv
import html
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from hub.insight.questions import is_question
from tests.e2e.folder import CORPORA

SET = Path(__file__).parents[1] / "insight/questions.tsv"
LABELS = SET.with_name("public.txt")


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


def public() -> list[Sentence]:
    """What people said in public, as far as it is labelled; nothing where the corpora are missing."""
    labels = dict(line.split() for line in LABELS.read_text("utf-8").splitlines())
    said = {blake2b(text.encode(), digest_size=8).hexdigest(): text for text in comments()}
    return [Sentence("", labels[key] == "y", text) for key, text in said.items() if key in labels]


def comments() -> Iterator[str]:
    """The texts of comments and toots in the corpora, without markup."""
    for path in sorted(CORPORA.glob("spam-youtube/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from (_plain(row["CONTENT"]) for row in csv.DictReader(file))
    for pattern, keys in (
        ("youtube-api/**/*comment*/*.json", ("textDisplay", "textOriginal")),
        ("mastodon-api/*.json", ("content",)),
    ):
        for path in sorted(CORPORA.glob(pattern)):
            yield from map(_plain, _under(json.loads(path.read_text("utf-8")), keys))


def _under(value: object, keys: Sequence[str]) -> Iterator[str]:
    """Every text under these keys; a recorded answer is JSON inside JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict):
        yield from (held for key, held in value.items() if key in keys and isinstance(held, str))
        value = [held for key, held in value.items() if key not in keys]
    for one in value if isinstance(value, list) else ():
        yield from _under(one, keys)


def _plain(text: str) -> str:
    return " ".join(
        html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?span[^>]*>", "", text))).replace("\ufeff", "").split()
    )


def figures(given: Iterable[Sentence]) -> tuple[float, float]:
    """(precision, recall)."""
    rows = [(one.question, one.found) for one in given]
    both = sum(question and found for question, found in rows)
    return both / sum(found for _, found in rows), both / sum(question for question, _ in rows)


def main(words: Sequence[str] = ()) -> None:
    """Print it all."""
    for what, given in (("sentences", sentences()), ("public comments", public())):
        for name, part in (("made on", True), ("held out", False)) if given else ():
            half = [one for one in given if one.tuning is part]
            precision, recall = figures(half)
            asked = sum(one.question for one in half)
            told = f"precision {precision:.1%}, recall {recall:.1%}"
            print(f"questions, {name} {len(half)} {what}, {asked} of them questions: {told}")
        if not given:
            print(f"questions: no {what}, as {CORPORA} is missing")
        for one in given if "show" in words else ():
            if one.tuning and one.question != one.found:
                print(one.language, "missed" if one.question else "taken for one", one.text)


if __name__ == "__main__":
    main(sys.argv[1:])
