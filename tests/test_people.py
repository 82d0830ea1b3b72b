"""People are joined by proof alone: no look-alike is, and everybody with a proof is."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import Account, Profile
from hub.people import Person, Proof, join

FACE = "https://cdn.example/face.png"
NAMES = ("Anna Ba", "Аnna Ba", "Anna  Ba", "ANNA BA", "Anna Ba ✓", "Αnna Βa")  # some letters are Cyrillic and Greek


def masto(name: str, host: str = "social.example", **more: tuple[str, ...]) -> Profile:
    address = f"https://{host}/@{name}"
    account = Account(
        name="Anna Ba", handle=f"@{name}@{host}", url=address, avatar=FACE, id=f"https://{host}/users/{name}"
    )
    return Profile(account=account, **more)


def sky(handle: str, **more: tuple[str, ...]) -> Profile:
    url = f"https://bsky.app/profile/{handle}"
    account = Account(name="Anna Ba", handle=handle, url=url, avatar=FACE, id=f"did:plc:{handle.replace('.', '')}")
    return Profile(account=account, **more)


def x(name: str, **more: tuple[str, ...]) -> Profile:
    account = Account(name="Anna Ba", handle=f"@{name}", url=f"https://x.com/{name}", avatar=FACE, id=f"x:{name}")
    return Profile(account=account, **more)


def people(*profiles: Profile, stated: tuple[tuple[str, ...], ...] = ()) -> int:
    return len(join(profiles, stated))


def page(name: str) -> tuple[str, ...]:
    return (f"https://{name}.example/",)


def same_name(n: int) -> list[Profile]:
    one = masto(f"anna{n}", "a.example").account
    return [
        Profile(account=one),
        Profile(account=Account(name=NAMES[n % 6], url=f"https://b.example/@anna{n}", id=f"b:{n}", avatar=FACE)),
    ]


def one_way(n: int) -> list[Profile]:
    real = masto(f"real{n}")
    return [real, masto(f"fake{n}", "other.example", links=(real.account.url,))]


def claims_a_verified_page(n: int) -> list[Profile]:
    return [masto(f"v{n}", verified=page(f"site{n}")), masto(f"w{n}", "other.example", links=page(f"site{n}"))]


def house_of_many(n: int) -> list[Profile]:
    return [masto(f"h{n}", verified=page(f"paper{n}")), masto(f"i{n}", verified=page(f"paper{n}"))]


def look_alike_domain(n: int) -> list[Profile]:
    return [masto(f"d{n}", verified=page(f"dom{n}")), sky(f"dom{n}.example.bsky.social"), sky(f"d0m{n}.example")]


def unchecked_on_x(n: int) -> list[Profile]:
    return [
        x(f"x{n}", verified=page(f"xx{n}")),
        masto(f"xx{n}", verified=page(f"xx{n}"), links=(f"https://x.com/x{n}",)),
    ]


def claims_anothers_address(n: int) -> list[Profile]:
    real = masto(f"r{n}", links=(f"https://c.example/@r{n}",))
    fake = Account(name="Anna Ba", url=real.account.url, id=f"fake:{n}", avatar=FACE)
    other = masto(f"r{n}", "c.example", links=(real.account.url,))
    return [real, Profile(account=fake, links=(other.account.url,)), Profile(account=other.account)]


def staff_of_an_account(n: int) -> list[Profile]:
    """Two people who write for a paper whose own account has its address, and calls both its own."""
    address = f"https://daily{n}.example/"
    two = [masto(f"{name}{n}", verified=(address,)) for name in ("j", "k")]
    paper = Account(name="Anna Ba", url=address, id=f"{address}?author=1", avatar=FACE)
    return [*two, Profile(account=paper, links=tuple(one.account.url for one in two) if n % 2 else ())]


def staff_on_two_servers(n: int) -> list[Profile]:
    """The same, each on a server of their own; every third paper has its domain as a handle."""
    two = [masto(f"l{n}", verified=page(f"post{n}")), masto(f"m{n}", "other.example", verified=page(f"post{n}"))]
    return [*two, *([sky(f"post{n}.example")] if n % 3 == 0 else [])]


ALIKE = (
    same_name,
    one_way,
    claims_a_verified_page,
    house_of_many,
    look_alike_domain,
    unchecked_on_x,
    claims_anothers_address,
    staff_of_an_account,
    staff_on_two_servers,
)


def test_of_200_look_alikes_none_is_joined() -> None:
    profiles = [profile for n in range(29) for make in ALIKE for profile in make(n)]
    assert len(profiles) > 2 * 200
    assert [person for person in join(profiles) if len(person.accounts) > 1] == []


def each_other(n: int) -> list[Profile]:
    one, other = f"https://one.example/@p{n}", f"https://two.example/@p{n}"
    return [masto(f"p{n}", "one.example", links=(other,)), masto(f"p{n}", "two.example", links=(one,))]


def checked(n: int) -> list[Profile]:
    blog = Profile(
        account=Account(name="A", url=f"https://blog{n}.example/author/a", id=f"https://blog{n}.example/?author=1")
    )
    return [blog, masto(f"c{n}", verified=(blog.account.url,))]


def same_site(n: int) -> list[Profile]:
    return [masto(f"s{n}", verified=page(f"mine{n}")), sky(f"mine{n}.example")]


def x_each_other(n: int) -> list[Profile]:
    return [x(f"y{n}", links=(f"https://social.example/@y{n}",)), masto(f"y{n}", links=(f"https://x.com/y{n}",))]


PROVEN = (each_other, checked, same_site, x_each_other)


def test_all_fifty_accounts_with_proof_are_joined_among_the_look_alikes() -> None:
    pairs = [PROVEN[n % 4](n) for n in range(24)]
    told = [masto("told"), x("told")]
    crowd = [profile for n in range(29) for make in ALIKE for profile in make(n)]
    found = join(
        [*(one for pair in [*pairs, told] for one in pair), *crowd], [("@told@social.example", "https://x.com/told")]
    )
    joined = {person.accounts for person in found if len(person.accounts) > 1}
    assert joined == {tuple(sorted(one.account.id for one in pair)) for pair in [*pairs, told]}
    assert sum(map(len, joined)) == 50


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_profiles_come_does_not_matter(order: Random) -> None:
    profiles = [one for n in range(3) for make in (*ALIKE, *PROVEN) for one in make(n)]
    assert join(order.sample(profiles, len(profiles))) == join(profiles)


def test_a_person_lists_every_proof_and_how_sure_it_is() -> None:
    profiles, told = same_site(1), masto("told")
    (person,) = join([*profiles, told], [(told.account.url, profiles[0].account.url)])
    assert {proof.how for proof in person.proofs} == {"same site", "stated"}
    assert (person.confidence, join(profiles)[0].confidence) == ("stated", "proven")


@pytest.mark.parametrize("make", PROVEN)
def test_taking_one_side_away_leaves_nobody_joined(make: Callable[[int], list[Profile]]) -> None:
    one, other = make(1)
    bare = Profile(account=other.account if other.verified or other.links else one.account)
    kept = one if other.verified or other.links else other
    expected = 1 if bare.account.handle == "mine1.example" else 2
    assert people(bare, kept) == expected


def test_accounts_that_nobody_vouches_for_are_nobody() -> None:
    assert join([Profile(account=Account(name="Anna", url="https://anna.example/"))]) == []
    assert Person(("a",)) == Person(("a",), ())
    assert Proof("a", "b", "stated").by == ""
