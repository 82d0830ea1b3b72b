"""Titles, descriptions and pictures of pages, as results and links elsewhere have room for them."""

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hub import pictures
from hub.model import Media
from hub.site.lengths import DESCRIPTION, ENOUGH, TITLE, described, titled
from tests.site.conftest import post

P5 = "https://blog.example/?p=5"
LONG = "On the patience of kettles, and why a lid that fits is worth the four minutes that it takes to find one"


def picture(size: tuple[int, int]) -> bytes:
    out = BytesIO()
    Image.new("RGBA", size, (20, 84, 164, 128)).save(out, "PNG")
    return out.getvalue()


def meta(folder, ident=P5) -> dict[str, str]:
    page = folder.page(ident)
    found = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page))
    return {**found, "title": re.search(r"<title>(.*?)</title>", page)[1]}


def test_a_long_title_is_cut_before_the_name_of_the_brand(folder):
    folder.save(post(5, title=LONG))
    folder.build()
    title = meta(folder)["title"]
    assert len(title) <= TITLE
    assert re.fullmatch(r"On the patience of kettles, .*\w… · Tin Pot", title)


def test_a_short_text_is_described_with_what_the_site_is(folder):
    folder.save(post(5, html="<p>Hot.</p>"))
    folder.build()
    assert meta(folder)["description"] == "Hot. Everything Tin Pot says, and what people answer."


@given(st.text(min_size=1), st.text(min_size=ENOUGH))
def test_no_text_makes_a_description_too_long(text, more):
    assert len(described(text, more)) <= DESCRIPTION
    assert len(titled(f"{text} · Tin Pot")) <= TITLE


@pytest.mark.parametrize(("size", "own"), [((1600, 900), True), ((700, 1400), True), ((320, 200), False)])
def test_a_link_elsewhere_shows_the_posts_picture_where_it_is_large_enough(folder, size, own):
    url = "https://blog.example/lamp.png"
    folder.save(post(5, media=(Media(type="image", url=url, alt="A lamp"),)))
    assert pictures.take(folder.store, folder.path / ".hub/media", url, picture(size))
    folder.build()
    told = meta(folder)
    path = told["og:image"].removeprefix("https://talk.example/")
    body = folder.files()[path]
    assert path.startswith("media/") == own
    assert told["og:image:alt"] == ("A lamp" if own else "Tin Pot")
    assert told["twitter:card"] == "summary_large_image"
    assert len(body) <= 300_000
    with Image.open(BytesIO(body)) as shown:
        assert shown.size == (1200, 630) == (int(told["og:image:width"]), int(told["og:image:height"]))


def test_a_covered_picture_stands_beside_no_link(folder):
    url = "https://blog.example/lamp.png"
    folder.save(post(5, media=(Media(type="image", url=url),), sensitive=True))
    assert pictures.take(folder.store, folder.path / ".hub/media", url, picture((1600, 900)))
    folder.build()
    assert meta(folder)["og:image"].startswith("https://talk.example/assets/card.")
