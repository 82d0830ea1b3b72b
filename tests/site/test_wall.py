"""The wall shows what is newest and may stand on a screen in a room, and follows what was said."""

import json

import pytest
from bs4 import BeautifulSoup

from hub.errors import SettingsError
from hub.rules import parse
from hub.site.wall import LISTED, LONG, QUEUE, code
from tests.site.conftest import post, reply

pytestmark = pytest.mark.slow

P5 = "https://blog.example/?p=5"


def rows(folder, name="wall/"):
    folder.build()
    return json.loads(folder.files()[f"{name}feed.json"])["items"]


def settings(folder, words):
    """Add a table [wall] to the settings."""
    file = folder.path / "content/hub.toml"
    file.write_text(file.read_text("utf-8") + f"\n[wall]\n{words}\n", "utf-8")


def test_posts_and_replies_stand_together_the_newest_first(folder):
    folder.save(post(5), post(6), reply(1, P5))
    assert [row["text"] for row in rows(folder)] == ["Words of reply 1", "Post 6", "Post 5"]


@pytest.mark.parametrize("behind", [{"warning": "steam"}, {"sensitive": True}, {"unsearchable": True}])
def test_what_is_behind_a_warning_stays_off_the_wall(folder, behind):
    folder.save(post(5), reply(1, P5, **behind))
    assert [row["text"] for row in rows(folder)] == ["Post 5"]


def test_what_is_gone_leaves_the_wall(folder):
    folder.save(post(5), reply(1, P5))
    folder.build()
    folder.save(gone=("https://blog.example/?c=1",))
    assert len(rows(folder)) == 1


def test_a_long_text_is_cut_at_a_sentence(folder):
    folder.save(post(5), reply(1, P5, html="<p>" + "Nine words stand here, and then there are more. " * 20 + "</p>"))
    text = rows(folder)[0]["text"]
    assert len(text) <= LONG + 2
    assert text.endswith("more. …")


def test_the_page_reads_without_a_script_and_names_the_address_beside_its_code(folder):
    folder.save(post(5), reply(1, P5))
    folder.build()
    page = folder.files()["wall/index.html"].decode()
    assert "Words of reply 1" in page
    assert "<bdi>talk.example/</bdi>" in page


def test_the_code_is_black_on_white_with_a_quiet_zone():
    drawn = code("https://talk.example/").decode()
    assert 'fill="#fff"' in drawn
    assert 'stroke="#000"' in drawn


def test_a_topic_has_a_wall_of_its_posts_and_what_is_said_below_them(folder):
    settings(folder, 'topics = ["First-Year"]')
    folder.save(post(5), post(6, tags=("first year",)), reply(1, P5), reply(2, "https://blog.example/?p=6"))
    assert [row["text"] for row in rows(folder, "wall/first-year/")] == ["Words of reply 2", "Post 6"]


def test_a_wall_of_a_topic_follows_what_is_said(folder):
    settings(folder, 'topics = ["mending"]')
    folder.save(post(5, tags=("mending",)))
    assert len(rows(folder, "wall/mending/")) == 1
    folder.save(post(6, tags=("mending",)), reply(1, P5))
    assert len(rows(folder, "wall/mending/")) == 3
    folder.save(post(6), gone=("https://blog.example/?c=1",))
    assert [row["text"] for row in rows(folder, "wall/mending/")] == ["Post 5"]


def test_a_wall_that_is_no_longer_named_goes(folder):
    before = (folder.path / "content/hub.toml").read_text("utf-8")
    settings(folder, 'topics = ["mending"]')
    folder.save(post(5, tags=("mending",)))
    assert len(rows(folder, "wall/mending/")) == 1
    (folder.path / "content/hub.toml").write_text(before, "utf-8")
    folder.build()
    assert not [path for path in folder.files() if path.startswith("wall/mending/")]


def test_with_a_person_choosing_others_are_shown_when_let_through(folder):
    settings(folder, 'moderation = "manual"')
    folder.save(post(5, ours=True), reply(1, P5), reply(2, P5))
    assert [row["text"] for row in rows(folder)] == ["Post 5"]
    verdict = '[[show]]\nid = "room"\nitem = "https://blog.example/?c=2"\nreason = "fit for the room"\n'
    folder.rules = parse(verdict, "rules.toml")
    assert [row["text"] for row in rows(folder)] == ["Words of reply 2", "Post 5"]


def test_a_pinned_message_is_on_the_wall_whatever_its_age(folder):
    settings(folder, f'pin = "{P5}"')
    folder.save(post(5), *(post(number) for number in range(10, 10 + QUEUE)))
    folder.build()
    told = json.loads(folder.files()["wall/feed.json"])
    assert (told["pin"], len(told["items"])) == (P5, QUEUE + 1)


def test_the_code_leads_where_the_settings_say(folder):
    settings(folder, 'target = "https://join.example/day"\nhashtag = "#MendingDay"')
    folder.save(post(5))
    folder.build()
    page = folder.files()["wall/index.html"].decode()
    assert "<bdi>join.example/day</bdi>" in page
    assert "<bdi>#MendingDay</bdi>" in page
    assert folder.files()["wall/qr.svg"] == code("https://join.example/day")


def test_the_recap_has_what_the_wall_has_day_by_day(folder):
    folder.save(post(5), reply(1, P5), reply(2, P5))
    folder.build()
    page = BeautifulSoup(folder.files()["wall/recap/index.html"], "html.parser")
    said = [[line.get_text() for line in day.select("h3 + p")] for day in page.select("main section")]
    assert said == [["Words of reply 2", "Words of reply 1"], ["Post 5"]]


def test_a_topic_called_recap_is_refused_at_its_line(folder):
    settings(folder, 'topics = ["Recap"]')
    with pytest.raises(SettingsError, match="name of a page"):
        folder.build()


def test_what_is_left_out_makes_room_for_what_is_older(folder):
    folder.save(*(post(number) for number in (5, 6, 7)))
    folder.save(*(post(number, warning="steam") for number in range(10, 12 + QUEUE)))
    assert [row["text"] for row in rows(folder)] == ["Post 7", "Post 6", "Post 5"]
    folder.save(gone=(P5,))
    assert [row["text"] for row in rows(folder)] == ["Post 7", "Post 6"]


def test_a_screen_of_one_channel_has_as_many_as_a_screen_of_all(folder):
    folder.save(post(5), *(reply(number, P5) for number in range(2 * QUEUE)))
    folder.save(*(reply(1000 + number, P5, channel="news") for number in range(QUEUE + 5)), channel="news")
    of = [row["channel"] for row in rows(folder)]
    assert (of.count("blog"), of.count("news")) == (QUEUE, QUEUE)


def test_the_page_itself_lists_the_newest_twenty(folder):
    folder.save(*(post(number) for number in range(2 * LISTED)))
    folder.build()
    page = BeautifulSoup(folder.files()["wall/index.html"], "html.parser")
    assert [item.select_one(".said").get_text() for item in page.select("#queue > li")] == [
        f"Post {number}" for number in reversed(range(LISTED, 2 * LISTED))
    ]
