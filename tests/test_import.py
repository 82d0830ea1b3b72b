"""`hub import`: what a person takes in, what they are told, and how it ends."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image

from hub import log
from hub.cli import run
from hub.commands.importing import STEP, Wish, keep
from hub.imports import Found
from hub.model import Batch, Changes, Item
from hub.run import Hub, opened
from hub.settings import load
from hub.store.archive import Archive
from tests.channels.letters import SENDER, letter, maildir, mbox
from tests.imports.corpus import corpus
from tests.imports.straight import FILES, SITE, Told, bare

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WXR = "comments-export-isso/wordpress.xml"
Typed = Callable[..., tuple[int, Any]]


@pytest.fixture
def hub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Typed]:
    """A command in a brand's folder: its exit code and its answer in JSON."""
    channels = '[channels.notes]\nkind = "local"\n'
    (tmp_path / "content").mkdir()
    (tmp_path / "content/hub.toml").write_text(f'[brand]\nname = "Us"\nurl = "https://us.example/"\n{channels}')

    def call(*args: object) -> tuple[int, Any]:
        code = run(["--site", str(tmp_path), "--json", *map(str, args)], lambda: NOW)
        out, err = capsys.readouterr()
        lines = [json.loads(line) for line in (out or err).splitlines()]
        return code, lines if args[0] == "export" else lines[0]

    yield call
    log.stop()


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "PNG")
    return out.getvalue()


def ids(hub: Typed) -> set[str]:
    return {one["id"] for one in hub("export")[1]}


@pytest.mark.parametrize("name", FILES)
def test_the_archive_says_what_stands_in_an_export_of_comments(hub: Typed, name: str) -> None:
    read, count = FILES[name]
    wanted = sorted(read(corpus(name)))
    hub("import", corpus(name), "--base", SITE)
    kept = [one for one in hub("export")[1] if one["reply_to"]]
    assert len(wanted) == count
    assert sorted(map(exported, kept)) == wanted


def exported(line: dict[str, Any]) -> Told:
    """A line of `hub export` as the files are read."""
    author, text = line["author"]["name"], bare(line["html"])
    return line["id"], author, line["published"], line["reply_to"], line["root"], text


def test_an_import_is_in_the_archive_at_once_and_a_second_one_adds_nothing(hub: Typed) -> None:
    code, first = hub("import", corpus(WXR))
    kept = ids(hub)
    again = hub("import", corpus(WXR))[1]["imported"][0]
    assert (code, first["imported"][0]["added"], len(kept)) == (0, 11, 11)
    assert (again["added"], again["edited"], again["skipped"], ids(hub)) == (
        0,
        0,
        {"known already, as new or newer": 11},
        kept,
    )


def test_a_dry_run_tells_and_keeps_nothing(hub: Typed, tmp_path: Path) -> None:
    before = (tmp_path / "content/hub.toml").read_bytes()
    one = hub("import", corpus(WXR), "--dry-run")[1]["imported"][0]
    assert (one["added"], len(one["changes"])) == (11, 10)
    assert (ids(hub), (tmp_path / "content/hub.toml").read_bytes()) == (set(), before)


def test_a_dry_run_counts_what_the_import_then_does(hub: Typed, tmp_path: Path) -> None:
    text = corpus(WXR).read_text("utf-8")
    (tmp_path / "first.xml").write_text(text)
    text = text.replace("Erster!1", "Kwyz").replace("<wp:comment_id>9<", "<wp:comment_id>99<")
    (tmp_path / "later.xml").write_text(text)
    hub("import", tmp_path / "first.xml")
    before = hub("export")[1]
    (dry,) = hub("import", tmp_path / "later.xml", "--dry-run")[1]["imported"]
    assert (dry["added"], dry["edited"], hub("export")[1]) == (1, 1, before)
    (real,) = hub("import", tmp_path / "later.xml")[1]["imported"]
    assert {**dry, "changes": 0} == {**real, "changes": 0}


