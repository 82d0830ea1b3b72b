"""Where a network's terms forbid a text, it does not stand; where they demand marks, these stand beside it."""

from datetime import timedelta
from typing import get_type_hints

import pytest

from hub import channels
from hub.model import Account, Batch, Entry, Item, Thread
from hub.settings import kinds, load
from hub.site.allowed import Allowed
from hub.site.logos import wanted
from hub.store import File, Record, Store
from tests.site.conftest import SETTINGS, START, lay, post, reply

pytestmark = pytest.mark.slow

GIVEN = {"handle": "pot", "account": "UCaaaaaaaaaaaaaaaaaaaaaa", "organization": "55", "page": "1", "user": "1"}
GIVEN |= {"site": "pot", "query": "pot", "subreddit": "pot", "forum": "pot", "client_id": "1"}
GIVEN |= dict.fromkeys(("token", "key", "api_key", "client_secret"), "env:X")
P5 = "https://blog.example/?p=5"
OTHER = "https://other.example/"
WORDS = "Kettles on fire sale tonight"
ANA = Account(
    id="https://other.example/users/7",
    name="Ana Roy",
    handle="@ana",
    url="https://other.example/@ana",
    avatar="https://other.example/ana.png",
)
RESTRICTED = [name for name in kinds() if "no" in repr(channels.kind(name).terms) or channels.kind(name).terms.marks]


def there(tmp_path, kind, logo=True):
    """A folder with a channel of a kind, where the brand said one thing and the public answered another."""
    folder = lay(tmp_path / "hub")
    fields = channels.kind(kind).__dataclass_fields__
    given = "".join(f'{name} = "{value}"\n' for name, value in GIVEN.items() if name in fields)
    given += 'url = "https://other.example/"\n' if "url" in fields and "url" not in given else ""
    said = SETTINGS.replace("{prefix}", "") + f'\n[channels.x]\nkind = "{kind}"\nlabel = "Elsewhere"\n{given}'
    (folder.path / "content/hub.toml").write_text(said, "utf-8")
    if logo:
        put(folder)
    more = {"channel": "x", "html": f"<p>{WORDS}</p>", "title": "", "kind": "note", "author": ANA}
    folder.save(post(5), post(6, **more, url=f"{OTHER}6"), reply(1, P5, **more, url=f"{OTHER}1"), channel="x")
    return folder


def put(folder):
    (folder.path / "theme/static/logos").mkdir(parents=True)
    (folder.path / "theme/static/logos/twitter.svg").write_text("<svg/>")


@pytest.fixture
def built(tmp_path):
    folder = there(tmp_path, "twitter")
    folder.build()
    yield folder
    folder.store.close()


def standing(folder):
    """Where the words stand: the paths of pages and of all else."""
    files = {path: content.decode() for path, content in folder.files().items() if not path.startswith("assets/")}
    found = {path for path, text in files.items() if WORDS in text}
    pages = {path for path in found if path.endswith(".html") and not path.startswith(("wall/", "embed/"))}
    return pages, found - pages


@pytest.mark.parametrize("kind", RESTRICTED)
def test_the_words_of_every_kind_stand_only_where_its_terms_allow(tmp_path, kind):
    folder, terms = there(tmp_path, kind), channels.kind(kind).terms
    folder.build()
    pages, data = standing(folder)
    allowed = {
        "feeds/": terms.feed, "p/": terms.feed, "search/": terms.search, "wall/": terms.wall, "embed/": terms.embed,
    }  # fmt: skip
    assert bool(pages) == (terms.page != "no")
    assert {path for path in data if "no" in (allowed[path.partition("/")[0] + "/"], terms.json)} == set()
    folder.store.close()


@pytest.mark.parametrize("kind", ["linkedin", "threads"])
def test_where_no_page_may_show_it_there_is_a_count_and_a_link(tmp_path, kind):
    folder = there(tmp_path, kind)
    folder.build()
    page = folder.page(P5)
    assert f'<p class="elsewhere"><a href="{OTHER}1" rel="noopener">Read it on Elsewhere</a></p>' in page
    assert '<h2 id="replies">1 reply</h2>' in " ".join(page.split())
    assert ("Somebody on Elsewhere" in page, "Ana" in page) == (True, False)
    folder.store.close()


