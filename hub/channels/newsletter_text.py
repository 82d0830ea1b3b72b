"""The text of one recipient's copy → what every recipient was told. Pure.

Taken out: pictures that only count readers, what is not shown, merge fields, the recipient's name and address, tokens
in links, links that lead through the mailer's counter, and the block with the way out of the list.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from hub.channels.plaintext import paragraphs

FIELD = re.compile(
    r"\*\|[^|<>]{1,80}\|\*|\{\{\{?[^{}<>]{1,120}\}?\}\}|\{%[^%<>]{1,160}%\}|%%[\w .:-]{1,60}%%|\[\[[\w .:|-]{1,60}\]\]"
    r"|%recipient[\w.]{0,60}%|%[A-Z][A-Z0-9_-]{2,40}%|\$\{[^{}<>]{1,60}\}|\{\$[\w.]{1,60}\}|##[A-Za-z_]{2,40}##"
    r"|<%=?[^%<>]{1,120}%>|\[(?:UNSUBSCRIBE|EMAIL|FIRST_?NAME|LAST_?NAME)\]"
)
GREETING = r"(?i)\b(hi|hello|hey|dear|hallo|liebe[rs]?|guten tag|bonjour|cher|chère|hola|ciao|olá|beste)(\s+)"
WAY_OUT = re.compile(
    r"(?i)unsubscri|opt[- ]?out|manage (?:your )?(?:preferences|subscription)|update (?:your )?(?:profile|preferences)"
    r"|email preferences|abmelden|abbestellen|austragen|désabonn|se désinscrire|darse de baja|cancelar (?:a )?suscripci"
    r"|annulla l.iscrizione|uitschrijven|afmelden|wypisz|отписаться"
)
ONLINE = re.compile(
    r"(?i)(?:view|read|open|see)\b.{0,40}\b(?:browser|online|web)|in your browser|web version|im browser|online ansehen"
    r"|version en ligne|dans (?:votre|ton) navigateur|en el navegador|nel browser"
)
PERSONAL = re.compile(
    r"(?i)utm_\w+|mc_[ce]id|_hs\w+|ck_subscriber_id|vero_\w+|mkt_tok|oly_\w+|trk\w*|token|sig(?:nature)?|auth|jwt|uid|rid"
    r"|recipient\w*|subscriber\w*|email|e|eid|cid|contact\w*|user_?id|member\w*|hash|ref(?:errer)?|fbclid|gclid|__s|r|u"
)
LED_BY = ("url", "u", "q", "target", "to", "redirect", "redirect_url", "link", "dest", "destination")
HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)"
    r"|font-size\s*:\s*0(?:px)?\s*(?:;|$)|opacity\s*:\s*0\s*(?:;|$)"
)
TINY = re.compile(r"(?i)(?:^|;)\s*(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:;|$)")
VOID = {"img", "br", "hr", "wbr", "col", "input", "meta", "link", "base", "area", "source", "track", "embed"}
SWALLOWED = {"head", "script", "style", "title", "template", "noscript", "svg", "object", "form", "button", "select"}
BLOCKS = {"p", "div", "td", "th", "li", "tr", "table", "section", "footer", "center", "h1", "h2", "h3", "h4"}
KEPT = ("href", "src", "alt", "width", "height", "lang")
DEEPEST, TAGS_MOST, FOOTER = 200, 30_000, 700


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a copy was made for, and who counts whether they read it."""

    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    mailers: frozenset[str] = frozenset()
    ways_out: frozenset[str] = frozenset()

    @property
    def signs(self) -> frozenset[str]:
        """What stands for their address in links: itself, spelled or packed in the usual ways."""
        return frozenset(sign for address in self.addresses for sign in _signs(address))


@dataclass(frozen=True, slots=True)
class Read:
    """What every recipient was told; `online` is where the mailer shows the letter to everybody, "" for nowhere."""

    html: str
    online: str = ""


@dataclass(slots=True)
class _Node:
    """An element with what is in it; text is a string."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[_Node | str] = field(default_factory=list)
    above: _Node | None = None

    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text() for part in self.inside)

    def leave(self) -> None:
        if self.above:
            self.above.inside = [part for part in self.above.inside if part is not self]
            self.above = None


def readable(html: str, recipient: Recipient) -> Read:
    """The HTML of a letter."""
    top = _tree(html)
    for node in list(_all(top)):
        if _is_hidden(node) or (node.tag == "img" and _counts(node, recipient)):
            node.leave()
    online = ""
    for link in [node for node in _all(top) if node.tag == "a"]:
        href, words = link.attributes.get("href", ""), link.text()
        if ONLINE.search(words):
            online = online or impersonal(href, recipient)
            _with_block(link)
        elif WAY_OUT.search(words) or WAY_OUT.search(unquote(href)) or href in recipient.ways_out:
            _with_block(link)
        else:
            link.attributes = {"href": kept} if (kept := impersonal(href, recipient)) else {}
    said = "".join(_written(top, recipient)).strip()
    return Read(said, online)


def plain_text(text: str, recipient: Recipient) -> Read:
    """The plain text of a letter: what stands below the signature's line, and the way out, is left away."""
    body = re.split(r"(?m)^-- ?$", text.replace("\r\n", "\n"), maxsplit=1)[0]
    parts = [part for part in re.split(r"\n\s*\n", body) if not WAY_OUT.search(part)]
    words = everybodys("\n\n".join(parts), recipient)
    words = re.sub(r"https?://[^\s<>\"]+", lambda found: impersonal(found[0], recipient), words)
    return Read(paragraphs(words))


