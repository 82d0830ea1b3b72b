"""Doubt is told by plain signs, and catches advertising without taking people for it."""

from __future__ import annotations

import pytest

from hub.insight import spam
from hub.model import Item
from tests.bench.spam import SET, comments, figures


def said(html: str, **more: object) -> Item:
    return Item(id="tag:x", url="", channel="c", html=html, **more)  # type: ignore[arg-type]


@pytest.mark.skipif(not SET.is_dir(), reason=f"the labelled comments are not at {SET}")
def test_of_the_half_it_never_saw_it_catches_85_of_100_and_loses_one_of_100_at_most() -> None:
    lost, caught, ham, bad = figures(one for one in comments() if not one.tuning)
    assert (ham, bad) == (317, 274)
    assert (lost <= 0.01, caught >= 0.85) == (True, True)


def test_the_signs_that_weigh_are_named() -> None:
    found = spam.judge(said("<p>Check out my channel and subscribe!</p>"))
    assert (found.doubtful, set(found.why) >= {"asks to look", "asks to subscribe"}) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "This kettle broke after two days. I want my money back, worst shop ever!!!",
        "YOUR SERVICE IS A DISGRACE AND I WILL NEVER BUY HERE AGAIN",
        "You lied to us about the recall. Shame on you.",
        "The manual says 2 litres, the pot holds 1.6. Why?",
        "",
    ],
)
def test_anger_is_no_sign_of_advertising(text: str) -> None:
    assert not spam.judge(said(f"<p>{text}</p>")).doubtful


def test_wide_letters_and_stretched_words_hide_no_sign() -> None:
    assert spam.signs("ｗｗｗ.ｓｈｏｐ.ｃｏｍ") == spam.signs("www.shop.com")
    assert "asks to subscribe" in spam.signs("SUUUUBSCRIBE")
