"""A letter as an issue of a newsletter, or as nothing. Pure.

What makes it one: it comes from the sender's very address, went to a list, and answers nothing. A mail server that
checked and says the sender is forged is believed. https://www.rfc-editor.org/rfc/rfc5322 · rfc2919 (List-Id) · rfc8601
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice
from urllib.parse import quote, urlsplit

from hub.channels.loose import digest
from hub.channels.newsletter_text import Recipient, everybodys, plain_text, readable
from hub.model import Account, Item

ANSWER = re.compile(r"\s*(?:re|aw|antw|sv|vs|odp|fwd?|wg|tr|rv|enc)\s*(?:\[\d+\])?\s*:", re.I)
FORGED = re.compile(r"\bdmarc\s*=\s*fail\b|\bdkim\s*=\s*fail\b.*\bspf\s*=\s*(?:soft)?fail\b", re.I | re.S)
ANGLED = re.compile(r"<([^<>\s]+)>")
LARGEST = 2**20  # characters of a text
PARTS = 200
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")  # headers that name whom a copy went to


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose newsletter, for which channel."""

    channel: str
    address: str
    list_id: str = ""
    language: str = ""


def issue(raw: bytes, sender: Sender) -> Item | None:
    """The issue that a letter is; None for every other letter, and for what cannot be read."""
    try:
        letter = message_from_bytes(raw)
        return _item(letter, raw, sender) if _is_issue(letter, sender) else None
    except (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return None  # what the parser of the standard library stumbles over


def _is_issue(letter: Message, sender: Sender) -> bool:
    """Whether the brand sent it to its list."""
    froms = [address.lower() for _, address in getaddresses([text(letter, "from")]) if address]
    if froms != [sender.address.strip().lower()]:
        return False
    named = text(letter, "list-id").lower()
    lists = ANGLED.findall(named) or [named]
    if sender.list_id and sender.list_id.strip("<> ").lower() not in lists:
        return False
    if not (named or letter.get("list-unsubscribe")):
        return False
    return not (_answers(letter) or FORGED.search(text(letter, "authentication-results")))


def _answers(letter: Message) -> bool:
    """Whether it answers somebody, or was sent by a machine that does."""
    if letter.get("in-reply-to") or letter.get("references") or ANSWER.match(text(letter, "subject")):
        return True
    automatic = text(letter, "auto-submitted").strip().lower()
    return automatic.startswith("auto-replied") or letter.get_content_type() == "multipart/report"


def _item(letter: Message, raw: bytes, sender: Sender) -> Item | None:
    recipient, (html, plain) = _recipient(letter, sender), _bodies(letter)
    read = readable(html, recipient) if html else plain_text(plain, recipient)
    if not read.html.strip():
        return None
    archived = next(iter(ANGLED.findall(text(letter, "archived-at"))), "") or read.online
    return Item(
        id=_id(letter, raw),
        url=archived if urlsplit(archived).scheme in ("http", "https") else "",
        channel=sender.channel,
        kind="article",
        author=Account(name=next((name for name, _ in getaddresses([text(letter, "from")])), "")),
        published=_moment(text(letter, "date")),
        html=read.html,
        ours=True,
        title=everybodys(text(letter, "subject"), recipient),
        language=text(letter, "content-language").partition(",")[0].strip() or sender.language,
    )


def _id(letter: Message, raw: bytes) -> str:
    """The letter's own number (RFC 2392), else what stands for its content."""
    found = ANGLED.search(text(letter, "message-id"))
    return f"mid:{quote(found[1], safe='@.!$*+-=_~')}" if found else f"urn:hub:letter:{digest(raw.decode('latin-1'))}"


def text(letter: Message, name: str) -> str:
    """A header as people read it; several of a name count as the first, the topmost."""
    kept = str(letter.get(name, ""))
    try:
        parts = [
            part.decode(charset or "utf-8", "replace") if isinstance(part, bytes) else part
            for part, charset in decode_header(kept)
        ]
    except (ValueError, LookupError, MessageError):
        return kept
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _bodies(letter: Message) -> tuple[str, str]:
    """The HTML of a letter and its plain text, as far as it has them; attachments are none."""
    found = {"text/html": "", "text/plain": ""}
    for part in islice(letter.walk(), PARTS):
        sort = part.get_content_type()
        if sort in found and not found[sort] and part.get_content_disposition() != "attachment":
            found[sort] = _decoded(part)[:LARGEST]
    return found["text/html"], found["text/plain"]


def _decoded(part: Message) -> str:
    body = part.get_payload(decode=True)
    raw = body if isinstance(body, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _recipient(letter: Message, sender: Sender) -> Recipient:
    """Whom this copy went to, and the hosts of the mailer that counts its readers."""
    told = filter(None, (text(letter, name) for name in RECIPIENTS))
    to = [pair for line in told for pair in getaddresses([line])]  # together, one that is odd would hide the others
    own = sender.address.rpartition("@")[2].lower()
    ways_out = ANGLED.findall(text(letter, "list-unsubscribe"))
    hosts = {(urlsplit(url).hostname or "").lower() for url in ways_out if url.startswith("http")} - {""}
    return Recipient(
        addresses=frozenset(address.lower() for _, address in to if "@" in address) - {sender.address.lower()},
        names=frozenset(name.strip() for name, _ in to if len(name.strip()) > 1 and "@" not in name),
        mailers=frozenset(host for host in hosts if host != own and not host.endswith(f".{own}")),
        ways_out=frozenset(ways_out),
    )


def _moment(date: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(date)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