def test_what_has_no_channel_gets_one_that_is_not_asked(hub: Typed, tmp_path: Path) -> None:
    hub("import", corpus(WXR), "--channel", "old")
    channel = load(tmp_path, {}).channels["old"]
    assert type(channel).__name__ == "Archive"
    assert {one["channel"] for one in hub("export")[1]} == {"old"}


def test_every_edge_of_the_export_is_one_of_the_thread(hub: Typed) -> None:
    hub("import", corpus(WXR))
    wrong = [one["id"] for one in hub("export")[1] if one["reply_to"] != one["parent_id"] and one["reply_to"]]
    assert wrong == []


def test_a_list_of_feeds_becomes_channels_and_a_second_time_none(hub: Typed, tmp_path: Path) -> None:
    file = corpus("opml-lists/recommended/with_category/Tech.opml")
    count = file.read_text("utf-8").count("xmlUrl=")
    assert hub("import", file)[1]["imported"][0]["channels"] == count
    assert hub("import", file)[1]["imported"][0]["channels"] == 0
    assert len(load(tmp_path, {}).channels) == count + 1


def test_an_archive_of_x_is_taken_in_with_its_pictures_and_merges(hub: Typed, tmp_path: Path) -> None:
    media = {"url": "https://t.co/p", "type": "photo", "media_url_https": "https://pbs.twimg.com/media/Ab.jpg"}
    row = {"id_str": "20", "full_text": "A lid https://t.co/p", "created_at": "Fri Nov 20 09:00:00 +0000 2026"}
    files = {
        "data/tweets.js": [{"tweet": {**row, "extended_entities": {"media": [media]}}}],
        "data/account.js": [{"account": {"accountId": "7", "username": "us", "accountDisplayName": "Us"}}],
    }
    with ZipFile(tmp_path / "x.zip", "w") as packed:
        for name, rows in files.items():
            packed.writestr(name, f"window.YTD.x.part0 = {json.dumps(rows)}")
        packed.writestr("data/tweets_media/20-Ab.jpg", picture())
    (one,) = hub("import", tmp_path / "x.zip")[1]["imported"]
    assert (one["channel"], one["added"], one["pictures"]) == ("x", 1, 1)
    assert len(list((tmp_path / ".hub/media").glob("*/*.webp"))) > 0
    assert load(tmp_path, {}).channels["x"].handle == "us"  # type: ignore[attr-defined]


def test_our_own_export_comes_back_whole(hub: Typed, tmp_path: Path) -> None:
    hub("import", corpus(WXR))
    lines = hub("export")[1]
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for file in tmp_path.glob(".hub/archive.sqlite*"):
        file.unlink()
    hub("import", tmp_path / "all.jsonl")
    assert hub("export")[1] == lines


@pytest.mark.parametrize(
    ("name", "code", "words"), [("none", 66, "is not there"), ("odd", 65, "no export that is known")]
)
def test_a_file_that_is_missing_or_odd_ends_with_its_code(
    hub: Typed, tmp_path: Path, name: str, code: int, words: str
) -> None:
    (tmp_path / "odd").write_text("Dear diary")
    ended, said = hub("import", tmp_path / name)
    assert (ended, words in said["error"], bool(said["fix"])) == (code, True, True)


@pytest.mark.parametrize("make", [mbox, maildir])
def test_the_issues_in_a_mailbox_come_as_the_newsletter_brings_them(hub: Typed, tmp_path: Path, make: Any) -> None:
    place = make(tmp_path / "mail", letter(), letter("<p>Wqzy</p>", 2, in_reply_to="<issue1@kettle.example>"))
    assert hub("import", place)[0] == 64
    with (tmp_path / "content/hub.toml").open("a") as file:
        file.write(f'[channels.news]\nkind = "newsletter"\nsender = "{SENDER}"\npath = "{place}"\n')
    (one,) = hub("import", place)[1]["imported"]
    assert (one["channel"], one["added"], one["skipped"]) == ("news", 1, {"letter that is no issue": 1})
    hub("pull", "news")
    assert ids(hub) == {"mid:issue1@kettle.example"}


