"""The three feed formats, read back as strict readers read them."""

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
