"""Insights count whole days alone: they move once a day, and when something of such a day changes."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from hub.model import Health, Media
from tests.site.conftest import START, lay, post, reply
from tests.site.test_build import changes

pytestmark = pytest.mark.slow

P5 = "https://blog.example/?p=5"
LAST = START + timedelta(days=20)


def said(number, **at):
    return reply(number, P5, published=LAST - timedelta(**at))


def talk(folder):
    folder.save(*(post(number, tags=("tea",)) for number in range(6)))
    folder.save(*(said(number, days=number % 10, hours=1) for number in range(30)), said(99, hours=0))


@pytest.fixture
def built(folder):
    talk(folder)
    folder.build()
    return folder


def page(folder, path="insights/"):
    return " ".join(folder.files()[f"{path}index.html"].decode().split())


def test_a_reply_of_today_moves_nothing_there(built):
    rewritten = changes(built, lambda: built.save(reply(100, P5, published=LAST + timedelta(minutes=5))))
    assert not [path for path in rewritten if path.startswith("insights/")]


def test_a_new_day_draws_them_anew(built):
    rewritten = changes(built, lambda: built.save(said(100, days=-1)))
    assert "insights/index.html" in rewritten


def test_figures_stand_beside_those_of_the_days_before(built):
    assert "<dt>Posts</dt><dd>6</dd> <dd>0 in the days before</dd>" in page(built)
    assert "<dt>Replies</dt><dd>30</dd>" in page(built)


def test_what_grew_is_told_in_percent(built):
    built.save(*(post(number, published=LAST - timedelta(days=40)) for number in (50, 51, 52, 53)))
    built.build()
    assert "<dt>Posts</dt><dd>6</dd> <dd>+50%, from 4 in the days before</dd>" in page(built)


def test_every_drawing_stands_as_a_table_and_as_csv(built):
    rows = built.files()["insights/time.csv"].decode().splitlines()
    assert rows[0] == "from,blog,news"
    assert sum(int(row.split(",")[1]) for row in rows[1:]) == 30  # replies alone, as the heading says
    assert page(built).count("<rect ") == len([row for row in rows[1:] if row.split(",")[1] != "0"])


def labels(folder, path="insights/", chart=".chart"):
    """(where, what) of the words in the first drawing."""
    drawn = BeautifulSoup(folder.files()[f"{path}index.html"], "html.parser").select_one(chart)
    return [(text["x"], text.string) for text in drawn.select("text")]


def linked(folder, caption):
    """(address, cells) of each row of a table."""
    read = BeautifulSoup(folder.files()["insights/index.html"], "html.parser")
    rows = read.select(f"[aria-label='{caption}'] tbody tr")
    return [
        (urljoin("https://talk.example/", row.a["href"]), [c.get_text() for c in row.select("th, td")]) for row in rows
    ]


def test_a_drawing_names_its_highest_bar_its_first_day_and_its_last(built):
    assert labels(built) == [("68.33%", "3"), ("0%", "December 22, 2025"), ("100%", "January 20, 2026")]


def test_from_right_to_left_a_drawing_begins_on_the_right(folder):
    file = folder.path / "content/hub.toml"
    file.write_text(file.read_text("utf-8").replace("[brand]", '[brand]\nlanguage = "ar"'), "utf-8")
    talk(folder)
    folder.build()
    assert [x for x, _ in labels(folder)] == ["31.67%", "100%", "0%"]


def test_how_soon_is_answered_has_a_scale_in_words(built):
    answering(built)
    built.build()
    assert [word for _, word in labels(built, chart=".pace")] == ["1 minute", "1 hour", "1 day", "1 week"]


def test_too_little_is_told_and_not_drawn(built):
    assert "Too little was said in these days to draw it." in page(built, "insights/news/")
    assert "<rect " not in page(built, "insights/news/")


def test_what_a_topic_gained_is_told(built):
    assert linked(built, "Topics that rise") == [("https://talk.example/topic/tea/", ["tea", "6", "0"])]
    assert built.files()["insights/topics.csv"].decode() == "topic,posts,before\ntea,6,0\n"


def test_the_most_answered_stand_in_a_table_with_their_addresses(built):
    (href, cells), *_ = linked(built, "Most answered")
    assert cells == ["Post 5", "30"]
    assert built.files()["insights/top.csv"].decode().splitlines() == ["address,replies", f"{href},30"]


def test_an_empty_hub_says_so(folder):
    folder.build()
    assert "Nothing has been said here yet." in page(folder)


def test_whatever_came_in_between_they_are_those_of_one_build(built, tmp_path):
    built.save(said(100, days=-1), gone=("https://blog.example/?c=3",))
    built.build()
    built.save(said(101, days=4), post(2, title="Another title"))
    built.build()
    other = lay(tmp_path / "other")
    other.save(said(101, days=4), said(100, days=-1), post(2, title="Another title"))
    other.save(*(post(number, tags=("tea",)) for number in range(6) if number != 2))
    other.save(*(said(number, days=number % 10, hours=1) for number in range(30) if number != 3), said(99, hours=0))
    other.build()
    assert built.files() == other.files()


def asked(number, answered=None):
    """A question of one day, and the brand's answer so many hours later."""
    said_at = LAST - timedelta(days=3, hours=number)
    yield reply(200 + number, P5, html="<p>Which bag fits it?</p>", published=said_at)
    if answered is not None:
        when = said_at + timedelta(hours=answered)
        to = f"https://blog.example/?c={200 + number}"
        yield reply(300 + number, to, published=when, ours=True)


