"""Recordings hold what their networks publish, and nothing else: no other field, no other type.

schemas/<kind>.json is drawn from the network's own description, whose place it names: of each answer that a recording
holds, its fields with their types, which of them must be there, and the few values some may have. Recordings are
shorter than real answers, so what they leave out is not asked for. The demo's recordings are held against the same, and
Bluesky's against whole lexicons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from tests.channels.lexicon import complaints, definition
from tests.imports.corpus import corpus

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "content" / "demo"
BLUESKY = [HERE / "bluesky" / "pull.json", HERE / "podcast" / "pull.json", DEMO / "bluesky.json"]
KINDS = sorted(file.stem for file in (HERE / "schemas").glob("*.json"))


def told(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "schemas" / f"{kind}.json").read_text("utf-8"))
    return found


def answers(kind: str) -> Iterator[tuple[str, object]]:
    """Every good JSON answer of a kind's recordings, with the path it came from."""
    cases = [HERE / case / "pull.json" for case in told(kind)["cases"]]
    for place in [*cases, *(DEMO / name for name in told(kind).get("demo", ()))]:
        yield from ((urlsplit(url).path, answer) for url, answer in good(place))


def good(place: Path) -> Iterator[tuple[str, object]]:
    """Every good JSON answer of a recording, with its address."""
    for one in json.loads(place.read_text("utf-8"))["exchanges"]:
        if "json" in one["response"] and one["response"].get("status", 200) == 200:
            yield one["request"]["url"], one["response"]["json"]


def held(kind: str) -> Iterator[tuple[str, Draft202012Validator, Any]]:
    """Those of them that the network describes, each with its description."""
    for path, answer in answers(kind):
        for pattern, schema in told(kind)["answers"].items():
            if re.match(pattern, path):
                yield pattern, Draft202012Validator(schema), answer


def turned(value: object) -> Iterator[object]:
    """A value with one thing in it of another type, or under another name, at every place there is."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        changed: Any = deepcopy(value)
        changed[name] = {"odd": [part]}
        yield changed
        for other in turned(part):
            deeper: Any = deepcopy(value)
            deeper[name] = other
            yield deeper
    if isinstance(value, dict) and value:
        yield {f"{name}_x" if at == 0 else name: part for at, (name, part) in enumerate(value.items())}


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_holds_what_its_network_publishes(kind: str) -> None:
    wrong = [
        f"{pattern}: {error.json_path}: {error.message}"
        for pattern, schema, answer in held(kind)
        for error in schema.iter_errors(answer)
    ]
    assert wrong == []
    assert {pattern for pattern, *_ in held(kind)} == set(told(kind)["answers"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_another_name_or_type_is_found_out(kind: str) -> None:
    found = [schema.is_valid(other) for _, schema, answer in held(kind) for other in turned(answer)]
    assert found.count(False) > len(found) * 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_a_description_names_where_it_is_published(kind: str) -> None:
    assert re.search(r"github\.com/|docs\.x\.com|googleapis\.com|@octokit/", told(kind)["origin"])


@pytest.mark.parametrize("place", BLUESKY, ids=lambda place: place.parent.name)
def test_what_bluesky_answers_in_a_recording_is_what_its_lexicons_say(place: Path) -> None:
    lexicons = corpus("atproto-lexicons")
    found = [(url, answer) for url, answer in good(place) if "/xrpc/" in url]
    assert all(definition(lexicons, urlsplit(url).path.removeprefix("/xrpc/")) for url, _ in found)
    assert [line for url, answer in found for line in complaints(lexicons, url, answer)] == []
    assert found


def test_a_recording_with_a_wrong_field_is_not_valid_by_the_lexicons() -> None:
    lexicons, (url, answer) = corpus("atproto-lexicons"), next(good(BLUESKY[0]))
    answer["feed"][0]["post"]["replyCount"] = "4"  # type: ignore[index]
    assert len(complaints(lexicons, url, answer)) == 1
