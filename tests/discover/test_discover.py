"""One address, and the channels found there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.discover import Found, discover
from hub.errors import Missing
from hub.web import Web

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SITE = "https://brand.example/"
RECORDINGS = Path(__file__).parents[1] / "channels"
ROOT = "https://brand.example/wp-json/"


def tape(tmp_path: Path, answers: Mapping[str, object]) -> Path:
    """A recording of a world that gives these answers."""
    exchanges = [{"request": {"url": place}, "response": answer} for place, answer in answers.items()]
    file = tmp_path / "tape.json"
    file.write_text(json.dumps({"origin": "made up for a test", "exchanges": exchanges}))
    return file


def found(tmp_path: Path, url: str, **answers: dict[str, object]) -> Found:
    """What is discovered at an address of that world."""
    return discover(Web(agent="test", now=lambda: NOW, replay=tape(tmp_path, answers)), url)


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


# accounts elsewhere

MASTODON = "https://social.example/@us"
LOOKUP = "https://social.example/api/v1/accounts/lookup?acct=us"
PROFILE = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor={}"
HANDLE = "https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle?handle=brand.example"
DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"


def body(*links: str) -> dict[str, object]:
    return {"text": f"<title>Us</title><main>{''.join(links)}</main>"}


def known(*back: str) -> dict[str, object]:
    """An account that a server knows, with links in its profile."""
    fields = [{"name": "Web", "value": f"<a href='{url}'>site</a>"} for url in back]
    return {"json": {"id": "7", "display_name": "Us on Mastodon", "fields": fields}}


def places(told: Found) -> list[tuple[str, str, bool]]:
    return [(one.kind, str(next(iter(one.fields.values()))), one.sure) for one in told.channels]


def test_an_account_declared_by_rel_me_is_taken_once_its_server_knows_it(tmp_path: Path) -> None:
    linked = body(f"<a rel=me href='{MASTODON}'>M</a><a rel=me href='https://other.example/@gone'>M</a>")
    told = found(tmp_path, SITE, **{SITE: linked, LOOKUP: known("https://www.brand.example/")})
    assert places(told) == [("mastodon", MASTODON, True)]
    assert "rel=me" in told.channels[0].why
    assert "links back" in told.channels[0].why


def test_a_profile_that_leads_to_another_host_does_not_link_back(tmp_path: Path) -> None:
    linked = body(f"<a rel=me href='{MASTODON}'>M</a>")
    told = found(tmp_path, SITE, **{SITE: linked, LOOKUP: known("https://brand.example.evil.example/")})
    assert "links back" not in told.channels[0].why


def test_a_server_that_shows_accounts_to_nobody_leaves_it_to_a_person(tmp_path: Path) -> None:
    told = found(tmp_path, SITE, **{SITE: body(f"<a rel=me href='{MASTODON}'>M</a>"), LOOKUP: {"status": 401}})
    assert places(told) == [("mastodon", MASTODON, False)]


def test_a_link_in_the_text_is_proposed_and_one_in_the_frame_is_taken(tmp_path: Path) -> None:
    page = {"text": "<footer><a href='https://youtube.com/@us'>Y</a></footer><a href='https://youtube.com/@you'>Y</a>"}
    assert places(found(tmp_path, SITE, **{SITE: page})) == [("youtube", "@us", True), ("youtube", "@you", False)]


def test_what_needs_a_key_before_anything_comes_is_proposed_only(tmp_path: Path) -> None:
    (one,) = found(tmp_path, SITE, **{SITE: body("<a rel=me href='https://x.com/us'>X</a>")}).channels
    assert (one.kind, one.sure, one.keys[0][0]) == ("twitter", False, 'token = "env:X_TOKEN"')


@pytest.mark.parametrize(
    "answers",
    [
        {"https://brand.example/.well-known/atproto-did": {"text": f"{DID}\n"}},
        {HANDLE: {"json": {"did": DID}}},
        {
            "https://brand.example/.well-known/did.json": {
                "json": {"id": "did:web:brand.example", "alsoKnownAs": ["at://brand.example"]}
            }
        },
    ],
    ids=["file", "dns", "did:web"],
)
def test_a_domain_that_is_a_handle_is_an_account_on_bluesky(
    tmp_path: Path, answers: dict[str, dict[str, object]]
) -> None:
    world = {SITE: body(), PROFILE.format("brand.example"): {"json": {"did": DID, "displayName": "Us"}}}
    assert places(found(tmp_path, SITE, **world, **answers)) == [("bluesky", "brand.example", True)]


def test_a_page_that_calls_any_path_its_did_names_no_account(tmp_path: Path) -> None:
    world = {SITE: body(), "https://brand.example/.well-known/atproto-did": {"text": "<html>Not found</html>"}}
    assert places(found(tmp_path, SITE, **world)) == []


def test_a_handle_that_bluesky_denies_is_dropped(tmp_path: Path) -> None:
    linked = body("<a rel=me href='https://bsky.app/profile/us.example'>B</a>")
    denied = {"status": 400, "json": {"error": "InvalidRequest", "message": "Profile not found"}}
    assert places(found(tmp_path, SITE, **{SITE: linked, PROFILE.format("us.example"): denied})) == []


def test_a_domain_answers_for_its_account_by_webfinger(tmp_path: Path) -> None:
    asked = "https://brand.example/.well-known/webfinger?resource=acct:brand.example@brand.example"
    links = [{"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": MASTODON}]
    told = found(tmp_path, SITE, **{SITE: body(), asked: {"json": {"links": links}}, LOOKUP: known()})
    assert places(told) == [("mastodon", MASTODON, True)]


@pytest.mark.parametrize(("software", "count"), [("lemmy", 1), ("discourse", 0)])
def test_a_community_counts_where_its_server_is_a_lemmy(tmp_path: Path, software: str, count: int) -> None:
    info = "https://lemmy.example/nodeinfo/2.1"
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.1"
    told = found(
        tmp_path,
        SITE,
        **{
            SITE: body("<a rel=me href='https://lemmy.example/c/kettles'>L</a>"),
            "https://lemmy.example/.well-known/nodeinfo": {"json": {"links": [{"rel": rel, "href": info}]}},
            info: {"json": {"software": {"name": software}}},
        },
    )
    assert len(places(told)) == count


def test_blog_and_forum_on_other_hosts_of_the_brand_are_looked_at(tmp_path: Path) -> None:
    feed = {
        "text": "<rss version='2.0'><channel><item><link>https://blog.brand.example/1</link></item></channel></rss>"
    }
    atom = "<link rel=alternate type='application/rss+xml' href='/rss'>"
    told = found(
        tmp_path,
        SITE,
        **{
            SITE: body(
                "<a href='https://blog.brand.example/'>Blog</a><a href='https://forum.brand.example/'>Forum</a>"
            ),
            "https://blog.brand.example/": page(atom),
            "https://blog.brand.example/rss": feed,
            "https://forum.brand.example/": page("<meta name=generator content='Discourse 3.6.0'>" + atom),
        },
    )
    assert places(told) == [
        ("feed", "https://blog.brand.example/rss", True),
        ("discourse", "https://forum.brand.example/", True),
    ]


def test_a_blog_of_somebody_else_is_not_looked_at(tmp_path: Path) -> None:
    world = {SITE: body("<a href='https://blog.other.example/'>Blog</a>"), "https://blog.other.example/": page("")}
    web = Web(agent="test", now=lambda: NOW, replay=tape(tmp_path, world))
    discover(web, SITE)
    assert {place for place in web.requests if "other" in place} == set()


def test_the_address_of_an_account_is_enough(tmp_path: Path) -> None:
    told = found(tmp_path, MASTODON, **{LOOKUP: known()})
    assert (told.name, places(told)) == ("Us on Mastodon", [("mastodon", MASTODON, True)])


def test_a_feed_that_brings_sound_is_a_podcast(tmp_path: Path) -> None:
    sound = "<enclosure url='https://brand.example/1.mp3' type='audio/mpeg' length='9'/>"
    feed = f"<rss version='2.0'><channel><item><link>https://brand.example/1</link>{sound}</item></channel></rss>"
    assert places(found(tmp_path, SITE, **{SITE: {"text": feed}})) == [("podcast", SITE, True)]


def test_where_webmentions_are_taken_is_noted_and_a_service_is_a_channel_with_its_token(tmp_path: Path) -> None:
    told = found(
        tmp_path, SITE, **{SITE: page("<link rel=webmention href='https://webmention.io/us.example/webmention'>")}
    )
    assert told.notes == ("the page takes Webmentions at https://webmention.io/us.example/webmention",)
    assert places(told) == [("webmention", "us.example", False)]


@pytest.mark.parametrize(("generator", "kind", "sure"), [("blogger", "blogger", True), ("Ghost 6.2", "ghost", False)])
def test_what_made_the_page_says_what_reads_it(tmp_path: Path, generator: str, kind: str, sure: bool) -> None:
    told = found(tmp_path, SITE, **{SITE: page(f"<meta name=generator content='{generator}'>")})
    assert places(told) == [(kind, SITE, sure)]


def test_comments_that_disqus_keeps_are_proposed(tmp_path: Path) -> None:
    told = found(tmp_path, SITE, **{SITE: body("<script src='https://us-blog.disqus.com/embed.js'></script>")})
    assert places(told) == [("disqus", "us-blog", False)]


def test_one_place_linked_in_many_ways_is_one_channel(tmp_path: Path) -> None:
    links = [
        f"<a {rel} href='https://www.youtube.com/{name}'>Y</a>" for rel in ("rel=me", "") for name in ("@us", "@US")
    ]
    assert places(found(tmp_path, SITE, **{SITE: body(*links)})) == [("youtube", "@us", True)]


def test_a_forum_at_anothers_host_counts_where_discourse_made_it(tmp_path: Path) -> None:
    hosts = [f"https://{name}.else{n}.example/" for n, name in enumerate(("forum", "community", "talk", "discuss"))]
    links = "".join(f"<a href='{host}'>a</a>" for host in hosts)
    made = {"text": "<title>Tea talk</title><meta name=generator content='Discourse 3.5.0'>"}
    world = {SITE: body(links), hosts[0]: made, hosts[1]: page(""), hosts[3]: made}
    told = [one for one in found(tmp_path, SITE, **world).channels if one.kind == "discourse"]
    assert [(one.name, one.fields["url"], one.title, one.sure) for one in told] == [
        ("forum", hosts[0], "Tea talk", False)  # and no more than three are asked
    ]


def test_pages_on_closed_networks_are_proposed_with_what_they_need(tmp_path: Path) -> None:
    links = "<a href='https://www.facebook.com/brand'>f</a><a href='https://www.threads.com/@brand'>t</a>"
    told = found(tmp_path, SITE, **{SITE: {"text": f"<title>Us</title><footer>{links}</footer>"}}).channels
    assert [(one.kind, one.sure, bool(one.keys)) for one in told] == [
        ("facebook", False, True),
        ("threads", False, True),
    ]
