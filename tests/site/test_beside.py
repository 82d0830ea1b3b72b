"""Files for other programs say what the pages say."""

import json
from xml.etree import ElementTree as ET

import pytest

from hub.pages import address
from tests.site.conftest import post, reply

pytestmark = pytest.mark.slow

P5 = "https://blog.example/?p=5"


@pytest.fixture
def files(folder):
    folder.save(post(5, tags=("Tea",), warning="steam", language="en"), reply(1, P5))
    folder.build()
    return folder.files()


def activity(files):
    return json.loads(files[f"{address(post(5))}activity.json"])


def test_a_post_is_an_activitystreams_object_by_its_address_here(files):
    found = activity(files)
    assert (found["type"], found["id"]) == ("Article", f"https://talk.example/{address(post(5))}")
    assert found["contentMap"] == {"en": "<p>Body of post 5</p>"}
    assert (found["summary"], found["sensitive"]) == ("steam", True)


def test_it_names_where_each_reply_stands(files):
    found = activity(files)["replies"]
    assert found["totalItems"] == 1
    assert found["items"][0].startswith(f"https://talk.example/{address(post(5))}#r-")


def test_the_opml_names_the_feeds_there_are(files):
    rows = ET.fromstring(files["feeds/all.opml"]).iter("outline")
    paths = [row.attrib["xmlUrl"].removeprefix("https://talk.example/") for row in rows]
    assert "feeds/channel/blog.atom" in paths
    assert set(paths) <= files.keys()


def test_browsers_are_offered_the_search(files):
    root = ET.fromstring(files["opensearch.xml"])
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert 0 < len(root.findtext(f"{space}ShortName")) <= 16
    assert root.find(f"{space}Url").attrib["template"] == "https://talk.example/search/?q={searchTerms}"


def templates(folder):
    """Media type → address of what the description of the search names."""
    rows = ET.fromstring(folder.files()["opensearch.xml"]).iter("{http://a9.com/-/spec/opensearch/1.1/}Url")
    return {row.attrib["type"]: row.attrib["template"] for row in rows}


def test_suggestions_are_offered_where_there_is_an_api_and_only_there(folder):
    sort = "application/x-suggestions+json"
    folder.save(post(5))
    folder.build()
    assert sort not in templates(folder)
    with (folder.path / "content/hub.toml").open("a", encoding="utf-8") as file:
        file.write('[serve]\napi = "https://search.example/"\n')
    folder.build()
    assert templates(folder)[sort] == "https://search.example/api/v1/suggest?q={searchTerms}"


def test_the_manifest_opens_in_the_browser(files):
    assert json.loads(files["manifest.webmanifest"])["display"] == "browser"


def test_a_brand_without_a_logo_has_an_icon_all_the_same(files):
    (icon,) = json.loads(files["manifest.webmanifest"])["icons"]
    assert (icon["type"], files[icon["src"].removeprefix("/")][:4]) == ("image/svg+xml", b"<svg")
    image = ET.fromstring(files["opensearch.xml"]).findtext("{http://a9.com/-/spec/opensearch/1.1/}Image")
    assert image == f"https://talk.example{icon['src']}"
    assert f'<link rel="icon" href="{icon["src"]}">' in files["index.html"].decode()


def test_llms_txt_has_a_heading_and_leads_to_feeds_that_are_there(files):
    text = files["llms.txt"].decode()
    assert text.startswith("# Tin Pot\n")
    assert "(https://talk.example/feeds/all.json)" in text
