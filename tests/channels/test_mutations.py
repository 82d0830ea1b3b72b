"""The contract's recordings are sharp: a kind that misreads the parent field, or loses a page, does not pass them.

A copy of the kind's own source in which no item answers anything (or has a time, where a kind knows no answers) is
pulled in its place; or answers do not say any more that there is a next page, and then fewer items must come.
"""

from __future__ import annotations

import ast
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import channels
from hub.errors import ChannelError
from tests.channels.test_contract import CASES, NAME, TOLD, Case, items, public, said

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SOURCES = Path(channels.__file__).parent


class Blind(ast.NodeTransformer):
    """The code as it is, but for one field of every item."""

    def __init__(self, field: str, value: object) -> None:
        self.field, self.value, self.hits = field, value, 0

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        if node.arg == self.field:
            node.value, self.hits = ast.Constant(self.value), self.hits + 1  # type: ignore[arg-type]
        return node


def answering() -> list[str]:
    """The cases in which somebody answers, one for each kind whose own source says what."""
    found: dict[str, str] = {}
    for name, told in TOLD.items():
        if any("reply_to" in row for row in told["items"]) and "reply_to=" in "".join(family(told["kind"]).values()):
            found.setdefault(told["kind"], name)
    return sorted(found.values())


def family(kind: str) -> dict[str, str]:
    """The source of a kind: its module, the pure ones beside it, and those of a kind whose code it shares."""
    paths, names = sorted(SOURCES.glob("*.py")), {kind, {"inbox": "webmention"}.get(kind)}
    return {path.stem: path.read_text("utf-8") for path in paths if path.stem.partition("_")[0] in names}


def mutant(kind: str, folder: Path, change: Blind) -> str:
    """A changed copy of a kind, as an import path."""
    package, sources = f"blind_{kind}", family(kind)
    (folder / package).mkdir()
    for stem, text in sources.items():
        for other in sources:
            text = text.replace(f"hub.channels.{other} ", f"{package}.{other} ")
        tree = change.visit(ast.parse(text))
        (folder / package / f"{stem}.py").write_text(ast.unparse(ast.fix_missing_locations(tree)), "utf-8")
    assert change.hits
    return f"{package}.{kind}:{kind.title()}"


def brings_what_is_written(case: Case) -> bool:
    try:
        came = [said(asdict(item)) for item in items(case.pull(case.web())) if not item.private]
    except ChannelError:
        return False
    return came == [{**row, "channel": NAME} for row in public(case)]


@pytest.mark.parametrize("name", answering())
def test_a_kind_that_misreads_the_parent_is_found_out(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(name, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert brings_what_is_written(case)
    case.said["kind"] = mutant(case.said["kind"], tmp_path, Blind("reply_to", ""))
    assert not brings_what_is_written(case)


WITHOUT = {
    "archive": "brings nothing by itself",
    "linkedin": "brings nobody's answers",
    "local": "is written by the brand alone",
    "newsletter": "answers nothing: its issues alone are read",
    "podcast": "has its answers from mastodon and bluesky",
    "threads": "brings nobody's answers",
}
"""Kinds of which no item says, by their own code, what it answers, and why."""


def test_no_kind_that_tells_of_answers_is_left_out() -> None:
    held = {TOLD[name]["kind"] for name in answering()}
    there = {path.stem for path in SOURCES.glob("*.py") if f"\nclass {path.stem.title()}:" in path.read_text("utf-8")}
    pulling = {name for name in there if "    def pull(" in (SOURCES / f"{name}.py").read_text("utf-8")}
    assert (held & WITHOUT.keys(), held | WITHOUT.keys()) == (set(), pulling)


@pytest.mark.parametrize("name", sorted(name for name in WITHOUT if "published=" in "".join(family(name).values())))
def test_a_kind_without_answers_that_misreads_the_time_is_found_out(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(name, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert brings_what_is_written(case)
    case.said["kind"] = mutant(name, tmp_path, Blind("published", None))
    assert not brings_what_is_written(case)


FULL = 50  # rows from which on a page counts as full, where nothing else says that there are more
POINTERS = ("next", "next_page", "nextPageToken", "cursor", "after", "hasNext", "has_more", "hasNextPage", "links")
ONE_PAGE = {
    **dict.fromkeys(("feed", "feed_atom", "feed_json", "feed_rdf", "podcast", "youtube_feed"), "is one document"),
    **dict.fromkeys(("lemmy", "webmention"), "is short: a full page is in the long one beside it"),
    "hackernews": "gives stories whole, and of them one page",
    "mastodon": "is read on below the oldest id there is, whatever the answer says: see test_mastodon.py",
    "twitter": "is read on below the oldest id there is, whatever the answer says: see test_twitter.py",
}
"""Cases in which no answer says that there are more, and why."""


def ended(answer: dict[str, object]) -> dict[str, object]:
    """An answer that does not say any more that there is a next page."""
    headers = {name: text for name, text in answer.get("headers", {}).items() if name.lower() != "link"}  # type: ignore[attr-defined]
    headers |= {name: "1" for name in headers if name.lower() == "x-wp-totalpages"}
    return {**answer, "headers": headers, **({"json": last(answer["json"])} if "json" in answer else {})}


def last(value: object) -> object:
    """JSON without what points to a next page: a cursor, a flag, a total, ids of what is still to come, a full list."""
    if isinstance(value, list):
        return [last(one) for one in (value if len(value) < FULL else [*value[:2], *value[3:]])]
    if not isinstance(value, dict):
        return value
    found = {name: last(part) for name, part in value.items() if name not in POINTERS or isinstance(part, dict)}
    if "stream" in found:  # Discourse: ids of all posts of a topic, of which the first come along
        found["stream"] = [one["id"] for one in value["posts"]]
    if "openSearch$totalResults" in found:
        found["openSearch$totalResults"] = {"$t": str(len(value.get("entry", ())))}
    return found


@pytest.mark.parametrize("name", [name for name in CASES if name not in ONE_PAGE])
def test_a_next_page_is_found_by_what_the_answer_before_says(name: str, tmp_path: Path) -> None:
    case = Case(name, tmp_path)
    came, fewer = ({item.id for item in items(case.pull(case.web(change)))} for change in (None, ended))
    assert fewer < came
