"""While `hub serve` runs, an edit shows at once."""

from threading import Event, Thread

import pytest

from hub.commands.watch import look, stamp
from hub.errors import HubError, Locked


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "pages/about-us.md"
    file.parent.mkdir()
    file.write_text("Title: Us\n", "utf-8")
    return file


def watched(folder, act, say=print):
    """Look until `over` is set, which `act` is given."""
    over = Event()
    thread = Thread(target=look, args=(over, (folder,), stamp((folder,)), lambda: act(over), say))
    thread.start()
    return over, thread


def test_an_edit_moves_the_stamp(page):
    before = stamp((page.parent,))
    page.write_text("Title: Ourselves\n", "utf-8")
    assert stamp((page.parent,)) != before


def test_a_file_that_goes_moves_the_stamp(page):
    before = stamp((page.parent,))
    page.unlink()
    assert stamp((page.parent,)) != before


def test_an_edit_is_acted_upon(page):
    over, thread = watched(page.parent, lambda over: over.set())
    page.write_text("Title: Ourselves, again\n", "utf-8")
    assert over.wait(20)
    thread.join()


def test_while_an_update_holds_the_lock_it_looks_again(page):
    tries = []

    def act(over):
        tries.append(1)
        if len(tries) == 1:
            raise Locked("an update is running")
        over.set()

    over, thread = watched(page.parent, act)
    page.write_text("Title: Ourselves, again\n", "utf-8")
    assert over.wait(20)
    thread.join()


def test_a_mistake_in_the_settings_is_said(page):
    said = []

    def act(over):
        over.set()
        raise HubError("content/hub.toml:3: no such key")

    over, thread = watched(page.parent, act, said.append)
    page.write_text("Title: Ourselves, again\n", "utf-8")
    assert over.wait(20)
    thread.join()
    assert said == ["content/hub.toml:3: no such key"]
