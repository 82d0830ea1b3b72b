"""Asks the pages that accounts call their own whom these call theirs: a link with rel=me that is answered is a proof.

Few are asked at a time, none twice in a month, and none of which its network tells as much. What does not answer keeps
its last word, and no pull hears of it.

https://microformats.org/wiki/rel-me
"""

from __future__ import annotations

from datetime import date, timedelta

from hub import tidy
from hub.channels.loose import at
from hub.channels.mf2 import Reader
from hub.errors import ChannelError, Missing
from hub.model import Account
from hub.people import MUTE
from hub.store import Store
from hub.web import Web

MANY = 5  # pages of one update
AGAIN = timedelta(days=30)
LINKS = 20  # of a page
LARGEST = 2 * 2**20  # bytes of a page


def ask(store: Store, web: Web, today: date) -> None:
    """Ask the pages that are due, and keep what they say."""
    due = store.asked(today - AGAIN, MANY)
    if due:
        with Reader() as reader:
            for account in due:
                store.vouch(account, _said(web, reader, account), today)


def _said(web: Web, reader: Reader, account: Account) -> list[str] | None:
    """Whom an account's page calls its own; nobody where there is no page any more, None where it does not answer."""
    if account.id.startswith("did:") or tidy.host(account.url) in MUTE:
        return None  # such a network shows its pages to browsers alone
    try:
        page = reader.read(web.get(account.url, limit=LARGEST))
    except Missing:
        return []
    except ChannelError:
        return None
    listed = at(page, "rels", "me")
    links = (tidy.url(link) for link in listed if isinstance(link, str)) if isinstance(listed, list) else ()
    return [link for link in dict.fromkeys(links) if link][:LINKS]
