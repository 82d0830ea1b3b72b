"""Webmentions: what is withdrawn, moved or a lie; long lists; pages of others read for their microformats."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.channels import Ask
from hub.channels.mf2 import Reader, bare, links_to, spoken
from hub.channels.webmention import Webmention
from hub.channels.webmention_items import mention
from hub.errors import Malformed
from hub.model import Batch, Item, Reaction
from hub.web import Answer, Seen, Web

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SERVICE, POST = "https://webmention.io/api/mentions.jf2", "https://blog.example/kettle"
TAPE = json.loads((Path(__file__).parent / "webmention/pull.json").read_text("utf-8"))["exchanges"]
TOLD = Webmention("wm", domain="blog.example", token="t0ken")
PLAIN = Webmention("wm", domain="blog.example", token="t0ken", sources=False)


class Service:
    """The recording, whose lines and pages a test may alter."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.pages: dict[str, Any] = {one["request"]["url"]: json.loads(json.dumps(one["response"])) for one in TAPE}
        self.lines: list[dict[str, Any]] = next(iter(self.pages.values()))["json"]["children"]

    def pull(self, channel: Webmention, before: list[Batch] | None = None, **ask: bool) -> list[Batch]:
        exchanges = [{"request": {"url": url}, "response": page} for url, page in self.pages.items()]
        self.place.write_text(json.dumps({"origin": "altered", "exchanges": exchanges}), "utf-8")
        cursor = json.loads(json.dumps(before[-1].cursor)) if before else {}
        with Web(agent="test", now=lambda: NOW, replay=self.place, sleep=lambda _: None) as web:
            return list(channel.pull(web, cursor, Ask(now=NOW, **ask)))


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path / "tape.json")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


def read(reader: Reader, html: str, url: str = "https://ann.example/1") -> Mapping[str, object]:
    headers = {"content-type": "text/html; charset=utf-8"}
    return reader.read(Answer(status=200, url=url, headers=headers, body=html.encode(), seen=Seen()))


def faces(batches: list[Batch], withdrawn: bool = False) -> set[tuple[str, str]]:
    found = (one for batch in batches for one in batch.reactions if one.withdrawn is withdrawn)
    return {(one.type, one.account.url) for one in found}


def gone(batches: list[Batch]) -> set[str]:
    return {name for batch in batches for name in batch.gone}


def test_likes_reposts_bookmarks_and_rsvps_are_faces(service: Service) -> None:
    assert faces(service.pull(TOLD)) == {
        ("like", "https://bo.example/"),
        ("repost", "https://far.example/@cy"),
        ("bookmark", "https://marks.example/"),
        ("rsvp", "https://fay.example/"),
    }


def test_what_the_service_lists_no_more_is_withdrawn(service: Service) -> None:
    before = service.pull(TOLD)
    del service.lines[0], service.lines[1]
    after = service.pull(TOLD, before)
    assert gone(after) == {"https://ann.example/2026/kettle-reply"}
    assert faces(after, withdrawn=True) == {("like", "https://bo.example/")}


@pytest.mark.parametrize("page", [{"status": 410}, {"status": 404}, {"status": 200, "text": "<p>Nothing.</p>"}])
def test_a_source_that_is_gone_or_links_elsewhere_takes_its_reply_along(
    service: Service, page: dict[str, object]
) -> None:
    before = service.pull(TOLD)
    service.pages["https://ann.example/2026/kettle-reply"] = page
    assert gone(service.pull(TOLD, before)) == set()
    assert gone(service.pull(TOLD, before, sweep=True)) == {"https://ann.example/2026/kettle-reply"}


@pytest.mark.parametrize("page", [{"status": 500}, {"status": 403}, {"status": 200, "fault": "timeout"}])
def test_a_source_that_does_not_answer_today_deletes_nothing(service: Service, page: dict[str, object]) -> None:
    before = service.pull(TOLD)
    service.pages["https://ann.example/2026/kettle-reply"] = page
    after = service.pull(TOLD, before, sweep=True)
    assert (gone(after), faces(after, withdrawn=True)) == (set(), set())


def test_without_its_source_a_mention_is_what_the_service_says(service: Service) -> None:
    items = {item.id: item for batch in service.pull(PLAIN) for item in batch.items}
    assert items["https://ann.example/2026/kettle-reply"].html == "Does it <b>whistle</b>?"
    assert items["https://paper.example/kettles"].html == "<p>The one by the brand is the loudest.</p>"


def test_a_reply_that_becomes_a_like_is_no_reply_any_more(service: Service) -> None:
    before = service.pull(PLAIN)
    service.lines[0] |= {"wm-property": "like-of"}
    after = service.pull(PLAIN, before)
    assert gone(after) == {"https://ann.example/2026/kettle-reply"}
    assert faces(after) == {("like", "https://ann.example/")}


