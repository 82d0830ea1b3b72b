"""From the journal to the files: what a change rewrites, and what it leaves alone."""

import json
import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.errors import PageError, SettingsError
from hub.model import REST, Batch, Media
from hub.pages import address, anchor
from hub.rules import parse
from hub.store import File
from tests.site.conftest import lay, post, reply

pytestmark = pytest.mark.slow

P5 = "https://blog.example/?p=5"


def fill(folder, posts=60):
    folder.save(*(post(number) for number in range(posts)))
    folder.save(*(reply(number, f"https://blog.example/?p={number % 7}") for number in range(21)))


def changes(folder, act):
    before = folder.files()
    act()
    folder.build()
    after = folder.files()
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_a_second_build_writes_nothing(folder):
    fill(folder)
    folder.build()
    assert folder.build().written == []


def test_one_new_reply_rewrites_only_what_shows_it(folder):
    fill(folder)
    folder.build()
    here = address(post(5))
    late = reply(20, P5).published + timedelta(minutes=5)  # of the same day: insights count whole ones
    rewritten = changes(folder, lambda: folder.save(reply(99, P5, published=late)))
    feeds = {f"feeds/replies.{ending}" for ending in ("atom", "rss", "json")}
    feeds |= {"feeds/all/1.json", "feeds/channel/blog/1.json"}  # that count the replies of each post
    expected = {f"{here}index.html", f"{here}replies.atom", f"{here}activity.json", "index.html", "page/1/index.html"}
    expected |= {"wall/index.html", "wall/feed.json", "wall/recap/index.html", "embed/blog.example/5/talk.htm"}
    expected |= {"channel/blog/page/1/index.html", "archive/2026/01/index.html", "sitemap/2026-01.xml"}
    searched = {path for path in rewritten if path.startswith("search/")}
    assert rewritten - searched == expected | feeds
    assert {path.split("/")[-1] for path in searched} - {"2-0.json", "2-1.json", "facets.json"} == {
        "index.json",
        "rank.json",
        "d10.json",
    }


def test_a_new_post_rewrites_its_neighbour_and_the_open_lists(folder):
    fill(folder, 65)
    folder.build()
    rewritten = changes(folder, lambda: folder.save(post(65)))
    assert f"{address(post(64))}index.html" in rewritten
    assert not {path for path in rewritten if "page/" in path}


def test_a_post_that_is_gone_leaves_nothing_behind(folder):
    fill(folder)
    folder.build()
    folder.save(gone=(P5,))
    folder.build()
    files = folder.files()
    assert not [path for path in files if path.startswith(address(post(5)))]
    assert not [path for path, content in files.items() if b"Body of post 5<" in content]


def test_a_reply_that_is_gone_stays_a_tombstone_while_it_is_answered(folder):
    folder.save(post(5), reply(1, P5), reply(2, "https://blog.example/?c=1"))
    folder.build()
    folder.save(gone=("https://blog.example/?c=1",))
    folder.build()
    page = folder.page(P5)
    assert "Words of reply 1" not in page
    assert anchor("https://blog.example/?c=1") in page
    assert "Words of reply 2" in page


def test_whatever_came_in_between_the_site_is_that_of_one_build(folder, tmp_path):
    fill(folder, 45)
    folder.build()
    for number in (70, 71, 12):
        folder.save(reply(number, P5))
        folder.save(post(number, title=f"Again {number}"))
        folder.build()
    folder.save(gone=("https://blog.example/?p=3",))
    folder.build()
    other = lay(tmp_path / "other")
    fill(other, 45)
    other.save(*(reply(number, P5) for number in (12, 70, 71)))
    other.save(*(post(number, title=f"Again {number}") for number in (12, 70, 71)))
    other.save(gone=("https://blog.example/?p=3",))
    other.build()
    assert folder.files() == other.files()


def test_deleting_the_output_is_all_it_takes_to_rebuild_it(folder):
    fill(folder)
    folder.build()
    before = folder.files()
    import shutil

    shutil.rmtree(folder.path / "output")
    folder.build()
    assert folder.files() == before


def test_without_its_manifest_the_site_is_made_again_with_equal_bytes(folder):
    fill(folder)
    folder.build()
    before = folder.files()
    (folder.path / ".hub/site.sqlite").unlink()
    assert folder.build().written in ([], [".hub-site"])
    assert folder.files() == before


def test_a_page_that_fails_keeps_its_last_good_file_and_is_made_next_time(folder):
    fill(folder)
    folder.build()
    folder.save(post(5, title="New title"))

    def fails(name, make):
        return None if name.startswith("post") else make()

    folder.build(fails)
    assert "New title" not in folder.page(P5)
    folder.build()
    assert "New title" in folder.page(P5)


def test_a_hub_below_a_path_links_below_it(tmp_path):
    folder = lay(tmp_path / "hub", "talk/")
    folder.save(post(5))
    folder.build()
    assert 'href="/talk/p/' in folder.files()["index.html"].decode()


