"""A message stands in those that quote it, as it is now."""

from __future__ import annotations

import mf2py
import pytest

from tests.site.conftest import Folder, post, reply

P5, P6, C1 = "https://blog.example/?p=5", "https://blog.example/?p=6", "https://blog.example/?c=1"
AWAY, WORDS = "https://elsewhere.example/9", "Words of reply 1"


@pytest.fixture
def quoting(folder: Folder) -> Folder:
    """A post that quotes what somebody answered to another."""
    folder.save(post(5), reply(1, P5), post(6, quotes=(C1,)))
    folder.build()
    return folder


def test_a_reader_of_microformats_finds_who_is_quoted_and_how(quoting: Folder) -> None:
    (entry,) = mf2py.parse(doc=quoting.page(P6))["items"][:1]
    (quote,) = entry["properties"]["quotation-of"]
    assert quote["properties"]["author"][0]["properties"]["name"] == ["Reader 1"]
    assert quote["properties"]["content"][0]["value"] == WORDS


@pytest.mark.parametrize("more", [{"html": "<p>Said better</p>"}, {"html": "<p>Blood</p>", "warning": "blood"}])
def test_a_quote_is_what_the_message_says_now(quoting: Folder, more: dict[str, str]) -> None:
    quoting.save(reply(1, P5, **more))
    quoting.build()
    assert WORDS not in quoting.page(P6)
    assert ("Said better" in quoting.page(P6), "Blood" in quoting.page(P6)) == ("warning" not in more, False)


def test_a_quoted_message_that_is_gone_leaves_every_file(quoting: Folder) -> None:
    quoting.save(gone=(C1,))
    quoting.build()
    assert "The quoted message is not available." in quoting.page(P6)
    assert not [path for path, content in quoting.files().items() if WORDS.encode() in content]


def test_one_that_comes_later_stands_in_what_quoted_it_before(folder: Folder) -> None:
    folder.save(post(6, quotes=(reply(1, P5).url,)))
    folder.build()
    assert "The quoted message" in folder.page(P6)
    folder.save(post(5), reply(1, P5))
    folder.build()
    assert WORDS in folder.page(P6)


def test_what_is_not_here_is_a_link(folder: Folder) -> None:
    folder.save(post(5, quotes=(AWAY,)))
    folder.build()
    assert f'<a class="u-quotation-of" href="{AWAY}"' in folder.page(P5)


def test_an_answer_quotes_too(folder: Folder) -> None:
    folder.save(post(5), post(6), reply(1, P5), reply(2, P6, quotes=(C1,)))
    folder.build()
    assert WORDS in folder.page(P6)


def test_another_answer_leaves_the_page_that_quotes_alone(quoting: Folder) -> None:
    quoting.save(reply(3, P5))
    assert not [path for path in quoting.build().written if path.startswith("p/") and "-6-" in path]
