"""Decisions are written into people's file without touching what stands there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import rulebook, rules
from hub.errors import SettingsError

FIRST = '[[hide]]\nid = "a"\nreason = "b"\nword = "c"\n'
SECOND = FIRST.replace('"a"', '"d"')
MINE = f"# ours\n{FIRST}\n# about the next\n\n{SECOND}# end\n"


def row(id: str, reason: str = "spam") -> dict[str, object]:
    return {"id": id, "reason": reason, "item": "tag:x", "date": date(2026, 11, 5)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "rules.toml").write_text(MINE)
    return tmp_path / "rules.toml"


def test_a_decision_is_added_behind_what_stands_there(path: Path) -> None:
    rulebook.add(path, "show", row("s"))
    assert path.read_text().startswith(MINE)
    assert rules.load(path).shows == (rules.Show(id="s", what="item", value="tag:x", reason="spam", day="2026-11-05"),)


def test_the_first_decision_makes_the_file(tmp_path: Path) -> None:
    rulebook.add(tmp_path / "new.toml", "hide", row("h"))
    assert [one.id for one in rules.load(tmp_path / "new.toml").hides] == ["h"]


def test_taking_a_decision_out_leaves_every_comment(path: Path) -> None:
    assert rulebook.drop(path, "a")
    assert path.read_text() == MINE.replace(f"{FIRST}\n", "")
    assert not rulebook.drop(path, "a")


@given(st.text(min_size=1).filter(str.strip))
def test_whatever_the_reason_it_can_be_read_again_and_taken_back(reason: str) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "rules.toml"
        path.write_text(MINE)
        before = rules.load(path)
        try:
            rulebook.add(path, "hide", row("new", reason))
        except SettingsError:
            assert path.read_text() == MINE
            return
        rulebook.drop(path, "new")
        assert rules.load(path) == before


def test_what_could_not_be_read_again_is_not_written(path: Path) -> None:
    with pytest.raises(SettingsError, match="used twice"):
        rulebook.add(path, "hide", row("a"))
    assert path.read_text() == MINE


def test_a_fresh_id_is_nobodys(path: Path) -> None:
    assert [rulebook.fresh(name, rules.load(path)) for name in ("z", "a")] == ["z", "a-2"]


def test_who_is_forgotten_leaves_the_lines_that_say_whose_accounts_are(path: Path) -> None:
    for names in (["a", "b", "c"], ["c", "d"], ["d", "e"]):
        rulebook.add(path, "person", {"accounts": names, "reason": "they said so"})
    assert rulebook.part(path, lambda name: name == "c") == 2
    found = rules.load(path).people
    assert [one.accounts for one in found] == [("a", "b"), ("d", "e")]
    assert path.read_text().startswith(MINE.rstrip())