def test_a_late_parent_moves_its_thread_and_the_old_address_leads_there(folder):
    folder.save(reply(1, P5, ours=True))
    folder.build()
    old = address(reply(1, P5))
    assert f"{old}index.html" in folder.files()
    folder.save(post(5))
    folder.build()
    assert address(post(5)) in folder.files()[f"{old}index.html"].decode()
    assert "Words of reply 1" in folder.page(P5)


def test_the_page_boundary_is_not_the_writers(folder):
    fill(folder, 3)

    def raises(name, make):
        raise PageError(name, "as told")

    with pytest.raises(PageError):
        folder.build(raises)


def test_the_transparency_page_counts_what_a_rule_hides(folder):
    from hub.rules import parse

    folder.rules = parse('[[hide]]\nid = "ads"\nreason = "advertising"\nword = "buy now"\n', "rules.toml")
    folder.save(post(5), reply(1, P5))
    folder.build()
    folder.save(reply(2, P5, html="<p>buy now</p>"))
    folder.build()
    page = folder.files()["transparency/index.html"].decode()
    assert "advertising" in page
    assert '<td class="number">1</td>' in page
    assert "buy now" not in folder.page(P5)


def test_a_fold_counts_direct_replies_apart_from_all_below(folder):
    first = "https://blog.example/?c=1"
    folder.save(post(5), reply(1, P5), reply(2, first), reply(3, first), reply(4, "https://blog.example/?c=3"))
    folder.build()
    words = " ".join(folder.page(P5).split())
    assert "2 direct replies to <bdi>Reader 1</bdi>, 3 in all" in words


def test_a_topic_is_named_once_however_it_is_written(folder):
    folder.save(post(5, tags=("Letters", "letters", "tea")))
    folder.build()
    assert folder.page(P5).casefold().count("letters</") == 1


def test_an_edited_page_of_the_brand_rewrites_that_page_alone(folder):
    pages = folder.path / "content/pages"
    pages.mkdir()
    (pages / "us.md").write_text("Title: Us\n\nTwo people.\n", "utf-8")
    fill(folder, 3)
    folder.build()
    rewritten = changes(folder, lambda: (pages / "us.md").write_text("Title: Us\n\nThree people.\n", "utf-8"))
    assert rewritten == {"us/index.html"}


def test_a_new_title_of_the_brands_own_page_stands_on_every_page(folder):
    pages = folder.path / "content/pages"
    pages.mkdir()
    (pages / "us.md").write_text("Title: Us\n\nTwo people.\n", "utf-8")
    fill(folder, 3)
    folder.build()
    (pages / "us.md").write_text("Title: We two\n\nTwo people.\n", "utf-8")
    folder.build()
    assert "We two" in folder.page("https://blog.example/?p=1")


def test_a_flood_of_posts_ends_where_a_trickle_does(folder, tmp_path):
    fill(folder, 3)
    folder.build()
    folder.save(*(post(number) for number in range(3, 530)))
    folder.build()
    other = lay(tmp_path / "other")
    fill(other, 530)
    other.build()
    assert folder.files() == other.files()


def test_a_thread_says_when_it_is_incomplete(folder):
    batch = Batch(items=(post(5), reply(1, P5)), counts={P5: {"replies": 148}})
    folder.store.save("blog", batch)
    folder.build()
    assert "1 of 148 replies on Blog are here." in folder.page(P5)


def test_a_thread_says_where_the_others_are(folder):
    rules = '[[hide]]\nid = "r"\nreason = "because"\nitem = "https://blog.example/?c=2"\n'
    folder.rules = parse(rules, "rules.toml")
    batch = Batch(items=(post(5), *(reply(n, P5) for n in (1, 2, 3))), counts={P5: {"replies": 6}})
    folder.store.save("blog", batch, folder.rules.judge)
    folder.build()
    told = "2 of 6 replies on Blog are here. 1 is hidden by the rule “r” of this site. 3 are not public there"
    assert told in folder.page(P5)


def test_why_replies_are_missing_stands_on_the_page_in_its_data_and_in_the_totals(folder):
    absent = {P5: {"private": 9, "later": REST}}
    folder.store.save("blog", Batch(items=(post(5), reply(1, P5)), counts={P5: {"replies": 14}}, absent=absent))
    folder.build()
    told = "9 are not public there. 4 are not fetched yet."
    data = json.loads((folder.path / "output" / address(post(5)) / "activity.json").read_text("utf-8"))
    (coverage,) = data["replies"]["coverage"]
    assert f"1 of 14 replies on Blog are here. {told}" in folder.page(P5)
    assert coverage == {"channel": "Blog", "shown": 1, "reported": 14, "absent": {"private": 9, "later": 4}}
    assert told in (folder.path / "output/transparency/index.html").read_text("utf-8")


