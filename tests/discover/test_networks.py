"""Which addresses are places on a network, and which only look like it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import channels
from hub.discover.networks import lead
from hub.settings import fields

PLACES = {
    "https://bsky.app/profile/brand.example": ("bluesky", {"handle": "brand.example"}),
    "https://bsky.app/profile/did:plc:abc234": ("bluesky", {"handle": "did:plc:abc234"}),
    "https://www.youtube.com/@brand/videos": ("youtube", {"account": "@brand"}),
    "https://m.youtube.com/channel/UCabcdefghijklmnopqrstuv": ("youtube", {"account": "UCabcdefghijklmnopqrstuv"}),
    "https://youtube.com/c/Brand": ("youtube", {"account": "https://www.youtube.com/c/Brand"}),
    "https://github.com/brand/kettle.git": ("github", {"repo": "brand/kettle"}),
    "https://github.com/brand": ("github", {"repo": "brand/…"}),
    "http://twitter.com/Brand?lang=en": ("twitter", {"handle": "Brand"}),
    "https://stackoverflow.com/questions/tagged/kettle+tea": ("stackexchange", {"tags": ["kettle", "tea"]}),
    "https://news.ycombinator.com/user?id=brand": ("hackernews", {"user": "brand"}),
    "https://medium.com/@brand": ("feed", {"url": "https://medium.com/feed/@brand"}),
    "https://brand.substack.com/": ("feed", {"url": "https://brand.substack.com/feed"}),
    "https://www.reddit.com/r/kettles/": ("reddit", {"subreddit": "kettles"}),
    "https://social.example/@brand": ("mastodon", {"url": "https://social.example/@brand"}),
    "https://www.facebook.com/brand.tea": ("facebook", {"page": "…"}),
    "https://www.instagram.com/brand/": ("instagram", {"account": "…"}),
    "https://www.threads.net/@brand": ("threads", {}),
    "https://de.linkedin.com/company/brand/": ("linkedin", {"organization": "…"}),
    "https://forum.example.net/": ("discourse", {"url": "https://forum.example.net/"}),
    "https://lemmy.example/c/kettles/": ("lemmy", {"url": "https://lemmy.example/c/kettles"}),
}
NOWHERE = [
    "https://bsky.app/profile/brand.example/post/3k",
    "https://bsky.app/",
    "https://www.youtube.com/watch?v=abc",
    "https://github.com/brand/kettle/issues/7",
    "https://github.com/features",
    "https://x.com/intent/post?text=hello",
    "https://x.com/share",
    "https://x.com/brand/status/12",
    "https://social.example/@brand/1234",
    "https://www.facebook.com/sharer/sharer.php?u=x",
    "https://www.facebook.com/sharer.php?u=x",
    "https://www.facebook.com/groups/tea",
    "https://www.instagram.com/p/abc/",
    "https://www.threads.com/@brand/post/abc",
    "https://www.linkedin.com/in/ada",
    "https://www.linkedin.com/shareArticle?url=x",
    "https://forum.example.net/t/tea/7",
    "https://user@social.example/@brand",
    "https://brand.substack.com/p/one",
    "mailto:brand@social.example",
    "https://[::1/@brand",
    "",
]


@pytest.mark.parametrize("url", PLACES)
def test_the_address_of_a_place_is_a_channel(url: str) -> None:
    found = lead(url)
    assert found
    assert (found.kind, found.fields) == PLACES[url]


@pytest.mark.parametrize("url", NOWHERE)
def test_a_post_a_share_button_and_a_closed_network_are_none(url: str) -> None:
    assert lead(url) is None


@pytest.mark.parametrize("url", PLACES)
def test_what_is_found_are_fields_that_the_kind_has(url: str) -> None:
    found = lead(url)
    assert found
    assert found.fields.keys() <= fields(channels.kind(found.kind)).model_fields.keys()


@given(st.text() | st.sampled_from(list(PLACES)).flatmap(lambda url: st.text().map(lambda end: url + end)))
def test_no_address_breaks_it_and_what_it_finds_is_an_address(url: str) -> None:
    found = lead(url)
    assert not found or urlsplit(found.address).scheme in ("http", "https")
