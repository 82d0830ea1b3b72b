"""granary's pairs: the same thing as ActivityStreams 1 and as a page, as ActivityPub or on Bluesky says the same here.

Of each pair the author, the address, the text, what it answers and when are compared. What stands in SAYS_NOTHING is
left out, by name and with the reason; the readers must leave it out as well.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hub.channels.bluesky_items import Side, post
from hub.channels.loose import at, mapping, rows, string, when
from hub.channels.mf2 import Reader, relation, spoken
from hub.imports import Target, mastodon_archive
from hub.web import Answer, Seen
from tests.imports.corpus import CORPORA

GRANARY = CORPORA / "granary"
if not GRANARY.is_dir():
    pytest.skip(f"the corpora are not at {CORPORA}; set HUB_CORPORA", allow_module_level=True)

PLACE = "https://social.example/notes/1"  # of what granary gives no id or no address
VERBS = {"like": "like-of", "favorite": "like-of", "share": "repost-of", "rsvp-yes": "rsvp"}
AS2 = sorted(file.name for file in GRANARY.glob("*.as2*.json") if ".as-from" not in file.name)
PAGES = sorted(file.name for file in GRANARY.glob("*.html") if ".mf2" in file.name)
POSTS = sorted(file.name for file in GRANARY.glob("*.bsky.json"))

SOMEBODY = dict.fromkeys(
    [
        "actor",
        "actor_multiple_urls",
        "actor_organization",
        "actor_urls_displayName",
        "actor_with_featured",
        "actor_with_icon",
        "actor_with_nickname_numeric_id",
        "nested_author",
        "update_person",
    ],
    "tells who somebody is, and of nothing said",
)
ACTS = dict.fromkeys(
    [
        "accept_follow",
        "favorite",
        "follow",
        "invite",
        "like",
        "like_of_object",
        "like_with_string_object_actor",
        "repost",
        "rsvp",
        "rsvp_multiple_events",
        "tag_of",
        "undo_object_id",
        "undo_repost",
        "unfollow",
        "unfollow_multiple_urls",
    ],
    "is something done, not said: on a page a reaction, in an archive left out",
)
SAYS_NOTHING = {**SOMEBODY, **ACTS, "event": "is a date in a calendar: no archive of Mastodon holds one"}
NO_ENTRY = {**SOMEBODY, "event_with_string_location": "stands without its pair"}
NO_POST = {
    **SAYS_NOTHING,
    "note_with_article_tag_indices": "is a record alone, as no answer gives one: its facets are in test_bluesky.py",
    "note_with_mention_linked_text": "is a record alone, as no answer gives one",
}


def told(name: str) -> Mapping[str, Any]:
    """The activity of a file's stem: the one made from that very file, where there is one."""
    stem, form = name.split(".")[0], "bsky" if "bsky" in name else "mf2" if "mf2" in name else "as2"
    made = GRANARY / f"{stem}.as-from-{form}.json"
    return read(made if made.exists() else GRANARY / f"{stem}.as.json")


def read(file: Path) -> Mapping[str, Any]:
    return mapping(json.loads(file.read_text("utf-8"), strict=False))


def named(name: str, reasons: Mapping[str, str]) -> bool:
    return name.split(".")[0] in reasons


