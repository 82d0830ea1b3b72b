"""What kinds may say of their networks' terms, and what is left of a text that may not stand."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from hub import channels
from hub.errors import SettingsError
from hub.model import Account, Item, Media, Terms
from hub.settings import kinds
from hub.terms import bare

NO = dict.fromkeys(("feed", "json", "search", "mail"), "no")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"page": "perhaps"}, "perhaps"),
        ({"marks": ("time",)}, "time"),
        ({"page": "no"}, "nowhere else"),
        ({"marks": ("logo",)}, "on pages alone"),
        ({"marks": ("licence",)}, "address"),
    ],
)
def test_terms_that_make_no_sense_cannot_be_said(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Terms(**said)


def test_a_kind_with_such_terms_is_refused_with_the_reason(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd_kind.py").write_text("from hub.model import Terms\nclass Odd:\n    terms = Terms(wall='maybe')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SettingsError, match="terms do not know maybe"):
        channels.kind("odd_kind:Odd")


def test_every_shipped_kind_says_terms_that_make_sense() -> None:
    assert all(isinstance(channels.kind(name).terms, Terms) for name in kinds())
    assert Terms(marks=("logo", "avatar"), **NO)  # type: ignore[arg-type]


def test_of_a_withheld_message_nothing_is_left_that_anybody_said() -> None:
    names = {one.name: "SECRET" for one in fields(Item) if one.type == "str"}
    given: dict[str, Any] = {
        **names,
        "id": "i",
        "url": "u",
        "channel": "c",
        "kind": "note",
        "reply_to": "p",
        "root": "r",
    }
    said = Item(
        **given, author=Account(name="SECRET"), media=(Media(url="SECRET"),), tags=("SECRET",), links=("SECRET",),
        published=datetime(2026, 1, 1, tzinfo=UTC), quotes=("SECRET",),
    )  # fmt: skip
    assert "SECRET" not in repr(bare(said))
    assert (bare(said).id, bare(said).url, bare(said).published) == ("i", "u", said.published)
    assert bare(bare(said)) == bare(said)
