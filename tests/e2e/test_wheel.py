"""The wheel alone, with the checkout gone: it has its theme and its demo with it."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.e2e.folder import CHECKOUT, environment

pytestmark = pytest.mark.slow


def ran(*command: object, cwd: Path) -> str:
    """What a command says; it must end well."""
    given = [str(part) for part in command]
    done = subprocess.run(given, cwd=cwd, env=environment(), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, CHECKOUT, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; only what the wheel depends on is borrowed from ours."""
    folder = tmp_path_factory.mktemp("venv")
    ran(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin/python"
    ran(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def test_the_wheel_holds_theme_demo_and_migrations(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "hub/_theme/templates/post.html",
        "hub/_demo/demo/blog.json",
        "hub/_demo/hub.toml",
        "hub/site/make.py",
    ):
        assert part in names
    assert [name for name in names if name.startswith("hub/store/migrations/versions/") and name.endswith(".py")]


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"hub"}


def test_the_program_that_runs_is_the_installed_one(installed: Path) -> None:
    where = ran(installed / "python", "-c", "import hub; print(hub.__file__)", cwd=installed)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_demo_is_laid_down_built_and_searched_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    hub, brand = installed / "hub", tmp_path / "somewhere"
    ran(hub, "init", brand, "--demo", cwd=tmp_path)
    ran(hub, "--site", brand, "update", cwd=tmp_path)
    found = json.loads(ran(hub, "--site", brand, "--json", "search", "kettle", cwd=tmp_path))
    page = (brand / "output/index.html").read_text("utf-8")
    assert found["total"] > 10
    assert "Tarnwick Kettles" in page
    assert [path for path in (brand / "output/assets").iterdir() if path.suffix == ".css"]
