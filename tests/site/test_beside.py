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


def test_the_manifest_opens_in_the_browser(files):
    assert json.loads(files["manifest.webmanifest"])["display"] == "browser"


def test_llms_txt_has_a_heading_and_leads_to_feeds_that_are_there(files):
    text = files["llms.txt"].decode()
    assert text.startswith("# Tin Pot\n")
    assert "(https://talk.example/feeds/all.json)" in text
