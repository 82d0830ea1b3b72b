"""The theme by itself: rendered with made-up views, judged by readers nobody here wrote."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import html5lib
import mf2py
import pytest
import sample_views as sample

from tests.contrast import contrast

STATIC = sample.THEME / "static"
CSS = (STATIC / "hub.css").read_text("utf-8")
RULES = re.sub(r"/\*.*?\*/|url\(\"[^\"]*\"\)", "", CSS, flags=re.DOTALL)
PAGES = sorted(sample.PAGES)
XHTML = "{http://www.w3.org/1999/xhtml}"


def rendered(path: str) -> str:
    return sample.render(*sample.PAGES[path])


def elements(path: str) -> Iterator[tuple[str, dict[str, str]]]:
    for element in html5lib.parse(rendered(path)).iter():
        if isinstance(element.tag, str):
            yield element.tag.removeprefix(XHTML), element.attrib


def read(path: str) -> dict[str, list[dict[str, object]]]:
    return mf2py.parse(doc=rendered(path), url=sample.ROOT + path)


def tokens(dark: bool) -> dict[str, str]:
    plain = dict(re.findall(r"--([\w-]+): (#\w+);", CSS))
    whole = re.sub(r"var\(--([\w-]+)\)", lambda found: plain.get(found[1], found[0]), CSS)
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", whole)
    return {name: (night if dark else day) for name, day, night in pairs}


CHANNELS = ["blog", "x", "mastodon", "bluesky", "youtube", "newsletter", "forum", "github", "reddit", "review"]
WORDS = ["text", "muted", "accent", "visited", "good", "bad", "warn", *CHANNELS]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ground", ["surface", "bg", "sunken"])
@pytest.mark.parametrize("word", WORDS)
def test_every_word_stands_out_from_every_ground(word: str, ground: str, dark: bool) -> None:
    colours = tokens(dark)
    assert contrast(colours[word], colours[ground]) >= 4.5


@pytest.mark.parametrize(
    ("front", "light", "night"),
    [
        ("text", 16.6, 13.8),
        ("muted", 6.7, 7.2),
        ("accent", 7.3, 8.3),
        ("visited", 7.7, 8.1),
        ("control", 3.8, 4.3),
        ("focus", 6.1, 9.9),
    ],
)
def test_the_tokens_keep_the_contrast_they_were_chosen_for(front: str, light: float, night: float) -> None:
    assert contrast(tokens(False)[front], tokens(False)["surface"]) >= light
    assert contrast(tokens(True)[front], tokens(True)["surface"]) >= night


@pytest.mark.parametrize("dark", [False, True])
def test_marked_text_and_buttons_can_be_read(dark: bool) -> None:
    colours = tokens(dark)
    assert contrast(colours["text"], colours["mark"]) >= 7
    assert contrast(colours["surface"], colours["accent"]) >= 4.5


def test_the_stylesheet_mirrors_because_it_names_no_left_or_right() -> None:
    sided = r"(?<![-\w])(?:(?:margin|padding|border|inset)-)?(?:left|right)\b"
    physical = r"(?<![-\w])(?:(?:margin|padding|border)-(?:top|bottom)|top|bottom|(?:min-|max-)?(?:width|height)):"
    assert re.findall(sided, RULES) == []
    assert re.findall(physical, re.sub(r"@media \([^)]*\)", "", RULES)) == []


def test_no_stylesheet_or_script_reaches_for_another_address() -> None:
    addresses = re.findall(r"@import|url\((?!\"data:)|https?://(?!www\.w3\.org/2000/svg)", CSS)
    assert addresses == []
    assert (
        re.findall(r"https?://|fetch\(|XMLHttpRequest|innerHTML|eval\(", (STATIC / "hub.js").read_text("utf-8")) == []
    )


@pytest.mark.parametrize(("name", "kibibytes"), [("hub.css", 14), ("hub.js", 12)])
def test_the_shared_files_keep_their_budget(name: str, kibibytes: int) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes())) <= kibibytes * 1024


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_no_inline_style_script_or_handler(path: str) -> None:
    for tag, attributes in elements(path):
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "script" or "src" in attributes or attributes.get("type") == "application/ld+json"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_another_host(path: str) -> None:
    for tag, attributes in elements(path):
        loaded = [attributes.get(name, "") for name in ("src", "poster", "srcset", "data")]
        loaded += [attributes["href"]] if tag == "link" and attributes["rel"] in ("stylesheet", "icon") else []
        assert not [one for one in loaded if one and not one.startswith(("/talk/", "data:"))]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_main_one_h1_and_no_id_twice(path: str) -> None:
    found = list(elements(path))
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert [tag for tag, _ in found if tag in ("main", "h1")].count("main") == 1
    assert [tag for tag, _ in found].count("h1") == 1
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_every_fragment_a_page_links_to_is_on_it(path: str) -> None:
    found = list(elements(path))
    ids = {attributes["id"] for _, attributes in found if "id" in attributes}
    fragments = {
        attributes["href"][1:] for tag, attributes in found if tag == "a" and attributes["href"].startswith("#")
    }
    assert fragments <= ids


def test_a_post_is_one_h_entry_with_every_visible_reply_as_its_comment() -> None:
    (entry,) = read(sample.ARTICLE.href + "index.html")["items"]
    comments = entry["properties"]["comment"]
    visible = rendered(sample.ARTICLE.href + "index.html").count("u-comment h-cite")
    assert entry["properties"]["url"] == entry["properties"]["uid"] == [sample.ROOT + sample.ARTICLE.href]
    assert len(comments) == visible
    assert not any("comment" in comment["properties"] for comment in comments)


def test_a_comment_names_author_origin_time_and_the_message_it_answers() -> None:
    (entry,) = read(sample.ARTICLE.href + "index.html")["items"]
    first, second = (comment["properties"] for comment in entry["properties"]["comment"][:2])
    assert first["url"] == [sample.FIRST.origin]
    assert first["in-reply-to"] == [sample.ROOT + sample.ARTICLE.href]
    assert second["in-reply-to"] == [sample.FIRST.origin]
    assert first["author"][0]["properties"]["name"] == ["Ana Roy"]
    assert first["author"][0]["properties"]["url"] == [sample.ANA.href]


def test_a_title_less_note_has_no_name_and_a_titled_post_has_its_title() -> None:
    (titled,) = read(sample.ARTICLE.href + "index.html")["items"]
    (note,) = read(sample.NOTE.href + "index.html")["items"]
    assert titled["properties"]["name"] == [sample.ARTICLE.title]
    assert "name" not in note["properties"]


def test_home_is_one_h_feed_whose_entries_have_address_time_author_and_summary() -> None:
    (feed,) = read("index.html")["items"]
    assert feed["properties"]["name"] == ["Wheels & Co"]
    assert len(feed["children"]) == len(sample.CARDS)
    for entry in feed["children"]:
        assert {"url", "author"} <= set(entry["properties"])
    assert feed["children"][0]["properties"]["url"] == [sample.ROOT + sample.ARTICLE.href]


@pytest.mark.parametrize("field", ["title", "heading", "summary", "warning", "language"])
def test_markup_in_a_plain_field_stays_text(field: str) -> None:
    card = replace(sample.NOTE, **{field: "<script>alert(1)</script>\"'"}, clamped=True)
    page = replace(sample.HOME, cards=(card,))
    assert "<script>alert" not in sample.render("list.html", page)


def test_a_site_with_more_than_seven_channels_folds_the_rest() -> None:
    shell = replace(sample.SHELL, nav=sample.SHELL.nav + sample.OTHERS)
    page = sample.render("list.html", sample.CHANNEL, shell)
    assert '<details class="more">' in page
    assert page.index("Newsletter") < page.index('<details class="more">') < page.index("Forum")


def test_a_deleted_reply_keeps_its_place_and_nothing_of_its_author() -> None:
    gone = replace(sample.FIRST, state="deleted", who=None, place=None, body=sample.Markup(""), origin="")
    page = sample.render("post.html", replace(sample.POST, lines=(gone,)))
    assert "This reply was deleted by its author." in page
    assert "Ana Roy" not in page


def test_a_conversation_of_150_replies_is_one_light_page() -> None:
    lines = []
    for number in range(50):
        first = sample.say(
            f"{number}a", sample.ANA, "A reply of a usual length, which says a thing or two. " * 4, size=2
        )
        second = sample.answer(f"{number}b", sample.BRAND, "Thank you, we will look at it.", first)
        third = sample.answer(f"{number}c", sample.YUSUF, "شكرًا", first, sample.MASTODON, language="ar")
        lines.append(replace(first, below=(second, third)))
    page = sample.render("post.html", replace(sample.POST, lines=tuple(lines)))
    assert len(gzip.compress(page.encode())) <= 60 * 1024
    assert len(list(html5lib.parse(page).iter())) <= 3000


@pytest.mark.slow
def test_the_checker_of_the_web_finds_no_fault(tmp_path: Path) -> None:
    """Needs Java and HUB_VNU, the path of npm's vnu.jar. Files have no origin, so it cannot judge 'self'."""
    jar = os.environ.get("HUB_VNU", "")
    if not (shutil.which("java") and Path(jar).is_file()):
        pytest.skip("no Java, or HUB_VNU does not name vnu.jar")
    for number, path in enumerate(PAGES):
        (tmp_path / f"{number}.html").write_text(rendered(path), "utf-8")
    command = ["java", "-Xss8m", "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always"]
    files = [str(STATIC / "hub.css"), *sorted(map(str, tmp_path.glob("*.html")))]
    out = subprocess.run([*command, "--also-check-css", *files], capture_output=True, check=True, text=True).stdout
    messages = [
        m["message"] for m in json.loads(out)["messages"] if "Content Security Policy (meta tag)" not in m["message"]
    ]
    assert messages == []
