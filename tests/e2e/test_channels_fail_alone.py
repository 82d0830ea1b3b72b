"""One channel's trouble is that channel's; and every mistake of a person is one readable error."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.blogserver import Blogs, Post, rss
from tests.e2e.folder import Folder, Ran
from tests.hostile.server import page

pytestmark = pytest.mark.slow
HEALTHY = ("one", "two", "three")
SICK = {"dead": "Unreachable", "slow": "Unreachable", "malformed": "Malformed"}


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def feed(url: str) -> dict[str, object]:
    return {"kind": "feed", "url": url, "comments": False}


@pytest.fixture
def server() -> Iterator[Blogs]:
    with Blogs() as server:
        yield server


def blog(server: Blogs, name: str) -> dict[str, object]:
    """A healthy channel with two posts."""
    return feed(rss(server, name, [Post(f"hello {name}"), Post(f"again {name}", days=1)]))


@dataclass(frozen=True)
class Mixed:
    """One update over three healthy channels and three sick ones, and what is known afterwards."""

    folder: Folder
    ran: Ran
    status: Ran


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mixed]:
    """Takes the 30 seconds that a server that never answers is waited for."""
    folder = Folder(tmp_path_factory.mktemp("mixed"))
    with Blogs() as server, Blogs() as slow:
        server.routes["/malformed"] = page(b"<html><h1>Not a feed</h1></html>", content_type="text/html")
        sick = {"malformed": server.url("/malformed"), "slow": slow.url("/hang")}
        sick["dead"] = f"http://127.0.0.1:{closed_port()}/feed"
        folder.settings({**{name: feed(url) for name, url in sick.items()}, **{n: blog(server, n) for n in HEALTHY}})
        ran = folder.update("--now")
        yield Mixed(folder, ran, folder.hub("--json", "status"))


def test_the_healthy_channels_are_published(mixed: Mixed) -> None:
    assert mixed.ran.code == 1
    assert {item["channel"] for item in mixed.folder.export()} == set(HEALTHY)
    assert len([path for path in mixed.folder.output() if path.startswith("p/") and path.endswith("index.html")]) == 6


def test_status_says_what_is_wrong_with_each_and_when_it_is_tried_again(mixed: Mixed) -> None:
    rows = mixed.status.channels
    assert mixed.status.code == 0
    assert {name: rows[name]["error"] for name in rows} == SICK | dict.fromkeys(HEALTHY, "")
    assert all(rows[name]["message"] and rows[name]["next_due"] > rows[name]["last_try"] for name in SICK)
    assert "deadline" in rows["slow"]["message"] or "30 s" in rows["slow"]["message"]


def test_status_for_people_names_each_failure_and_the_next_try(mixed: Mixed) -> None:
    said = mixed.folder.hub("status")
    assert said.code == 0
    assert all(f"{name}: {error}: " in said.out for name, error in SICK.items())
    assert said.out.count("failing (1x)") == 3


def test_when_every_channel_fails_the_exit_code_says_so_and_the_site_stays(tmp_path: Path) -> None:
    with Blogs() as server:
        folder = Folder(tmp_path).settings({name: blog(server, name) for name in HEALTHY})
        assert folder.update().code == 0
    before = folder.output()
    assert folder.update("--now").code == 69
    assert folder.output() == before


def test_a_second_update_leaves_while_the_first_goes_on(tmp_path: Path, server: Blogs) -> None:
    folder = Folder(tmp_path).settings({"slow": feed(server.url("/hang"))})
    with folder.start("update") as first:
        while not server.hits:
            assert first.poll() is None
        second = folder.hub("update")
        assert first.poll() is None
        first.kill()
    assert second.code == 75
    assert f"process {first.pid} since" in second.err


# mistakes of people: each is one readable error that names the place, and nothing stored is lost


@pytest.fixture
def stocked(tmp_path: Path, server: Blogs) -> Folder:
    """A hub with two posts from a blog and one of its own."""
    folder = Folder(tmp_path).settings({"blog": blog(server, "one"), "notes": {"kind": "local"}})
    folder.write("content/posts/note.md", "Title: A note\nDate: 2026-11-05\n\nHello.\n")
    assert folder.update().code == 0
    return folder


def error(ran: Ran) -> tuple[int, int]:
    """The exit code, and how many errors are told; never a traceback."""
    assert "Traceback" not in ran.err
    return ran.code, ran.err.count("error:")


MISTAKES = {
    "settings that are no TOML": ("content/hub.toml", "[brand\nname = 3", "content/hub.toml:1"),
    "settings with an unknown key": (
        "content/hub.toml",
        '[brand]\nname = "A"\nurl = "https://a.example/"\nlogos = "x"\n',
        "content/hub.toml:4",
    ),
    "rules that are no TOML": ("content/rules.toml", '[[hide]]\nid = "a\n', "content/rules.toml:2"),
    "a rule without a reason": ("content/rules.toml", '[[hide]]\nid = "a"\nword = "b"\n', "content/rules.toml:1"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_wrong_file_is_one_error_with_its_place(stocked: Folder, what: str) -> None:
    name, text, place = MISTAKES[what]
    before = stocked.output()
    stocked.write(name, text)
    ran = stocked.hub("update", "--now")
    assert error(ran) == (78, 1)
    assert place in ran.err
    assert "  fix: " in ran.err
    assert stocked.output() == before


def test_markdown_that_cannot_be_read_is_a_warning_and_keeps_its_post(stocked: Folder) -> None:
    before = stocked.export()
    stocked.write("content/posts/note.md", "Title: A note\nDate: the day before\n\nHello again.\n")
    ran = stocked.update("--now")
    assert ran.code == 0
    assert "posts/note.md:2" in ran.channels["notes"]["warnings"][0]
    assert stocked.export() == before


def test_an_output_that_is_a_file_is_told_with_its_path(stocked: Folder) -> None:
    shutil.rmtree(stocked.path / "output")
    stocked.write("output", "in the way")
    ran = stocked.hub("update")
    assert error(ran) == (73, 1)
    assert str(stocked.path / "output") in ran.err


def test_an_output_that_cannot_be_written_keeps_its_last_state_and_catches_up(stocked: Folder) -> None:
    output = stocked.path / "output"
    if subprocess.run(["chattr", "+i", str(output), str(output / "p")], check=False).returncode:
        pytest.skip("no immutable folders here (chattr +i)")
    before = stocked.output()
    stocked.write("content/posts/new.md", "Title: New\nDate: 2026-11-06\n\nNew.\n")
    ran = stocked.hub("update", "--now")
    after = stocked.output()
    subprocess.run(["chattr", "-i", str(output), str(output / "p")], check=True)
    assert (error(ran), after) == ((73, 1), before)
    assert (stocked.hub("update").code, len(stocked.output()) > len(before)) == (0, True)
