"""How much a message looks like advertising, and by which signs: a few plain ones, each with a weight.

The weights were learnt by tests/bench/spam.py from one half of a set of labelled comments, and no word of it is kept.
A doubtful message is shown to a moderator, never hidden: being angry, short or against the brand is no sign here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from hub import tidy
from hub.model import Item

_ENDS = "com|net|org|info|biz|co|ru|tk|me|gl|ly|be|us|in|xyz|shop|site|online|news"
SIGNS: dict[str, str] = {
    "an address": rf"(?:https?://|www\.)\S+|\b[\w-]{{2,}}\s?\.\s?(?:{_ENDS})\b(?:\s?/\S*)?",
    "nothing but an address": r"^\s*(?:https?://|www\.)\S+\s*$|^\s*[\w-]+\s?\.\s?\w{2,3}\s?/\s?\S+\s*$",
    "a short address": r"\b(?:bit\.ly|goo\.gl|tinyurl|ow\.ly|adf\.ly|t\.co|cutt\.ly|is\.gd|shorturl)\b",
    "asks to subscribe": r"\bsu+[bc]+s?c?r?i?b(?!ers)|\bsubs?\b|\b\d+\s+subscribers\s+(?:i|we|by)\b|\babonn?ier"
    r"|\bsuscr[ií]b|\babonne[zr]?\b|\binscrev",
    "asks to look": r"\bche?a?c?k(?:ing)?\s+(?:it|me|us|this|my|our|out|him|her)\b|\bcheck\s*out\b|\bvisit\b"
    r"|\bclick\b|\bgo\s+(?:to|on)\s+(?:my|our|this|the)\b|\bwatch\s+my\b|\blook\s+(?:at|up)\b|\bopen\s+google\b|\bfind\s+(?:me|us)\b",
    "speaks of its own channel": r"\b(?:my|our|mine)\s+(?:\w+\s+){0,2}(?:channel|video|vid|vids|videos|page|songs?"
    r"|music|covers?|rap|remix|website|site|blog|mixtape|album|account|profile|link|app|group)\b",
    "asks for applause": r"\blike\s+(?:this|my|our|if|the\s+comment|4|and)\b|\bthumbs?\s*up\b|\bthis\s+comment\b"
    r"|\bfollow\s+(?:me|us|my|4|for)\b|\bshare\s+(?:my|this|your)\b|\bvote\b",
    "asks for a favour": r"\bpl[eaz]*[sz]+e?\b|\bhelp\s+(?:me|us)\b|\bsupport\b|\bgive\s+(?:me|it|us|this|your)\b",
    "speaks of money": r"[$€£]\s?\d|\d\s?[$€£]|\b(?:money|earn(?:ed|ing)?|cash|income|paid|free|gift\s?cards?"
    r"|giveaway|prizes?|discount|cheap|promo|bitcoin|crypto|invest\w*|loan|casino|jackpot|bonus|donat\w+)\b",
    "speaks of a network": r"\b(?:facebook|twitter|instagram|twitch|soundcloud|telegram|whatsapp|snapchat|fb|paypal"
    r"|ebay|amazon|itunes|gofundme|kickstarter|google)\b",
    "greets everybody": r"^\W*(?:hey|hi|hello|yo|guys|everyone|everybody|friends)\b",
    "introduces itself": r"\b(?:my name is|i make|i made|we make|i post|i upload|i sing"
    r"|i rap|we just|yr old|years old)\b",
    "begs to be read": r"\b(?:read\s+this|don'?t\s+(?:skip|ignore|pass)|sorry\s+(?:to|for)"
    r"|just\s+(?:take|give)|would\s*n'?t\s+mind)\b",
    "offers contact": r"\b[\w.+-]+@[\w-]+\.\w+|\b\d{3}[ .-]\d{3}[ .-]\d{4}\b"
    r"|\b(?:dm|inbox|contact|add|text|call)\s+me\b",
}  # fmt: skip
SHAPES = ("much in capitals", "long", "very long", "the same sign again and again", "several addresses")
WEIGHTS: dict[str, float] = {
    "an address": 2.81,
    "nothing but an address": 1.16,
    "a short address": 0.53,
    "asks to subscribe": 4.23,
    "asks to look": 4.93,
    "speaks of its own channel": 1.3,
    "asks for applause": 2.47,
    "asks for a favour": 1.5,
    "speaks of money": 2.12,
    "speaks of a network": 1.22,
    "greets everybody": 0.83,
    "introduces itself": 0.3,
    "begs to be read": 0.0,
    "offers contact": 0.14,
    "much in capitals": -0.02,
    "long": 1.1,
    "very long": 1.03,
    "the same sign again and again": -0.23,
    "several addresses": 0.01,
}
BASE = -3.21
LINE = 0.5  # from here on a message is doubtful

_RUN = re.compile(r"(\w)\1{2,}")
_SIGNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in SIGNS.items()}


@dataclass(frozen=True, slots=True)
class Doubt:
    """How much a message looks like advertising, 0 to 1, and the signs that say so, the weightiest first."""

    score: float
    why: tuple[str, ...] = ()

    @property
    def percent(self) -> int:
        return round(self.score * 100)

    @property
    def doubtful(self) -> bool:
        """Should a person look at it?"""
        return self.score >= LINE


def judge(item: Item) -> Doubt:
    """The doubt about a tidied item."""
    return weigh(signs(f"{item.title}\n{tidy.text(item.html)}", len(item.links)))


def signs(text: str, links: int = 0) -> list[str]:
    """The signs of advertising in a plain text that has so many links."""
    text = _RUN.sub(r"\1\1", unicodedata.normalize("NFKC", whole := text))
    found = [name for name, pattern in _SIGNS.items() if pattern.search(text)]
    letters = [sign for sign in text if sign.isalpha()]
    addresses = max(links, len(_SIGNS["an address"].findall(text)))
    shape = (
        len(letters) > 10 and sum(sign.isupper() for sign in letters) > 0.6 * len(letters),
        len(text) > 120,
        len(text) > 400,
        re.search(r"([^\s.!?])\1{5}", whole) is not None,
        addresses > 1,
    )
    found += [name for name, held in zip(SHAPES, shape, strict=True) if held]
    return list(dict.fromkeys([*found, *(["an address"] if links else [])]))


def weigh(found: list[str]) -> Doubt:
    """The doubt that signs come to."""
    total = BASE + sum(WEIGHTS.get(name, 0.0) for name in found)
    heavy = sorted((name for name in found if WEIGHTS.get(name, 0.0) > 0), key=lambda name: -WEIGHTS[name])
    return Doubt(1 / (1 + math.exp(-total)), tuple(heavy))
