"""Lists of feeds as feed readers give them away: every address is a channel, once."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from hub.errors import DataError, InputError
from hub.imports import opml
from hub.settings import _NAME
from tests.imports.corpus import CORPORA, corpus

LISTS = sorted((CORPORA / "opml-lists").rglob("*.opml"))
NONE = pytest.param(Path("opml-lists"), marks=pytest.mark.skip(reason="the corpus opml-lists is missing"))


def written(tmp_path: Path, body: str) -> Path:
    (tmp_path / "list.opml").write_text(f"<opml version='2.0'><body>{body}</body></opml>")
    return tmp_path / "list.opml"


@pytest.mark.parametrize("file", LISTS or [NONE], ids=lambda file: file.stem)
def test_every_address_of_a_list_is_a_channel_with_a_name_of_its_own(file: Path) -> None:
    urls = [unescape(url) for url in re.findall(r'xmlUrl="([^"]*)"', file.read_text("utf-8"))]
    found = opml.read(file)
    assert [one.fields["url"] for one in found.channels] == urls
    assert len({one.name for one in found.channels}) == len(urls)
    assert all(_NAME.fullmatch(one.name) for one in found.channels)


def test_a_second_time_there_is_nothing_to_add() -> None:
    file = corpus("opml-lists/recommended/with_category/Tech.opml")
    first = opml.read(file).channels
    again = opml.read(file, [one.name for one in first], [str(one.fields["url"]) for one in first])
    assert (again.channels, again.skipped) == ((), {"already a channel": len(first)})


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x.example/", "data:text/xml,x", "javascript:1", "http://"]
)
def test_what_is_no_web_address_is_left_out(tmp_path: Path, url: str) -> None:
    found = opml.read(written(tmp_path, f"<outline text='x' xmlUrl='{url}'/>"))
    assert (found.channels, found.skipped) == ((), {"no http or https address": 1})


def test_two_spellings_of_one_address_are_one_channel(tmp_path: Path) -> None:
    lines = [f"<outline text='x' xmlUrl='{url}'/>" for url in ("http://a.example/feed/", "https://A.example/feed")]
    assert len(opml.read(written(tmp_path, "".join(lines))).channels) == 1


def test_what_is_taken_out_by_a_comment_is_no_channel(tmp_path: Path) -> None:
    assert opml.read(written(tmp_path, "<!-- <outline xmlUrl='https://a.example/'/> -->")).channels == ()


def test_a_file_that_is_no_list_and_one_that_is_not_there_say_so(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("<rss/>")
    with pytest.raises(DataError, match="is no OPML"):
        opml.read(tmp_path / "x")
    with pytest.raises(InputError, match="cannot be opened"):
        opml.read(tmp_path / "none")
