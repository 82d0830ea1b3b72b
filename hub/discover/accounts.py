"""Accounts on networks: is a place what its address looks like, and which account does a domain itself name?

Each place is asked one or two questions at most. What its network denies is dropped; what cannot be asked just now is
kept and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from hub.channels.atproto import is_did, is_handle
from hub.channels.loose import at, plain, rows, string
from hub.discover.networks import Lead, lead
from hub.discover.page import Page
from hub.discover.proposal import Proposal
from hub.errors import ChannelError, Malformed, Missing, Refused
from hub.web import Web

APPVIEW = "https://public.api.bsky.app/xrpc"
PROFILE = "http://webfinger.net/rel/profile-page"
SMALL = 64 * 2**10  # bytes of an answer about an account
# Kinds that bring nothing without a key.
NEEDY = ("twitter", "disqus", "reddit", "facebook", "instagram", "threads", "linkedin")
SHUT = "its server shows it to nobody without a token"
NEVER = "it did not answer just now"


def confirmed(web: Web, found: Lead, why: str, *, sure: bool, home: str = "") -> Proposal | None:
    """The channel a place would be; None when its network knows no such place. `home` is the host of the brand."""
    name = {"feed": "newsletter", "twitter": "x"}.get(found.kind, found.kind)
    proposal = Proposal(name, found.kind, found.fields, f"{found.address}: {why}", sure)
    if found.kind == "mastodon":
        return _mastodon(web, proposal, found.address, home)
    if found.kind == "bluesky":
        return _bluesky(web, proposal)
    if found.kind == "lemmy":
        return proposal if _software(web, found.address) == "lemmy" else None
    if found.kind == "discourse":
        return _discourse(web, proposal, found.address)
    if found.kind in NEEDY or "…" in string(found.fields, "repo"):
        return proposal._replace(sure=False)
    return proposal


def _mastodon(web: Web, proposal: Proposal, address: str, home: str) -> Proposal | None:
    """An account by the API's own look-up; one whose profile leads back to the brand is proven both ways."""
    parts = urlsplit(address)
    name = parts.path.strip("/").lstrip("@")
    ask = f"{parts.scheme}://{parts.netloc}/api/v1/accounts/lookup?acct={quote(name, safe='@')}"
    try:
        told = web.get(ask, limit=SMALL).json()
    except Refused:
        return proposal._replace(
            sure=False, why=f"{proposal.why}; its server shows it to no stranger: it needs a token"
        )
    except (Missing, Malformed):
        return None
    except ChannelError:
        return proposal._replace(why=f"{proposal.why}; {NEVER}")
    if not string(told, "id"):
        return None
    title = string(told, "display_name") or string(told, "username")
    links = " ".join(string(row, "value") for row in rows(told, "fields"))
    back = home and re.search(rf"//(?:www\.)?{re.escape(home)}[/\"'?#]", links + "/")
    return proposal._replace(title=title, why=proposal.why + ("; its profile links back" if back else ""))


def _bluesky(web: Web, proposal: Proposal) -> Proposal | None:
    who = string(proposal.fields, "handle")
    try:
        told = web.get(f"{APPVIEW}/app.bsky.actor.getProfile?actor={quote(who, safe=':')}", limit=SMALL).json()
    except ChannelError as why:
        return (
            None if string(why.told, "error") == "InvalidRequest" else proposal._replace(why=f"{proposal.why}; {NEVER}")
        )
    return proposal._replace(title=string(told, "displayName") or who) if is_did(string(told, "did")) else None


def _discourse(web: Web, proposal: Proposal, address: str) -> Proposal | None:
    """A forum whose home page says that Discourse made it."""
    try:
        page = Page(web.get(address))
    except ChannelError:
        return None
    made = page.generator.lower().startswith("discourse")
    return proposal._replace(name="forum", title=page.title) if made else None


def _software(web: Web, address: str) -> str:
    """What a server of the fediverse runs on, in lower case. https://nodeinfo.diaspora.software/"""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    try:
        told = web.get(f"{origin}/.well-known/nodeinfo", limit=SMALL).json()
        there = next((string(row, "href") for row in rows(told, "links") if "nodeinfo" in string(row, "rel")), "")
        return string(web.get(there, limit=SMALL).json(), "software", "name").lower() if there else ""
    except ChannelError:
        return ""


# what a domain says of itself


def of_domain(web: Web, origin: str) -> Iterator[tuple[Lead, str]]:
    """Accounts that a domain itself names, each with what says so."""
    host = urlsplit(origin).hostname or ""
    if not is_handle(host):
        return
    yield from _atproto(web, origin, host)
    yield from _webfinger(web, origin, host)


def _atproto(web: Web, origin: str, host: str) -> Iterator[tuple[Lead, str]]:
    """A domain as a handle, by its own file or by DNS as the network sees it; else one that is a did:web.

    https://atproto.com/specs/handle#handle-resolution
    """
    own = _text(web, f"{origin}/.well-known/atproto-did")
    if is_did(own):
        yield _sky(host), f"the domain is its handle (/.well-known/atproto-did says {own})"
        return
    if is_did(string(_json(web, f"{APPVIEW}/com.atproto.identity.resolveHandle?handle={host}"), "did")):
        yield _sky(host), "the domain is its handle (_atproto in its DNS)"
        return
    told = _json(web, f"{origin}/.well-known/did.json")
    names = at(told, "alsoKnownAs")
    if string(told, "id") == f"did:web:{host}" and isinstance(names, list):
        handles = [name.removeprefix("at://") for name in map(string, names) if name.startswith("at://")]
        yield from ((_sky(one), f"did:web:{host} is known as it") for one in handles[:1] if is_handle(one))


def _webfinger(web: Web, origin: str, host: str) -> Iterator[tuple[Lead, str]]:
    """An account that the domain itself stands for (RFC 7033): by its address, or as @domain@domain."""
    for resource in (f"{origin}/", f"acct:{host}@{host}"):
        told = _json(web, f"{origin}/.well-known/webfinger?resource={quote(resource, safe=':/')}")
        links = [(string(row, "rel"), string(row, "href")) for row in rows(told, "links")]
        places = [href for rel, href in links if rel == PROFILE] or [href for rel, href in links if rel == "self"]
        found = [one for one in map(lead, places) if one and one.kind == "mastodon"]
        if found:
            yield found[0], f"the domain answers for it (WebFinger: {plain(resource)})"
            return


def _sky(handle: str) -> Lead:
    return Lead("bluesky", {"handle": handle}, f"https://bsky.app/profile/{handle}")


def _text(web: Web, url: str) -> str:
    """A short text; "" when there is none."""
    try:
        return web.get(url, limit=SMALL).text.strip()
    except ChannelError:
        return ""


def _json(web: Web, url: str) -> object:
    """An answer in JSON; None when there is none."""
    try:
        return web.get(url, limit=SMALL).json()
    except ChannelError:
        return None
