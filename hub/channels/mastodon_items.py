"""What the Mastodon API says of a status, as an item. Pure. GoToSocial, snac, Pixelfed and Akkoma speak it too.

An item's id is the ActivityPub `uri`, the same on every server. A server's own number for it becomes an alias,
because replies name their parent by that number alone.

https://docs.joinmastodon.org/entities/Status/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from hub.channels.loose import Json, at, is_uri, mapping, number, plain, rows, string, when
from hub.model import Account, Choice, Emoji, Item, Media, Poll, Profile

# Signs in a profile by which people ask machines to leave their words alone; the hashtag may be split by markup.
NOT_FOR_MACHINES = re.compile(r"(?i)#no(?:bot|bots|bridge)\b")
# What Mastodon puts before the text for software that knows no quotes; its own interface hides it, too.
QUOTE_NOTE = re.compile(r"""<p class=["']quote-inline["']>.*?</p>""", re.S)
HREF = re.compile(r"""<a\b[^>]*?\bhref=["']([^"']+)["']""", re.I)
KINDS = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


@dataclass(frozen=True, slots=True)
class Site:
    """A server that is asked: its address, and the number the brand's account has there ("" elsewhere).

    One that is not the channel's own is believed of its own people alone.
    """

    channel: str
    api: str  # "https://social.example", without a trailing slash
    account: str = ""
    own: bool = True

    def ours(self, row: Json) -> bool:
        """Whether the brand wrote a status of this server."""
        return bool(self.account) and string(row, "account", "id") == self.account


def host(uri: str) -> str:
    """The origin of an address, "" for none: what a server may speak for."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") and parts.netloc else ""


def uri(row: Json) -> str:
    """The id of a status; "" for what is none, and for a boost, which says nothing of its own."""
    name = string(row, "uri") or string(row, "url")
    return name if is_uri(name) and string(row, "id") and not mapping(row, "reblog") else ""


def status(row: Json, site: Site, parent: str = "", root: str = "") -> Item:
    """A status as an item. `parent` and `root` are names of what it answers and of where the conversation began."""
    ours, answered = site.ours(row), string(row, "in_reply_to_id")
    private = hidden(row, ours=ours)
    quote = _quote(row, site)
    text = string(row, "content")
    poll = _poll(mapping(row, "poll"))
    return Item(
        id=uri(row),
        url=string(row, "url") or uri(row),
        channel=site.channel,
        kind="question" if poll else "note",
        author=account(mapping(row, "account"), site),
        published=when(row, "created_at"),
        html=QUOTE_NOTE.sub("", text, count=1) if quote else text,
        ours=ours,
        reply_to=parent or (local(site, answered) if answered else ""),
        root=root,
        quotes=(quote,) if quote else (),
        aliases=_aliases(row, site),
        media=tuple(_media(rows(row, "media_attachments"))),
        poll=poll,
        emojis=_emojis(row),
        warning=string(row, "spoiler_text"),
        sensitive=at(row, "sensitive") is True,
        tags=tuple(dict.fromkeys(name for tag in rows(row, "tags") if (name := string(tag, "name")))),
        language=string(row, "language"),
        edited=when(row, "edited_at"),
        private=private,
        cause="consent" if private and not _unseen(row, ours=ours) else "",
        unsearchable=not ours and at(row, "account", "indexable") is False,
    )


def account(row: Json, site: Site) -> Account:
    """Who wrote it. The id is the actor's address; a server vouches for its own people and those it has checked."""
    acct, url = string(row, "acct"), string(row, "url")
    if acct and "@" not in acct:
        acct = f"{acct}@{urlsplit(url or site.api).netloc}"
    id = string(row, "uri") or url
    return Account(
        name=string(row, "display_name") or string(row, "username"),
        handle=f"@{acct}" if acct else "",
        url=url,
        avatar=string(row, "avatar_static") or string(row, "avatar"),
        id=id if site.own or host(id) == site.api else "",
        automated=at(row, "bot") is True,
    )


def profiles(found: Iterable[Json], site: Site) -> tuple[Profile, ...]:
    """What the authors of public statuses say of themselves, by the word of the channel's own server: a field is
    verified where that server saw the page link back.

    https://docs.joinmastodon.org/entities/Account/#fields
    """
    public = (row for row in found if not hidden(row, ours=site.ours(row)))
    said = {who.account.id: who for row in public if (who := _profile(mapping(row, "account"), site)).account.id}
    return tuple(said.values())


def _profile(row: Json, site: Site) -> Profile:
    pages = [(unescape(page), bool(at(line, "verified_at"))) for line in rows(row, "fields") for page in _pages(line)]
    verified = tuple(page for page, checked in pages if checked)
    return Profile(account=account(row, site), links=tuple(page for page, _ in pages), verified=verified)


def _pages(line: Json) -> list[str]:
    """The addresses that a field of a profile leads to."""
    value = string(line, "value")
    return HREF.findall(value) or ([value] if is_uri(value) else [])


def hidden(row: Json, *, ours: bool) -> bool:
    """Whether a status is not for the public web: by its own visibility, or by what its author's profile asks."""
    who = mapping(row, "account")
    if ours or _unseen(row, ours=ours):
        return _unseen(row, ours=ours)
    said = " ".join([plain(who, "note"), *(plain(line, key) for line in rows(who, "fields") for key in line)])
    return at(who, "noindex") is True or bool(NOT_FOR_MACHINES.search(said))


def _unseen(row: Json, *, ours: bool) -> bool:
    """Whether its author did not address the public web."""
    wide = ("public", "unlisted") if ours else ("public",)
    return at(row, "local_only") is True or string(row, "visibility") not in wide


def figures(row: Json) -> dict[str, int]:
    """What the server counts of a status, replies aside."""
    return {"likes": number(row, "favourites_count"), "reposts": number(row, "reblogs_count")}


def followers(found: Iterable[Json], site: Site) -> dict[str, dict[str, int]]:
    """How many follow the brand, as the newest of its statuses has it; servers may keep that to themselves."""
    row = next(filter(site.ours, found), {})
    name, many = string(row, "account", "url"), number(row, "account", "followers_count")
    return {name: {"followers": many}} if name and many > 0 else {}


def local(site: Site, id: str) -> str:
    """The name of a status by a server's own number: an address that Mastodon leads on to the status."""
    return f"{site.api}/web/statuses/{id}"


def _aliases(row: Json, site: Site) -> tuple[str, ...]:
    id, acct = string(row, "id"), string(row, "account", "acct")
    found = (f"{site.api}/@{acct}/{id}" if acct else "", local(site, id))
    return tuple(name for name in found if name and name != string(row, "url"))


def _quote(row: Json, site: Site) -> str:
    """The post it quotes, when its author agreed (4.4); older forks give the quoted status without a state."""
    quote = mapping(row, "quote")
    if "state" in quote and string(quote, "state") != "accepted":
        return ""
    quoted = string(quote, "quoted_status_id")
    return uri(mapping(quote, "quoted_status")) or uri(quote) or (local(site, quoted) if quoted else "")


def _media(found: tuple[Json, ...]) -> list[Media]:
    media = []
    for row in found:
        kind, url = KINDS.get(string(row, "type")), string(row, "url") or string(row, "remote_url")
        if kind and url:
            size = mapping(row, "meta", "original")
            media.append(
                Media(
                    url=url,
                    type=kind,
                    alt=string(row, "description"),
                    width=number(size, "width"),
                    height=number(size, "height"),
                    duration=number(size, "duration"),
                    poster="" if kind == "image" else string(row, "preview_url"),
                )
            )
    return media


def _poll(row: Json) -> Poll | None:
    """A poll; where the votes are hidden until it ends they count as none."""
    choices = tuple(
        Choice(title=string(option, "title"), votes=number(option, "votes_count")) for option in rows(row, "options")
    )
    if not choices:
        return None
    return Poll(choices=choices, closes=when(row, "expires_at"), multiple=at(row, "multiple") is True)


def _emojis(row: Json) -> tuple[Emoji, ...]:
    """The custom emoji of the text, its poll and its author's name."""
    places: list[Mapping[str, object]] = [row, mapping(row, "poll"), mapping(row, "account")]
    found = (
        Emoji(code=string(one, "shortcode"), url=string(one, "static_url") or string(one, "url"))
        for place in places
        for one in rows(place, "emojis")
    )
    return tuple(dict.fromkeys(emoji for emoji in found if emoji.code and emoji.url))
