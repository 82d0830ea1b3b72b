"""What two channels bring under two names is told once: by whichever knows it best."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model import Account, Batch, Item
from hub.store import show_all
from hub.store.archive import Archive
from tests.store.conftest import Fresh
from tests.store.said import START, bring, post, tree, url, whole

HOST = "https://host.example"
JO = Account(name="Jo", handle="@jo@host.example", url=f"{HOST}/@jo", id=f"{HOST}/users/jo")
US = Account(name="Acme", handle="@acme@host.example", url=f"{HOST}/@acme", id=f"{HOST}/users/acme")
SEEN = {one: Account(name=one.name, url=one.url, id=one.url) for one in (JO, US)}  # as a bridge's page names them


def toot(who: Account, number: int, to: str, **more: object) -> Item:
    """A message as its own network's channel brings it."""
    at = f"{who.url}/{number}"
    given: dict[str, object] = {"id": f"{who.id}/statuses/{number}", "url": at, "channel": "toots", "author": who}
    return Item(**(given | {"published": START, "html": f"<p>{number}</p>", "reply_to": to} | more))


def seen(item: Item, **more: object) -> Item:
    """The same as a webmention brings it, in answer to the post on the blog."""
    given: dict[str, object] = {"id": item.url, "url": item.url, "channel": "mentions", "author": SEEN[item.author]}
    return Item(**(given | {"published": item.published, "html": item.html, "reply_to": url("a")} | more))


TOP = post("a", aliases=(f"{HOST}/@acme/1",))
SAID = toot(JO, 3, f"{HOST}/@acme/1")
MINE = toot(US, 4, SAID.id, ours=True)
THANKS = toot(JO, 5, MINE.url)
WRITTEN = Item(id=url("w"), url=url("w"), channel="mentions", reply_to=seen(SAID).id, published=START)
EVERY = (TOP, SAID, MINE, THANKS, WRITTEN, *map(seen, (SAID, MINE, THANKS)))
TALK = [one.removeprefix(url("")) for one in (SAID.id, ".w", f".{MINE.id}", f"..{THANKS.id}")]


def told(archive: Archive, *items: Item) -> Archive:
    for one in items:
        bring(archive, one, channel=one.channel)
    return archive


def test_what_is_seen_both_ways_is_told_once(archive: Archive) -> None:
    assert tree(told(archive, *EVERY), "a") == TALK


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_arrival_never_matters(fresh: Fresh, seed: int) -> None:
    order = Random(seed).sample(EVERY, len(EVERY))
    assert whole(told(fresh(), *order)) == whole(told(fresh(), *EVERY))


def test_what_leaves_its_network_is_told_as_the_other_knows_it(archive: Archive) -> None:
    told(archive, TOP, SAID, seen(SAID))
    archive.save("toots", Batch(gone=(SAID.id,)))
    assert tree(archive, "a") == [SAID.url]
    told(archive, SAID)
    assert tree(archive, "a") == [SAID.id]


def test_where_the_other_is_taken_back_what_answered_it_stays(archive: Archive) -> None:
    told(archive, *EVERY)
    archive.save("mentions", Batch(gone=(SAID.url,)))
    assert tree(archive, "a") == TALK


def test_a_link_of_the_brand_is_not_the_page_it_leads_to(archive: Archive) -> None:
    page = Item(id=f"{HOST}/page", url=f"{HOST}/page", channel="mentions", author=JO, reply_to=url("a"))
    link = post("link", channel="links", author=US)
    told(archive, TOP, page, replace(link, url=page.url))
    assert tree(archive, "a") == [page.id]


def test_of_one_channel_two_entries_are_two(archive: Archive) -> None:
    one, other = (Item(id=url(name), url=url("c"), channel="blog", reply_to=url("a")) for name in "bc")
    assert tree(told(archive, TOP, one, other), "a") == ["b", "c"]


def test_while_the_other_waits_for_what_it_answers_this_one_stands(archive: Archive) -> None:
    lost = toot(JO, 7, f"{HOST}/@nobody/6")
    assert tree(told(archive, TOP, lost, seen(lost)), "a") == [lost.url]
    told(archive, toot(JO, 6, f"{HOST}/@acme/1", url=f"{HOST}/@nobody/6"))
    assert tree(archive, "a") == [f"{JO.id}/statuses/6", f".{lost.id}"]


def test_what_is_held_of_one_that_is_shown_waits_for_nobody(archive: Archive) -> None:
    told(archive, TOP, SAID)
    archive.save("mentions", Batch(items=(seen(SAID),)), lambda one: "held:x" if one.channel == "mentions" else "")
    assert (archive.waiting("held:"), archive.hidden(), tree(archive, "a")) == ([], {}, [SAID.id])
    archive.save("toots", Batch(gone=(SAID.id,)))
    assert (len(archive.waiting("held:")), archive.hidden()) == (1, {"held:x": 1})


def test_an_archive_that_told_them_twice_tells_them_once(archive: Archive) -> None:
    told(archive, *EVERY)
    with archive.database.writing() as c:
        c.exec_driver_sql("UPDATE items SET copy_of = '', above = parent, shown = ours = ours WHERE tied_by = 'same'")
        c.exec_driver_sql("UPDATE items SET tied_by = ''")
    assert len(tree(archive, "a") or ()) == 7
    archive.rejudge(show_all, "new")
    assert tree(archive, "a") == TALK


def test_forgetting_leaves_no_name_of_the_other(archive: Archive) -> None:
    told(archive, TOP, SAID, seen(SAID))
    archive.forget([SAID.id], lambda _: False)
    with archive.database.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM items WHERE copy_of != ''").scalar() == 0


NAMES = st.sampled_from([url(name) for name in "bcde"])
ODD = st.builds(
    lambda id, at, channel, to, ours, who: Item(
        id=id, url=at, channel=channel, reply_to=to, published=START, ours=ours, author=who, html=f"<p>{id}</p>"
    ),
    NAMES,
    NAMES,
    st.sampled_from(["toots", "mentions"]),
    st.sampled_from([url("a"), url("b"), url("c"), ""]),
    st.sampled_from([False, False, True]),
    st.sampled_from([JO, SEEN[JO], US, Account()]),
)


@pytest.mark.parametrize("fresh", ["sqlite"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    items=st.lists(ODD, max_size=7, unique_by=lambda one: (one.id, one.channel)),
    gone=st.sets(NAMES, max_size=1),
    order=st.randoms(use_true_random=False),
)
def test_whatever_calls_itself_what_the_order_does_not_matter(
    fresh: Fresh, items: list[Item], gone: set[str], order: Random
) -> None:
    every = [TOP, *items]
    one, two = told(fresh(), *every), told(fresh(), *order.sample(every, len(every)))
    for archive in (one, two):
        archive.welcome("answered")
        archive.save("toots", Batch(gone=tuple(gone)))
    lost = {item.id for item in items if not (item.channel == "toots" and item.id in gone)}
    assert whole(one) == whole(two)
    shown = {record.item.id for record in one.records()}
    assert shown - {TOP.id} <= lost
