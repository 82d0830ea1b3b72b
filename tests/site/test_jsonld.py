"""What search engines are told of a page in the words of schema.org."""

import json
import re

import pytest

from hub.model import Media
from hub.store import File
from tests.site.conftest import post, reply

pytestmark = pytest.mark.slow

P5, C1 = "https://blog.example/?p=5", "https://blog.example/?c=1"
HOST = "https://talk.example/"
DRAWING = Media(type="image", url="https://blog.example/a.png", alt="A pot")
SITE = {"@type": "WebSite", "url": HOST, "name": "Tin Pot"}


def told(page):
    """The things a page describes, by type."""
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    whole = json.loads(text)
    return {one["@type"]: one for one in whole.get("@graph", [whole])}


def at(folder, path):
    return told((folder.path / "output" / path / "index.html").read_text("utf-8"))


def entity(folder):
    return told(folder.page(P5))["WebPage"]["mainEntity"]


def test_the_brand_names_its_logo_and_its_profiles(folder):
    settings = folder.path / "content/hub.toml"
    account = '[channels.toots]\nkind = "mastodon"\nurl = "https://social.example/@pot"\n'
    lines = settings.read_text("utf-8").replace("[brand]", '[brand]\nlogo = "logo.svg"')
    settings.write_text(lines + account, "utf-8")
    folder.save(post(5))
    folder.build()
    brand = at(folder, "")["Organization"]
    assert (brand["logo"], brand["sameAs"]) == (f"{HOST}logo.svg", ["https://social.example/@pot"])


@pytest.mark.parametrize("path", ["channel/blog/", "topic/tea/", "archive/", "archive/2026/", "archive/2026/01/"])
def test_a_page_that_lists_others_says_so(folder, path):
    folder.save(post(5, tags=("Tea",)))
    folder.build()
    page = at(folder, path)["CollectionPage"]
    assert (page["url"], page["isPartOf"], page["mainEntity"]["@type"]) == (HOST + path, SITE, "ItemList")
    (line,) = page["mainEntity"]["itemListElement"]
    assert line["url"].startswith((f"{HOST}p/", f"{HOST}archive/2026/"))


def test_a_post_names_the_list_it_is_part_of(folder):
    folder.save(post(5))
    folder.build()
    assert told(folder.page(P5))["WebPage"]["isPartOf"] == SITE
    assert entity(folder)["isPartOf"] == {"@type": "CollectionPage", "url": f"{HOST}channel/blog/", "name": "Blog"}


def test_what_a_message_quotes_is_shared_by_it(folder):
    away = "https://elsewhere.example/9"
    folder.save(post(5, quotes=(away,)), post(6), reply(1, P5, quotes=(post(6).url,)))
    folder.build()
    shared = [one["sharedContent"][0]["url"] for one in (entity(folder), *entity(folder)["comment"])]
    assert shared == [away, post(6).url]


def test_answers_to_a_deleted_one_stay_below_its_place(folder):
    folder.save(post(5), reply(1, P5), reply(2, C1))
    folder.save(gone=(C1,))
    folder.build()
    (gone,) = entity(folder)["comment"]
    assert gone.keys() == {"@type", "creativeWorkStatus", "comment"}
    assert (gone["creativeWorkStatus"], gone["comment"][0]["text"]) == ("Deleted", "Words of reply 2")


@pytest.mark.parametrize(("more", "there"), [({}, True), ({"sensitive": True}, False), ({"html": "<p>See</p>"}, False)])
def test_a_message_of_pictures_alone_is_its_pictures(folder, more, there):
    folder.save(post(5), reply(1, P5, **({"html": "", "media": (DRAWING,)} | more)))
    folder.store.keep(File(url=DRAWING.url, digest="abc", forms=(640,)))
    (folder.path / ".hub/media/abc").mkdir(parents=True)
    (folder.path / ".hub/media/abc/640.webp").write_bytes(b"x")
    folder.build()
    (comment,) = entity(folder)["comment"]
    assert ("image" in comment, "text" in comment) == (there, "html" in more)
    for address in comment.get("image", ()):
        assert address.removeprefix(HOST) in folder.files()
