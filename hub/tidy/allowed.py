"""What may stand in a body: the list that the sanitiser and the rewriter share."""

from __future__ import annotations

import re

TABLE = {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"}
VOID = {"br", "hr", "wbr", "col"}
HEADINGS = {"h3", "h4", "h5", "h6"}
LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
BLOCKS = HEADINGS | LISTS | {"p", "br", "hr", "pre", "blockquote", "figure", "figcaption", "details", "summary"}
INLINE = {"a", "abbr", "b", "bdi", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp"}
INLINE |= {"small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr", "ruby", "rt", "rp"}
AROUND = {"a", "del", "ins"}  # phrases that may hold blocks
PHRASES = HEADINGS | {"pre", "summary"}  # blocks that may not
KEPT = INLINE | BLOCKS | TABLE

_BOXES = {"div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "center", "fieldset"}
RENAMED = dict.fromkeys(_BOXES, "p") | {"strike": "s", "tt": "code", "menu": "ul", "acronym": "abbr"}
PLAYED = {"video", "audio"}
READ = KEPT | RENAMED.keys() | PLAYED | {"h1", "h2", "img", "iframe", "source", "link"}
SWALLOWED = {"script", "style", "template", "title", "svg", "object", "applet"}
SWALLOWED |= {"noscript", "noembed", "noframes", "xmp", "plaintext"}

HOME = {  # what an element means nothing without
    "li": {"ul", "ol"},
    "dt": {"dl"},
    "dd": {"dl"},
    "figcaption": {"figure"},
    "summary": {"details"},
    "rt": {"ruby"},
    "rp": {"ruby"},
}

ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "abbr": {"title"},
    "dfn": {"title"},
    "time": {"datetime"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "col": {"span"},
    "colgroup": {"span"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
READ_ATTRIBUTES = ATTRIBUTES | {
    "a": {"href", "class", "rel"},
    "link": {"href", "class", "rel"},
    "img": {"src", "alt", "width", "height", "class"},
    "iframe": {"src", "title"},
    "video": {"src", "poster", "width", "height"},
    "audio": {"src"},
    "source": {"src"},
    "acronym": {"title"},
}

_NUMBER = re.compile(r"-?\d{1,5}")
_SPAN = re.compile(r"[1-9]\d?")
VALUES = {  # an attribute stays when the whole of its value has this shape
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}"),
    "datetime": re.compile(r"[-+:.0-9TZWPYMDHS ]{1,40}"),
    "start": _NUMBER,
    "value": _NUMBER,
    "reversed": re.compile(r""),
    "span": _SPAN,
    "colspan": _SPAN,
    "rowspan": _SPAN,
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
}
