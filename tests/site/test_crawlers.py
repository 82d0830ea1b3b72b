"""What search engines and other programs are told of the site."""

from datetime import timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest

from hub.pages import address
from hub.site import sitemap
from hub.site.shell import addresses
from tests.site.conftest import START, post, reply

pytestmark = pytest.mark.slow

AI = ("GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "PerplexityBot")
MAP = f"{{{sitemap.SPACE}}}"
OTHERS = ("Googlebot", "bingbot", "ChatGPT-User", "somebody")


def decide(folder, line):
    """The settings with one more line on top."""
    file = folder.path / "content/hub.toml"
    file.write_text(f"{line}\n{file.read_text('utf-8')}", "utf-8")


def welcome(folder, names):
    """Those of these programs that may read a post."""
    rules = RobotFileParser()
    rules.parse(folder.files()["robots.txt"].decode().splitlines())
    assert rules.site_maps() == ["https://talk.example/sitemap.xml"]
    return {name for name in names if rules.can_fetch(name, "https://talk.example/p/one/")}


def test_every_program_may_read_the_site_until_the_brand_shuts_out_those_of_ai(folder):
    folder.save(post(1))
    folder.build()
    assert welcome(folder, AI + OTHERS) == {*AI, *OTHERS}
    decide(folder, 'crawlers = "no-ai"')
    assert folder.build().written == ["robots.txt"]
    assert welcome(folder, AI + OTHERS) == set(OTHERS)


def listed(folder):
    """Path → lastmod of all that the sitemaps which the index names tell of."""
    files, root = folder.files(), "https://talk.example/"
    found = {}
    for place in ET.fromstring(files["sitemap.xml"]).iter(f"{MAP}loc"):
        for url in ET.fromstring(files[place.text.removeprefix(root)]).iter(f"{MAP}url"):
            path = url.findtext(f"{MAP}loc").removeprefix(root)
            assert path not in found
            found[path] = url.findtext(f"{MAP}lastmod")
    return found


def day(number):
    return (START + timedelta(days=number)).isoformat()


def test_standing_pages_tell_when_their_newest_post_was_said(folder):
    folder.save(post(5, tags=("Tea",)), post(40), reply(1, post(5).id))
    folder.build()
    found = listed(folder)
    months = {"archive/2026/01/": day(5), "archive/2026/02/": day(40), "archive/2026/": day(40)}
    assert {path: found[path] for path in months} == months
    assert [found[path] for path in ("", "channel/blog/", "topic/tea/")] == [day(40), day(40), day(5)]
    assert (found[address(post(5))], found["about/"]) == ((START + timedelta(days=200, hours=1)).isoformat(), None)


def test_the_pages_of_figures_tell_until_when_they_count(folder):
    folder.save(post(5))
    folder.build()
    assert {listed(folder)[path] for path in ("insights/", "insights/blog/", "insights/last-7-days/")} == {day(5)[:10]}
    folder.save(post(6))
    folder.build()
    assert listed(folder)["insights/blog/last-365-days/"] == day(6)[:10]


def test_a_map_that_would_be_too_long_goes_on_in_another_file():
    urls = [(f"p/{number}/", "") for number in range(sitemap.LIMIT + 1)]
    made = dict(sitemap.maps(addresses("https://talk.example/"), "2026-01", urls))
    assert list(made) == list(sitemap.paths("2026-01", len(urls))) == ["sitemap/2026-01.xml", "sitemap/2026-01-2.xml"]
    assert [len(ET.fromstring(body)) for body in made.values()] == [sitemap.LIMIT, 1]
