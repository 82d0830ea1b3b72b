"""Topics: a list for each, with feeds; old pages never move and the same posts make the same bytes."""

import pytest

from hub.pages import address, base, topic
from tests.site.conftest import lay, post
from tests.site.test_build import changes

TEA = {"tags": ("Tea",)}


def test_a_topic_is_one_however_it_is_written():
    assert {topic(tag) for tag in ("First-Year", "first year", "FIRST_YEAR ", "first  year")} == {"first year"}


def test_every_topic_has_an_address_of_its_own():
    names = ["first year", "firstyear", "إصلاح", "修理", "c++", "c", "x" * 90, "é", "e"]
    assert len({base(f"topic/{name}") for name in names}) == len(names)
    assert base("topic/first year") == "topic/first-year/"


@pytest.mark.slow
def test_a_post_stands_on_the_page_and_in_the_feed_of_its_topic(folder):
    folder.save(post(5, **TEA), post(6))
    folder.build()
    files = folder.files()
    assert address(post(5)) in files["topic/tea/index.html"].decode()
    assert address(post(6)) not in files["topic/tea/index.html"].decode()
    assert b"Body of post 5" in files["feeds/topic/tea.atom"]


@pytest.mark.slow
def test_the_page_of_all_topics_counts_their_posts(folder):
    folder.save(post(5, **TEA), post(6, tags=("tea", "Kettles")))
    folder.build()
    page = " ".join(folder.files()["topics/index.html"].decode().split())
    assert '<a href="/topic/tea/"><bdi>tea</bdi></a> <span>2 posts</span>' in page


@pytest.mark.slow
def test_a_topic_page_counts_by_month_and_names_what_is_spoken_of_with_it(folder):
    folder.save(*(post(number, tags=("tea", "kettles")) for number in (1, 2, 70)))
    folder.build()
    page = folder.files()["topic/tea/index.html"].decode()
    assert "Most was posted in January 2026: 2 posts." in page
    assert 'href="/topic/kettles/"' in page


@pytest.mark.slow
def test_a_new_post_on_a_topic_moves_no_closed_page_of_it(folder):
    folder.save(*(post(number, **TEA) for number in range(65)))
    folder.build()
    rewritten = changes(folder, lambda: folder.save(post(65, **TEA)))
    assert "topic/tea/index.html" in rewritten
    assert not {path for path in rewritten if path.startswith("topic/tea/page/")}


@pytest.mark.slow
def test_a_topic_nobody_names_any_more_is_gone_with_its_feeds(folder):
    folder.save(post(5, **TEA), post(6))
    folder.build()
    folder.save(post(5))
    folder.build()
    assert not [path for path in folder.files() if "topic/tea" in path]


@pytest.mark.slow
def test_whatever_was_tagged_in_between_the_topics_are_those_of_one_build(folder, tmp_path):
    folder.save(*(post(number, tags=("tea", "tin") if number % 3 else ("tin",)) for number in range(45)))
    folder.build()
    folder.save(post(3, tags=("tea", "lids")), post(44, tags=("lids",)), post(7))
    folder.build()
    folder.save(gone=("https://blog.example/?p=10",))
    folder.build()
    other = lay(tmp_path / "other")
    other.save(post(3, tags=("tea", "lids")), post(44, tags=("lids",)), post(7))
    rest = (number for number in range(45) if number not in (3, 44, 7, 10))
    other.save(*(post(number, tags=("tea", "tin") if number % 3 else ("tin",)) for number in rest))
    other.build()
    assert folder.files() == other.files()


@pytest.mark.slow
def test_a_hashtag_of_a_post_leads_to_its_topic_here(folder):
    link = '<a href="https://social.example/tags/Tea" rel="nofollow ugc noopener">#<span>Tea</span></a>'
    folder.save(post(5, html=f"<p>{link}</p>", **TEA))
    folder.build()
    assert '<a href="/topic/tea/">#Tea</a>' in folder.page("https://blog.example/?p=5")
