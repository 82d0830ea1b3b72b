"""What posts of X have in common wherever they come from, the API or the archive: names, times and text. Pure.

The text stays as it was written, with its t.co links written out: https://docs.x.com/developer-terms/display-requirements
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, UTC)  # where the clock inside post numbers starts
FIRST_CLOCKED = 29_700_859_247  # numbers below were given out one after the other
SPOKEN_NOWHERE = {"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"}  # X's words for "no language"
PICTURE_PAGE = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/[^/]+/status/\d+/(?:photo|video)/\d+\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a post's text that leads somewhere. One without `href` is left out: the picture stands beside."""

    literal: str
    href: str = ""
    shown: str = ""


def is_number(text: str) -> bool:
    """Whether a text is the number of a post or an account."""
    return text.isascii() and text.isdigit() and len(text) < 20


def page(number: str) -> str:
    """The id of a post: an address that does not need to know whose it is."""
    return f"https://x.com/i/status/{number}"


def person(number: str) -> str:
    """The id of an account: handles move, numbers stay."""
    return f"https://x.com/i/user/{number}"


def address(number: str, handle: str) -> str:
    """Where a post can be read."""
    return f"https://x.com/{handle}/status/{number}" if handle else page(number)


def names(versions: Iterable[str], handle: str) -> tuple[str, ...]:
    """Other names of a post: every version an edit left behind, with and without its author, on both hosts."""
    hosts = ("https://x.com", "https://twitter.com")
    paths = [f"/{who}/status/{number}" for number in versions for who in ("i", handle) if who]
    found = [host + path for path in paths for host in hosts]
    return tuple(dict.fromkeys(found))


def moment(number: str) -> datetime | None:
    """When a post was made, out of its number; None for posts from before numbers told the time."""
    if not is_number(number) or not FIRST_CLOCKED < int(number) < 2**63:
        return None
    return EPOCH + timedelta(milliseconds=int(number) >> 22)


def spoken(language: str) -> str:
    """A language as BCP 47 has it."""
    return "" if language in SPOKEN_NOWHERE else {"iw": "he", "in": "id"}.get(language, language)


def plain(text: str) -> str:
    """X escapes three signs, in its API and in the archive alike."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def link(literal: str, target: str, shown: str, *, picture: bool = False) -> Part:
    """A t.co address in the text; the one of a picture of this very post is not shown."""
    if picture or PICTURE_PAGE.match(target):
        return Part(literal)
    return Part(literal, target or literal, shown or target or literal)


def mention(handle: str) -> Part:
    """@somebody."""
    return Part(f"@{handle}", f"https://x.com/{handle}")


def tag(word: str, sign: str = "#") -> Part:
    """#something or $something."""
    where = "hashtag/" if sign == "#" else "search?q=%24"
    return Part(f"{sign}{word}", f"https://x.com/{where}{word}")


def markup(text: str, parts: Iterable[Part]) -> str:
    """The text as HTML. Parts are found by what they say: positions count differently here and there."""
    text = plain(text)
    known = {part.literal.lower(): part for part in parts if len(part.literal) > 1}
    written = "|".join(_loose(literal) for literal in sorted(known, key=len, reverse=True))
    pieces, end = [], 0
    for found in re.finditer(f"(?:{written})(?![A-Za-z0-9_])", text, re.IGNORECASE) if written else ():
        part = known.get(found[0].replace("＠", "@").replace("＃", "#").lower(), Part(found[0], found[0]))
        pieces += [escape(text[end : found.start()], quote=False), _anchor(part, found[0])]
        end = found.end()
    whole = "".join([*pieces, escape(text[end:], quote=False)]).strip()
    paragraphs = [part.strip("\n").replace("\n", "<br>") for part in re.split(r"\n[ \t]*\n", whole)]
    return "".join(f"<p>{part}</p>" for part in paragraphs if part.strip())


def _loose(literal: str) -> str:
    """Mentions and hashtags may be written with the wide signs of Japanese keyboards."""
    sign = {"@": "[@＠]", "#": "[#＃]"}.get(literal[0], re.escape(literal[0]))
    return sign + re.escape(literal[1:])


def _anchor(part: Part, written: str) -> str:
    if not part.href:
        return ""
    return f'<a href="{escape(part.href)}">{escape(part.shown or written, quote=False)}</a>'
