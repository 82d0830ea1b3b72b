"""What its author asks to have removed goes, with a list of what went from where, and never comes back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.commands.opening import writing
from hub.screen import Screen

if TYPE_CHECKING:
    from hub.run import Hub

SHOWN = 10  # addresses that a dry run lists


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What is to be forgotten: ids of items, and every name by which they or their authors could come back."""

    ids: tuple[str, ...]
    items: frozenset[str]
    accounts: frozenset[str]
    ours: int = 0  # how many of the items the brand said itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What was removed from where."""

    messages: int
    versions: int
    names: int
    reactions: int
    pictures: int
    found: int  # entries that the search held
    written: int
    removed: int
    blocked: int
    parted: int = 0  # lines of the operator that named an account as somebody's
    still: tuple[str, ...] = ()  # files that name it yet
    looked: int = 0
    verified: bool = False  # every file was read
    erasing: bool = False


@click.command()
@click.option("--account", "accounts", multiple=True, metavar="URL", help="whatever this account said or liked")
@click.option("--item", "items", multiple=True, metavar="URL", help="one message")
@click.option("--person", "people", multiple=True, metavar="URL", help="all accounts of whoever has this one")
@click.option("--dry-run", is_flag=True, help="say what would go, remove nothing")
@click.option("--verify", is_flag=True, help="read every file afterwards, and tell which still names it")
@click.pass_obj
def forget(screen: Screen, /, dry_run: bool, verify: bool, **names: tuple[str, ...]) -> int:
    """Remove what its author asks to have removed, for good: it is kept out though channels still bring it."""
    accounts, items, people = names["accounts"], names["items"], names["people"]
    if not (accounts or items or people):
        raise click.UsageError("name what to forget: --account URL, --item URL or --person URL")
    with writing(screen) as hub:
        from hub import run

        run.begin(hub)
        found = sought(hub, [*accounts, *joined(hub, people)], items)
        if dry_run:
            screen.result(_planned(found), _plan(found))
            return 0
        if screen.asks:
            click.confirm(f"Forget {len(found.ids)} messages for good? This cannot be undone", abort=True, err=True)
        proof = forgotten(hub, found, screen.clock().date(), verify=verify)
    screen.result(asdict(proof), _proof(proof))
    return 0


def joined(hub: Hub, people: Iterable[str]) -> list[str]:
    """Every account of these people, each given by any name of one: those of a proof, and of the operator's word."""
    from hub import tidy

    names = set(people)
    for one in hub.rules.people:
        if {tidy.name(name) for name in one.accounts} & {tidy.name(name) for name in people}:
            names.update(one.accounts)
    found = hub.store.accounts(sorted(names)) if names else []
    return sorted(names | {name for one in found for name in (one.id, one.url) if name})


def sought(hub: Hub, accounts: Sequence[str], items: Sequence[str]) -> Found:
    """What the archive knows of these names; a name it never met is kept out all the same."""
    from hub import forgotten as f
    from hub.model import Account, Item

    theirs, these = hub.store.said_by(accounts), hub.store.named(items)
    told, whose = hub.store.told(theirs), set[str]()
    for given in accounts:
        whose |= f.of_account(Account(url=given, handle=given))
    for author in (item.author for item in told):
        whose |= f.of_account(author) if f.of_account(author) & whose else set()
    alone = [Item(id=given, url="", channel="") for given in items]
    names = {name for item in (*hub.store.told(these), *alone) for name in f.of_item(item)}
    ours = len({item.id for item in told if item.ours})
    return Found(ids=tuple(sorted({*theirs, *these})), items=frozenset(names), accounts=frozenset(whose), ours=ours)


