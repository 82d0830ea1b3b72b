"""Collections: a saved question is a page, a feed and a search, kept current by what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.pages import address
from tests.site.conftest import Folder, lay, post, reply
from tests.site.test_build import changes

pytestmark = pytest.mark.slow
PAGE, FEED = "collection/power/index.html", "feeds/collection/power.atom"
SAVED = '\n[collections.power]\nquery = "battery OR charging"\ntitle = "Power"\n'


def save(folder: Folder, saved: str) -> None:
    file = folder.path / "content/hub.toml"
    file.write_text(file.read_text("utf-8").partition("\n[collections")[0] + saved, "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = lay(tmp_path / "hub")
    save(made, SAVED)
    yield made
    made.store.close()


def page(folder: Folder, name: str = PAGE) -> str:
    return folder.files().get(name, b"").decode()


def test_a_saved_question_is_a_page_and_a_feed_of_the_posts_that_answer_it(folder: Folder) -> None:
    folder.save(post(1, html="<p>The battery lasts</p>"), post(2, html="<p>Tea</p>"))
    folder.build()
    assert (address(post(1)) in page(folder), address(post(2)) in page(folder)) == (True, False)
    assert "The battery lasts" in page(folder, FEED)


def test_its_page_leads_to_its_search_and_the_first_page_to_it(folder: Folder) -> None:
    folder.build()
    assert 'href="/search/?q=battery+OR+charging"' in page(folder)
    assert '<a href="/collection/power/"><bdi>Power</bdi></a>' in page(folder, "index.html")


def test_a_reply_brings_its_conversation_in(folder: Folder) -> None:
    folder.save(post(1), post(2))
    folder.build()
    rewritten = changes(folder, lambda: folder.save(reply(1, post(1).id, html="<p>Is it charging?</p>")))
    assert {PAGE, FEED} <= set(rewritten)
    assert (address(post(1)) in page(folder), address(post(2)) in page(folder)) == (True, False)


def test_what_has_nothing_to_do_with_it_leaves_it_alone(folder: Folder) -> None:
    folder.save(post(1, html="<p>battery</p>"))
    folder.build()
    assert not {PAGE, FEED} & set(changes(folder, lambda: folder.save(post(2, html="<p>tea</p>"))))


def test_what_no_longer_answers_leaves_it(folder: Folder) -> None:
    folder.save(post(1, html="<p>battery</p>"))
    folder.build()
    folder.save(post(1, html="<p>accumulator</p>"))
    folder.build()
    assert (address(post(1)) in page(folder), "accumulator" in page(folder, FEED)) == (False, False)


def test_who_wants_no_search_is_in_no_collection(folder: Folder) -> None:
    folder.save(post(1, html="<p>battery</p>", unsearchable=True))
    folder.build()
    assert address(post(1)) not in page(folder)


def test_made_step_by_step_or_at_once_it_is_the_same(folder: Folder, tmp_path: Path) -> None:
    things = [post(1, html="<p>battery</p>"), post(2), reply(1, post(2).id, html="<p>charging</p>"), post(3)]
    for thing in things:
        folder.save(thing)
        folder.build()
    other = lay(tmp_path / "other")
    save(other, SAVED)
    other.save(*reversed(things))
    other.build()
    assert (page(folder), page(folder, FEED)) == (page(other), page(other, FEED))
    other.store.close()


def held(folder: Folder) -> list[bool]:
    folder.build()
    return [address(post(number)) in page(folder) for number in (1, 2)]


def test_an_answer_by_the_brand_takes_out_what_waited_for_one(folder: Folder) -> None:
    save(folder, SAVED.replace("battery OR charging", "battery is:unanswered"))
    asked = [reply(number, post(number).id, html="<p>battery?</p>") for number in (1, 2)]
    folder.save(post(1), post(2), *asked)
    before = held(folder)
    folder.save(reply(3, asked[0].id, html="<p>Yes</p>", ours=True))
    assert (before, held(folder)) == ([True, True], [False, True])


def test_what_is_answered_already_is_collected_at_once(folder: Folder) -> None:
    save(folder, SAVED.replace("battery OR charging", "battery -is:unanswered"))
    asked = [reply(number, post(number).id, html="<p>battery?</p>") for number in (1, 2)]
    folder.save(post(1), post(2), *asked, reply(3, asked[0].id, html="<p>Yes</p>", ours=True))
    assert held(folder) == [True, False]


def test_another_question_makes_another_collection_and_none_removes_it(folder: Folder) -> None:
    folder.save(post(1, html="<p>battery</p>"), post(2, html="<p>tea</p>"))
    folder.build()
    save(folder, SAVED.replace("battery OR charging", "tea"))
    folder.build()
    assert (address(post(1)) in page(folder), address(post(2)) in page(folder)) == (False, True)
    save(folder, "")
    folder.build()
    assert (page(folder), page(folder, FEED)) == ("", "")
