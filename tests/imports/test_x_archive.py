"""X's archive gives the items that its API gives, and the posts of a corpus as they stand in its files."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.twitter_items import Desk, Included, versions
from hub.channels.twitter_items import item as live
from hub.errors import HubError
from hub.imports import x_archive
from hub.imports.x_posts import Owner, created, post
from hub.model import Item

CORPORA = Path(os.environ.get("HUB_CORPORA", Path(__file__).parents[3] / "shared" / "corpora")) / "twitter-v1"
TAPE = Path(__file__).parents[1] / "channels" / "twitter" / "pull.json"
ACCOUNT = {"account": {"accountId": "7", "username": "us", "accountDisplayName": "Us & Co"}}
LONG = "A long story that does not end where others do. " * 9


def tweet(number: str, text: str, **more: object) -> dict[str, object]:
    row = {"id": number, "id_str": number, "full_text": text, "created_at": "Fri Nov 20 09:00:00 +0000 2026"}
    return {"tweet": {**row, "lang": "en", "favorite_count": "3", "retweet_count": "0", **more}}


def archive(place: Path, **files: object) -> Path:
    """An archive as X packs it; `tweets` becomes data/tweets.js, `note_tweet` data/note-tweet.js."""
    path = place / "twitter-2026-11-22.zip"
    with ZipFile(path, "w") as packed:
        for name, rows in {"account": [ACCOUNT], **files}.items():
            named = f"data/{name.replace('_', '-')}.js"
            packed.writestr(named, f"window.YTD.{name}.part0 = {json.dumps(rows, indent=2)}")
    return path


def test_posts_of_all_parts_come_with_their_author_and_figures(tmp_path: Path) -> None:
    place = archive(tmp_path, tweets=[tweet("20", "one")], tweets_part1=[tweet("21", "two &amp; three")])
    found = x_archive.read(place, "x")
    one, two = found.items
    assert (one.id, two.id, two.html) == (
        "https://x.com/i/status/20",
        "https://x.com/i/status/21",
        "<p>two &amp; three</p>",
    )
    assert (two.author.id, two.author.handle, two.author.name) == ("https://x.com/i/user/7", "@us", "Us & Co")
    assert two.ours
    assert found.counts[two.id] == {"likes": 3}


def test_a_folder_reads_like_its_zip(tmp_path: Path) -> None:
    place = archive(tmp_path, tweets=[tweet("20", "one")])
    with ZipFile(place) as packed:
        packed.extractall(tmp_path / "unpacked" / "twitter")
    assert x_archive.read(tmp_path / "unpacked", "x") == x_archive.read(place, "x")


def test_a_long_post_gets_its_whole_text(tmp_path: Path) -> None:
    note = {"noteTweetId": "5", "createdAt": "2026-11-20T09:00:00.000Z", "core": {"text": LONG + "The end."}}
    note["core"] |= {"urls": [], "hashtags": [{"text": "end"}]}  # type: ignore[operator]
    place = archive(tmp_path, tweets=[tweet("20", LONG[:270] + "… https://t.co/abc")], note_tweet=[{"noteTweet": note}])
    (one,) = x_archive.read(place, "x").items
    assert one.html == f"<p>{LONG}The end.</p>"
    assert one.tags == ("end",)


def test_another_long_text_of_that_moment_is_not_taken(tmp_path: Path) -> None:
    note = {"noteTweetId": "5", "createdAt": "2026-11-20T09:00:00.000Z", "core": {"text": "Something else. " + LONG}}
    place = archive(tmp_path, tweets=[tweet("20", "short")], note_tweet=[{"noteTweet": note}])
    assert x_archive.read(place, "x").items[0].html == "<p>short</p>"


def test_reposts_older_versions_and_unreadable_rows_are_counted_by_reason(tmp_path: Path) -> None:
    first = "2123702889477046273"
    edit = {
        "edit_info": {
            "edit": {"initialTweetId": first, "editControlInitial": {"editTweetIds": [first, "2123703000000000000"]}}
        }
    }
    rows = [
        tweet("20", "RT @ann: look"),
        {"tweet": {"id_str": "x"}},
        tweet(first, "teh", edit_info={"initial": edit["edit_info"]["edit"]["editControlInitial"]}),
    ]
    found = x_archive.read(archive(tmp_path, tweets=[*rows, tweet("2123703000000000000", "the", **edit)]), "x")
    assert found.skipped == {"repost": 1, "not readable": 1, "older version of an edited post": 1}
    assert [(one.id, one.html, one.edited is not None) for one in found.items] == [
        (f"https://x.com/i/status/{first}", "<p>the</p>", True)
    ]


def test_a_thread_of_our_own_hangs_from_its_first_post(tmp_path: Path) -> None:
    rows = [
        tweet("20", "1/3"),
        tweet("21", "2/3", in_reply_to_status_id_str="20"),
        tweet("22", "3/3", in_reply_to_status_id_str="21"),
    ]
    rows.append(tweet("23", "@ann yes", in_reply_to_status_id_str="999"))
    found = x_archive.read(archive(tmp_path, tweets=rows), "x").items
    assert [one.root.rpartition("/")[2] for one in found] == ["", "20", "20", ""]
    assert found[3].reply_to == "https://x.com/i/status/999"


def test_pictures_are_found_in_the_archive(tmp_path: Path) -> None:
    media = {
        "url": "https://t.co/p",
        "type": "photo",
        "media_url_https": "https://pbs.twimg.com/media/Ab.jpg",
        "sizes": {"large": {"w": "9", "h": "8"}},
    }
    place = archive(
        tmp_path,
        tweets=[tweet("20", "Look https://t.co/p", extended_entities={"media": [media]}, entities={"media": [media]})],
    )
    with ZipFile(place, "a") as packed:
        packed.writestr("data/tweets_media/20-Ab.jpg", b"jpeg")
    found = x_archive.read(place, "x")
    assert found.items[0].html == "<p>Look</p>"
    assert x_archive.picture(place, found.files[found.items[0].media[0].url]) == b"jpeg"


def test_an_account_that_is_protected_stays_private(tmp_path: Path) -> None:
    history = [{"protectedHistory": {"protectedAt": "2020-01-01T00:00:00.000Z", "action": "Protect"}}]
    found = x_archive.read(archive(tmp_path, tweets=[tweet("20", "hush")], protected_history=history), "x")
    assert (found.items, found.skipped) == ((), {"not for everybody": 1})


def test_messages_and_deleted_posts_are_not_read(tmp_path: Path) -> None:
    place = archive(tmp_path, tweets=[], deleted_tweets=[tweet("20", "gone")], direct_messages=[{"dmConversation": {}}])
    assert x_archive.read(place, "x").items == ()


@pytest.mark.parametrize(
    "content", [b"window.YTD.tweets.part0 = [", b"", b"\xff\xfe", b"window.YTD.tweets.part0 = " + b"[" * 9999]
)
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("data/tweets.js", content)
    with pytest.raises(HubError, match=r"data/tweets\.js in the archive cannot be read"):
        x_archive.read(tmp_path / "a.zip", "x")


def test_what_is_no_archive_says_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"not a zip")
    with pytest.raises(HubError, match="cannot be opened"):
        x_archive.read(tmp_path / "a.zip", "x")
    with pytest.raises(HubError, match="it is no archive of X"):
        x_archive.read(archive(tmp_path), "x")


# the same from the API and from the archive


def recorded() -> Iterator[tuple[dict[str, Any], Item]]:
    """The brand's posts of the API's recording, as rows and as items."""
    answer = json.loads(TAPE.read_text(encoding="utf-8"))["exchanges"][1]["response"]["json"]
    for row in answer["data"]:
        if not row.get("withheld") and row.get("referenced_tweets", [{}])[0].get("type") != "retweeted":
            yield row, live(row, Included.of(answer), Desk("x", row["author_id"]))


def archived(row: dict[str, Any]) -> dict[str, object]:
    """The same post in the words of the archive."""
    found = row.get("entities", {})
    urls = [{name: one[name] for name in ("url", "expanded_url", "display_url")} for one in found.get("urls", [])]
    names = [{"screen_name": one["username"]} for one in found.get("mentions", [])]
    tags = [{"text": one["tag"]} for one in found.get("hashtags", [])]
    signs = [{"text": one["tag"]} for one in found.get("cashtags", [])]
    entities = {"urls": urls, "user_mentions": names, "hashtags": tags, "symbols": signs}
    above = [one["id"] for one in row.get("referenced_tweets", [])]
    more: dict[str, object] = {"in_reply_to_status_id_str": above[0]} if above else {}
    if len(versions(row)) > 1:
        more["edit_info"] = {"edit": {"editControlInitial": {"editTweetIds": row["edit_history_tweet_ids"]}}}
    stamp = live(row, Included(), Desk("x", "")).edited or live(row, Included(), Desk("x", "")).published
    assert stamp
    return tweet(row["id"], row["text"], created_at=f"{stamp:%a %b %d %H:%M:%S +0000 %Y}", entities=entities, **more)


def test_the_archive_gives_the_ids_times_parents_and_texts_that_the_api_gives(tmp_path: Path) -> None:
    rows = [row for row, _ in recorded() if "note_tweet" not in row]
    owner = {"account": {"accountId": "3108351777", "username": "kettleandsons", "accountDisplayName": "Kettle & Sons"}}
    found = x_archive.read(archive(tmp_path, account=[owner], tweets=[archived(row) for row in rows]), "x")
    wanted = {one.id: told(one) for row, one in recorded() if row in rows}
    assert {one.id: told(one) for one in found.items} == wanted


def told(one: Item) -> tuple[object, ...]:
    return (
        one.id,
        one.url,
        one.author.id,
        one.published,
        one.html,
        one.reply_to,
        one.links,
        one.aliases,
        one.edited,
        one.tags,
    )


# a corpus of old answers


def statuses(found: object) -> Iterator[dict[str, Any]]:
    """Every post in an answer of the old API that has an author."""
    if isinstance(found, list):
        for one in found:
            yield from statuses(one)
    elif isinstance(found, dict):
        if "text" in found and "user" in found and "id" in found and "created_at" in found:
            yield found
        for name in ("statuses", "id"):
            inner = found.get(name)
            yield from statuses(list(inner.values()) if isinstance(inner, dict) else inner)


def corpus() -> list[dict[str, Any]]:
    if not CORPORA.is_dir():
        pytest.skip(f"the corpus is not at {CORPORA}")
    files = sorted(CORPORA.rglob("*.json"))
    found = [one for path in files for one in statuses(json.loads(path.read_text(encoding="utf-8")))]
    return list({one["id"]: one for one in found}.values())


def shown(row: dict[str, Any]) -> str:
    """The text as a reader sees it, cut by the corpus' own positions (code points) where it gives them."""
    text, entities = row.get("full_text") or row["text"], row.get("entities") or row
    found = [(one, one.get("display_url") or one["expanded_url"]) for one in entities.get("urls", [])]
    found += [(one, "") for one in entities.get("media", [])]
    marks = [(one.get("indices") or place(text, one["url"]), words) for one, words in found]
    for (start, end), words in sorted(marks, reverse=True):
        text = text[:start] + words + text[end:]
    return " ".join(html.unescape(text).split())


