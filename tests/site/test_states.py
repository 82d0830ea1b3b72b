"""What a message carries beside its words is shown where it stands."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from hub import pictures
from hub.model import Choice, Emoji, Media, Poll, Rating
from hub.settings import kinds
from hub.site.phrases import ICONS
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


@pytest.mark.parametrize(("state", "word"), [("open", "Open"), ("closed", "Closed"), ("solved", "Solved")])
def test_a_topic_says_what_became_of_it(folder, state: str, word: str):
    folder.save(post(5, state=state))
    said = re.findall("<span>(Open|Closed|Solved)</span>", words(folder))
    assert said == [word]


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


def test_a_poll_of_a_copy_stands_with_the_piece_and_says_where_it_was_asked(folder):
    words = "<p>The kettle that pours without dripping is back in the shop, and this time it whistles in two tones.</p>"
    asked = Poll(choices=(Choice(title="Copper", votes=3), Choice(title="Steel", votes=1)))
    mine, other = "https://blog.example/?p=5", "https://news.example/9"
    folder.save(post(5, html=f"{words}<p>More of it here.</p>", aliases=(other,)))
    lamp = Media(type="image", url="https://news.example/lamp.png", alt="A lamp")
    copy = post(5, id=other, url=other, channel="news", title="", kind="note", html=words, poll=asked, media=(lamp,))
    folder.save(copy, channel="news")
    folder.build()
    page = " ".join(folder.page(mine).split())
    assert '<meter min="0" max="100" value="75" aria-label="Copper">' in page
    assert "4 votes · Asked on News" in page
    versions = page[page.index("As posted on News") :]
    assert "A lamp" in versions[: versions.index("</details>")]


def test_a_poll_that_ended_before_the_newest_message_says_so(folder):
    asked = Poll(choices=(Choice(title="Copper", votes=3),), closes=START + timedelta(days=7))
    folder.save(post(5, poll=asked))
    folder.build()
    assert "Voting until <time" in folder.page("https://blog.example/?p=5")
    folder.save(post(9), post(5, poll=replace(asked, multiple=True)))
    folder.build()
    assert "Closed <time" in folder.page("https://blog.example/?p=5")


def test_a_film_is_as_wide_and_high_as_its_poster_and_the_first_is_not_waited_for(folder):
    url = "https://film.example/poster.png"
    folder.save(post(5, media=(Media(type="video", url="https://film.example/1", poster=url),)))
    drawn = BytesIO()
    Image.new("RGB", (640, 360)).save(drawn, "PNG")
    assert pictures.take(folder.store, folder.path / ".hub/media", url, drawn.getvalue())
    folder.build()
    (film,) = re.findall(r'<figure class="film">.*?</figure>', folder.page("https://blog.example/?p=5"))
    assert re.search(r'width="[1-9]\d*" height="[1-9]\d*" fetchpriority="high"', film)
    assert "lazy" not in film


def test_a_message_of_emoji_stands_large_and_one_of_words_does_not(folder):
    p5 = "https://blog.example/?p=5"
    folder.save(post(5), reply(1, p5, html="<p>👩‍👩‍👧 ❤️</p>"), reply(2, p5, html="<p>1 ❤️</p>"))
    folder.build()
    assert folder.page(p5).count('prose big"') == 1


def test_a_kind_of_message_nobody_knows_leads_to_its_source(folder):
    folder.save(post(5, kind="checkin"), post(6))
    folder.build()
    said = "See the full message on Blog"
    assert said in folder.page("https://blog.example/?p=5")
    assert said not in folder.page("https://blog.example/?p=6")


def test_messages_without_words_are_told_apart_by_place_and_day(folder):
    folder.save(*(post(number, title="", html="", kind="image") for number in (5, 6)))
    folder.build()
    heads = {re.search(r"<title>(.*?)</title>", folder.page(f"https://blog.example/?p={at}"))[1] for at in (5, 6)}
    assert heads == {f"Picture on Blog, January {day}, 2026 · Tin Pot" for day in (6, 7)}


@pytest.mark.parametrize("name", kinds())
def test_every_kind_of_channel_has_an_icon_of_its_own_or_shares_one(name):
    css = (Path(__file__).parents[2] / "theme/static/hub.css").read_text("utf-8")
    assert f'[data-kind="{ICONS.get(name, name)}"]' in css


def test_an_article_tells_how_long_it_takes_to_read_and_a_note_does_not(folder):
    long = "<p>" + "kettle " * 700 + "</p>"
    folder.save(
        post(5, html=long), post(6), post(7, html=long, kind="note", title=""), post(8, html=long, excerpt=True)
    )
    folder.build()
    told = [at for at in (5, 6, 7, 8) if "to read</span>" in folder.page(f"https://blog.example/?p={at}")]
    assert told == [5]
    assert "3 minutes to read" in folder.page("https://blog.example/?p=5")
