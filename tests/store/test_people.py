"""People in the archive: who is whose follows from what is kept now, and is news for those it turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model import Account, Batch, Profile
from hub.people import join
from hub.store import authors
from hub.store.archive import Archive
from tests.store.conftest import Fresh
from tests.store.said import bring, item, lose, post, url
from tests.test_people import ALIKE, PROVEN

SITE = "https://anna.example/"
EVA = Account(
    name="Anna", handle="@eva@other.example", url="https://other.example/@eva", id="https://other.example/eva"
)
USER = "https://social.example/users/anna"
ANNA = Account(name="Anna", handle="@anna@social.example", url="https://social.example/@anna", id=USER)
HOME = Account(name="Anna", url=SITE, id=SITE)
SKY = Account(name="Anna", handle="anna.example", url="https://bsky.app/profile/anna.example", id="did:plc:anna")


def speak(
    archive: Archive, name: str, author: Account, *, links: Sequence[str] = (), verified: Sequence[str] = ()
) -> None:
    told = Profile(account=author, links=tuple(links), verified=tuple(verified))
    bring(archive, post("a"), item(name, to="a", author=author), channel=name, profiles=(told,))


def groups(archive: Archive) -> set[tuple[str, ...]]:
    """The people with more than one account, by the ids of these."""
    known = [one.item.author for one in archive.records() if one.item.author.id]
    return {archive.person(authors.key(one)).accounts for one in known if len(of(archive, one)) > 1}


def of(archive: Archive, one: Account) -> tuple[str, ...]:
    return archive.persons([authors.key(one)])[authors.key(one)]


def turned(archive: Archive, since: int) -> set[str]:
    return {entry.id for entry in archive.changed(since) if entry.what == "person"}


def test_a_network_that_checked_the_page_of_the_other_joins_both(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "c", ANNA, verified=(SITE,))
    assert groups(archive) == {(HOME.id, ANNA.id)}
    assert of(archive, ANNA) == of(archive, HOME) == tuple(sorted(map(authors.key, (ANNA, HOME))))


def test_a_claim_alone_joins_nobody_until_the_other_answers_it(archive: Archive) -> None:
    speak(archive, "b", EVA)
    speak(archive, "c", ANNA, links=(EVA.url,))
    assert groups(archive) == set()
    speak(archive, "b", EVA, links=(ANNA.url,))
    assert groups(archive) == {(EVA.id, ANNA.id)}


def test_a_domain_that_is_a_handle_and_a_checked_page_joins_both(archive: Archive) -> None:
    speak(archive, "b", SKY)
    speak(archive, "c", ANNA, verified=(SITE,))
    assert groups(archive) == {(SKY.id, ANNA.id)}


def test_only_those_it_turns_hear_of_it(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "d", EVA, links=("https://eva.example/",))
    mark = archive.seq
    speak(archive, "c", ANNA, verified=(SITE,))
    assert turned(archive, mark) == {authors.key(HOME), authors.key(ANNA)}
    mark = archive.seq
    speak(archive, "c", ANNA, verified=(SITE,))
    assert archive.seq == mark


def test_an_account_that_loses_its_proof_leaves(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "c", ANNA, verified=(SITE,))
    mark = archive.seq
    speak(archive, "c", ANNA, links=(SITE,))
    assert (groups(archive), len(turned(archive, mark))) == (set(), 2)


def test_who_said_nothing_any_more_is_nobody_with_others(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "c", ANNA, verified=(SITE,))
    lose(archive, "c", channel="c")
    assert (groups(archive), of(archive, ANNA)) == (set(), (authors.key(ANNA),))
    speak(archive, "c", ANNA, verified=(SITE,))
    assert len(groups(archive)) == 1


def test_the_operators_line_joins_and_its_end_parts(archive: Archive) -> None:
    speak(archive, "b", EVA)
    archive.introduce([(EVA.url, "@anna@social.example")])
    speak(archive, "c", ANNA)
    assert groups(archive) == {(EVA.id, ANNA.id)}
    archive.introduce([])
    assert groups(archive) == set()


def test_a_second_account_with_the_same_page_makes_it_the_house_of_many(archive: Archive) -> None:
    speak(archive, "a", HOME)
    speak(archive, "b", ANNA, verified=(SITE,))
    assert len(groups(archive)) == 1
    speak(archive, "c", EVA, verified=(SITE,))
    assert groups(archive) == set()
    lose(archive, "c", channel="c")
    assert len(groups(archive)) == 1


def test_pages_that_others_call_theirs_are_asked_once_and_again_much_later(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "c", ANNA, links=(SITE,))
    (asked,) = archive.asked(date(2026, 5, 1), 10)
    archive.vouch(asked, [ANNA.url], date(2026, 5, 2))
    assert (asked.id, groups(archive)) == (HOME.id, {(HOME.id, ANNA.id)})
    assert archive.asked(date(2026, 5, 2), 10) == []
    assert archive.asked(date(2026, 6, 2), 10) == [HOME]


def test_a_page_that_does_not_answer_keeps_its_last_word(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "c", ANNA, links=(SITE,))
    archive.vouch(HOME, [ANNA.url], date(2026, 5, 2))
    archive.vouch(HOME, None, date(2026, 6, 2))
    assert (len(groups(archive)), archive.asked(date(2026, 6, 1), 10)) == (1, [])
    archive.vouch(HOME, [], date(2026, 7, 2))
    assert groups(archive) == set()


def test_the_proof_of_a_person_is_told(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "c", ANNA, verified=(SITE,))
    person = archive.person(authors.key(ANNA))
    assert (person.confidence, [one.how for one in person.proofs]) == ("proven", ["checked"])


ADDRESSES = [f"https://p{number}.example/" for number in range(4)]
PEOPLE = [Account(name="x", url=page, id=page) for page in ADDRESSES] + [
    Account(
        name="x", handle=f"p{number}.example", url=f"https://bsky.app/profile/p{number}.example", id=f"did:plc:{number}"
    )
    for number in range(2)
]
PAGES = st.lists(st.sampled_from(ADDRESSES), max_size=2).map(tuple)
SAID = st.lists(st.tuples(st.sampled_from(range(len(PEOPLE))), PAGES, PAGES), min_size=2, max_size=8)


@given(said=SAID, gone=st.sets(st.sampled_from(range(len(PEOPLE))), max_size=2), order=st.randoms())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_came_in_between_people_are_those_of_what_is_kept(fresh: Fresh, said, gone, order) -> None:  # type: ignore[no-untyped-def]
    archive = fresh()
    for number, links, verified in said:
        speak(archive, f"i{number}", PEOPLE[number], links=links, verified=verified)
    for number in sorted(gone, key=lambda _: order.random()):
        lose(archive, f"i{number}", channel=f"i{number}")
    last = {number: (links, verified) for number, links, verified in said if number not in gone}
    kept = [Profile(account=PEOPLE[one], links=links, verified=verified) for one, (links, verified) in last.items()]
    assert groups(archive) == {person.accounts for person in join(kept) if len(person.accounts) > 1}


def test_a_forgotten_account_leaves_no_word_of_itself(archive: Archive) -> None:
    speak(archive, "b", HOME)
    speak(archive, "c", ANNA, verified=(SITE,))
    archive.forget([url("c")], lambda _: False)
    assert archive.save("x", Batch()) is not None
    assert (groups(archive), archive.asked(date(2030, 1, 1), 9)) == (set(), [])


@pytest.mark.slow
def test_of_a_crowd_that_came_in_any_order_those_with_proof_are_joined_and_no_look_alike(archive: Archive) -> None:
    crowd = [one for n in range(29) for make in ALIKE for one in make(n)]
    pairs = [one for n in range(24) for one in PROVEN[n % 4](n)]
    every = list(dict.fromkeys([*crowd, *pairs]))
    Random(4).shuffle(every)
    for start in range(0, len(every), 40):
        some = every[start : start + 40]
        said = [item(f"{start}-{at}", to="a", author=one.account) for at, one in enumerate(some)]
        bring(archive, post("a"), *said, profiles=tuple(some))
    assert groups(archive) == {person.accounts for person in join(every) if len(person.accounts) > 1}
    assert sum(map(len, groups(archive))) == 48