def test_pages_without_a_host_ask_for_it(hub: Typed) -> None:
    file = corpus("comments-export-isso/generic.json")
    assert hub("import", file)[0] == 65
    assert hub("import", file, "--base", "https://old.example/")[1]["imported"][0]["added"] == 4


def test_two_channels_of_a_kind_are_asked_between(hub: Typed, tmp_path: Path) -> None:
    with (tmp_path / "content/hub.toml").open("a") as file:
        file.write(
            "".join(f'[channels.{name}]\nkind = "wordpress"\nurl = "https://{name}.example/"\n' for name in "ab")
        )
    code, said = hub("import", corpus(WXR))
    assert (code, "--channel: a, b" in said["error"]) == (64, True)


# beside what a live channel brings


@pytest.fixture
def live(hub: Typed, tmp_path: Path) -> Iterator[Hub]:
    """A hub whose blog was pulled: one post kept, one deleted at its source."""
    with (tmp_path / "content/hub.toml").open("a") as file:
        file.write('[channels.blog]\nkind = "wordpress"\nurl = "https://blog.example/"\n')
    with opened(load(tmp_path, os.environ), os.environ, lambda: NOW) as opened_hub:
        opened_hub.store.save("blog", Batch(items=(said("1", "live"), said("2", "Wqzy")), cursor={"at": 7}))
        opened_hub.store.save("blog", Batch(gone=("https://blog.example/2",), cursor={"at": 7}))
        yield opened_hub


def said(number: str, text: str, **more: Any) -> Item:
    id = f"https://blog.example/{number}"
    facts: dict[str, Any] = {"published": NOW.replace(year=2020), "ours": True, "url": id, **more}
    return Item(id=id, channel="blog", html=f"<p>{text}</p>", **facts)


def taken(hub: Hub, *items: Item) -> dict[str, int]:
    done = keep(hub, "blog", Found(items=items), Wish(now=NOW))
    return {"added": done.added, "edited": done.edited, **done.skipped}


def test_what_the_source_deleted_does_not_come_back_by_an_old_file(live: Hub) -> None:
    assert taken(live, said("2", "Wqzy")) == {"added": 0, "edited": 0, "deleted at its source": 1}
    assert live.store.item("https://blog.example/2") is None


def test_an_older_text_does_not_replace_what_came_live_and_a_later_edit_does(live: Hub) -> None:
    assert taken(live, said("1", "old"))["edited"] == 0
    assert taken(live, said("1", "new", edited=NOW.replace(year=2021)))["edited"] == 1
    found = live.store.item("https://blog.example/1")
    assert found
    assert found.html == "<p>new</p>"


def test_an_import_leaves_the_place_where_the_live_pull_goes_on(live: Hub) -> None:
    taken(live, said("3", "more"))
    assert live.store.health("blog").cursor == {"at": 7}


class Cut(Archive):
    """A store that is killed at its second write."""

    writes = 0

    def save(self, *args: Any) -> Changes:
        self.writes += 1
        if self.writes > 1:
            raise KeyboardInterrupt
        return super().save(*args)


def test_an_import_that_is_cut_off_goes_on_where_it_stopped(live: Hub) -> None:
    many = Found(items=tuple(said(str(number), "x") for number in range(10, 10 + STEP + 3)))
    cut = dataclasses.replace(live, store=Cut(live.store.database))  # type: ignore[attr-defined]
    with pytest.raises(KeyboardInterrupt):
        keep(cut, "blog", many, Wish(now=NOW))
    rest = keep(live, "blog", many, Wish(now=NOW))
    assert (rest.added, rest.skipped) == (3, {"known already, as new or newer": STEP})
