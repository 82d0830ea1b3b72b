"""HTML from anywhere → HTML that may stand on a page. The only door to the sanitiser.

Three steps, repeated until nothing changes any more: nh3 reads the source as a browser would and writes it down in one
canonical spelling, our rewriter goes through that once, and nh3 judges what came out by the list of what may stand.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass
from typing import Literal

import nh3

from hub.model import Media
from hub.tidy.allowed import ATTRIBUTES, BLOCKS, KEPT, READ, READ_ATTRIBUTES, SWALLOWED, TABLE
from hub.tidy.rewrite import LARGEST, TAG, TAGS_MOST, Rewriter
from hub.tidy.words import calm, scrub

ROUNDS = 8
PICTURES_MOST = 100
LINKS_MOST = 200

Relative = Literal["pass_through", "deny"]


def _cleaner(tags: set[str], attributes: dict[str, set[str]], rel: str | None, relative: Relative) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=SWALLOWED,
        attributes=attributes,
        link_rel=rel,
        url_schemes={"http", "https", "mailto"},
        url_relative=relative,
    )


_READER = _cleaner(READ, READ_ATTRIBUTES, None, "pass_through")
_JUDGES = {
    True: _cleaner(KEPT, ATTRIBUTES, "noopener", "deny"),
    False: _cleaner(KEPT, ATTRIBUTES, "nofollow ugc noopener", "deny"),
}

# A browser opens these again in every paragraph they were not closed in: at most three of a spelling, but attributes
# make spellings, so that 15 kB of source become 16 MB. https://html.spec.whatwg.org/#push-onto-the-list-of-active-formatting-elements
_FORMATTING = re.compile(r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])[^>]*>", re.IGNORECASE)
_START = re.compile(r"<[A-Za-z]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """Trusted HTML, and what was found in it. `cut` is true where it was too long."""

    html: str
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    syndication: tuple[str, ...] = ()
    cut: bool = False


def body(source: str, base: str = "", *, ours: bool = False) -> Body:
    """The trusted form of untrusted HTML; relative addresses are resolved against `base`."""
    html, cut = _fit(scrub(source))
    if len(_START.findall(html)) > TAGS_MOST:
        html = _words_only(html)
    media: dict[str, Media] = {}
    same: dict[str, None] = {}
    for _ in range(ROUNDS):
        rewriter = Rewriter(base, media, same)
        before, html = html, _JUDGES[ours].clean(rewriter.rewrite(_canonical(html))).strip()
        cut = cut or rewriter.cut
        if html == before:
            break
    else:  # a source that never comes to rest keeps its words
        html = _JUDGES[ours].clean(_words_only(html))
    links, pictures = tuple(dict.fromkeys(rewriter.links)), tuple(media.values())
    return Body(html=html, media=pictures[:PICTURES_MOST], links=links[:LINKS_MOST], syndication=tuple(same), cut=cut)


def text(html: str) -> str:
    """The words of tidied HTML: blocks on lines of their own, cells apart, one space between words."""
    spaced = TAG.sub(_gap, html)
    lines = (" ".join(line.split()) for line in entities.unescape(spaced).splitlines())
    return "\n".join(line for line in lines if line)


def _gap(tag: re.Match[str]) -> str:
    if tag[2] in ("td", "th", "rt", "rp"):
        return " "
    return "\n" if tag[2] in BLOCKS or tag[2] in TABLE else ""


def _fit(html: str) -> tuple[str, bool]:
    raw = html.encode()
    return (html, False) if len(raw) <= LARGEST else (raw[:LARGEST].decode(errors="ignore"), True)


def _canonical(html: str) -> str:
    return calm(_READER.clean(_FORMATTING.sub(r"<\1>", html)))


def _words_only(html: str) -> str:
    return f"<p>{entities.escape(re.sub(r'<[^>]*>?', ' ', html), quote=False)}</p>"
