"""What the brand says in several posts stands as one; its answers inside a conversation stay answers."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model import Account, Item
from hub.store import show_all
from hub.store.archive import Archive
from tests.store.conftest import Fresh
from tests.store.said import bring, item, lose, post, short, tree, url, whole

US = Account(name="Acme", id=url("@acme"))
LATER = 90  # minutes


def part(name: str, to: str = "", at: int = 0, **more: object) -> Item:
    return post(name, to=to, at=at, author=US, **more)


LINE = (part("1"), part("2", "1", 1), part("3", "2", 2), item("q", to="2", at=5), part("a", "q", 6))


def line(archive: Archive, root: str = "1") -> list[str]:
    return [short(one.id) for one in archive.thread(url(root)).parts.get(url(root), ())]


def test_a_post_in_parts_is_one_and_what_answers_a_part_answers_it(archive: Archive) -> None:
    bring(archive, *LINE)
    assert (line(archive), tree(archive, "1")) == (["2", "3"], ["q", ".a"])


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@pytest.mark.parametrize("order", list(permutations(range(5)))[::17])
def test_the_order_of_arrival_never_matters(fresh: Fresh, order: tuple[int, ...]) -> None:
    told, plain = fresh(), fresh()
    for at in order:
        bring(told, LINE[at])
    bring(plain, *LINE)
    assert whole(told) == whole(plain)


@pytest.mark.parametrize(
    "later",
    [part("2", "1", LATER), part("2", "1", 1, channel="x"), post("2", to="1", at=1, author=Account(id="other"))],
    ids=["much later", "elsewhere", "somebody else of the team"],
)
def test_other_answers_of_the_brand_to_itself_stay_answers(archive: Archive, later: Item) -> None:
    bring(archive, part("1"))
    bring(archive, later, channel=later.channel)
    assert (line(archive), tree(archive, "1")) == ([], ["2"])


def test_of_two_that_might_go_on_the_earlier_does(archive: Archive) -> None:
    bring(archive, part("1"), part("3", "1", 2))
    bring(archive, part("2", "1", 1))
    assert (line(archive), tree(archive, "1")) == (["2"], ["3"])


def test_where_a_part_is_gone_what_followed_is_an_answer(archive: Archive) -> None:
    bring(archive, *LINE)
    lose(archive, "2")
    assert (line(archive), tree(archive, "1")) == ([], ["2†", ".3", ".q", "..a"])


def numbered(*marks: str, apart: int = LATER) -> list[Item]:
    """Posts that each answer the one before, as far apart as one goes on by itself only within the hour."""
    said = [f"<p>{mark} words of {at}</p>" for at, mark in enumerate(marks)]
    return [
        part(str(at), str(at - 1) if at else "", at * apart, html=html, channel="blog") for at, html in enumerate(said)
    ]


def test_numbers_join_what_time_alone_would_not(archive: Archive) -> None:
    bring(archive, *numbered("1/3", "2/3", "3/3"))
    assert line(archive, "0") == ["1", "2"]


def test_after_the_last_of_all_parts_nothing_goes_on(archive: Archive) -> None:
    bring(archive, *numbered("1/2", "(2/2)", "", apart=1))
    assert (line(archive, "0"), tree(archive, "0")) == (["1"], ["2"])


def test_a_number_that_does_not_follow_is_another_thread(archive: Archive) -> None:
    bring(archive, *numbered("1/9", "5/9", apart=1))
    assert line(archive, "0") == []


def test_of_two_answers_to_itself_the_numbered_one_goes_on(archive: Archive) -> None:
    head, aside, second = (
        part(name, to, at, html=f"<p>{text}</p>")
        for name, to, at, text in (("0", "", 0, "🧵 1/n"), ("x", "0", 1, "Oh"), ("1", "0", 2, "2/n"))
    )
    bring(archive, head, aside, second)
    assert (line(archive, "0"), tree(archive, "0")) == (["1"], ["x"])


SITE_OF = {name: f"https://blog.acme.example/{name}" for name in "xyz"}
ARTICLES = [
    post(
        f"article-{name}",
        at=0,
        channel="blog",
        url=at,
        title=f"Why we like {name} so much",
        html=f"<p>Story {name}</p>",
    )
    for name, at in SITE_OF.items()
]


def leading(*to: str) -> list[Item]:
    """A post in as many parts as there are pages to lead to, "" for none."""
    words = ["Three reasons to come", "and a few more", "the whole story is here"]
    html = [
        f'<p>{at}/3 {text} <a href="{link}">{link}</a></p>' for at, text, link in zip((1, 2, 3), words, to, strict=True)
    ]
    ties = [
        {"to": str(at - 1) if at > 1 else "", "links": (link,) if link else ()}
        for at, link in zip((1, 2, 3), to, strict=True)
    ]
    return [part(str(at), at=at + 1, channel="toots", html=html[at - 1], **ties[at - 1]) for at in (1, 2, 3)]


TEASERS = leading(*SITE_OF.values())
LEADS = leading("", "", SITE_OF["y"])


def told(archive: Archive, *items: Item) -> Archive:
    for one in items:
        bring(archive, one, channel=one.channel)
    return archive


def test_a_post_whose_parts_tease_different_articles_is_a_thread_of_its_own(archive: Archive) -> None:
    told(archive, *ARTICLES, *TEASERS)
    assert (line(archive), {archive.thread(one.id).copies for one in ARTICLES}) == (["2", "3"], {()})


def test_a_post_whose_last_part_leads_to_an_article_is_that_article(archive: Archive) -> None:
    told(archive, *ARTICLES, *LEADS)
    found = archive.thread(ARTICLES[1].id)
    assert (found.ties, [short(one.id) for one in found.parts[url("1")]]) == ({url("1"): "links"}, ["2", "3"])


def test_a_part_that_goes_or_is_hidden_takes_its_links_along(archive: Archive) -> None:
    told(archive, *ARTICLES, *TEASERS)
    archive.rejudge(lambda one: "spam" if one.id == url("2") else "", "two is spam")
    assert archive.thread(ARTICLES[0].id).ties == {url("1"): "links"}
    archive.rejudge(show_all, "none")
    assert archive.thread(ARTICLES[0].id).copies == ()
    lose(archive, "2", channel="toots")
    assert archive.thread(ARTICLES[0].id).ties == {url("1"): "links"}


@given(st.permutations(range(9)), st.sampled_from([TEASERS, LEADS]), st.sampled_from(["", "1", "2", "3"]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
def test_what_a_post_in_parts_is_does_not_depend_on_the_order(
    fresh: Fresh, order: list[int], said: list[Item], lost: str
) -> None:
    same = [
        replace(one, id=f"{one.id}x", url=f"{one.url}x", channel="x", reply_to=one.reply_to and f"{one.reply_to}x")
        for one in said
    ]
    every = [*ARTICLES, *said, *same]
    one, two = told(fresh(), *every), told(fresh(), *(every[at] for at in order[:5]))
    for archive in (one, two):
        lose(archive, *filter(None, [lost]), channel="toots")
    told(two, *(every[at] for at in order[5:]))
    lose(two, *filter(None, [lost]), channel="toots")
    assert whole(one) == whole(two)
    for archive in (one, two):
        archive.close()


@given(st.permutations(range(7)), st.sampled_from(["{}/5", "({}/5)", "🧵 {}/n"]))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
def test_numbered_parts_in_any_order_are_one_post(fresh: Fresh, order: list[int], style: str) -> None:
    every = [*numbered(*(style.format(at) for at in range(1, 6))), item("q", to="2", at=500), part("a", "q", 501)]
    archive = fresh()
    for at in order:
        bring(archive, every[at])
    assert (line(archive, "0"), tree(archive, "0")) == (["1", "2", "3", "4"], ["q", ".a"])
    archive.close()
