"""How text becomes terms, whatever the language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.index.words import tokens

SAID = ["The dying bicycles' yellow wheels", "Größere Häuser über Übungen", "القاهرة والدراجات", "İstanbul'da ışıklar"]
SAID += [
    "Être ou ne pas être, yeux",
    "Ыых йогурты и ёлки",
    "#WetBrakes 🚲 新しい自転車",
    "Æsir og øl",
    "IJsselmeer yoghurt",
]
LANGUAGES = ["ar", "da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "tr", ""]


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=st.sampled_from(SAID) | st.text(max_size=40), chosen=st.integers(0, 50))
def test_what_is_looked_for_in_a_text_is_found_as_in_the_whole_of_it(language: str, text: str, chosen: int) -> None:
    every = list(tokens(text, language))
    only = frozenset(every[chosen % len(every)].terms[-1:]) if every else frozenset({"x"})
    assert list(tokens(text, language, only)) == [one for one in every if not only.isdisjoint(one.terms)]
