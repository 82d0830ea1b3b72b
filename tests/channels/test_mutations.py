"""The contract's recordings are sharp: a kind that misreads the parent field, or loses a page, does not pass them.

A copy of the kind's own source in which no item answers anything (or has a time, where a kind knows no answers) is
pulled in its place; or one answer is taken out of the recording. Either way other items must come than those written.
"""

from __future__ import annotations

import ast
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import channels
from hub.errors import ChannelError
from tests.channels.test_contract import CASES, HERE, NAME, TOLD, Case, items, public, said

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SOURCES = Path(channels.__file__).parent
FOLLOWED = [name for name in CASES if len(json.loads((HERE / name / "pull.json").read_text("utf-8"))["exchanges"]) > 1]


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


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_page_that_is_lost_is_found_out(name: str, tmp_path: Path) -> None:
    case = Case(name, tmp_path)
    left, found = case.tape["exchanges"], 0
    for place in range(1, len(left)):
        case.recording = tmp_path / "shorter.json"
        tape = {**case.tape, "exchanges": [*left[:place], *left[place + 1 :]]}
        case.recording.write_text(json.dumps(tape), "utf-8")
        found += not brings_what_is_written(case)
    assert found
