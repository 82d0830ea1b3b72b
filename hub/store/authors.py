"""Who said what: the digest that stands for an author, and the digests of every name an author answers to.

An account that its network vouches for is known by its id. Anyone may type an address: an author known by nothing else
has a key that no vouched account can have.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from hub.model import Account
from hub.store import codec
from hub.store.database import chunks, each
from hub.store.schema import accounts, versions

TYPED = "-"  # begins the key of an author that nobody vouches for


def key(account: Account) -> str:
    """What stands for an author; "" for one that has only a name, which proves nothing."""
    if account.id:
        return codec.key(account.id)
    return f"{TYPED}{codec.key(account.url)}" if account.url else ""


def called(name: str) -> str:
    """The digest of a name of an account: an address, an id or a handle with its host."""
    return codec.key(handle) if (handle := _handle(name)) else codec.key(name)


def names(account: Account) -> set[str]:
    """Digests of all names an account answers to. A handle counts where it holds a host: others are not unique."""
    return {called(one) for one in (account.id, account.url, _handle(account.handle)) if one}


def meet(c: Connection, found: Iterable[Account]) -> None:
    """Remember under which names authors may be asked for."""
    wanted = {(name, author) for one in found if (author := key(one)) for name in names(one)}
    ask = select(accounts.c.name, accounts.c.author)
    known = {tuple(row) for row in each(c, ask, accounts.c.author, {author for _, author in wanted})}
    if wanted - known:
        c.execute(insert(accounts), [{"name": name, "author": author} for name, author in sorted(wanted - known)])


def answering(c: Connection, wanted: Iterable[str]) -> set[str]:
    """The keys of the authors that answer to any of these names."""
    digests = {called(name) for name in wanted} - {""}
    return {row.author for row in each(c, select(accounts.c.author), accounts.c.name, digests)}


def said(c: Connection, keys: Iterable[str]) -> list[str]:
    """Ids of all items that any channel's version gives to these authors."""
    rows = each(c, select(versions.c.item), versions.c.author, set(keys) - {""})
    return sorted({row.item for row in rows})


def part(c: Connection, keys: Iterable[str]) -> None:
    """Forget the names of authors who said nothing that is kept."""
    for chunk in chunks(set(keys) - {""}):
        still = set(c.scalars(select(versions.c.author).where(versions.c.author.in_(chunk)).distinct()))
        gone = [one for one in chunk if one not in still]
        c.execute(delete(accounts).where(accounts.c.author.in_(gone)))


def _handle(name: str) -> str:
    """A handle that is unique in the whole net, in one spelling; "" for any other name."""
    bare = name.strip().lstrip("@").casefold()
    whole = "@" in bare and "/" not in bare and ":" not in bare and not any(sign.isspace() for sign in bare)
    return f"@{bare}" if whole else ""
