"""What is found of a brand: channels for content/hub.toml, each with why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

# What a key would add, by kind: the line as it stands in content/hub.toml, and what it is good for.
KEYS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "mastodon": (('token = "env:MASTODON_TOKEN"', "whole conversations and quotes; without it 60 replies a post"),),
        "bluesky": (('app_password = "env:BLUESKY_APP_PASSWORD"', "posts that mention the brand"),),
        "youtube": (('api_key = "env:YOUTUBE_API_KEY"', "all uploads and the comments; without it the newest 15"),),
        "github": (('token = "env:GITHUB_TOKEN"', "discussions, and 5,000 requests an hour instead of 60"),),
        "stackexchange": (('api_key = "env:STACKEXCHANGE_KEY"', "10,000 requests a day instead of 300"),),
        "disqus": (('api_key = "env:DISQUS_KEY"', "the comments below the pages; a free key of an application"),),
        "ghost": (
            ('key = "env:GHOST_KEY"', "the posts by the Content API (in Ghost: Settings, Integrations)"),
            ('admin_key = "env:GHOST_ADMIN_KEY"', "and every public comment"),
        ),
        "webmention": (('token = "env:WEBMENTION_TOKEN"', "every mention of the domain; free at webmention.io"),),
        "reddit": (
            ('client_id = "…"', "of an application that Reddit approved"),
            ('client_secret = "env:REDDIT_SECRET"', "talks with every comment"),
        ),
        "facebook": (
            ('token = "env:FACEBOOK_TOKEN"', "of the Page, whose number page is: its posts and their figures"),
        ),
        "instagram": (
            (
                'token = "env:INSTAGRAM_TOKEN"',
                "of the professional account, whose number account is: posts and figures",
            ),
        ),
        "threads": (('token = "env:THREADS_TOKEN"', "links and figures of its posts, not their words"),),
        "linkedin": (
            (
                'token = "env:LINKEDIN_TOKEN"',
                "of the page's administrator: links and figures of its posts, not their words",
            ),
        ),
        "twitter": (('token = "env:X_TOKEN"', "posts, mentions and conversations; X charges for each, see daily_usd"),),
    }
)


class Proposal(NamedTuple):
    """A channel for content/hub.toml: its name, its kind, that kind's fields, and why we think so.

    One that is not `sure` is written as a comment, for a person to decide; `title` is what its network calls it.
    """

    name: str
    kind: str
    fields: Mapping[str, object]
    why: str
    sure: bool = True
    title: str = ""

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What a key would add."""
        return KEYS.get(self.kind, ())


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What an address says of a brand. `notes` are sentences about what was seen and is no channel."""

    name: str = ""
    language: str = ""
    description: str = ""
    icon: str = ""
    channels: tuple[Proposal, ...] = ()
    notes: tuple[str, ...] = ()


def distinct(found: Iterable[Proposal]) -> Iterator[Proposal]:
    """Each place once, the surest word for it first, and each name once: feed, feed2, feed3."""
    places, names = set[str](), set[str]()
    for one in sorted(found, key=lambda proposal: not proposal.sure):
        place = f"{one.kind} {sorted(one.fields.items())}".lower()
        if place in places:
            continue
        places.add(place)
        several = (f"{one.name}{count if count > 1 else ''}" for count in range(1, 10**6))
        name = next(name for name in several if name not in names)
        names.add(name)
        yield one._replace(name=name)
