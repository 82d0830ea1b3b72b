"""Which accounts are one person's, and what proves it. Pure. Neither a name nor a picture proves anything.

Accounts are joined when
- each names the other in its own profile (two-way rel=me),
- the network of one has checked that the other's page links back to it (a verified profile field),
- such a check names the site that is the other's handle as a domain, or
- the operator says so in content/rules.toml.
A page that was checked for two accounts may be one person's or the house of many, and nothing tells which: it joins
nobody. An account on X proves nothing by itself: it is joined by the operator's word, or where it names the other
account and that one names it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from hub import tidy
from hub.model import Profile

MUTE = frozenset({"x.com", "twitter.com", "mobile.twitter.com"})  # networks that check no link of a profile
RENTED = (".bsky.social",)  # handles below these are lent by the network: no domain of whoever has one


@dataclass(frozen=True, slots=True, order=True)
class Proof:
    """Why two accounts are one person's. `how`: each other, checked, same site, stated; `by` is the site or reason."""

    one: str
    other: str
    how: str
    by: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """Accounts that are one person's, by their ids in order, and all that proves it."""

    accounts: tuple[str, ...]
    proofs: tuple[Proof, ...] = ()

    @property
    def confidence(self) -> str:
        """ "proven" where the accounts or their networks say so, "stated" where the operator's word is needed."""
        checked = _groups(self.accounts, (proof for proof in self.proofs if proof.how != "stated"))
        return "proven" if len(checked) <= 1 else "stated"


def join(profiles: Iterable[Profile], stated: Iterable[Sequence[str]] = ()) -> list[Person]:
    """Everybody among these accounts, whatever order they come in. `stated` are names of accounts that are one's."""
    known = list(profiles)
    return gathered((profile.account.id for profile in known if profile.account.id), proofs(known, stated))


def proofs(profiles: Iterable[Profile], stated: Iterable[Sequence[str]] = ()) -> set[Proof]:
    """All that ties these accounts, pair by pair."""
    known = {profile.account.id: profile for profile in sorted(profiles, key=repr) if profile.account.id}
    houses = _houses(known)
    return {*_between(known, houses), *_by_sites(known, houses), *_stated(known, stated)}


def gathered(accounts: Iterable[str], found: Collection[Proof]) -> list[Person]:
    """The people among these accounts, given by their ids, that the proofs make."""
    groups = _groups(sorted(set(accounts)), found)
    return sorted(Person(group, tuple(sorted(one for one in found if one.one in group))) for group in groups)


def named(profile: Profile) -> set[str]:
    """What others may call an account in their profiles."""
    return {tidy.name(one) for one in (profile.account.id, profile.account.url) if one}


def sites(profile: Profile) -> set[str]:
    """Sites and pages that an account has proven to hold: its network checked them, or its handle is their domain."""
    return _checked(profile) | _domain(profile)


def _checked(profile: Profile) -> set[str]:
    return {tidy.name(one) for one in profile.verified}


def _domain(profile: Profile) -> set[str]:
    """The site whose domain is an account's handle."""
    handle = profile.account.handle.strip().lstrip("@").casefold()
    own = "." in handle and "@" not in handle and profile.account.id.startswith("did:")
    return {tidy.name(f"https://{handle}/")} if own and not handle.endswith(RENTED) else set()


def _houses(known: Mapping[str, Profile]) -> set[str]:
    """Pages that were checked for more than one account: a newspaper's, say, for all who write there."""
    held = Counter(page for one in known.values() if not _mute(one) for page in _checked(one))
    return {page for page, many in held.items() if many > 1}


def _between(known: Mapping[str, Profile], houses: set[str]) -> Iterator[Proof]:
    """Accounts of which one names the other; a house names many as its own, and is nobody's."""
    holders: dict[str, set[str]] = {}
    for id, profile in known.items():
        for name in named(profile):
            holders.setdefault(name, set()).add(id)
    says = {id: {tidy.name(link) for link in (*profile.links, *profile.verified)} for id, profile in known.items()}
    pairs = ((known[id], known[other]) for id in known for other in sorted(_called(says[id], holders) - {id}))
    for one, other in pairs:
        ids, checked = (one.account.id, other.account.id), sites(one) & named(other)
        if checked & houses or _checked(other) & named(one) & houses:
            continue
        if says[other.account.id] & named(one):
            yield _proof(*ids, "each other")
        elif checked and not _mute(one) and not _mute(other):
            yield _proof(*ids, "checked", min(checked))


def _proof(one: str, other: str, how: str, by: str = "") -> Proof:
    return Proof(min(one, other), max(one, other), how, by)


def _called(names: Iterable[str], holders: Mapping[str, set[str]]) -> set[str]:
    """The accounts of these names; a name that several claim for themselves calls nobody."""
    return {next(iter(holders[name])) for name in names if len(holders.get(name, ())) == 1}


def _by_sites(known: Mapping[str, Profile], houses: set[str]) -> Iterator[Proof]:
    """Accounts that hold the same site, one of them by its handle."""
    held: dict[str, list[str]] = {}
    for id, profile in known.items():
        for site in () if _mute(profile) else sites(profile) - houses:
            held.setdefault(site, []).append(id)
    for site, ids in held.items():
        networks = [tidy.host(known[id].account.url) for id in ids]
        if len(set(networks)) == len(networks):
            yield from (_proof(*pair, "same site", site) for pair in combinations(ids, 2))


def _stated(known: Mapping[str, Profile], stated: Iterable[Sequence[str]]) -> Iterator[Proof]:
    """Accounts that the operator calls one person's, by any of their names or their whole handle."""
    for names in stated:
        wanted = {tidy.name(name) for name in names} | {_handle(name) for name in names}
        ids = [id for id, profile in known.items() if wanted & {*named(profile), _handle(profile.account.handle)}]
        yield from (_proof(*pair, "stated") for pair in combinations(ids, 2))


def _mute(profile: Profile) -> bool:
    return tidy.host(profile.account.url or profile.account.id) in MUTE


def _handle(text: str) -> str:
    """A handle that names its host, in one spelling; itself where it is none, which no handle equals."""
    bare = text.strip().lstrip("@").casefold()
    return f"@{bare}" if "@" in bare else f" {text}"


def _groups(ids: Iterable[str], proofs: Iterable[Proof]) -> list[tuple[str, ...]]:
    """The ids in groups that proofs tie together."""
    head = {id: id for id in ids}

    def top(id: str) -> str:
        while head[id] != id:
            head[id] = head[head[id]]
            id = head[id]
        return id

    for proof in proofs:
        one, other = sorted((top(proof.one), top(proof.other)))
        head[other] = one
    groups: dict[str, list[str]] = {}
    for id in sorted(head):
        groups.setdefault(top(id), []).append(id)
    return sorted(tuple(group) for group in groups.values())