def test_without_a_logo_that_terms_demand_there_is_a_count_and_a_link(tmp_path):
    folder = there(tmp_path, "twitter", logo=False)
    folder.build()
    assert standing(folder) == (set(), set())
    assert wanted(load(folder.path, {})) == {"x": "theme/static/logos/twitter.svg or .png"}
    put(folder)
    folder.build()
    assert WORDS in folder.page(P5)
    folder.store.close()


def test_all_marks_that_terms_demand_stand_beside_the_text(built):
    built.store.keep(File(url=ANA.avatar, digest="abc", forms=(64,)))
    (built.path / ".hub/media/abc").mkdir(parents=True)
    (built.path / ".hub/media/abc/64.webp").write_bytes(b"x")
    built.build()
    for page, origin in ((built.page(P5), f"{OTHER}1"), (built.page("https://blog.example/?p=6"), f"{OTHER}6")):
        marks = ("Ana Roy", "@ana", 'src="/media/abc/64.webp"', 'class="logo" src="/assets/logos/twitter.')
        assert [one for one in (*marks, f'<a href="{origin}" rel="noopener"><time') if one not in page] == []


def test_all_marks_stand_beside_the_text_on_its_authors_page_too(built):
    pages = {path: content.decode() for path, content in built.files().items() if path.startswith("person/")}
    (said,) = [text for path, text in pages.items() if path.endswith("index.html") and f"<p>{WORDS}</p>" in text]
    marks = ("@ana", 'class="logo" src="/assets/logos/twitter.', f'<a href="{OTHER}1" rel="noopener"><time')
    assert [one for one in marks if one not in said.partition("<article")[2]] == []


def test_a_licence_that_terms_demand_stands_beside_the_text(tmp_path):
    folder = there(tmp_path, "stackexchange")
    folder.build()
    assert '<a rel="license noopener" href="https://creativecommons.org/licenses/by-sa/4.0/">CC BY-SA 4.0</a>' in (
        folder.page(P5)
    )
    folder.store.close()


def test_a_text_that_is_never_cut_is_not_cut_on_the_first_page(built):
    home = built.files()["index.html"].decode()
    assert home.count(WORDS) == 1  # the post, whole; of the reply only that it is there
    assert "Ana Roy" in home.partition('id="latest"')[2]


def test_a_copy_that_is_withheld_does_not_stand_before_one_that_is_not(tmp_path):
    folder = there(tmp_path, "linkedin")
    long = {"html": f"<p>{'We mend it all. ' * 9}</p>", "title": "", "kind": "note"}
    folder.save(post(7, **long))
    folder.save(
        post(8, **long | {"html": long["html"] + WORDS}, channel="x", published=START + timedelta(7)), channel="x"
    )
    folder.build()
    assert "We mend it all." in folder.page("https://blog.example/?p=7")
    folder.store.close()


def test_what_faded_is_a_count_and_a_link_in_feeds_and_files_too(folder):
    day = START.date()
    folder.store.save(
        "blog", Batch(items=(post(5, html=WORDS, title=WORDS), reply(1, P5, html=WORDS))), day=day, keep=30
    )
    folder.build()
    assert standing(folder)[0]
    folder.store.fade(day + timedelta(days=31))
    folder.build()
    assert standing(folder) == (set(), set())
    assert folder.files()["feeds/all.atom"].decode().count("<entry") == 1


def test_every_answer_of_the_store_that_holds_messages_is_looked_at():
    speaks = (Item, Record, Thread, Entry)
    answers = {
        name: get_type_hints(method, vars(__import__("hub.store", fromlist=["x"]))).get("return")
        for name, method in vars(Store).items()
        if callable(method) and not name.startswith("_")
    }
    holding = {name for name, answer in answers.items() if any(one.__name__ in repr(answer) for one in speaks)}
    assert holding - vars(Allowed).keys() == set()


def test_it_stands_in_no_structured_data_of_a_page(built):
    page = built.page("https://blog.example/?p=6")
    assert WORDS not in page.partition("application/ld+json")[2]


def test_a_feed_still_tells_that_something_was_said(built):
    assert "Elsewhere" in built.files()["feeds/all.atom"].decode()
    assert built.files()["feeds/all.atom"].decode().count("<entry") == 2