def test_totals_move_with_a_thread_and_are_those_of_a_site_made_anew(folder):
    fill(folder, 7)
    folder.build()
    folder.store.save("blog", Batch(counts={P5: {"replies": 9}}, absent={P5: {"limit": REST}}))
    folder.save(reply(3, P5))
    moved = changes(folder, lambda: folder.store.save("blog", Batch(counts={P5: {"replies": 5}})))
    before = folder.files()
    (folder.path / ".hub/site.sqlite").unlink()
    folder.build()
    assert "transparency/index.html" in moved
    assert folder.files() == before


def test_a_whole_thread_says_nothing_of_the_kind(folder):
    folder.store.save("blog", Batch(items=(post(5), reply(1, P5)), counts={P5: {"replies": 1}}))
    folder.build()
    assert "replies on Blog are here" not in folder.page(P5)


def test_what_a_cut_off_run_left_half_done_goes_before_anything_else(folder):
    fill(folder, 3)
    folder.build()
    half = folder.path / "output/.hub-new/abc"
    half.parent.mkdir()
    half.write_text("erased words", "utf-8")
    folder.save(post(9))
    folder.build()
    assert not half.parent.exists()


def test_the_brands_own_robots_stands_in_place_of_ours(folder):
    static = folder.path / "content/static"
    static.mkdir()
    (static / "robots.txt").write_text("User-agent: *\nDisallow: /\n", "utf-8")
    fill(folder, 3)
    folder.build()
    (static / "CNAME").write_text("talk.example\n", "utf-8")
    folder.build()
    assert b"Disallow" in folder.files()["robots.txt"]


@pytest.mark.parametrize(
    "words", [b"Title: Us\nDate: soonish\n\nHi\n", b"Title: Us\n\n\xff\xfe\n", b"Slug: about\n\nHi\n"]
)
def test_a_page_of_the_brand_that_cannot_be_read_is_named(folder, words):
    pages = folder.path / "content/pages"
    pages.mkdir()
    (pages / "us.md").write_bytes(words)
    with pytest.raises(SettingsError) as told:
        folder.build()
    assert "us.md:" in str(told.value)
    assert "fix:" in str(told.value)


def test_another_version_of_the_manifest_still_knows_which_files_are_ours(folder):
    fill(folder, 3)
    folder.build()
    db = sqlite3.connect(folder.path / ".hub/site.sqlite")
    db.execute("PRAGMA user_version=1")
    db.execute("INSERT INTO files VALUES ('old/index.html', '', 'bygone', '', 0)")
    db.commit()
    db.close()
    (folder.path / "output/old").mkdir()
    (folder.path / "output/old/index.html").write_text("bygone", "utf-8")
    folder.build()
    assert "old/index.html" not in folder.files()


def test_a_picture_the_disk_lost_is_wanted_anew_and_stops_no_page(folder):
    media = Media(url="https://blog.example/tea.png")
    folder.save(post(5, media=(media,)))
    folder.store.keep(File(url=media.url, digest="abc", type="image/png"))
    folder.build()
    assert media.url in folder.store.wanted(folder.now)
    assert "Body of post 5" in folder.page(P5)


def test_the_transparency_page_tells_what_waits_and_what_left_in_which_month(folder):
    folder.rules = replace(folder.rules, publish={"blog": "hold"})
    folder.save(post(5), post(6), post(7), post(8), reply(1, P5))
    folder.build()
    left = tuple(f"https://blog.example/?p={number}" for number in (6, 7, 8))
    folder.store.save("blog", Batch(gone=left), folder.rules.judge, date(2026, 11, 5))
    folder.build()
    page = folder.files()["transparency/index.html"].decode()
    assert ("held:blog" in page, "Nov 2026" in page or "November 2026" in page, "3 messages" in page) == (
        True,
        True,
        True,
    )


def test_a_post_tells_how_soon_a_question_was_answered(folder):
    ask = reply(1, P5, html="<p>Does it whistle?</p>")
    answer = replace(reply(2, ask.id), ours=True, published=ask.published + timedelta(hours=2))
    folder.save(post(5), ask)
    folder.build()
    assert "Answered in" not in folder.page(P5)
    folder.save(answer)
    folder.build()
    assert "Answered in 2 hours" in folder.page(P5)


def test_the_feed_of_replies_says_anew_what_an_answer_answers_when_that_goes_or_comes_back(folder):
    fill(folder)
    old = reply(300, P5, published=post(5).published)
    folder.save(old, *(reply(400 + number, old.id) for number in range(3)))
    folder.save(*(reply(500 + number, P5) for number in range(48)))
    for act in (lambda: folder.save(gone=(old.id,)), lambda: folder.save(replace(old, html="<p>Back</p>"))):
        assert "feeds/replies.atom" in changes(folder, act)