def test_a_list_longer_than_a_page_is_walked_by_number(service: Service) -> None:
    lines = [
        {**service.lines[0], "wm-id": id, "wm-source": f"https://s{id}.example/", "url": ""} for id in range(1, 251)
    ]
    asked = f"{SERVICE}?domain=blog.example&token=t0ken&per-page=100"
    service.pages[f"{asked}&sort-by=updated&page=0"] = {"json": {"children": lines[:-101:-1]}}
    for since in (0, 100, 200):
        some = {"json": {"children": lines[since : since + 100]}}
        service.pages[f"{asked}&sort-by=created&sort-dir=up&since_id={since}"] = some
    batches = service.pull(PLAIN)
    assert len({item.id for batch in batches for item in batch.items}) == 250
    assert service.pull(PLAIN, batches) == []


def test_without_a_token_some_addresses_are_asked_for(service: Service) -> None:
    two = (POST, "https://blog.example/tea")
    query = "".join(f"target%5B%5D={address.replace(':', '%3A').replace('/', '%2F')}&" for address in two)
    service.pages = {f"{SERVICE}?{query}per-page=100&sort-by=updated&page=0": {"json": {"children": service.lines}}}
    assert len(service.pull(Webmention("wm", targets=two, sources=False))[0].items) == 5


def test_a_channel_without_token_and_targets_is_told_how_to_get_them(service: Service) -> None:
    with pytest.raises(Malformed, match="neither a token nor targets"):
        service.pull(Webmention("wm"))


def line(**other: object) -> dict[str, object]:
    row = {"wm-source": "https://ann.example/1", "wm-target": POST, "wm-property": "in-reply-to", "content": "Hi"}
    return {**row, **other}


@pytest.mark.parametrize("own", ["https://blog.example/kettle", "https://news.example/1", "javascript:alert(1)", ""])
def test_a_page_names_no_address_of_others_as_its_own(own: str) -> None:
    said = mention(line(url=own), "wm")
    assert isinstance(said, Item)
    assert (said.id, said.aliases) == ("https://ann.example/1", ())


def test_a_bridge_cannot_speak_for_the_brand_either() -> None:
    said = mention(line(**{"wm-source": "https://brid.gy/x", "url": "https://blog.example/other"}), "wm")
    assert isinstance(said, Item)
    assert said.id == "https://brid.gy/x"


def test_an_author_is_vouched_for_by_their_own_host_alone() -> None:
    said = mention(line(author={"name": "The Brand", "url": "https://blog.example/"}), "wm")
    assert isinstance(said, Item)
    assert (said.author.url, said.author.id) == ("https://blog.example/", "")


@pytest.mark.parametrize(("said", "type_"), [("yes", "rsvp"), ("no", "rsvp-no"), ("maybe", "rsvp-maybe")])
def test_only_who_comes_is_an_rsvp(said: str, type_: str) -> None:
    face = mention(line(**{"wm-property": "rsvp", "rsvp": said}), "wm")
    assert isinstance(face, Reaction)
    assert face.type == type_


@pytest.mark.parametrize(
    "html",
    [
        f"<!-- <a href='{POST}'>x</a> -->",
        f"<p>{POST}</p>",
        f"<script>'<a href=\"{POST}\">'</script>",
        f"<template><a href='{POST}'>x</a></template>",
        f"<a href='{POST}/other'>x</a>",
        f"<p title='{POST}'>x</p>",
        f"&lt;a href='{POST}'&gt;",
    ],
)
def test_what_only_looks_like_a_link_is_none(reader: Reader, html: str) -> None:
    assert not links_to(read(reader, html), POST)


@pytest.mark.parametrize(
    "html",
    [
        f"<a href='{POST}'>x</a>",
        f"<img src='{POST}'>",
        f"<video src='{POST}'></video>",
        f"<blockquote cite='{POST}'>x</blockquote>",
        "<base href='https://blog.example/a/'><a href='../kettle'>x</a>",
        "<a href='http://www.blog.example/kettle/#talk'>x</a>",
    ],
)
def test_every_way_to_link_counts(reader: Reader, html: str) -> None:
    assert links_to(read(reader, html), POST)


@pytest.mark.slow
@pytest.mark.parametrize("html", ["<b>" * 60_000, "<div class='h-entry p-name e-content'>" * 300 + "x" * 500_000])
def test_a_page_made_to_choke_on_is_given_up_and_the_next_is_read(reader: Reader, html: str) -> None:
    with pytest.raises(Malformed):
        read(reader, html)
    assert links_to(read(reader, f"<a href='{POST}'>x</a>"), POST)


def test_the_entry_that_speaks_of_us_is_found_in_a_feed(reader: Reader) -> None:
    entry = "<article class='h-entry'><a class='u-in-reply-to' href='{}'></a><p class='e-content'>{}</p></article>"
    feed = f"<div class='h-feed'>{entry.format('https://x.example/', 'no')}{entry.format(POST, 'this')}</div>"
    said = spoken(read(reader, feed), POST)
    assert (said["wm-property"], said["content"]) == ("in-reply-to", {"html": "this", "text": "this"})


@pytest.mark.parametrize("odd", ["http://[::1", "https://a.example:99999999/", "\x00", "//", "a" * 9000])
def test_an_address_that_is_none_never_equals_one(odd: str) -> None:
    assert bare(odd) != bare(POST)
