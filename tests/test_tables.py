"""Channels as content/hub.toml writes them: whatever the net says of them, it is TOML, and means what was found."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub.commands.start import Answers, hub_toml
from hub.commands.tables import table
from hub.discover import Proposal
from hub.settings import load

FOUND = [
    Proposal("blog", "wordpress", {"url": "https://brand.example/", "team": [1, 2]}, "an open API"),
    Proposal("mastodon", "mastodon", {"url": "https://social.example/@us"}, "rel=me"),
    Proposal("x", "twitter", {"handle": "us"}, "a link", sure=False),
]
TEXT = st.text(max_size=40)
FIELDS = st.dictionaries(st.sampled_from(["url", "handle"]), TEXT | st.lists(TEXT, max_size=3), max_size=2)


@given(FIELDS, TEXT)
def test_any_words_from_outside_give_toml_that_says_the_same(fields: dict[str, object], why: str) -> None:
    told = tomllib.loads("\n".join(table(Proposal("one", "feed", fields, why))))
    assert told == {"channels": {"one": {"kind": "feed", **fields}}}


@given(FIELDS, TEXT)
def test_what_is_not_sure_is_a_comment_that_becomes_a_channel_without_its_marks(
    fields: dict[str, str], why: str
) -> None:
    lines = list(table(Proposal("one", "odd", fields, why, sure=False)))
    assert tomllib.loads("\n".join(lines)) == {}
    bare = "\n".join(line.removeprefix("# ") for line in lines[1:])
    assert tomllib.loads(bare) == {"channels": {"one": {"kind": "odd", **fields}}}


def test_what_is_found_is_settings_that_load_with_the_keys_as_comments(tmp_path: Path) -> None:
    text = "\n".join(hub_toml(Answers(name="Us", address="https://hub.example/", language="en", channels=FOUND)))
    (tmp_path / "content").mkdir()
    (tmp_path / "content/hub.toml").write_text(text)
    settings = load(tmp_path, {})
    assert list(settings.channels) == ["notes", "blog", "mastodon"]
    assert settings.brand.hosts == ("brand.example",)
    assert '# token = "env:MASTODON_TOKEN"' in text


def test_what_needs_a_key_loads_as_soon_as_its_marks_are_gone(tmp_path: Path) -> None:
    answers = Answers(name="Us", address="https://hub.example/", language="en", channels=FOUND)
    text = "\n".join(line.removeprefix("# ") if "X_TOKEN" in line else line for line in hub_toml(answers))
    text = text.replace("# [channels.x]\n# kind", "[channels.x]\nkind").replace("# handle", "handle")
    (tmp_path / "content").mkdir()
    (tmp_path / "content/hub.toml").write_text(text)
    assert load(tmp_path, {}).channels["x"].token == "env:X_TOKEN"  # type: ignore[attr-defined]