def forgotten(hub: Hub, found: Found, today: date, *, verify: bool = False) -> Proof:
    """Block the return first, then remove; what is cut off half-way is made good by the same command again."""
    from hub import forgotten as f
    from hub import gaps, pictures, rulebook, rules, run
    from hub.model import Account

    path, key = hub.settings.content / "rules.toml", f.key(hub.settings.memory)
    for what, names in (("item", found.items), ("account", found.accounts)):
        digests = {f.digest(key, what, name) for name in names} - hub.forgotten.digests
        if digests:
            rulebook.add(path, "forget", {"date": today, "what": what, "digests": sorted(digests)})
    parted = rulebook.part(path, lambda name: bool(f.of_account(Account(url=name, handle=name)) & found.accounts))
    decided = dataclasses.replace(rules.load(path), publish=hub.rules.publish)
    barred = f.opened(decided.forgets, hub.settings.memory)
    hub = dataclasses.replace(hub, rules=decided, forgotten=barred)
    held = searchable(hub, found.ids)
    named = f.naming([*found.ids, *found.items, *found.accounts])
    gone = hub.store.forget(found.ids, barred.account, decided.judge, today, clean=lambda kept: f.without(kept, named))
    folder = hub.settings.memory / "media"
    with pictures.in_step(hub.store, folder):
        dropped = pictures.prune(hub.store, folder)
    heard, _ = hub.store.seq, run.index(hub)
    built, _, _ = run.follow(hub, hub.web.now())
    settled = run.settle(hub, heard)
    for remembered in hub.settings.memory.glob("*.sqlite"):
        if remembered.name in ("site.sqlite", "plugin.sqlite"):
            gaps.clear(remembered)
    looked, still = traces(hub, found, every_file(hub) if verify else written(hub, built.written))
    return Proof(
        messages=gone.items,
        versions=gone.texts,
        names=gone.names,
        reactions=gone.reactions,
        pictures=dropped,
        found=held,
        written=len(built.written),
        removed=len(built.removed),
        blocked=len(found.items | found.accounts),
        parted=parted,
        still=still,
        looked=looked,
        verified=verify,
        erasing=not settled,
    )


def searchable(hub: Hub, ids: Iterable[str]) -> int:
    """How many of the items the search can find."""
    from hub.index.whoosh import open_index

    return len(open_index(hub.settings.memory / "index", hub.settings.brand.language).ids() & set(ids))


def every_file(hub: Hub) -> Iterator[Path]:
    """All there is of the site, of the program's memory, and of what people decided."""
    for folder in (hub.settings.output, hub.settings.memory, hub.settings.content):
        yield from folder.rglob("*")


def written(hub: Hub, files: Iterable[str]) -> Iterator[Path]:
    """What this very command wrote into the site, and what lies beside the archive and the index.

    Those two are erased by their own means, and as large as all that was ever said.
    """
    yield from (hub.settings.output / name for name in files)
    yield from (path for path in hub.settings.memory.glob("*") if ".sqlite" not in path.suffix)
    yield from hub.settings.content.glob("*.toml")


def traces(hub: Hub, found: Found, paths: Iterable[Path]) -> tuple[int, tuple[str, ...]]:
    """Read these files once: how many there are, and which still hold one of the names."""
    names = sorted({name.encode() for name in (*found.ids, *found.items, *found.accounts)})
    files = sorted({path for path in paths if path.is_file()})
    held = [path for path in files if _holds(path.read_bytes(), names)]
    return len(files), tuple(str(path.relative_to(hub.settings.folder)) for path in held)


def _holds(body: bytes, names: Iterable[bytes]) -> bool:
    """Does a file hold one of the names, and not a longer one that only begins so? In a database what comes next may
    stand right behind it: there only a number that goes on is another name."""
    plain = b"\0" not in body[:4096]
    return any(name in body and re.search(re.escape(name) + _ends(name, plain), body) is not None for name in names)


def _ends(name: bytes, plain: bool) -> bytes:
    return rb"(?![\w%-])" if plain else rb"(?!\d)" if name[-1:].isdigit() else b""


def _planned(found: Found) -> dict[str, object]:
    return {"messages": list(found.ids), "blocked": len(found.items | found.accounts), "ours": found.ours}


def _plan(found: Found) -> Iterator[str]:
    yield f"would remove {len(found.ids)} messages and block {len(found.items | found.accounts)} names"
    yield from [f"  {id}" for id in found.ids[:SHOWN]]
    if len(found.ids) > SHOWN:
        yield f"  and {len(found.ids) - SHOWN} more"
    if found.ours:
        yield f"  {found.ours} of them are the brand's own"


def _proof(proof: Proof) -> Iterator[str]:
    """What went from where, for whoever asked for it."""
    yield f"archive: {proof.messages} messages in {proof.versions} versions, with {proof.names} names"
    yield f"archive: {proof.reactions} likes and reposts"
    yield f"search index: {proof.found} entries"
    yield f"pictures: {proof.pictures} files"
    yield f"site: {proof.removed} files removed, {proof.written} written anew"
    if proof.parted:
        yield f"content/rules.toml: {proof.parted} lines that joined its accounts"
    yield f"kept out: {proof.blocked} names, as keyed digests in content/rules.toml"
    if proof.still:
        yield f"its name, and no word of it, is left in {', '.join(proof.still)}: others name it there"
    else:
        yield f"looked through {proof.looked} files{'' if proof.verified else ' that could'}: none names it"
    if proof.erasing:
        yield "erasure pending: a reader holds the archive; it is tried again at the next update"


COMMANDS: Sequence[Any] = (forget,)