def place(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


def seen(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup.replace("<br>", " ").replace("</p>", " "))).split())


def test_the_corpus_comes_with_its_ids_authors_times_parents_and_texts(tmp_path: Path) -> None:
    rows = {str(row["id"]): row for row in corpus()}
    found = x_archive.read(archive(tmp_path, tweets=[{"tweet": row} for row in rows.values()]), "x")
    passed_on = [row for row in rows.values() if "retweeted_status" in row or re.match(r"RT @\w+: ", row["text"])]
    hidden = [row for row in rows.values() if row["user"].get("protected") and row not in passed_on]
    assert len(found.items) == len(rows) - len(passed_on) - len(hidden) > 150
    for one in found.items:
        row = rows[one.id.rpartition("/")[2]]
        assert one.author.handle.removeprefix("@") == row["user"].get("screen_name", "")
        assert one.author.id == f"https://x.com/i/user/{row['user']['id']}"
        assert one.published == parsedate_to_datetime(row["created_at"])
        assert one.reply_to.rpartition("/")[2] == str(row.get("in_reply_to_status_id") or "")
        assert seen(one.html) == shown(row)


@given(
    st.dictionaries(
        st.sampled_from(["id_str", "full_text", "entities", "user", "created_at", "edit_info"]),
        st.none() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.text()),
    )
)
def test_wrong_types_never_crash_the_reader(row: dict[str, object]) -> None:
    spoiled = {"id_str": "20", **row}
    created(spoiled)
    assert str(spoiled["id_str"]) != "20" or post(spoiled, Owner(channel="x")).id.endswith("/20")
