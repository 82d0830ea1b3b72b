"""The wall in Debian's Chromium: whatever is said there, and on whatever screen, stands there in full sight."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub import tidy
from hub.model import Batch
from tests.browser import states
from tests.browser.conftest import Served, address, listening, node, serving
from tests.contrast import contrast
from tests.site.conftest import lay

pytestmark = pytest.mark.browser
Told = Mapping[str, Any]

SCREENS = {
    "720p": {"width": 1280, "height": 720},
    "1080p": {"width": 1920, "height": 1080},
    "4k": {"width": 3840, "height": 2160},
    "portrait": {"width": 1080, "height": 1920, "query": "theme=dark"},
    "four": {"width": 1920, "height": 1080, "query": "grid=2"},
    "four-720p": {"width": 1280, "height": 720, "query": "grid=2"},
    "four-portrait": {"width": 1080, "height": 1920, "query": "grid=2"},
}
LONG = (
    "On Saturday we mended forty-one freewheels, nine brackets and one very old lamp, and nobody went home on foot. "
    "Next month the workshop is open from ten until four, and whoever brings a bell may ring it. "
    "Bring your own rags, because we have used up every single one of ours."
)
ENDLESS = "We mended " + ", ".join(f"the wheel of neighbour {number}" for number in range(1, 10))


def laid(path: Path, root: str) -> Path:
    """A wall of long words and pictures of both shapes."""
    folder = lay(path)
    (path / "content/hub.toml").write_text(states.SETTINGS.format(root=root, language="en"), "utf-8")
    wide, tall = states.picture("lamp", "A lamp"), states.picture("map", "A map")
    words = {"long": LONG, "endless": ENDLESS, "few": "Come along!"}
    items = [
        states.said(f"{name}-{shape}", f"<p>{text}</p>", day=day, media=media)
        for day, (name, text) in enumerate(words.items())
        for shape, media in (("bare", ()), ("wide", (wide,)), ("tall", (tall,)))
    ]
    items += [states.answer(f"who-{who}", items[0], f"<p>{LONG}</p>", who, media=(wide,)) for who in (1, 3)]
    items += [states.answer("film", items[0], f"<p>{LONG}</p>", 2)]
    folder.store.save("films", Batch(items=(replace(items.pop(), channel="films"),)))
    folder.store.save("social", Batch(items=tuple(tidy.item(item, states.NOW) for item in items)))
    for media in (wide, tall):
        states.hang(folder, media.url)
    folder.build()
    folder.store.close()
    return path


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    listener = listening()
    yield from serving(laid(tmp_path_factory.mktemp("hall") / "hub", address(listener)), listener)


@pytest.fixture(scope="module")
def told(hall: Served, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What can be seen of each message, by screen; SHOTS names a folder for pictures of them."""
    asked = tmp_path_factory.mktemp("told") / "asked.json"
    looks = {"url": f"{hall.root}wall/", "folder": os.environ.get("SHOTS", ""), "looks": SCREENS}
    asked.write_text(json.dumps(looks), "utf-8")
    return node("wall.mjs", str(asked))  # type: ignore[no-any-return]


def test_name_words_picture_and_source_of_every_message_can_be_seen(told: Told) -> None:
    out = {f"{look} {one['key']}": one["out"] for look, page in told.items() for one in page["shown"] if one["out"]}
    assert out == {}
    assert {look: len(page["shown"]) for look, page in told.items()} == {**dict.fromkeys(SCREENS, 12), "four-720p": 11}


def test_no_letter_is_smaller_than_a_room_can_read(told: Told) -> None:
    assert min(one["least"] for page in told.values() for one in page["shown"]) >= 24


def said(told: Told, key: str) -> dict[str, str]:
    return {look: one["said"] for look, page in told.items() for one in page["shown"] if one["key"].endswith(key)}


def test_what_has_no_room_ends_at_a_sentence(told: Told) -> None:
    texts = said(told, "/long-wide")
    assert {look for look, text in texts.items() if text == LONG} == {"720p", "1080p", "4k", "portrait"}
    assert texts["four"].endswith("on foot. …")
    assert texts["four-portrait"].endswith("ring it. …")


def test_what_terms_keep_whole_is_shown_whole_or_waits_for_a_larger_screen(told: Told) -> None:
    assert said(told, "/film") == dict.fromkeys(SCREENS.keys() - {"four-720p"}, LONG)


def plain(colour: str) -> str:
    """rgb(27, 30, 36) → #1b1e24"""
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour))


def test_every_word_can_be_read_from_afar_in_the_light_and_in_the_dark(told: Told) -> None:
    assert len({page["ground"] for page in told.values()}) == 2
    pairs = [(plain(word), plain(page["ground"])) for page in told.values() for word in page["words"]]
    assert min(contrast(*pair) for pair in pairs) >= 7


@pytest.fixture(scope="module")
def options(hall: Served) -> Told:
    return node("wall-options.mjs", f"{hall.root}wall/")  # type: ignore[no-any-return]


def test_a_screen_of_one_channel_shows_no_other_even_while_nobody_answers(options: Told) -> None:
    assert set(options["every"]) == {"films", "social"}
    assert options["one"] == options["fed"] == ["films"]


def test_the_address_of_a_wall_sets_its_scheme_and_its_speed(options: Told) -> None:
    assert (options["dark"], options["light"]) == ("dark", "light")
    assert options["fast"] < 6_000  # nothing stands shorter than eight seconds at the usual speed


def test_a_pointer_at_rest_hides_until_it_moves(options: Told) -> None:
    assert options["cursor"] == {"link": "none", "moved": "auto"}


def test_a_screen_asks_to_stay_lit_again_when_its_tab_is_shown(options: Told) -> None:
    assert options["lit"] == [1, 2]


def test_without_scripts_the_wall_is_a_list(options: Told) -> None:
    assert options["bare"] == 12
