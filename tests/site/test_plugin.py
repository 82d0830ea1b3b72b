"""In somebody's own Pelican site: PLUGINS = ["hub.site"]."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.conftest import lay, post, reply

pytestmark = pytest.mark.slow

CONF = """
SITENAME = "Somebody"
SITEURL = "https://somebody.example"
PATH = "content"
TIMEZONE = "UTC"
DELETE_OUTPUT_DIRECTORY = {delete}
{plugin}
"""
ARTICLE = "Title: Mine\nDate: 2026-01-01\n\nMy own words.\n"


def site(path: Path, plugin: str = "", delete: bool = False) -> Path:
    (path / "content").mkdir(parents=True, exist_ok=True)
    (path / "content/mine.md").write_text(ARTICLE, "utf-8")
    (path / "pelicanconf.py").write_text(CONF.format(plugin=plugin, delete=delete), "utf-8")
    return path


def run(path: Path) -> dict[str, bytes]:
    done = subprocess.run([sys.executable, "-m", "pelican"], cwd=path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    files = (file for file in (path / "output").rglob("*") if file.is_file())
    return {file.relative_to(path / "output").as_posix(): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = lay(tmp_path_factory.mktemp("hub") / "hub")
    folder.save(post(5), reply(1, "https://blog.example/?p=5"))
    folder.store.close()
    return f'PLUGINS = ["hub.site"]\nHUB_SITE = {str(folder.path)!r}'


def test_their_pages_stay_as_they_are(tmp_path, hub):
    alone, both = run(site(tmp_path / "alone")), run(site(tmp_path / "both", hub))
    assert {path: content for path, content in both.items() if not path.startswith("talk/")} == alone


def test_the_hub_stands_below_its_prefix_and_links_there(tmp_path, hub):
    files = run(site(tmp_path / "site", hub))
    assert b'href="/talk/p/' in files["talk/index.html"]
    assert b"https://somebody.example/talk/p/" in files["talk/feeds/all.atom"]


def test_another_prefix_is_the_only_place_written(tmp_path, hub):
    files = run(site(tmp_path / "site", f'{hub}\nHUB_PREFIX = "voices/"'))
    assert "voices/index.html" in files
    assert not [path for path in files if path.startswith("talk/")]


def test_a_site_that_empties_its_output_gets_the_hub_again(tmp_path, hub):
    made = site(tmp_path / "site", hub, delete=True)
    assert run(made) == run(made)


def test_a_prefix_outside_the_output_is_refused(tmp_path, hub):
    made = site(tmp_path / "site", f'{hub}\nHUB_PREFIX = "../up/"')
    done = subprocess.run([sys.executable, "-m", "pelican"], cwd=made, capture_output=True, text=True)
    assert done.returncode != 0
    assert "HUB_PREFIX" in done.stderr + done.stdout
