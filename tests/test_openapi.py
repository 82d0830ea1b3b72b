"""The description of the search API is true: schemathesis asks whatever it allows and whatever it forbids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.api import DESCRIPTION, LISTS, Limiter
from hub.query import DEEPEST, FACETS, HAS, LENGTH, PAGES, SORTS
from tests.test_serve import folder, made

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
__all__ = ["folder"]
EXAMPLES = 60


@pytest.fixture(scope="module")
def described() -> Any:
    return json.loads(DESCRIPTION.read_text("utf-8"))


@pytest.fixture(scope="module")
def api(folder: Path) -> Any:
    from hypothesis import HealthCheck, settings

    site = made(folder, limiter=Limiter(burst=10**6))
    quiet = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    return quiet, schemathesis.openapi.from_asgi("/api/v1/openapi.json", site)


def parameters(described: Any) -> dict[str, Any]:
    rows = described["paths"]["/api/v1/search"]["get"]["parameters"]
    return {row["name"]: row["schema"] for row in rows}


def test_the_description_has_the_limits_of_the_program(described: Any) -> None:
    told = parameters(described)
    assert (told["q"]["maxLength"], told["page"]["maximum"], told["per_page"]["maximum"]) == (LENGTH, PAGES, 100)
    assert (tuple(told["sort"]["enum"]), tuple(told["has"]["items"]["enum"])) == (SORTS, HAS)
    assert tuple(told["facets"]["items"]["enum"][:-1]) == FACETS
    assert str(DEEPEST) in json.dumps(described)


def test_every_filter_is_described(described: Any) -> None:
    assert LISTS.keys() <= parameters(described).keys()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/facets", "/api/v1/suggest", "/api/v1/like", "/healthz"])
def test_schemathesis_finds_nothing(api: Any, path: str) -> None:
    from hypothesis import assume, given

    quiet, schema = api

    @quiet
    @given(case=schema[path]["GET"].as_strategy())
    def ask(case: Any) -> None:
        numbers = [str((case.query or {}).get(name, 1)) for name in ("page", "per_page")]
        deep = all(number.isdigit() for number in numbers) and int(numbers[0]) * int(numbers[1]) > DEEPEST
        assume(not deep)  # the one limit that a description can only tell
        case.call_and_validate()

    ask()
