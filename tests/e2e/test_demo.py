"""The demo brand as a visitor, a feed reader, a search engine and a parser of microformats meet it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urlsplit
from xml.etree import ElementTree

import feedparser
import httpx2
import mf2py
import pytest

from hub.serve import of
from hub.settings import load
from tests.e2e.crawl import Page, Site, crawled
from tests.e2e.folder import CHECKOUT, Folder
from tests.html_safety import in_feed, in_json, unsafe

pytestmark = pytest.mark.slow
HOST = "https://talk.tarnwick.example/"
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
}
POST = re.compile(r"/p/[^/]+/$")  # below it stand other orders and parts of a long conversation
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@dataclass(frozen=True)
class Demo:
    """The demo, built below an address and crawled."""

    folder: Folder
    site: Site
    items: list[dict[str, Any]]

    @property
    def output(self) -> Path:
        return self.folder.path / "output"

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [item for item in self.items if item["kind"] == "post"]

    @property
    def replies(self) -> list[dict[str, Any]]:
        return [item for item in self.items if item["kind"] == "reply"]

    def under(self, post: dict[str, Any]) -> list[dict[str, Any]]:
        return [item for item in self.replies if item["thread_id"] == post["id"]]

    def files(self, *endings: str) -> dict[str, bytes]:
        """The files of the site with these endings, by path."""
        found = (path for path in sorted(self.output.rglob("*")) if path.suffix in endings)
        return {str(path.relative_to(self.output)): path.read_bytes() for path in found}


def laid(path: Path, root: str) -> Folder:
    """The demo's folder, updated once."""
    folder = Folder(path)
    assert folder.hub("init", "--demo").code == 0
    settings = path / "content/hub.toml"
    settings.write_text(settings.read_text("utf-8").replace(f'"{HOST}"', f'"{root}"'), "utf-8")
    ran = folder.update()
    assert ran.code == 0, ran.err
    return folder


def built(path: Path, root: str) -> Demo:
    folder = laid(path, root)
    return Demo(folder, crawled(path / "output", path / ".hub/index", root), folder.export())


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Demo]:
    return cache(lambda prefix: built(tmp_path_factory.mktemp("demo"), HOST + prefix))


@pytest.fixture(scope="module")
def demo(demos: Callable[[str], Demo]) -> Demo:
    """Below a path, which is the harder place to stand."""
    return demos("talk/")


@pytest.fixture(params=["", "talk/"], ids=["at the root", "below a path"])
def both(request: pytest.FixtureRequest, demos: Callable[[str], Demo]) -> Demo:
    return demos(request.param)


# visitors


def test_no_link_is_broken_and_none_is_redirected(both: Demo) -> None:
    wrong = {address: page.status for address, page in both.site.pages.items() if page.status != 200}
    assert {(start, end) for start, end in both.site.links if urldefrag(end).url in wrong} == set()
    assert not [end for _, end in both.site.links if not end.startswith(both.site.root)]


def test_every_fragment_that_is_linked_to_is_there(both: Demo) -> None:
    ids = {address: set(page.ids) for address, page in both.site.html().items()}
    split = {(start, *urldefrag(end)) for start, end in both.site.links}
    assert not [(start, page, part) for start, page, part in split if part and unquote(part) not in ids.get(page, ())]


def test_every_page_is_html_without_a_fault(demo: Demo) -> None:
    assert {address: page.faults for address, page in demo.site.html().items() if page.faults} == {}


def test_no_page_has_an_id_twice(demo: Demo) -> None:
    assert not {address: page for address, page in demo.site.html().items() if len(page.ids) != len(set(page.ids))}


def moved(body: bytes) -> bool:
    """Whether a file only leads on: to the conversation that a copy was joined to, to the person an account is of."""
    return b'http-equiv="refresh"' in body


