"""Who bears the name of the brand without being it is told, in whatever letters; nobody else is."""

from __future__ import annotations

import pytest

from hub.insight.doubles import Ours, folded
from hub.model import Account

ADA = Account(name="Ada Kettles", handle="@ada@social.example", id="https://social.example/@ada")
INES = Account(name="Inès", id="https://social.example/@ines")
OURS = Ours.of("Ada Kettles", [ADA, INES])


@pytest.mark.parametrize(
    "name",
    [
        "Ada Kettles",
        "ADA KETTLES",
        "Аdа Кеttlеs",  # Cyrillic
        "Αda Κettles",  # Greek
        "Ａｄａ　Ｋｅｔｔｌｅｓ",
        "𝐀𝐝𝐚 𝐊𝐞𝐭𝐭𝐥𝐞𝐬",
        "Ada\u200b Kettles ✔",
        "Ada-Kett1es",
        "AdaKettIes",
        "Áda Këttles",
        "Ines",
    ],
)
def test_who_bears_a_name_of_ours_is_told_whatever_the_letters(name: str) -> None:
    assert OURS.like(Account(name=name, id="https://other.example/"))


@pytest.mark.parametrize("handle", ["@ada@elsewhere.example", "ada.bsky.social", "@Ada_Kettles"])
def test_who_has_a_handle_of_ours_elsewhere_is_told(handle: str) -> None:
    assert OURS.like(Account(name="Somebody", handle=handle))


@pytest.mark.parametrize("name", ["", "A", "Adam", "Ada Kettle", "Fan of Ada Kettles", "Ines Maria", "✔✔✔"])
def test_another_name_is_none(name: str) -> None:
    assert not OURS.like(Account(name=name, handle="@somebody@social.example"))


def test_the_brand_and_its_team_are_not_like_themselves() -> None:
    assert (OURS.like(ADA), OURS.like(INES)) == ("", "")


def test_a_name_without_letters_folds_to_nothing() -> None:
    assert folded("\u200b ✔ …") == ""
