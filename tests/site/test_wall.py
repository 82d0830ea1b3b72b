"""The wall shows what is newest and may stand on a screen in a room, and follows what was said."""

import json

import pytest

from hub.site.wall import LONG, code
from tests.site.conftest import post, reply

pytestmark = pytest.mark.slow

P5 = "https://blog.example/?p=5"


def rows(folder):
    folder.build()
    return json.loads(folder.files()["wall/feed.json"])["items"]


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
