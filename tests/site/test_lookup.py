"""The search without a server answers as the one with it: script against index, on the same messages."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.index import words
from hub.index.snippets import snippets
from hub.index.whoosh import Whoosh
from hub.query import FACETS, parse, show
from hub.site.lexicon import cell
from hub.site.shelf import Reading
from tests.site.conftest import Folder, lay, post, reply

HERE = Path(__file__).parent
SCRIPT = HERE.parents[1] / "theme/static/lookup.js"
CORPORA = Path(os.environ.get("HUB_CORPORA", HERE.parents[2] / "shared" / "corpora"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("node"), reason="node is not installed: the script cannot be run"),
]


def run(calls: list[list[Any]], folder: Path = HERE) -> list[Any]:
    """What the script answers to each (name, argument…)."""
    command = ["node", str(HERE / "lookup.mjs"), str(SCRIPT), str(folder / "output/search")]
    done = subprocess.run(command, input=json.dumps(calls), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


QUERIES = [
    "",
    "a b",
    "x a OR b",
    '"a b',
    "-(a b) c",
    "((((x",
    "a)",
    "OR a",
    "a OR",
    "(a OR)",
    "bik*",
    "bi*",
    "*bike",
    "-a*",
]
QUERIES += ["from:Ana", "from:", 'from:"Ana Roy"', "channel:Blog", "topic:#Tea", "type:post", "type:x", "lang:de-AT"]
QUERIES += ["lang:d", "before:2026", "after:2026-02-30", "before:0001", "after:9999-12-31", "has:image", "has:teeth"]
QUERIES += [
    "is:ours",
    "is:never",
    "http://a.example/x",
    "foo:bar",
    "-from:Ana",
    "a-b",
    "- a",
    "--a",
    "x" * 300,
    "a " * 40,
]
QUERIES += ["(" * 40 + "a", "a\x00b", "\u2003a\u3000b", "toString:x", "日本語 OR #タグ", "ß ς ø", "🚲 bike", "a\ufeffb"]


def naughty() -> list[str]:
    file = CORPORA / "naughty-strings" / "blns.json"
    return json.loads(file.read_text()) if file.exists() else []


def test_the_script_reads_a_question_as_the_server_does() -> None:
    asked = QUERIES + naughty()
    wanted = [[show(found.tree), found.text, found.note] for found in map(parse, asked)]
    assert run([["parse", text] for text in asked]) == wanted


TEXTS = [
    "Café STRASSE Ærø",
    "Ελλάδος",
    "الدراجات والد",
    "שָׁלוֹם",
    "新しい自転車 #自転車 x",
    "ひ",
    "สวัสดี",
    "#WetBrakes_ 🚲🚲",
    "हिन्दी",
]
TEXTS += ["don't _x_ a1b2 ½ ﬁn Ⅷ", "İstanbul ıI", "e\u0301te\u0301", "𝒳𝓎", "日本abc日本", "👩‍👩‍👧 ok", "안녕하세요"]


def test_the_script_folds_a_text_into_the_same_terms() -> None:
    texts = TEXTS + naughty()
    found = ([token._replace(terms=tuple(filter(None, token.terms))) for token in words.tokens(text)] for text in texts)
    wanted = [[[list(token.terms), token.start, token.end] for token in one] for one in found]
    assert run([["tokens", text] for text in texts]) == wanted


def test_the_script_asks_for_the_same_terms() -> None:
    texts = TEXTS + QUERIES + naughty()
    assert run([["asked", text] for text in texts]) == [list(words.asked(text)) for text in texts]


def test_a_term_lies_in_the_cell_the_script_looks_into() -> None:
    terms = [term for text in TEXTS + naughty() for term in words.asked(text)]
    assert run([["cell", term, 64] for term in terms]) == [cell(term, 64) for term in terms]


def test_the_script_cuts_the_same_snippets() -> None:
    text = "The quick brown fox 🚲 jumps over the lazy dog. " * 9 + "A tram passes. " + "Rain falls on the river. " * 9
    marks = [["tram"], ["fox", "rain"], ["nothing"], ["#x"], ["river", "tram", "dog"]]
    wanted = [
        [[piece.text, [list(mark) for mark in piece.marks]] for piece in snippets(text, "", frozenset(one))]
        for one in marks
    ]
    assert run([["snippets", text, one] for one in marks]) == wanted


# a whole site


SAID = [
    ("Brakes", "We fitted new hydraulic brakes to every bicycle. #WetBrakes 🚲", {"tags": ("Brakes", "rain")}),
    ("Trams", "The tram runs along the river, the trams run late", {"language": "en", "channel": "news"}),
    ("Häuser", "Die Häuser am Fluss sind größer geworden, das Haus nicht", {"language": "de"}),
    ("自転車", "新しい自転車を買いました", {"language": "ja", "tags": ("自転車",)}),
    ("دراجات", "الدراجات الجديدة سريعة", {"language": "ar"}),
    ("Café", "A quiet café by the river, with bicycles", {"published": None}),
]
ASKED = [
    "",
    "brakes",
    "bicycle",
    "the river",
    '"the river"',
    "tram OR café",
    "river -tram",
    "Haus",
    "自転車",
    "دراجات",
    "車",
]
ASKED += [
    "#wetbrakes",
    "🚲",
    "from:reader",
    "type:reply",
    "topic:brakes",
    "lang:de",
    "after:2026-01-02 before:2026-01-04",
]
ASKED += [
    "brokes",
    "hydrualic",
    "riv",
    "answer bicycle",
    "is:ours river",
    "channel:news",
    "nothing of the kind",
    "zzzz",
]
ASKED += ["is:answered", "is:unanswered", "answer -is:answered"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    made = lay(tmp_path_factory.mktemp("lookup"))
    posts = [post(n, title=title, html=f"<p>{text}</p>", **more) for n, (title, text, more) in enumerate(SAID)]
    words_of = [text.split()[-1] for _, text, _ in SAID]
    answers = [reply(n, posts[n % 6].id, html=f"<p>My answer: {words_of[n % 5]}</p>") for n in range(200)]
    for channel in ("blog", "news"):
        made.save(*(one for one in (*posts, *answers) if one.channel == channel), channel=channel)
    made.save(reply(900, answers[0].id, html="<p>We look into it</p>", ours=True))
    made.build()
    asked = reply(901, answers[1].id)
    made.save(asked, reply(902, asked.id, ours=True))  # into the built site
    made.build()
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def index(site: Folder) -> Iterator[Whoosh]:
    made = Whoosh(site.path / "index", "en")
    made.update(site.store.changed(0))
    yield made
    made.close()


def asking(site: Folder, *questions: dict[str, Any]) -> list[Any]:
    return run([["search", question] for question in questions], site.path)


def test_the_static_search_finds_what_the_server_finds(site: Folder, index: Whoosh) -> None:
    answers = asking(site, *({"q": text, "facets": FACETS, "per": 100} for text in ASKED))
    for text, answer in zip(ASKED, answers, strict=True):
        wanted = index.search(parse(text, per_page=100, facets=FACETS))
        assert (text, {hit["id"] for hit in answer["hits"]}) == (text, {hit.id for hit in wanted.hits})
        counts = {name: [(one["value"], one["count"]) for one in found] for name, found in answer["facets"].items()}
        assert (text, counts) == (text, {name: list(found) for name, found in wanted.facets.items()})
        assert (text, answer["suggestions"]) == (text, list(wanted.suggestions))


def test_the_best_hits_come_first_on_both(site: Folder, index: Whoosh) -> None:
    asked = [text for text in ASKED if text]
    for text, answer in zip(asked, asking(site, *({"q": text} for text in asked)), strict=True):
        wanted = index.search(parse(text))
        assert [hit["id"] for hit in answer["hits"]][:1] == [hit.id for hit in wanted.hits][:1], text
        assert [hit["url"] for hit in answer["hits"]][:1] == [hit.url for hit in wanted.hits][:1], text


def test_what_the_brand_answered_is_a_filter_and_counted_on_both(site: Folder, index: Whoosh) -> None:
    asked = {"filters": {"answered": ["answered"]}, "facets": ["answered"], "sort": "oldest"}
    [answer] = asking(site, asked)
    wanted = index.search(parse("", answered=["answered"], facets=["answered"], sort="oldest"))
    assert [hit["id"][-4:] for hit in answer["hits"]] == [hit.id[-4:] for hit in wanted.hits]
    counts = [(one["value"], one["count"]) for one in answer["facets"]["answered"]]
    assert counts == [("unanswered", 198), ("answered", 3)] == list(wanted.facets["answered"])


def test_a_site_made_anew_has_the_same_search_files(site: Folder) -> None:
    before = {path: raw for path, raw in site.files().items() if path.startswith("search/")}
    (site.path / ".hub/site.sqlite").unlink()
    site.build()
    assert {path: raw for path, raw in site.files().items() if path.startswith("search/")} == before


def test_filters_and_orders_are_the_servers(site: Folder, index: Whoosh) -> None:
    given = {"q": "river", "filters": {"channel": ["blog"], "type": ["post"]}, "sort": "oldest", "facets": ["channel"]}
    wanted = index.search(parse("river", channel=["blog"], type=["post"], sort="oldest", facets=["channel"]))
    [answer] = asking(site, given)
    assert [hit["id"] for hit in answer["hits"]] == [hit.id for hit in wanted.hits]
    assert [(one["value"], one["count"]) for one in answer["facets"]["channel"]] == list(wanted.facets["channel"])


def test_a_period_holds_its_first_and_last_day(site: Folder) -> None:
    [answer] = asking(site, {"q": "", "filters": {"type": ["post"]}, "from": "2026-01-02", "to": "2026-01-03"})
    assert sorted(hit["title"] for hit in answer["hits"]) == ["Häuser", "Trams"]


def test_the_first_hits_can_be_had_before_the_others_are_read(site: Folder) -> None:
    whole, soon = asking(site, {"q": ""}, {"q": "", "first": 2})
    assert (soon["hits"], soon["total"], soon["pages"]) == (whole["hits"][:2], whole["total"], whole["pages"])
    every, few = run([["fresh", {"q": ""}], ["fresh", {"q": "", "first": 2}]], site.path)
    assert set(few) < set(every)


def test_what_is_gone_or_wants_no_search_is_in_no_file_of_it(tmp_path: Path) -> None:
    folder = lay(tmp_path)
    folder.save(post(1, html="<p>zyxgone</p>"), post(2, html="<p>zyxshy</p>", unsearchable=True), post(3))
    folder.build()
    folder.save(gone=(post(1).id,))
    folder.build()
    tops = (folder.path / top for top in ("output/search", ".hub/said"))
    raw = b"".join(path.read_bytes() for top in tops for path in top.rglob("*.*"))
    folder.store.close()
    assert (b"zyxgone" in raw, b"zyxshy" in raw, b"Body of post 3" in raw) == (False, False, True)


def test_a_text_that_may_not_be_searched_is_an_address_with_a_date(site: Folder) -> None:
    found = Reading("en", frozenset({"blog"})).document(post(1, html="<p>secret</p>", tags=("secret",)), post(1).id)
    assert found
    assert (found.text, found.title, found.author, found.topics, found.channel) == ("", "", "", (), "blog")


def test_little_is_read_before_the_first_answer(site: Folder) -> None:
    [read] = run([["fresh", {"q": "river"}]], site.path)
    sizes = [len(gzip.compress((site.path / "output/search" / name).read_bytes())) for name in read]
    assert sum(sizes) < 120 * 1024


def test_the_scripts_of_the_search_page_are_light() -> None:
    scripts = [SCRIPT.with_name(name).read_bytes() for name in ("hub.js", "search.js", "lookup.js")]
    assert sum(len(gzip.compress(script)) for script in scripts) < 24 * 1024
