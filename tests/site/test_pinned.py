"""A post that the operator pinned comes first on the first page, and nowhere else."""

import re

import pytest

from hub.errors import SettingsError
from hub.rules import parse
from tests.site.conftest import post, reply

PIN = '[[pin]]\nitem = "https://blog.example/5/"\nreason = "where to begin"\n'


def order(folder, path="index.html"):
    page = folder.files()[path].decode()
    return re.findall(r'<h2 class="p-name"[^>]*><a[^>]*>([^<]+)</a>', page)


@pytest.fixture
def pinned(folder):
    folder.save(*map(post, range(4, 8)))
    folder.build()
    folder.rules = parse(PIN, "rules.toml")
    return folder


def test_it_comes_first_and_stands_once(pinned):
    assert order(pinned) == ["Post 7", "Post 6", "Post 5", "Post 4"]
    written = pinned.build().written
    assert "index.html" in written
    assert not [path for path in written if path.startswith(("p/", "channel/", "archive/"))]
    assert order(pinned) == ["Post 5", "Post 7", "Post 6", "Post 4"]
    assert '<p class="pinned">Pinned</p>' in pinned.files()["index.html"].decode()
    assert order(pinned, "channel/blog/index.html") == ["Post 7", "Post 6", "Post 5", "Post 4"]


def test_an_answer_to_it_is_counted_however_old_it_is(pinned):
    pinned.save(*map(post, range(100, 140)))
    pinned.build()
    pinned.save(reply(1, "https://blog.example/?p=5"))
    assert "index.html" in pinned.build().written
    assert "1 reply" in pinned.files()["index.html"].decode().partition("Post 139")[0]


def test_what_is_gone_or_let_go_of_is_pinned_no_more(pinned):
    pinned.build()
    pinned.rules = parse("", "rules.toml")
    pinned.build()
    assert order(pinned)[0] == "Post 7"
    pinned.rules = parse(PIN, "rules.toml")
    pinned.save(gone=("https://blog.example/?p=5",))
    pinned.build()
    assert order(pinned) == ["Post 7", "Post 6", "Post 4"]


def test_a_pin_without_a_post_is_named():
    with pytest.raises(SettingsError, match=r"rules\.toml:1: pin\.item"):
        parse('[[pin]]\nreason = "nothing"\n', "rules.toml")