def test_every_page_can_be_reached_from_the_first_one(both: Demo) -> None:
    reached = {both.site.path(address) for address, page in both.site.html().items() if not moved(page.body)}
    pages = {path.removesuffix("index.html") for path, body in both.files(".html").items() if not moved(body)}
    assert reached == pages


def test_every_other_file_is_linked_to_or_known_by_its_name(both: Demo) -> None:
    files = {str(path.relative_to(both.output)) for path in both.output.rglob("*") if path.is_file()}
    pages = {path for path in files if path.endswith(".html")}
    search = (both.output / "search/index.html").read_text("utf-8")  # its data-lookup names a script to load when asked
    known = {
        path
        for path in files
        if re.fullmatch(r"\..*|_\w+|robots\.txt|llms\.txt|wall/feed\.json|embed/.*|sitemap.*|search/.*\.json", path)
    }
    known |= {path for path in files if path.startswith("assets/lookup") and path in search}
    telling = pages | {path for path in files if re.fullmatch(r"feeds/.+\.json", path)}
    said = "".join((both.output / path).read_text("utf-8") for path in telling)
    named = r".+/card\.jpg|assets/card\..+|feeds/.+/\d+\.json"  # what stands beside links elsewhere; older posts
    known |= {path for path in files if re.fullmatch(named, path) and path in said}
    known |= {path for path in files if path.startswith("assets/icon.")}  # for brands without a logo
    statics = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file()}
    assert files - pages - known - statics - {both.site.path(address) for address in both.site.pages} == set()


STATIC = CHECKOUT / "content/static"


def test_what_lies_in_content_static_stands_at_the_root(both: Demo) -> None:
    for path in (path for path in STATIC.rglob("*") if path.is_file()):
        assert (both.output / path.relative_to(STATIC)).read_bytes() == path.read_bytes()


def test_no_page_holds_anything_unsafe_or_loads_from_elsewhere(demo: Demo) -> None:
    own = urlsplit(demo.site.root).netloc
    leads_on = ["meta http-equiv 'refresh'"]
    found = {
        address: (unsafe(page.body, own), leads_on if moved(page.body) else [])
        for address, page in demo.site.html().items()
    }
    assert {address: faults for address, (faults, due) in found.items() if faults != due} == {}


def test_no_feed_and_no_json_holds_anything_unsafe(demo: Demo) -> None:
    texts = [text for body in demo.files(".atom", ".rss").values() for text in in_feed(body)]
    texts += [text for path, body in demo.files(".json").items() if "search/" not in path for text in in_json(body)]
    assert len(texts) > len(demo.items)
    assert [fault for text in dict.fromkeys(texts) for fault in unsafe(text) if "third-party load" not in fault] == []


