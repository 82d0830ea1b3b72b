"""Plain text made harmless: no controls, no tricks of direction, no invisible letters, no towers of accents.

Unicode's own terms are used: https://www.unicode.org/reports/tr9/ (direction), https://www.unicode.org/reports/tr51/
(emoji sequences).
"""

from __future__ import annotations

import re
import unicodedata

MARKS = 3  # combining marks that one letter may carry

# C0 but tab and newline, DEL, C1, lone surrogates, noncharacters: an XML feed may hold none of them.
_UNFIT = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_OVERRIDES = re.compile("[\u202d\u202e]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u115f\u1160\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]")
_JOINER = re.compile("[\u200c\u200d]")
_TAG = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")  # kept only in flags of regions
# Runs that may hold a tower: blocks with combining marks, among them letters that end one.
_TOWER = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670-\u08ff\u0900-\u1aff\u1b00-\u1dff"
    "\u20d0-\u20f0\u2cef-\u2dff\u302a-\u309a\ua66f-\uabed\ufb1e\ufe00-\ufe2f\U00010000-\U0001ffff\U000e0100-\U000e01ef]"
    f"{{{MARKS + 1},}}"
)


def scrub(text: str) -> str:
    """The text without characters that no page and no feed may hold; line ends become newlines."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def calm(text: str) -> str:
    """Running text without overrides of direction and without towers of combining marks; safe on markup."""
    return _cut_towers(_OVERRIDES.sub("", scrub(text)))


def plain(text: str, limit: int) -> str:
    """One line of at most `limit` characters in NFC, "…" at its end where it was cut."""
    line, step = "", text[: limit * 64]
    while line != step:  # what is taken away may let its neighbours join
        line, step = step, _smooth(step)
    return line if len(line) <= limit else _shorten(line, limit)


def _smooth(text: str) -> str:
    for unwanted in (_DIRECTION, _INVISIBLE, _TAG):
        text = unwanted.sub("", text)
    return unicodedata.normalize("NFC", _cut_towers(_cut_joiners(" ".join(scrub(text).split()))))


def _shorten(line: str, limit: int) -> str:
    short = line[: limit - 1]
    # not through the middle of what a reader sees as one sign
    while short and (_bound(line[len(short)]) or short[-1] == "\u200d"):
        short = short[:-1]
    return (short.rstrip() or line[: limit - 1]) + "…"


def _bound(sign: str) -> bool:
    """Does the sign belong to the one before it?"""
    return sign == "\u200d" or unicodedata.combining(sign) > 0 or unicodedata.category(sign) in ("Mn", "Me", "Mc", "Sk")


def _cut_joiners(text: str) -> str:
    """Joiners stay where scripts and emoji need them: after a letter without case, a mark or a picture."""
    return _JOINER.sub(lambda m: m[0] if _joins(m.string[max(m.start() - 1, 0) : m.start()]) else "", text)


def _joins(before: str) -> bool:
    return before != "" and unicodedata.category(before) in ("Lo", "Mn", "Mc", "So", "Sk")


def _cut_towers(text: str) -> str:
    return _TOWER.sub(_cut_tower, text)


def _cut_tower(run: re.Match[str]) -> str:
    kept: list[str] = []
    height = 0
    for sign in run[0]:
        height = height + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if height <= MARKS:
            kept.append(sign)
    return "".join(kept)
