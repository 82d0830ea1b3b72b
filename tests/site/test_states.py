"""What a message carries beside its words is shown where it stands."""

from datetime import timedelta

import pytest

from hub.model import Choice, Emoji, Poll, Rating
from hub.store import File
from tests.site.conftest import START, post, reply

pytestmark = pytest.mark.slow

P5 = "https://blog.example/?p=5"


def words(folder):
    folder.build()
    return " ".join(folder.page(P5).split())


def test_a_poll_tells_shares_votes_and_until_when(folder):
    poll = Poll(choices=(Choice(title="Tea", votes=3), Choice(title="Coffee", votes=1)), closes=START + timedelta(9))
    folder.save(post(5, poll=poll))
    page = words(folder)
    assert '<span><bdi>Tea</bdi></span> <b>75 %</b> <meter min="0" max="100" value="75"' in page
    assert '4 votes · Voting until <time datetime="2026-01-10T00:00:00+00:00">' in page


def test_a_poll_nobody_voted_in_divides_nothing(folder):
    folder.save(post(5, poll=Poll(choices=(Choice(title="Tea"),))))
    assert "0 votes" in words(folder)


def test_a_review_stands_with_its_mark_in_words(folder):
    folder.save(post(5), reply(1, P5, rating=Rating(value=4)))
    assert "Rating: <b>4 of 5</b>" in words(folder)


def test_a_custom_emoji_is_a_local_picture_and_leaves_attributes_alone(folder):
    emoji = Emoji(code="pot", url="https://social.example/pot.png")
    html = '<p><a href="https://x.example/:pot:">a</a> :pot: :pan:</p>'
    folder.save(post(5, html=html, emojis=(emoji,)))
    folder.store.keep(File(url=emoji.url, digest="abc", forms=(64,)))
    (folder.path / ".hub/media/abc").mkdir(parents=True)
    (folder.path / ".hub/media/abc/64.webp").write_bytes(b"x")
    page = words(folder)
    assert 'class="emoji" src="/media/abc/64.webp" alt=":pot:"' in page
    assert 'href="https://x.example/:pot:"' in page
    assert ":pan:</p>" in page
