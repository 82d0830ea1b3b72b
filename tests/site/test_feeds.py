"""The three feed formats, read back as strict readers read them."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest

from hub.site import feeds
from hub.site.feeds import ATOM, CONTENT, DC, SLASH, THR, FeedEntry, FeedOf
from tests.site.conftest import START, post, reply

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
FEED = FeedOf(
    id="https://talk.example/feeds/all.atom",
    title="Tin Pot",
    description="",
    home="https://talk.example/",
    base="https://talk.example/feeds/all",
    language="en",
)
ENTRY = FeedEntry(
    id="https://blog.example/?p=1",
    url="https://talk.example/p/one/",
    title="One",
    html="<p>Tea & toast</p>",
    author="Ines",
    author_url="https://blog.example/",
    published=NOON,
    edited=None,
    replies_feed="https://talk.example/p/one/replies.atom",
    replies=3,
)


def test_what_is_of_rss_has_no_namespace():
    channel = ET.fromstring(feeds.rss(FEED, [ENTRY])).find("channel")
    assert [channel.findtext(name) for name in ("title", "link", "description")] == ["Tin Pot", FEED.home, "Tin Pot"]
    assert channel.findtext("item/link") == ENTRY.url
    assert parsedate_to_datetime(channel.findtext("item/pubDate")) == NOON


def test_rss_takes_from_others_what_it_has_no_word_for():
    channel = ET.fromstring(feeds.rss(FEED, [ENTRY])).find("channel")
    known = {"rel": "self", "type": "application/rss+xml", "href": f"{FEED.base}.rss"}
    assert channel.find(f"{{{ATOM}}}link").attrib == known
    item = channel.find("item")
    said = [item.findtext(f"{{{space}}}{name}") for space, name in ((DC, "creator"), (CONTENT, "encoded"))]
    assert said == ["Ines", ENTRY.html]
    assert (item.findtext("comments"), item.findtext(f"{{{SLASH}}}comments")) == (f"{ENTRY.url}#replies", "3")


def test_an_id_that_is_no_address_here_is_no_permalink():
    guid = ET.fromstring(feeds.rss(FEED, [ENTRY])).find("channel/item/guid")
    assert (guid.text, guid.attrib) == (ENTRY.id, {"isPermaLink": "false"})


@pytest.mark.slow
def test_a_posts_entry_says_when_it_was_answered_last(folder):
    folder.save(post(1), post(2), *(reply(number, post(2).id) for number in (7, 9, 8)))
    folder.build()
    entries = ET.fromstring(folder.files()["feeds/all.atom"]).findall(f"{{{ATOM}}}entry")
    links = [entry.find(f"{{{ATOM}}}link[@rel='replies']") for entry in entries]
    told = [(link.get(f"{{{THR}}}count"), link.get(f"{{{THR}}}updated")) for link in links]
    assert told == [("3", (START + timedelta(days=200, hours=9)).isoformat()), ("0", None)]


def pages_of(folder, path="feeds/all.json"):
    """The ids of each JSON feed from the newest one on."""
    files = folder.files()
    while path:
        found = json.loads(files[path])
        assert found["feed_url"] == f"https://talk.example/{path}"
        yield [item["id"] for item in found["items"]]
        path = found.get("next_url", "").removeprefix("https://talk.example/")


@pytest.mark.slow
def test_json_feeds_lead_on_to_the_oldest_post(folder):
    folder.save(*map(post, range(50)))
    folder.build()
    assert len(list(pages_of(folder))) == 1
    folder.save(*map(post, range(50, 112)))
    folder.build()
    for path in ("feeds/all.json", "feeds/channel/blog.json"):
        found = list(pages_of(folder, path))
        assert [len(ids) for ids in found] == [50, 50, 50]
        assert list(dict.fromkeys(ident for ids in found for ident in ids)) == [post(n).id for n in range(112)][::-1]


@pytest.mark.slow
def test_a_new_post_moves_no_older_feed_and_one_that_left_moves_the_later_ones(folder):
    folder.save(*map(post, range(112)))
    folder.build()
    folder.save(post(112))
    assert not older_feeds(folder.build().written)
    folder.save(reply(1, post(70).id))
    assert older_feeds(folder.build().written) == {"feeds/all/2.json", "feeds/channel/blog/2.json"}
    folder.save(gone=tuple(post(number).id for number in range(60, 80)))
    built = folder.build()
    assert older_feeds(built.written) | older_feeds(built.removed) == {"feeds/all/2.json", "feeds/channel/blog/2.json"}
    assert list(dict.fromkeys(ident for ids in pages_of(folder) for ident in ids)) == [
        post(number).id for number in [*range(60), *range(80, 113)][::-1]
    ]


def older_feeds(paths):
    return {path for path in paths if path.startswith("feeds/") and path.removesuffix(".json")[-1].isdigit()}
