"""Every thread says how one can join in, and nothing is asked of anybody before that is followed."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.site.conftest import SETTINGS, Folder, post

P5, HERE = "https://blog.example/?p=5", "https://talk.example/p/2026-01-06-5-"
PLACES = """
[channels.x]
kind = "twitter"
handle = "pot"
token = "env:X"
label = "X"

[channels.sky]
kind = "bluesky"
handle = "pot.example"
label = "Bluesky"

[channels.social]
kind = "mastodon"
url = "https://social.example/@pot"
label = "Mastodon"
"""


def joined(folder: Folder, more: str = PLACES, brand: str = "", ident: str = P5) -> dict[str, str]:
    """What a post's page offers: words → address, and of the form for one's own server what it asks for."""
    settings = SETTINGS.replace("{prefix}", "").replace("[channels.blog]", f"{brand}\n[channels.blog]", 1)
    (folder.path / "content/hub.toml").write_text(settings + more, "utf-8")
    folder.build()
    section = folder.page(ident).partition('<section id="reply"')[2].partition("</section>")[0]
    links = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', section)
    asked = re.findall(r'data-to="([^"]+)"', section)
    return {words: html.unescape(href) for href, words in links} | {"home": html.unescape("".join(asked))}


def test_a_post_is_answered_where_it_stands(folder: Folder) -> None:
    folder.save(post(5))
    assert joined(folder)["Reply on Blog"] == "https://blog.example/5/"


def test_where_it_does_not_stand_one_writes_about_it_so_that_the_channel_hears(folder: Folder) -> None:
    folder.save(post(5))
    ways = joined(folder)
    for place, mention in (("X", "@pot"), ("Bluesky", "@pot.example")):
        (text,) = parse_qs(urlsplit(ways[f"Write about it on {place}"]).query)["text"]
        assert re.fullmatch(rf"Post 5 {HERE}\w+/ {mention}", text)


def test_a_post_on_x_is_answered_by_its_intent(folder: Folder) -> None:
    folder.save(post(6, id="x:6", channel="x", url="https://x.com/pot/status/1864", title=""), channel="x")
    assert joined(folder, ident="x:6")["Reply on X"] == "https://x.com/intent/post?in_reply_to=1864"


def test_a_server_of_ones_own_is_asked_for_the_post_where_the_fediverse_has_it(folder: Folder) -> None:
    there = "https://social.example/@pot/9"
    folder.save(post(7, id=there, channel="social", url=there, title="", kind="note"), channel="social")
    home = joined(folder, ident=there)["home"]
    assert home.startswith("https://*/authorize_interaction?")
    assert parse_qs(urlsplit(home).query) == {"uri": [there]}


def test_elsewhere_it_is_asked_to_write_about_it(folder: Folder) -> None:
    folder.save(post(5))
    home = urlsplit(joined(folder)["home"])
    assert home[:3] == ("https", "*", "/share")
    assert parse_qs(home.query)["text"][0].endswith(" @pot@social.example")


def test_without_the_fediverse_there_is_no_form(folder: Folder) -> None:
    folder.save(post(5))
    assert joined(folder, "")["home"] == ""


@pytest.mark.parametrize(
    ("to", "start"),
    [
        ("hello@pot.example", "mailto:hello@pot.example?subject=Re%3A%20Post%205&body=https%3A%2F%2Ftalk.example%2Fp"),
        ("https://pot.example/form", "https://pot.example/form?about=https%3A%2F%2Ftalk.example%2Fp%2F2026-01-06-5"),
        ("https://pot.example/form?a=1", "https://pot.example/form?a=1&about=https"),
    ],
)
def test_people_without_an_account_write_to_the_address_of_the_settings(folder: Folder, to: str, start: str) -> None:
    folder.save(post(5))
    assert joined(folder, "", f'answers = "{to}"')["Answer without an account"].startswith(start)


INBOX = '\n[channels.mentions]\nkind = "inbox"\n'
HEARD = '\n[channels.mentions]\nkind = "webmention"\ntargets = ["https://talk.example/"]\ndomain = '


@pytest.mark.parametrize(
    ("more", "endpoint"),
    [
        (INBOX, "https://talk.example/webmention"),
        (f'{INBOX}[serve]\napi = "https://api.example"\n', "https://api.example/webmention"),
        (f'{HEARD}"talk.example"\n', "https://webmention.io/talk.example/webmention"),
        (f'{HEARD}"pot.example"\n', ""),
    ],
)
def test_every_page_says_where_webmentions_are_heard_and_speaks_of_them_only_then(
    folder: Folder, more: str, endpoint: str
) -> None:
    folder.save(post(5))
    joined(folder, more)
    pages = [text.decode() for path, text in folder.files().items() if path.endswith("index.html")]
    told = {link for page in pages for link in re.findall(r'<link rel="webmention" href="([^"]+)">', page)}
    assert told == ({endpoint} if endpoint else set())
    assert ("sends a webmention" in folder.page(P5)) == bool(endpoint)