def policy(page: Page) -> list[str]:
    found = [one.attrib for one in page.elements("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    return [one["content"] for one in found]


def test_every_page_carries_the_policy(demo: Demo) -> None:
    for address, page in demo.site.html().items():
        (said,) = policy(page)
        assert {part.strip() for part in said.split(";")} == POLICY, address


# feed readers


def test_every_feed_is_sound_for_strict_and_for_patient_readers(demo: Demo) -> None:
    for path, body in demo.files(".atom", ".rss").items():
        ElementTree.fromstring(body)
        assert not feedparser.parse(body).bozo, path


def test_every_thread_has_a_feed_of_all_its_replies(demo: Demo) -> None:
    feeds = {path: feedparser.parse(body) for path, body in demo.files(".atom").items() if path.startswith("p/")}
    assert len(feeds) == len(demo.posts)
    assert Counter(entry.id for feed in feeds.values() for entry in feed.entries) == ids(demo.replies)


def ids(items: list[dict[str, Any]]) -> Counter[str]:
    return Counter(item["id"] for item in items)


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
def test_the_feed_of_everything_holds_the_newest_posts(demo: Demo, ending: str) -> None:
    body = demo.files(f".{ending}")[f"feeds/all.{ending}"]
    entries = json.loads(body)["items"] if ending == "json" else feedparser.parse(body).entries
    ours = [post for post in demo.posts if post["ours"]]  # what others began has a feed of its own
    newest = sorted(ours, key=lambda item: (item["published"] or "", item["id"]), reverse=True)[:50]
    assert [entry["id"] for entry in entries] == [item["id"] for item in newest]


# machines


def posts(demo: Demo) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every post of the export with the one h-entry of its page; no channel has more than its feed holds."""
    files, feeding = demo.files(".json"), ("feeds/channel/", "feeds/mentions")
    feeds = [json.loads(body) for path, body in files.items() if path.startswith(feeding)]
    places = {entry["id"]: entry["url"] for feed in feeds for entry in feed["items"]}
    pages = {address: page for address, page in demo.site.html().items() if POST.search(address)}
    for post in demo.posts:
        address = places[post["id"]]
        (entry,) = mf2py.parse(doc=pages.pop(address).body.decode(), url=address)["items"]
        yield post, entry
    assert not pages


def said(thing: dict[str, Any]) -> tuple[str, datetime | None]:
    """Author and time of an h-entry or h-cite."""
    author, times = thing["properties"]["author"][0], thing["properties"].get("published", [])
    return author["properties"]["name"][0], datetime.fromisoformat(times[0]) if times else None


def known(item: dict[str, Any]) -> tuple[str, datetime | None]:
    """The same of an item of the export."""
    return item["author"]["name"], datetime.fromisoformat(item["published"]) if item["published"] else None


def test_microformats_tell_the_posts_that_the_export_tells(demo: Demo) -> None:
    for post, entry in posts(demo):
        versions = [post, *(one for one in demo.items if (one["kind"], one["thread_id"]) == ("copy", post["id"]))]
        assert said(entry) in [(one["author"]["name"], known(post)[1]) for one in versions]
        assert entry["properties"].get("name", [""])[0] in [one["title"] for one in versions]
        assert Counter(entry["properties"].get("syndication", [""])) == Counter(one["url"] for one in versions)


def test_microformats_tell_the_replies_that_the_export_tells(demo: Demo) -> None:
    for post, entry in posts(demo):
        told = [(one["properties"]["url"][0], *said(one)) for one in entry["properties"].get("comment", [])]
        assert Counter(told) == Counter((one["url"], *known(one)) for one in demo.under(post))


def test_structured_data_can_be_read_on_every_post(demo: Demo) -> None:
    for address, page in demo.site.html().items():
        blocks = [json.loads(one.text or "") for one in page.elements("script") if "ld+json" in one.get("type", "")]
        assert all(block["@context"] == "https://schema.org" for block in blocks)
        assert blocks or not re.search("/p/[^/]+/", address)


def test_structured_data_counts_the_replies_that_the_export_holds(demo: Demo) -> None:
    pages = [page.body.decode() for address, page in demo.site.html().items() if POST.search(address)]
    counts = [int(count) for body in pages for count in re.findall(r'"commentCount":(\d+)', body)]
    assert sorted(counts) == sorted(len(demo.under(post)) for post in demo.posts)


def test_structured_data_is_less_than_a_third_of_every_page(demo: Demo) -> None:
    sizes = {
        address: (sum(len((one.text or "").encode()) for one in page.elements("script")), len(page.body))
        for address, page in demo.site.html().items()
    }
    assert {address: told for address, told in sizes.items() if told[0] > 0.3 * told[1]} == {}


def test_the_sitemap_lists_pages_that_exist_and_every_post(both: Demo) -> None:
    maps = [ElementTree.fromstring(body) for path, body in both.files(".xml").items() if path.startswith("sitemap")]
    places = [place.text or "" for one in maps for place in one.iter(f"{SITEMAP}loc")]
    there = both.files(".html", ".xml").items()
    files = {both.site.root + path.removesuffix("index.html") for path, body in there if not moved(body)}
    assert len(places) == len(set(places))
    assert set(places) <= files
    assert {place for place in files if POST.search(place)} <= set(places)


def named(value: object) -> Iterator[str]:
    """Every id in a JSON value, however deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    yield from (part["id"] for part in [value] if isinstance(part, dict) and "id" in part)
    yield from (one for part in inner for one in named(part))


def test_the_static_search_files_hold_every_item_once(demo: Demo) -> None:
    files = [json.loads(body) for path, body in demo.files(".json").items() if path.startswith("search/")]
    assert Counter(named(files)) == ids(demo.items)


# what networks ask for


def phrases(demo: Demo) -> set[str]:
    """What others said on X and nobody said elsewhere: of each message its longest run of plain words."""
    said = [(item["channel"] == "x", re.sub(r"@\w+", "|", item["text"])) for item in demo.items]  # names are links
    mine, others = ([text for on_x, text in said if on_x is here] for here in (True, False))
    runs = {max(re.findall(r"[a-z ]+", text), key=len).strip() for text in mine if re.search(r"[a-z ]{25}", text)}
    elsewhere = " ".join(map(plain, others))
    return {run for run in runs if plain(run) not in elsewhere}


def plain(text: str) -> str:
    """A text's words alone, as a search sees them."""
    return " ".join(re.findall(r"\w+", text.lower()))


PAGES = re.compile(r"(?!embed/|wall/).*\.html")  # frames and walls are no pages of ours


def test_words_of_x_stand_on_pages_and_in_no_other_file(demo: Demo) -> None:
    words, files = phrases(demo), {path: path.read_bytes() for path in demo.output.rglob("*") if path.is_file()}
    there = {str(path.relative_to(demo.output)): body.decode("utf-8", "replace") for path, body in files.items()}
    pages = {path: there.pop(path) for path in sorted(there) if PAGES.fullmatch(path)}
    there |= {f"{path} ld+json": body.partition("application/ld+json")[2] for path, body in pages.items()}
    assert len(words) > 20
    assert all(any(one in body for body in pages.values()) for one in words)
    assert {Path(path).suffix for path in there} > {
        ".atom",
        ".css",
        ".htm",
        ".js",
        ".json",
        ".rss",
        ".txt",
        ".webp",
        ".xml",
    }
    assert {path for path, text in there.items() if any(one in text for one in words)} == set()


def asked(demo: Demo, questions: Iterable[str]) -> dict[str, str]:
    """What the API that `hub serve` brings answers, by question."""
    settings = load(demo.folder.path, {})
    root, site = urlsplit(settings.brand.url).path, of(settings)

    async def answers() -> dict[str, str]:
        return {one: await answer(one, f"192.0.{n // 250}.{n % 250}") for n, one in enumerate(questions)}

    async def answer(question: str, visitor: str) -> str:  # each of another visitor: one alone may not ask so much
        transport = httpx2.ASGITransport(site, client=(visitor, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
            return (await client.get(f"{root}api/v1/{question}")).raise_for_status().text

    return asyncio.run(answers())


def test_the_search_api_finds_no_words_of_x(demo: Demo) -> None:
    words = phrases(demo)
    exact = asked(demo, {f"search?q={quote(chr(34) + one + chr(34))}" for one in words})
    assert {json.loads(said)["total"] for said in exact.values()} == {0}
    loose = asked(demo, {f"search?q={quote(' OR '.join(one.split()))}" for one in words})
    hits = {question: json.dumps(json.loads(said)["hits"]) for question, said in loose.items()}
    assert [
        question for question, said in hits.items() if '"channel": "x"' in said or any(one in said for one in words)
    ] == []
    assert sum(said != "[]" for said in hits.values()) > 20
    (sung,) = asked(demo, ["search?q=%22second+altos+will+sing+for+it%22"]).values()
    assert json.loads(sung)["total"] == 1  # on Bluesky


def test_the_api_suggests_no_words_that_only_x_knows(demo: Demo) -> None:
    spoken = [
        (item["channel"] == "x", f"{item['text']} {item['title']} {item['author']['name']}") for item in demo.items
    ]
    on_x, elsewhere = (
        {word for here, text in spoken if here is is_x for word in WORD.findall(text.lower())} for is_x in (True, False)
    )
    alone = {word for word in on_x if not any(word in other for other in elsewhere)}
    found = asked(demo, {f"suggest?q={quote(part)}" for word in alone for part in (word[:3], word[:5])})
    assert len(alone) > 20
    assert {
        word for said in found.values() for word in alone & set(WORD.findall(str(json.loads(said)[1:]).lower()))
    } == set()


WORD = re.compile(r"[a-z]{6,}")


def test_an_export_for_others_tells_of_x_only_where_and_when(demo: Demo) -> None:
    lines = [json.loads(line) for line in demo.folder.hub("export", "--public").out.splitlines()]
    assert {tuple(sorted(one)) for one in lines if one["channel"] == "x"} == {("channel", "id", "published", "url")}


def test_who_asked_to_be_left_alone_is_nowhere(demo: Demo) -> None:
    assert not [item for item in demo.items if item["author"]["name"] in ("Somebody quiet", "Shy")]


# the next day


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """One whose memory may be damaged: every test leaves it whole."""
    return laid(tmp_path_factory.mktemp("kept"), HOST)


def test_a_second_update_changes_nothing(kept: Folder) -> None:
    before = kept.output()
    assert kept.update("--now").code == 0
    assert kept.output() == before


def test_a_site_that_was_deleted_comes_back_with_the_same_bytes(kept: Folder) -> None:
    before = kept.bytes()
    shutil.rmtree(kept.path / "output")
    assert kept.update().code == 0
    after = kept.bytes()
    assert before == after | {".gitignore": before[".gitignore"]}


def test_a_search_whose_index_was_deleted_works_again(kept: Folder) -> None:
    before = kept.hub("--json", "search", "kettle").json
    shutil.rmtree(kept.path / ".hub/index")
    assert kept.update().code == 0
    assert before["total"] > 10
    assert kept.hub("--json", "search", "kettle").json["hits"] == before["hits"]


def test_a_site_whose_memory_was_deleted_keeps_its_bytes_and_loses_no_track(kept: Folder) -> None:
    before = kept.bytes()
    (kept.path / ".hub/site.sqlite").unlink()
    assert kept.update().code == 0
    assert kept.bytes() == before
    (note,) = (kept.path / "content/posts").glob("*winter-hours.md")
    note.unlink()
    removed = kept.update("--now").json["built"]["removed"]
    assert kept.bytes().keys() == before.keys() - set(removed)
    assert len([path for path in removed if path.startswith("p/2026-11-12")]) == 4


# what comes by mail, and from other people's sites


def test_a_letter_stands_with_the_post_it_was_sent_of(demo: Demo) -> None:
    sent = {item["id"]: item["thread_id"] for item in demo.items if item["channel"] == "letter"}
    blog, own = "https://blog.tarnwick.example/?p=194", "mid:letter-19@tarnwick.example"
    assert sent == {"mid:letter-18@tarnwick.example": blog, own: own}


def test_what_a_reader_answered_to_a_letter_is_in_no_file(demo: Demo) -> None:
    kept = [path for path in demo.folder.path.rglob("*") if path.is_file() and path.name != "letters.mbox"]
    assert not [path for path in kept if b"keep a pear knob" in path.read_bytes()]


def test_webmentions_that_somebody_looked_at_stand_there_and_the_others_wait(demo: Demo) -> None:
    hosts = sorted(urlsplit(item["id"]).hostname or "" for item in demo.items if item["channel"] == "webmentions")
    assert hosts == ["platte-und-topf.example", "quietbolt.example", "the-long-spoon.example", "wynn-allotment.example"]
    assert not [name for name, body in demo.files(".html", ".json").items() if b"best-kettles-now" in body]
