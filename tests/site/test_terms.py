"""Where a network's terms forbid a text, it does not stand."""

import pytest

from tests.site.conftest import SETTINGS, lay, post, reply

pytestmark = pytest.mark.slow

X = '\n[channels.x]\nkind = "twitter"\nhandle = "pot"\ntoken = "env:X"\n'
P5 = "https://blog.example/?p=5"
WORDS = "Kettles on fire sale tonight"


@pytest.fixture
def built(tmp_path):
    folder = lay(tmp_path / "hub")
    (folder.path / "content/hub.toml").write_text(SETTINGS.replace("{prefix}", "") + X, "utf-8")
    said = {"channel": "x", "html": f"<p>{WORDS}</p>", "title": "", "kind": "note"}
    folder.save(post(5), post(6, **said), reply(1, P5, **said), channel="x")
    folder.build()
    yield folder
    folder.store.close()


def test_a_page_may_show_it_whole(built):
    assert WORDS in built.page("https://blog.example/?p=6")
    assert WORDS in built.page(P5)


def test_it_stands_in_no_feed_no_search_file_and_no_data(built):
    files = {path: content.decode() for path, content in built.files().items() if not path.startswith("assets/")}
    data = {path for path, text in files.items() if WORDS in text and not path.endswith(".html")}
    assert data == set()


def test_it_stands_in_no_structured_data_of_a_page(built):
    page = built.page("https://blog.example/?p=6")
    assert WORDS not in page.partition("application/ld+json")[2]


def test_a_feed_still_tells_that_something_was_said(built):
    assert "X" in built.files()["feeds/all.atom"].decode()
    assert built.files()["feeds/all.atom"].decode().count("<entry") == 2