def answering(folder):
    for number in range(22):
        folder.save(*asked(number, answered=2 if number < 20 else None))


def test_how_soon_is_answered_is_drawn_and_told(built):
    answering(built)
    built.build()
    assert "blog: half of the answers came within 2 hours, nine of ten within 2 hours." in page(built).lower()
    row = built.files()["insights/answers.csv"].decode().splitlines()[1]
    assert row.split(",")[2:4] == ["7200", "7200"]


def test_questions_without_an_answer_are_linked_to(built):
    answering(built)
    built.build()
    rows = linked(built, "Questions without an answer")
    assert [cells for _, cells in rows] == [["Post 5", "January 17, 2026"]] * 2
    told = built.files()["insights/questions.csv"].decode()
    assert [href in told for href, _ in rows] == [True, True]


def test_an_answer_of_today_moves_nothing_there(built):
    built.save(*asked(1))
    built.build()
    today = reply(301, "https://blog.example/?c=201", published=LAST + timedelta(minutes=5), ours=True)
    rewritten = changes(built, lambda: built.save(today))
    assert not [path for path in rewritten if path.startswith("insights/")]


def test_answers_are_the_same_whatever_came_first(built, tmp_path):
    answering(built)
    built.build()
    other = lay(tmp_path / "other")
    other.save(post(5, tags=("tea",)))
    answering(other)
    talk(other)
    other.build()
    assert built.files() == other.files()


def test_a_list_says_how_long_the_first_answer_took(built):
    built.save(*asked(1, answered=2))
    built.build()
    assert "Answered in 2 hours" in built.files()["index.html"].decode()


def test_pictures_of_the_brand_without_a_description_are_counted(folder):
    lamp, bench = Media(url="https://blog.example/lamp.png", alt="A lamp"), Media(url="https://blog.example/bench.png")
    talk(folder)
    mine = {"ours": True, "published": LAST - timedelta(days=1)}
    folder.save(post(50, media=(lamp, bench), **mine), reply(51, P5, media=(bench,), **mine))
    folder.save(reply(52, P5, media=(bench,), published=LAST - timedelta(days=1)))
    folder.build()
    assert "<dt>Our pictures without a description</dt><dd>2 of 3</dd>" in page(folder)
    folder.save(reply(51, P5, media=(replace(bench, alt="A bench"),), **mine))
    folder.build()
    assert "<dt>Our pictures without a description</dt><dd>1 of 3</dd>" in page(folder)
    folder.save(gone=("https://blog.example/?p=50",))
    folder.build()
    assert "<dt>Our pictures without a description</dt><dd>0 of 1</dd>" in page(folder)


FAILING = Health(channel="news", failures=9, error="Unreachable", unread=(("2026-01-18", ""),))


def news(number, **at):
    return replace(said(number, **at), channel="news")


def heard(folder, health=FAILING):
    """Insights of a channel of which little is known, and what is said of it."""
    folder.save(*(news(400 + number, days=10, hours=number) for number in range(20)), channel="news")
    folder.store.note(health)
    folder.build()
    return [row.split(",")[2] for row in folder.files()["insights/time.csv"].decode().splitlines()[-5:]]


def test_days_on_which_a_channel_could_not_be_read_are_a_gap(built):
    assert heard(built) == ["0", "0", "", "", ""]
    assert "On 3 days it could not be read." in page(built)
    lines = BeautifulSoup(built.files()["insights/news/index.html"], "html.parser").select(".chart line")
    assert [(line["x1"], line["x2"]) for line in lines] == [("0.0%", "90.0%")]


def test_a_day_that_was_read_afterwards_is_no_gap(built):
    built.save(news(500, days=2), channel="news")
    assert heard(built) == ["0", "0", "", "1", ""]


def test_days_without_an_answer_stay_a_gap_when_there_is_one_again(built):
    assert heard(built) == ["0", "0", "", "", ""]
    works = replace(FAILING, failures=0, error="", unread=(("2026-01-18", "2026-01-20"),))
    built.store.note(works)
    built.build()
    assert "On 2 days it could not be read." in page(built)
