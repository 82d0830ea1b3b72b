"""Small words and pieces of words: headings, summaries, initials, and what kinds and proofs are called."""

from __future__ import annotations

import re
from unicodedata import category, combining
from urllib.parse import urlsplit

from hub.model import Item
from hub.pages import topic
from hub.site.words import later

WORDS = 40  # of a summary
FEW = 16  # characters of a message of emoji, with what joins them
PACE = 220  # words a minute
WHOLE = 480  # characters of a title-less note that a list shows whole

# A hashtag as networks link it and tidy lets it through: <a href="…">#<span>tea</span></a>
HASHTAG = re.compile(r'<a href="[^"]*"[^>]*>(?P<words>#(?:<span>)?(?P<tag>[^<>]+)(?:</span>)?)</a>')
SPAN = re.compile(r"</?span>")  # says nothing: what its classes said stays behind at the door

EMOJI = re.compile(r"<[^>]*>|:(?P<code>[\w+-]+):")  # tags are passed over whole

KINDS = {
    "article": later("Article"),
    "audio": later("Recording"),
    "image": later("Picture"),
    "note": later("Note"),
    "question": later("Question"),
    "review": later("Review"),
    "video": later("Video"),
}
"""What a message is called that has no words of its own."""

# What tells that a post is the same as another (hub.copies), as a page says it of the post.
TIES = {
    "rule": later("joined by hand"),
    "named": later("each other's copy by their own word"),
    "links": later("links here"),
    "linked": later("linked from here"),
    "page": later("links to the same page"),
    "words": later("says the same"),
}
MIRRORED = {"links": "linked", "linked": "links", "named": "named", "page": "page", "words": "words", "rule": "rule"}

ICONS = {
    "wordpress": "blog",
    "ghost": "blog",
    "blogger": "blog",
    "disqus": "blog",
    "twitter": "x",
    "archive": "x",
    "podcast": "feed",
    "discourse": "forum",
    "lemmy": "forum",
    "stackexchange": "forum",
    "hackernews": "forum",
    "inbox": "webmention",
    "facebook": "social",
    "instagram": "social",
    "threads": "social",
    "linkedin": "social",
}
"""Kinds that share icon and colour in hub.css with another; the others have their own."""


def initial(name: str) -> str:
    """The first grapheme of a name, near enough: a letter with its marks, or an emoji with its joiners."""
    out = ""
    for char in name.strip():
        joined = out.endswith("\u200d") or char in "\u200d\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff"
        if out and not joined and not combining(char):
            break
        out += char
    return out.upper() if len(out) == 1 else out


def minutes(text: str) -> int:
    """How long an article takes to read; 0 for what is read at a glance."""
    return round(len(text.split()) / PACE)


def pictured(text: str) -> bool:
    """Is it nothing but a few emoji? Then they stand twice as large."""
    signs = [sign for sign in text if not sign.isspace()]
    return 0 < len(signs) <= FEW and all(map(_emoji, signs)) and any(category(sign) == "So" for sign in signs)


def _emoji(sign: str) -> bool:
    joins = sign in "\u200d\ufe0f\u20e3" or "\U0001f3fb" <= sign <= "\U0001f3ff" or "\U000e0020" <= sign <= "\U000e007f"
    return joins or (category(sign) == "So" and sign >= "\u203c")


def summary(text: str, words: int = WORDS) -> str:
    """The first words of a text, with an ellipsis where it goes on."""
    parts = text.split()
    cut = " ".join(parts[:words])
    short = cut if len(cut) <= words * 9 else cut[: words * 9].rstrip()
    return short if short == " ".join(parts) else f"{short}…"


def licence(url: str) -> tuple[str, str]:
    """A licence of Creative Commons by its name and address; nothing for none."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    return (f"CC {parts[-2].upper()} {parts[-1]}", url) if len(parts) > 1 else ("", "")


def web_name(name: str) -> str:
    """A name that can be followed, else ""."""
    return name if urlsplit(name).scheme in ("http", "https") else ""


def topics(item: Item) -> dict[str, str]:
    """Topic → how the message writes it, each once."""
    found: dict[str, str] = {}
    for tag in item.tags:
        found.setdefault(topic(tag), tag)
    return {name: tag for name, tag in found.items() if name}


def heading(item: Item, text: str) -> str:
    """The title, or the first 60 characters of a title-less note; "" without any words."""
    first = item.title or text.strip().partition("\n")[0]
    return first if item.title or len(first) <= 60 else f"{first[:60].rsplit(' ', 1)[0]}…"
