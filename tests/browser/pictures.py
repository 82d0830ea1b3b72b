"""`make pictures`: every kind of page in every state, as pictures that a person looks at.

Light, dark, on a phone, printed, and from right to left; an index of all of them lies beside them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from tests.browser.conftest import Served, address, listening, node, serving
from tests.browser.states import laid as stated
from tests.e2e.test_demo import laid

WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 360, "height": 740}, "isMobile": True, "hasTouch": True, "deviceScaleFactor": 2}
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "light": WIDE,
    "dark": {**WIDE, "colorScheme": "dark"},
    "phone": PHONE,
    "phone-dark": {**PHONE, "colorScheme": "dark"},
    "print": {**WIDE, "viewport": {"width": 794, "height": 1123}, "print": True},
}
STANDING = ("about/", "archive/", "feeds/", "privacy/", "transparency/", "search/", "404.html")


def named(site: Served) -> dict[str, str]:
    """One page of each kind and every post, by a name for its picture."""
    paths = site.paths()
    names = {"home": "", **{path.strip("/").partition(".")[0].replace("/", "-"): path for path in STANDING}}
    for path in paths:
        kind, _, rest = path.partition("/")
        if path and kind != "p" and rest.count("/") <= 2:
            names[path.strip("/").replace("/", "-")] = path
        elif kind == "p":
            names["-".join(part for part in path.strip("/").split("/")[1:])] = path
    return {name: path for name, path in names.items() if path in paths}


@contextmanager
def served(folder: Path, language: str = "") -> Iterator[Served]:
    """The demo, or the hub with every state in a language."""
    listener = listening()
    if language:
        stated(folder, address(listener), language).store.close()
    else:
        folder.mkdir()
        laid(folder, address(listener))
    yield from serving(folder, listener)


def shoot(site: Served, folder: Path, looks: Mapping[str, Mapping[str, Any]], most: int = 1000) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    pages = dict(list(named(site).items())[:most])
    asked = folder / "asked.json"
    told = {"base": site.root, "folder": str(folder), "pages": pages, "looks": looks}
    asked.write_text(json.dumps(told), "utf-8")
    made: list[str] = node("shoot.mjs", str(asked))
    asked.unlink()
    return made


def book(folder: Path, parts: Mapping[str, list[str]]) -> None:
    """An index of all pictures."""
    rows = [
        f"<h2>{escape(part)}</h2>"
        + "".join(
            f'<figure><a href="{part}/{name}"><img src="{part}/{name}" width="320" alt=""></a>'
            f"<figcaption>{escape(name)}</figcaption></figure>"
            for name in sorted(names)
        )
        for part, names in parts.items()
    ]
    page = '<!doctype html><meta charset="utf-8"><title>Pictures</title><style>figure{display:inline-block}</style>'
    (folder / "index.html").write_text(page + "\n".join(rows), "utf-8")


def main(folder: Path) -> None:
    parts = {}
    for part, language, looks in (
        ("demo", "", {name: LOOKS[name] for name in ("light", "phone")}),
        ("states", "en", LOOKS),
        ("mirrored", "ar", {name: LOOKS[name] for name in ("light", "phone")}),
    ):
        with tempfile.TemporaryDirectory() as place, served(Path(place) / "hub", language) as site:
            parts[part] = shoot(site, folder / part, looks, 40 if part == "demo" else 1000)
    book(folder, parts)
    print(f"{sum(map(len, parts.values()))} pictures: {folder / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "pictures").resolve())
