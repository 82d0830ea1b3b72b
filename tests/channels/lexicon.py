"""Whether a JSON answer is what a published lexicon says. https://atproto.com/specs/lexicon"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hub.channels.atproto import address, is_account, is_did, is_handle
from hub.channels.loose import when
from hub.tidy import language

PLAIN = {"string": str, "boolean": bool, "integer": int, "bytes": dict, "cid-link": dict, "unknown": object}
FORMATS = {
    "at-uri": lambda text: address(text) is not None,
    "did": is_did,
    "handle": is_handle,
    "at-identifier": is_account,
    "datetime": lambda text: when(text) is not None,
    "language": lambda text: bool(language(text)),
    "cid": re.compile(r"[a-zA-Z0-9+/=]{8,}").fullmatch,
    "uri": re.compile(r"[a-z][a-z.-]*:\S+").fullmatch,
}


@cache
def definition(folder: Path, ref: str) -> dict[str, Any]:
    """A definition by its full name; {} for one of a lexicon that is not in the corpus."""
    name, _, part = ref.partition("#")
    file = folder / (name.replace(".", "/") + ".json")
    return json.loads(file.read_text("utf-8"))["defs"][part or "main"] if file.is_file() else {}


def complaints(folder: Path, url: str, answer: object) -> list[str]:
    """What is wrong with the answer to a query."""
    method = urlsplit(url).path.removeprefix("/xrpc/")
    schema = definition(folder, method).get("output", {}).get("schema", {})
    return _Check(folder).look(answer, schema, method, "$")


class _Check:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def look(self, value: Any, schema: dict[str, Any], home: str, at: str) -> list[str]:
        sort = schema.get("type", "unknown")
        if sort in ("ref", "union", "object", "array"):
            return list(getattr(self, f"_{sort}")(value, schema, home, at))
        record = value.get("$type", "") if sort == "unknown" and isinstance(value, dict) else ""
        if record:
            return self.look(value, definition(self.folder, record).get("record", {}), record, at)
        if sort == "blob":
            return [] if {"$type", "ref", "mimeType", "size"} <= set(value) else [f"{at}: no blob"]
        if not isinstance(value, PLAIN[sort]) or (sort == "integer" and isinstance(value, bool)):
            return [f"{at}: {value!r} is no {sort}"]
        holds = FORMATS.get(schema.get("format", ""))
        return [] if holds is None or holds(value) else [f"{at}: {value!r} is no {schema['format']}"]

    def _ref(self, value: Any, schema: dict[str, Any], home: str, at: str) -> list[str]:
        ref = schema["ref"] if not schema["ref"].startswith("#") else home.partition("#")[0] + schema["ref"]
        return self.look(value, definition(self.folder, ref), ref, at)

    def _union(self, value: Any, schema: dict[str, Any], home: str, at: str) -> list[str]:
        refs = [ref if not ref.startswith("#") else home.partition("#")[0] + ref for ref in schema["refs"]]
        chosen = value.get("$type", "") if isinstance(value, dict) else ""
        if chosen not in refs:
            return [f"{at}: $type {chosen!r} is none of {refs}"]
        return self.look(value, definition(self.folder, chosen), chosen, at)

    def _object(self, value: Any, schema: dict[str, Any], home: str, at: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{at}: no object"]
        lacks = [f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value]
        known = schema.get("properties", {})
        parts = [self.look(value[name], known[name], home, f"{at}.{name}") for name in value if name in known]
        return [*lacks, *chain(*parts)]

    def _array(self, value: Any, schema: dict[str, Any], home: str, at: str) -> list[str]:
        if not isinstance(value, list) or len(value) > schema.get("maxLength", len(value)):
            return [f"{at}: no list, or too long"]
        parts = (self.look(one, schema["items"], home, f"{at}[{place}]") for place, one in enumerate(value))
        return [*chain(*parts)]
