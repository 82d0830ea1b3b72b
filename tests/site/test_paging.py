"""Long conversations on several pages: every reply once, at a bounded size, and a change rewrites what shows it."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.index.whoosh import Whoosh
from hub.model import Item, Reply, Thread, Tombstone
from hub.pages import address, anchor, digest
from hub.query import parse as asked
from hub.site.talk import FIRST, ROOTS, WHOLE, Talk
from tests.site.conftest import START, post, reply

P5 = "https://blog.example/?p=5"


def name(number: int) -> str:
    return f"https://blog.example/?c={number}"


def talk(depths: list[int]) -> Talk:
    """A conversation whose n-th line stands at the n-th depth."""
    above: list[str] = []
    replies = []
    for number, depth in enumerate(depths):
        depth = min(depth, len(above))
        parent = above[depth - 1] if depth else ""
        replies.append(Reply(depth=depth, node=reply(number, parent or P5), parent=parent))
        above[depth:] = [name(number)]
    return Talk(Thread(root=post(5), replies=tuple(replies)))


shapes = st.one_of(
    st.lists(st.integers(0, 4), max_size=700),
    st.lists(st.integers(0, 400), min_size=200, max_size=700),
    st.integers(1, 700).map(lambda size: list(range(size))),
    st.integers(1, 700).map(lambda size: [min(at, 1) for at in range(size)]),
)


@given(shapes)
@settings(max_examples=60, deadline=None)
def test_every_reply_stands_on_a_page_of_bounded_size_that_can_be_reached(depths):
    made = talk(depths)
    reached, waiting = set(), [""]
    while waiting:
        part = made.parts[waiting.pop()]
        if part.path not in reached:
            reached.add(part.path)
            waiting += [path for path, _ in part.cuts.values()] + ([part.later] if part.later else [])
    assert reached == {path for path, part in made.parts.items() if not part.order}
    assert made.places.keys() == {name(number) for number in range(len(depths))}
    assert all(len(part.shown) <= ROOTS * (FIRST + 1) + 1 for part in made.parts.values())


def test_up_to_150_replies_are_one_page_and_one_more_makes_several():
    assert [path for path in talk([0] * WHOLE).parts if path not in ("newest/", "most/")] == [""]
    assert "replies/4/" in talk([0] * (WHOLE + 1)).parts


def test_other_orders_are_offered_from_21_replies_on():
    assert "newest/" not in talk([0] * 20).parts
    assert "newest/" in talk([0] * 21).parts


def test_a_root_shows_the_first_four_of_its_branch_and_says_how_many_follow():
    made = talk([0] + [1] * 200)
    (cut,) = made.parts[""].cuts.items()
    assert cut == (4, (made.base(0), 196))


def test_ten_thousand_answers_below_each_other_are_few_pages():
    assert len(talk(list(range(10_000))).parts) < 80


def test_places_of_the_gone_count_as_no_replies():
    replies = [Reply(depth=0, node=Tombstone(id=name(0))), Reply(depth=1, node=reply(1, name(0)), parent=name(0))]
    assert Talk(Thread(root=post(5), replies=tuple(replies))).total == 1


# the pages themselves


def long(folder, roots=100, each=6):
    """A conversation of `roots` replies, the first of which have `each` below them."""
    folder.save(post(5))
    folder.save(*(said(number) for number in range(roots)))
    folder.save(*(said(1000 + number * 10 + at, name(number)) for number in range(3) for at in range(each)))
    folder.save(*(said(5000 + at, name(50)) for at in range(60)))


def said(number: int, to: str = P5) -> Item:
    return reply(number, to, published=START + timedelta(days=100, minutes=number))


@pytest.fixture
def built(folder):
    long(folder)
    folder.build()
    return folder


def here(path: str = "") -> str:
    return f"{address(post(5))}{path}index.html"


@pytest.mark.slow
def test_every_reply_is_read_where_its_address_leads(built):
    files = built.files()
    feed = files["feeds/replies.json"].decode()
    for url, fragment in re.findall(r'"url": "https://talk.example/(p/[^"#]*)#(r-\w+)"', feed):
        assert f'id="{fragment}"' in files[f"{url}index.html"].decode()


@pytest.mark.slow
def test_a_found_reply_is_read_where_its_address_leads(built):
    files, index = built.files(), Whoosh(built.path / ".hub/index", "en")
    index.update(built.store.changed(0))
    shown = [one for path, raw in files.items() if re.match("search/.*/d", path) for one in json.loads(raw)]
    every = [(one["url"], one["id"]) for one in shown if one["type"] == "reply"]
    every += [(hit.url, hit.id) for hit in index.search(asked("", per_page=100, type=["reply"])).hits]
    assert len({url.partition("#")[0] for url, _ in every}) > 3
    for url, id in every:
        assert f'id="{anchor(id)}"' in files[f"{url.partition('#')[0]}index.html"].decode()


@pytest.mark.slow
def test_only_the_first_page_carries_totals(built):
    files = built.files()
    assert "178 replies" in files[here()].decode()
    assert "178 replies" not in files[here("replies/2/")].decode()


@pytest.mark.slow
def test_one_reply_rewrites_the_first_page_its_roots_page_and_its_branch(built):
    before = built.files()
    built.save(said(9000, name(5059)))
    built.build()
    after = built.files()
    branch = f"t/{digest(name(50))}/"
    rewritten = {path for path in after if before.get(path) != after[path] and path.startswith("p/")}
    pages = {here(path) for path in ("", "replies/2/", "most/", branch)}
    assert rewritten == pages | {address(post(5)) + name for name in ("replies.atom", "activity.json")}
    assert anchor(name(9000)) in after[here(branch)].decode()


@pytest.mark.slow
def test_whatever_came_in_between_the_pages_are_those_of_one_build(built, tmp_path):
    from tests.site.conftest import lay

    built.save(said(9000, name(5059)), said(9001), gone=(name(3), name(50)))
    built.build()
    other = lay(tmp_path / "other")
    other.save(said(9000, name(5059)), said(9001))
    long(other)
    other.save(gone=(name(3), name(50)))
    other.build()
    assert built.files() == other.files()


@pytest.mark.slow
def test_a_conversation_that_shrinks_loses_its_further_pages(built):
    built.save(gone=tuple(name(number) for number in range(10, 100) if number != 50))
    built.build()
    assert here("replies/2/") not in built.files()


@pytest.mark.slow
def test_every_fragment_of_a_part_leads_somewhere(built):
    files = built.files()
    for path, content in files.items():
        if path.startswith("p/") and path.endswith(".html"):
            for page, fragment in re.findall(r'href="/?([^"#]*)#(r-\w+)"', content.decode()):
                assert f'id="{fragment}"' in files[f"{page}index.html" if page else path].decode()


@pytest.mark.slow
def test_150_replies_keep_the_budget_of_a_page(folder):
    folder.save(post(5))
    folder.save(*(reply(number, P5 if number % 3 == 0 else name(number // 3 * 3)) for number in range(150)))
    folder.build()
    page = folder.files()[here()]
    assert len(gzip.compress(page)) <= 60 * 1024
    assert len(list(html5lib.parse(page.decode()).iter())) <= 3000
