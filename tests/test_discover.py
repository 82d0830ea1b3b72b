"""One address, and the channels found there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.discover import Found, discover
from hub.errors import Missing
from hub.web import Web

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SITE = "https://brand.example/"
RECORDINGS = Path(__file__).parent / "channels"
ROOT = "https://brand.example/wp-json/"


def found(tmp_path: Path, url: str, **answers: dict[str, object]) -> Found:
    """What is discovered at an address of a world that gives these answers."""
    exchanges = [{"request": {"url": place}, "response": answer} for place, answer in answers.items()]
    (tmp_path / "tape.json").write_text(json.dumps({"origin": "made up for a test", "exchanges": exchanges}))
    return discover(Web(agent="test", now=lambda: NOW, replay=tmp_path / "tape.json"), url)


def page(head: str) -> dict[str, object]:
    return {"text": f"<html lang='de'><head><title> Our\n house </title>{head}</head><p>Hi</p></html>"}


def test_a_page_tells_the_name_the_language_and_what_it_is_about(tmp_path: Path) -> None:
    head = "<meta name=description content='Kettles'><link rel='shortcut icon' href='/k.svg'>"
    told = found(tmp_path, SITE, **{SITE: page(head)})
    assert told == Found(name="Our house", language="de", description="Kettles", icon="https://brand.example/k.svg")


def test_feeds_are_taken_from_the_page_without_those_of_comments(tmp_path: Path) -> None:
    links = "".join(
        f"<link rel=alternate type='{kind}' title='{title}' href='{href}'>"
        for kind, title, href in [
            ("application/atom+xml", "News", "/news.atom"),
            ("application/rss+xml", "Comments Feed", "/comments/feed/"),
            ("application/json", "JSON", "/wp-json/wp/v2/pages/1"),
            ("text/html", "English", "/en/"),
        ]
    )
    told = found(tmp_path, SITE, **{SITE: page(links)})
    assert [channel.fields for channel in told.channels] == [{"url": "https://brand.example/news.atom"}]


def test_a_wordpress_is_proposed_whole_with_its_team(tmp_path: Path) -> None:
    told = found(
        tmp_path,
        SITE,
        **{
            SITE: page(f"<link rel='https://api.w.org/' href='{ROOT}'><link rel=alternate type='application/rss+xml'>"),
            f"{ROOT}?_fields=name,description,home,namespaces": {
                "json": {"name": "Kettle &amp; Sons", "description": "Tea", "home": SITE[:-1], "namespaces": ["wp/v2"]}
            },
            f"{ROOT}wp/v2/users?_fields=id&per_page=100": {"json": [{"id": 2}, {"id": 1}]},
        },
    )
    assert (told.name, [tuple(channel)[:3] for channel in told.channels]) == (
        "Kettle & Sons",
        [("blog", "wordpress", {"url": SITE[:-1], "team": [1, 2]})],
    )


def test_a_wordpress_with_its_api_shut_is_followed_by_its_feed(tmp_path: Path) -> None:
    head = f"<link rel='https://api.w.org/' href='{ROOT}'><link rel=alternate type='application/rss+xml' href=/feed/>"
    told = found(tmp_path, SITE, **{SITE: page(head)})
    assert [(channel.kind, channel.fields["url"]) for channel in told.channels] == [
        ("feed", "https://brand.example/feed/")
    ]


@pytest.mark.parametrize("case", ["feed", "feed_atom", "feed_json", "feed_rdf"])
def test_the_address_of_a_feed_is_a_channel_by_itself(case: str) -> None:
    tape = json.loads((RECORDINGS / case / "pull.json").read_text())
    url = tape["exchanges"][0]["request"]["url"]
    told = discover(Web(agent="test", now=lambda: NOW, replay=RECORDINGS / case / "pull.json"), url)
    assert [(channel.kind, channel.fields) for channel in told.channels] == [("feed", {"url": url})]


def test_an_address_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        found(tmp_path, SITE)