def bare(text: str) -> str:
    """A text without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


def author(said: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(said, "author") or mapping(said, "actor")


# pages


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


def about(said: Mapping[str, Any]) -> str:
    """What an activity answers, likes or shares: the first of them."""
    found = at(said, "inReplyTo", 0) or (at(said, "object") if verb(said) in VERBS else None)
    found = at(found, 0) or found
    return string(found) or string(found, "url") or string(found, "id")


def verb(said: Mapping[str, Any]) -> str:
    return string(said, "verb") or string(said, "objectType")


def page(reader: Reader, name: str) -> Mapping[str, object]:
    body = (GRANARY / name).read_bytes()
    return reader.read(Answer(status=200, url="http://example.com/", headers={}, body=body, seen=Seen()))


@pytest.mark.parametrize("name", [name for name in PAGES if not named(name, NO_ENTRY)])
def test_a_page_says_the_same_as_its_activity(reader: Reader, name: str) -> None:
    said = told(name)
    entry, target, who = spoken(page(reader, name), about(said)), about(said), author(said)
    wanted = VERBS.get(verb(said), "in-reply-to" if target else "")
    assert (string(entry, "wm-property"), string(entry, "url")) == (wanted, string(said, "url"))
    assert (string(entry, "author", "url"), when(entry, "published")) == (string(who, "url"), when(said, "published"))
    assert string(who, "displayName") in ("", string(entry, "author", "name"))
    if wanted in ("", "in-reply-to"):  # what a page writes out for a like is granary's own
        assert bare(string(entry, "content", "html")) == bare(string(said, "content"))


@pytest.mark.parametrize("name", [name for name in PAGES if named(name, SOMEBODY)])
def test_a_page_of_somebody_says_nothing(reader: Reader, name: str) -> None:
    assert spoken(page(reader, name), "") == {}


def test_a_page_that_answers_two_names_both(reader: Reader) -> None:
    (entry,) = rows(page(reader, "in_reply_to_with_h_cite.mf2.html"), "items")
    answered = [string(one, "url") or string(one) for one in told("in_reply_to_with_h_cite.mf2.html")["inReplyTo"]]
    assert len(answered) == 2
    assert [relation(entry, address) for address in answered] == ["in-reply-to", "in-reply-to"]


# ActivityPub


def archived(note: Mapping[str, Any], folder: Path) -> mastodon_archive.Found:
    """What the archive of its author brings, in which this is the only thing."""
    create = note if "object" in note else {"type": "Create", "object": note}
    thing = {"id": PLACE, "to": "as:Public", **mapping(create, "object")}
    who = mapping(create, "actor") or mapping(note, "attributedTo") or mapping(note, "attributedTo", 0)
    (folder / "actor.json").write_text(json.dumps(who))
    (folder / "outbox.json").write_text(json.dumps({"orderedItems": [{**create, "object": thing}]}))
    return mastodon_archive.read(folder, Target(channel="ours"))


@pytest.mark.parametrize("name", [name for name in AS2 if not named(name, SAYS_NOTHING)])
def test_a_note_of_activitypub_says_the_same_as_its_activity(name: str, tmp_path: Path) -> None:
    said = told(name)
    (item,) = archived(read(GRANARY / name), tmp_path).items
    thing = said.get("object", said)
    assert item.id == (string(thing, "id") or PLACE)
    assert item.url == (string(thing, "url") or item.id)
    who = author(said)
    assert (item.author.name, item.author.url) == (string(who, "displayName"), string(who, "url"))
    assert (bare(item.html), item.published) == (bare(string(thing, "content")), when(thing, "published"))
    assert item.reply_to in {about(thing), string(thing, "inReplyTo", 0, "id")}
    quoted = [one["id"] for one in rows(thing, "attachments") if one["objectType"] == "note"]
    assert list(item.quotes) == quoted


@pytest.mark.parametrize("name", [name for name in AS2 if named(name, SAYS_NOTHING)])
def test_what_is_no_note_of_activitypub_is_left_out(name: str, tmp_path: Path) -> None:
    found = archived(read(GRANARY / name), tmp_path)
    assert (found.items, sum(found.skipped.values())) == ((), 1)


# Bluesky


def view(name: str) -> dict[str, Any]:
    """A post as the network shows it; granary leaves some of them nameless."""
    shown: dict[str, Any] = dict(read(GRANARY / name)["post"])
    return {**shown, "uri": shown["uri"] or "at://did:plc:asdf/app.bsky.feed.post/tid"}


@pytest.mark.parametrize("name", [name for name in POSTS if not named(name, NO_POST)])
def test_a_post_of_bluesky_says_the_same_as_its_activity(name: str) -> None:
    said, item = told(name), post(view(name), Side("sky"))
    assert item is not None
    assert string(said, "id") in ("", item.id)
    assert string(said, "url") in ("", item.url)
    assert (item.author.name, item.author.handle) == (
        string(author(said), "displayName"),
        string(author(said), "username"),
    )
    below = rows(said, "attachments")  # what the network shows as a card is a line of its own here
    lines = [string(said, "content"), *(one["displayName"] for one in below if one["objectType"] != "note")]
    assert bare(item.html.replace("</p>", " ")) == " ".join(lines)
    assert item.published == (when(said, "published") or when(view(name), "indexedAt"))
    quotes = [one["id"] for one in below if one["objectType"] == "note"]
    assert (item.reply_to, list(item.quotes)) == (string(said, "inReplyTo", 0, "id"), quotes)
    assert [medium.url for medium in item.media] == [one["url"] for one in rows(said, "image")]


@pytest.mark.parametrize("name", [name for name in POSTS if named(name, SAYS_NOTHING)])
def test_what_is_no_post_of_bluesky_is_no_item(name: str) -> None:
    given = read(GRANARY / name)
    assert "reason" in given or post(given, Side("sky")) is None
