"""The corpora that imports are tried on, and what a test needs to read them by itself."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))


def corpus(name: str) -> Path:
    """A file or folder of the corpora; the test is skipped where they are missing."""
    place = CORPORA / name
    if not place.exists():
        pytest.skip(f"the corpus {name} is missing")
    return place


def blocks(text: str, tag: str) -> list[str]:
    """Every outer element of a name in a text, comments aside, found without any XML parser."""
    return re.findall(rf"<{tag}(?:\s[^>]*[^/>])?>.*?</{tag}>", re.sub(r"<!--.*?-->", "", text, flags=re.S), re.S)


def said(block: str, tag: str) -> str:
    """The text of the first element of a name in a block."""
    found = re.search(rf"<{tag}>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</{tag}>", block, re.S)
    return unescape(found[1]).strip() if found else ""
