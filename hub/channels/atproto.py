"""Names of the AT Protocol: who (DID, handle) and what (at-URI). Pure.

https://atproto.com/specs/did, /handle, /at-uri-scheme, /nsid, /record-key
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HANDLE = re.compile(rf"(?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?")
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_NSID = re.compile(rf"(?!\d){_LABEL}(?:\.{_LABEL})+\.[a-zA-Z][a-zA-Z0-9]{{0,62}}")
_RECORD_KEY = re.compile(r"(?!\.{1,2}\Z)[a-zA-Z0-9._:~-]{1,512}")
NOBODY = "handle.invalid"  # what an AppView calls an account whose handle does not lead back to it


class Address(NamedTuple):
    """The parts of an at-URI; collection and key are "" where it names a whole repository."""

    who: str
    collection: str = ""
    key: str = ""


def is_handle(text: str) -> bool:
    """Whether a text is a handle: a host name."""
    return len(text) <= 253 and bool(_HANDLE.fullmatch(text))


def is_did(text: str) -> bool:
    """Whether a text is a decentralised identifier; atproto bounds its length."""
    return len(text) <= 2048 and bool(_DID.fullmatch(text))


def is_nsid(text: str) -> bool:
    """Whether a text names a collection."""
    return len(text) <= 317 and bool(_NSID.fullmatch(text))


def is_record_key(text: str) -> bool:
    """Whether a text is the key of a record."""
    return bool(_RECORD_KEY.fullmatch(text))


def is_account(text: str) -> bool:
    """Whether a text is a DID or a handle (an "at-identifier")."""
    return is_did(text) or is_handle(text)


def address(text: str) -> Address | None:
    """The parts of an at-URI; None when it is none."""
    who, *path = text.removeprefix("at://").split("/") if text.startswith("at://") else [""]
    checks = zip(path, (is_nsid, is_record_key), strict=False)
    if len(text) > 8192 or len(path) > 2 or not is_account(who) or not all(holds(part) for part, holds in checks):
        return None
    return Address(who, *path)