def impersonal(url: str, recipient: Recipient) -> str:
    """A link as anybody may follow it: what it leads through and what it tells of its reader is taken out; "" for one
    that cannot be had without."""
    url = FIELD.sub("", url.replace("\0", "").strip())
    for _ in range(3):
        try:
            parts = urlsplit(url)
            pairs = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError:
            return ""
        inner = next((value for name, value in pairs if name.lower() in LED_BY and value.startswith("http")), "")
        if not inner:
            break
        url = inner
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or host in recipient.mailers:
        return ""
    kept = [(name, value) for name, value in pairs if not PERSONAL.fullmatch(name) and not _names(value, recipient)]
    clean = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, urlencode(kept), parts.fragment))
    return "" if _names(unquote(clean), recipient) else clean


# the tree


class _Reader(HTMLParser):
    """A forgiving tree: what is never closed ends with what it is in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top = self.at = _Node("")
        self.depth = self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count += 1
        if self.count > TAGS_MOST or (self.depth >= DEEPEST and tag not in VOID):
            return
        node = _Node(tag, {name: value or "" for name, value in attrs}, above=self.at)
        self.at.inside.append(node)
        if tag not in VOID:
            self.at, self.depth = node, self.depth + 1

    def handle_endtag(self, tag: str) -> None:
        line = [node for node in _line(self.at) if node.tag]
        place = next((at for at, node in enumerate(line) if node.tag == tag), None)
        if place is not None:
            self.at, self.depth = line[place].above or self.top, self.depth - place - 1

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


def _tree(html: str) -> _Node:
    reader = _Reader()
    reader.feed(FIELD.sub("\0", html))
    reader.close()
    return reader.top


def _line(node: _Node | None) -> Iterator[_Node]:
    """A node and all above it."""
    while node:
        yield node
        node = node.above


def _all(node: _Node) -> Iterator[_Node]:
    for part in list(node.inside):
        if isinstance(part, _Node):
            yield part
            yield from _all(part)


def _with_block(link: _Node) -> None:
    """Take out a link with the block it stands in, where that is a footer's line; else the link alone."""
    block = next((node for node in _line(link) if node.tag in BLOCKS), None)
    (block if block and len(block.text()) < FOOTER else link).leave()


def _is_hidden(node: _Node) -> bool:
    return node.tag in SWALLOWED or "hidden" in node.attributes or bool(HIDDEN.search(node.attributes.get("style", "")))


def _counts(image: _Node, recipient: Recipient) -> bool:
    """Whether a picture is there to be counted, not to be seen, or would tell who looks at it."""
    sizes = [image.attributes.get(side, "").strip().removesuffix("px") for side in ("width", "height")]
    source = image.attributes.get("src", "")
    image.attributes["src"] = impersonal(source, recipient)
    tiny = any(size in ("0", "1", "2") for size in sizes) or bool(TINY.search(image.attributes.get("style", "")))
    return tiny or not image.attributes["src"] or bool(re.search(r"(?i)/(?:open|pixel|track|beacon)\b", source))


def _written(node: _Node, recipient: Recipient) -> Iterator[str]:
    """HTML again, without what decorates."""
    for part in node.inside:
        if isinstance(part, str):
            yield escape(everybodys(part, recipient), quote=False)
        else:
            bare = part.tag == "a" and not part.attributes
            yield "" if bare else _opened(part)
            yield from _written(part, recipient)
            yield "" if bare or part.tag in VOID else f"</{part.tag}>"


def _opened(node: _Node) -> str:
    kept = [(name, escape(node.attributes[name])) for name in KEPT if name in node.attributes]
    return "".join([f"<{node.tag}", *(f' {name}="{value}"' for name, value in kept), ">"])


# words


def everybodys(text: str, recipient: Recipient) -> str:
    """A text without the recipient's address and, in a greeting, their name."""
    for address in recipient.addresses:
        text = re.sub(re.escape(address), "\0", text, flags=re.I)
    for name in recipient.names:
        called = "|".join(re.escape(one) for one in {name, name.split()[0]})
        text = re.sub(rf"{GREETING}(?:{called})\b", r"\1" + "\0", text)
    return _smooth(FIELD.sub("\0", text))


def _smooth(text: str) -> str:
    """Close the gaps that were left."""
    return re.sub(r"[ \t]*\0+(?=\s*[,.!?;:])|\0+", "", text)


def _names(text: str, recipient: Recipient) -> bool:
    low = text.lower()
    return any(sign in text or sign in low for sign in recipient.signs)


def _signs(address: str) -> Iterator[str]:
    raw = address.encode()
    yield from (address, quote(address, safe=""), quote(address, safe="").lower())
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
    yield from (hashlib.new(sort, raw, usedforsecurity=False).hexdigest() for sort in ("md5", "sha1", "sha256"))
