"""What search engines and other programs are told of the site."""

from urllib.robotparser import RobotFileParser

import pytest

from tests.site.conftest import post

pytestmark = pytest.mark.slow

AI = ("GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "PerplexityBot")
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
