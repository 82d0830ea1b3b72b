"""One walk through canonical HTML that writes it again: pictures out, headings down, addresses whole, empties gone.

The input is what nh3 wrote, so one expression reads its tags; the output goes to nh3 again, which has the last word.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hub.model import Media
from hub.tidy.allowed import AROUND, BLOCKS, HOME, INLINE, PHRASES, PLAYED, RENAMED, TABLE, VALUES, VOID
from hub.tidy.urls import link, name, url
from hub.tidy.words import plain

LARGEST = 256 * 1024  # bytes of a body, before and after
ROOM = LARGEST * 3 // 4  # what we write ourselves; the sanitiser closes what is open
REL = 40  # bytes it adds to each link
TAGS_MOST = 20_000  # start tags; html5ever's time grows with the square of deep nesting
DEEPEST = 40  # elements within each other; deeper ones lose their tag, not their text
ALT_LONGEST = 2000

# nh3 writes every tag like this, and "<" nowhere else but inside a frame.
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s=>"]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s=>"]+)="([^"]*)"')


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet: the tag we wrote ("" when it was left out) and where."""

    tag: str
    at: int
    filled: bool = False


@dataclass(slots=True)
class Rewriter:
    """`media` (by name), `links` and `same` (to copies, by their word) collect what was met; `cut` is true when the
    rest was left out."""

    base: str
    media: dict[str, Media] = field(default_factory=dict)
    same: dict[str, None] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    cut: bool = False
    _out: list[str] = field(default_factory=list)
    _opened: list[_Open] = field(default_factory=list)
    _size: int = 0
    _tags: int = 0
    _shift: int = 0
    _player: Media | None = None  # inside <video> or <audio>
    _frame: bool = False  # inside <iframe>

    def rewrite(self, html: str) -> str:
        """The same text, written again."""
        highest = min((level for level in range(1, 7) if f"<h{level}" in html), default=3)
        self._shift = max(0, 3 - highest)  # a page has its own h1 and h2; what starts at h3 already stays
        for part in _parts(html):
            self._take(part)
            if self.cut:
                break
        return "".join(self._out)

    def _take(self, part: str | re.Match[str]) -> None:
        if self._frame or self._player:
            self._within(part)
        elif isinstance(part, str):
            self._words(part)
        elif part[1]:
            self._end()
        else:
            self._start(part[2], _attributes(part))

    def _words(self, words: str) -> None:
        if self._opened and self._opened[-1].tag == "pre" and self._opened[-1].at == len(self._out) - 1:
            words = words.lstrip("\n")  # a browser drops the first one each time it reads
        room = ROOM - self._size
        if len(words) * 4 > room and len(raw := words.encode()) > room:
            words = re.sub(r"&[a-z]*$", "", raw[:room].decode(errors="ignore"))
            self.cut = True
        self._write(words, filled=bool(words.replace("&nbsp;", " ").strip()))

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("a", "link"):
            self._syndicated(given)
        if tag in PLAYED:
            self._player = self._film(tag, given)
        elif tag in ("img", "iframe"):
            (self._picture if tag == "img" else self._embed)(given)
        elif tag not in ("source", "link"):
            self._element(self._rename(tag), given)

    def _syndicated(self, given: dict[str, str]) -> None:
        """Does a link lead to a copy of what it stands in? In a quotation, of what is quoted.

        https://microformats.org/wiki/rel-syndication · https://indieweb.org/u-syndication
        """
        said = (
            "u-syndication" in given.get("class", "").split() or "syndication" in given.get("rel", "").lower().split()
        )
        if said and (address := url(given.get("href", ""), self.base)) and not self._quoting():
            self.same[address] = None

    def _quoting(self) -> bool:
        return any(element.tag == "blockquote" for element in self._opened)

    def _rename(self, tag: str) -> str:
        if tag[0] == "h" and tag[1:].isdigit():
            return f"h{min(6, int(tag[1:]) + self._shift)}"
        return RENAMED.get(tag, tag)

    def _element(self, tag: str, given: dict[str, str]) -> None:
        if tag in BLOCKS | {"table"} and tag != "br":
            self._unwrap()
        above = self._above()
        if tag in HOME and above not in HOME[tag]:
            tag = "span" if tag in INLINE else "p"
        kept = {key: value for key, old in given.items() if (value := self._value(key, old)) is not None}
        written = "".join(f' {key}="{entities.escape(value)}"' for key, value in kept.items())
        if above in PHRASES and tag in BLOCKS | TABLE and tag != "br":
            self._leave_out("\n" if above == "pre" else " ", void=tag in VOID)
        elif tag in VOID:
            self._write(f"<{tag}{written}>", filled=True)
        elif len(self._opened) >= DEEPEST or (tag == "a" and "href" not in kept):
            self._leave_out("", void=False)
        else:
            self._opened.append(_Open(tag, len(self._out), filled=tag in TABLE))
            self._write(f"<{tag}{written}>", filled=False)

    def _above(self) -> str:
        """The tag that what comes next stands in."""
        return next((element.tag for element in reversed(self._opened[:DEEPEST]) if element.tag), "")

    def _unwrap(self) -> None:
        """A block may not stand in a phrase: the phrase gives way."""
        for element in self._opened[:DEEPEST]:
            if element.tag in INLINE - AROUND:
                self._out[element.at] = element.tag = ""

    def _leave_out(self, gap: str, *, void: bool) -> None:
        """Not this element, but what is in it."""
        if not void:
            self._opened.append(_Open("", len(self._out)))
        self._write(gap, filled=False)

    def _end(self) -> None:
        """Close the innermost element; one that holds nothing goes."""
        if not self._opened:
            return
        element = self._opened.pop()
        if element.tag and element.filled:
            self._write(f"</{element.tag}>", filled=True)
        elif element.tag:
            held = element.at < len(self._out) - 1
            del self._out[element.at :]
            self._write(" " if held or element.tag in BLOCKS else "", filled=False)
        elif element.filled and self._opened:
            self._opened[-1].filled = True

    def _write(self, piece: str, *, filled: bool) -> None:
        self._out.append(piece)
        self._size += len(piece.encode()) + REL * piece.startswith("<a ")
        self._tags += piece.startswith("<")
        self.cut = self.cut or self._size >= ROOM or self._tags >= TAGS_MOST
        if filled and self._opened:
            self._opened[-1].filled = True

    def _value(self, key: str, value: str) -> str | None:
        """What an attribute may say; None when it must go."""
        if key == "href":
            return self._link(value) or None
        if key == "title":  # Pelican's link expander would read href="{static}…" even in here
            return plain(value, 300).replace("{", "(").replace("|", "/") or None
        shape = VALUES.get(key)  # the raw text of a frame may hold anything
        return value if shape and shape.fullmatch(value) else None

    def _link(self, address: str) -> str:
        found = link(address, self.base)
        if found.startswith("http"):
            self.links.append(found)
        return found

    def _picture(self, given: dict[str, str]) -> None:
        alt = plain(given.get("alt", ""), ALT_LONGEST)
        width, height = _pixels(given, "width"), _pixels(given, "height")
        if alt and (_is_sign(alt) or re.search("emoji|smiley", given.get("class", ""))):
            self._write(entities.escape(alt, quote=False), filled=True)
        elif width not in (1, 2) and height not in (1, 2):  # such small ones only count readers
            self._add(Media(url=url(given.get("src", ""), self.base), alt=alt, width=width, height=height))

    def _embed(self, given: dict[str, str]) -> None:
        """A foreign frame becomes a link to what it would have shown."""
        self._frame = True
        if address := self._link(given.get("src", "")):
            words = plain(given.get("title", ""), 300) or address.split("/")[2]
            self._write(f'<a href="{entities.escape(address)}">{entities.escape(words, quote=False)}</a>', filled=True)

    def _film(self, tag: str, given: dict[str, str]) -> Media:
        address, poster = (url(given.get(key, ""), self.base) for key in ("src", "poster"))
        width, height = _pixels(given, "width"), _pixels(given, "height")
        return Media(url=address, type=tag, width=width, height=height, poster=poster)

    def _within(self, part: str | re.Match[str]) -> None:
        """In a frame or a player only its own end counts, and the first source."""
        if isinstance(part, str):
            return
        if self._frame:
            self._frame = (part[1], part[2]) != ("/", "iframe")
        elif self._player and (part[1], part[2]) == ("/", self._player.type):
            self._add(self._player)
            self._player = None
        elif self._player and part[2] == "source" and not self._player.url:
            self._player = replace(self._player, url=url(_attributes(part).get("src", ""), self.base))

    def _add(self, found: Media) -> None:
        if found.url:
            self.media.setdefault(name(found.url), found)


def _parts(html: str) -> Iterator[str | re.Match[str]]:
    """The text between tags as it is written, and the tags."""
    at = 0
    for tag in TAG.finditer(html):
        if at < tag.start():
            yield html[at : tag.start()]
        yield tag
        at = tag.end()
    if at < len(html):
        yield html[at:]


def _attributes(tag: re.Match[str]) -> dict[str, str]:
    return {key: entities.unescape(value) for key, value in _ATTRIBUTE.findall(tag[3])}


def _pixels(given: dict[str, str], key: str) -> int:
    number = re.match(r"\s*(\d{1,5})(?!\d|%|\.?\d*%)", given.get(key, ""))
    return int(number[1]) if number else 0


def _is_sign(alt: str) -> bool:
    """Is this text an emoji and nothing else? Blogs write them as pictures."""
    return len(alt) <= 12 and any(unicodedata.category(s) == "So" for s in alt) and not re.search(r"[\w\s]", alt)
