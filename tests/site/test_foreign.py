"""Themes made for Pelican: they build, they get nothing that is not escaped, and every page is still there."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import html5lib
import pelican
import pytest

from hub import tidy
from hub.model import Account, Item, Media
from tests.site.conftest import START, Folder, lay, post, reply
from tests.site.test_plugin import run, site

pytestmark = pytest.mark.slow
STOCK = Path(pelican.__file__).parent / "themes"
CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared/corpora"))
P5 = "https://blog.example/?p=5"


def theme(name: str) -> Path:
    """A theme's folder: Pelican's own, or one that is installed."""
    found = [STOCK / name]
    if (spec := importlib.util.find_spec(name)) and spec.origin:
        found.append(Path(spec.origin).parent / "theme")
    for folder in found:
        if (folder / "templates/article.html").is_file():
            return folder
    pytest.skip(f"the theme {name} is not installed")


THEMES = ["simple", "notmyidea", "reflex", "smallweb"]


def worn(path: Path, name: str, *items: object) -> Folder:
    folder = lay(path)
    shutil.copytree(theme(name), folder.path / "theme")
    folder.save(*items)  # type: ignore[arg-type]
    folder.build()
    return folder


@pytest.fixture(params=THEMES)
def built(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    posts = [post(number, tags=("Tea",)) for number in range(45)]
    folder = worn(tmp_path / "hub", request.param, *posts, reply(1, P5), post(99, published=None, title="Undated"))
    yield folder
    folder.store.close()


def test_a_post_is_the_themes_article_with_its_replies(built: Folder) -> None:
    page = built.page(P5)
    assert "Post 5" in page
    assert "Words of reply 1" in page
    assert page.count("Skip to content") == 0  # the shell is the theme's


def test_every_page_still_there_and_every_static_file_of_the_theme(built: Folder) -> None:
    files = built.files()
    assert {"index.html", "page/1/index.html", "archive/2026/01/index.html", "about/index.html"} <= files.keys()
    static = {path for path in (built.path / "theme/static").rglob("*") if path.is_file() and path.name[0] != "."}
    assert {f"theme/{path.relative_to(built.path / 'theme/static').as_posix()}" for path in static} <= files.keys()


def test_a_second_build_changes_nothing(built: Folder) -> None:
    before = built.files()
    built.build()
    assert built.files() == before


VECTORS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}",
]


def vectors() -> list[str]:
    """Attacks of the corpora, a share of each."""
    found = list(VECTORS)
    for path in sorted(CORPORA.glob("xss-*/*.json")):
        rows = [row if isinstance(row, str) else row["input"] for row in json.loads(path.read_text("utf-8"))]
        found += rows[:: max(1, len(rows) // 100)]
    return found


def unsafe(page: str, allowed: set[str]) -> list[str]:
    """What would run: scripts that are not the theme's, handlers, addresses that are code."""
    faults = []
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            continue
        faults += [f"{element.tag} {name}" for name in element.attrib if str(name).lower().startswith("on")]
        links = [str(element.get(name) or "") for name in ("href", "src", "action", "data", "srcdoc")]
        faults += [link for link in links if link.strip().lower().startswith(("javascript:", "vbscript:", "data:text"))]
        if element.tag == "script" and (element.text or element.get("src") or "") not in allowed:
            faults.append(f"script {(element.text or '')[:40]}")
    return faults


@pytest.mark.parametrize("name", ["simple", "notmyidea"])
def test_nothing_hostile_runs_in_a_theme_that_prints_what_it_is_given(tmp_path: Path, name: str) -> None:
    plain = worn(tmp_path / "plain", name, post(5))
    own = (plain.page(P5), plain.files()["wall/index.html"].decode())  # a wall wears our own theme
    trees = [html5lib.parse(page, namespaceHTMLElements=False) for page in own]
    scripts = {element.text or element.get("src") or "" for tree in trees for element in tree.iter("script")}
    items = [hostile(number, text) for number, text in enumerate(vectors())]
    folder = worn(tmp_path / "hub", name, *items)
    pages = {path: body.decode() for path, body in folder.files().items() if path.endswith(".html")}
    pages.pop("search/index.html")  # it wears our own theme
    assert len(pages) > len(items)
    assert {path: found for path, page in pages.items() if (found := unsafe(page, scripts))} == {}


def hostile(number: int, text: str) -> Item:
    """A post that says the same in every field."""
    author = Account(name=text, handle=text, url=text)
    media, warning = (Media(url=text, alt=text),), text if number % 7 == 0 else ""
    one = post(number, title=text, html=text, tags=(text,), warning=warning, author=author, media=media)
    return tidy.item(one, START + timedelta(days=1000))


@pytest.mark.parametrize("name", ["simple", "notmyidea"])
def test_in_somebodys_own_site_the_hub_wears_its_theme_when_asked(tmp_path: Path, name: str) -> None:
    hub = lay(tmp_path / "hub")
    hub.save(post(5), reply(1, P5))
    hub.store.close()
    plugin = f'PLUGINS = ["hub.site"]\nHUB_SITE = {str(hub.path)!r}\nTHEME = {name!r}\nHUB_THEME = "site"'
    files = run(site(tmp_path / "site", plugin))
    (page,) = [body.decode() for path, body in files.items() if path.startswith("talk/p/") and path.endswith(".html")]
    assert "Somebody" in page or "Tin Pot" in page
    assert "Words of reply 1" in page
