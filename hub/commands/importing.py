"""hub import: what people brought home from elsewhere, under the ids that the live channels give the same things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.commands.cycle import channel_names
from hub.commands.opening import writing
from hub.commands.tables import table
from hub.errors import SettingsError
from hub.screen import Screen

if TYPE_CHECKING:
    from hub.discover import Proposal
    from hub.imports import Found, Target
    from hub.imports.formats import Format
    from hub.model import Batch, Changes, Item
    from hub.run import Hub

STEP = 500  # items of one transaction: what an import that is cut off repeats at most
SHOWN = 10  # changes that a dry run tells
ALREADY = "known already, as new or newer"
GONE = "deleted at its source"
FORMATS = ("opml", "x", "mastodon", "wxr", "disqus", "isso", "isso-json", "commento", "mbox", "jsonl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What an import came to. `changes` are the first few, in words."""

    file: str
    format: str
    channel: str = ""
    added: int = 0
    edited: int = 0
    channels: int = 0
    pictures: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    channel: str = ""
    format: str = ""
    base: str = ""
    dry: bool = False
    now: datetime


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--channel", default="", shell_complete=channel_names, help="whose items these are; else by the format")
@click.option("--format", "form", type=click.Choice(FORMATS), help="what the file is; else it is looked at")
@click.option("--base", default="", help="the address that the file's relative links begin with")
@click.option("--dry-run", is_flag=True, help="say what would come, keep nothing")
@click.pass_obj
def import_(screen: Screen, /, files: tuple[Path, ...], form: str | None, dry_run: bool, **given: str) -> int:
    """Take in exports: OPML, WXR, Disqus, Isso, Commento, mbox, archives of X and Mastodon, `hub export`."""
    from hub.settings import load

    wish = Wish(format=form or "", dry=dry_run, now=screen.clock(), **given)
    done: list[Brought] = []
    with writing(screen) as hub:
        for file in files:
            done += brought(hub, file, wish)
            hub = replace(hub, settings=load(hub.settings.folder, hub.env, screen.set))
    words = [line for one in done for line in told(one, dry=dry_run)]
    following = "nothing was kept" if dry_run else "next: hub update"
    screen.result({"imported": [asdict(one) for one in done], "dry_run": dry_run}, [*words, following])
    return 0


def brought(hub: Hub, file: Path, wish: Wish) -> Iterator[Brought]:
    """Take in one file."""
    from hub.imports import formats

    name = wish.format or formats.told(file)
    if name == formats.OPML:
        yield listed(hub, file, wish)
        return
    form = formats.FORMATS[name]
    channel = chosen(hub, form, wish.channel)
    target = aimed(hub, channel, wish)
    if form.kind == "newsletter" and not target.sender:
        raise click.UsageError(f'say who sends it: [channels.{channel}] kind = "newsletter", sender = "news@…"')
    found = form.read(file, target)
    parts = by_channel(found)
    for one, part in parts.items() if parts else [(channel, found)]:
        if one and one not in hub.settings.channels:
            lay(hub, [place(one, form, part, target.site, file)], wish)
        yield replace(
            keep(hub, one, part, wish), file=str(file), format=name, pictures=pictured(hub, file, form, part, wish)
        )


def aimed(hub: Hub, channel: str, wish: Wish) -> Target:
    """What a reader needs to know of the channel, as far as the settings have it."""
    from hub.imports import Target

    known = hub.settings.channels.get(channel)
    said = {name: str(getattr(known, name, "")) for name in ("language", "sender", "list_id")}
    team = frozenset(map(str, getattr(known, "team", ())))
    return Target(channel=channel, site=wish.base or str(getattr(known, "url", "")), team=team, **said)


def chosen(hub: Hub, form: Format, asked: str) -> str:
    """The channel that a file is for: the one named, the only one of its kind, else a new one ("": the lines say)."""
    if asked or not form.name:
        return asked
    names = [name for name, one in hub.settings.channels.items() if type(one).__name__.lower() == form.kind]
    if len(names) > 1:
        raise click.UsageError(f"whose items are these? Say --channel: {', '.join(names)}")
    return names[0] if names else form.name


def by_channel(found: Found) -> dict[str, Found]:
    """The finds of a file by channel."""
    items: dict[str, list[Item]] = {}
    for item in found.items:
        items.setdefault(item.channel, []).append(item)
    first = next(iter(items), "")
    return {
        name: replace(found, items=tuple(some), skipped=found.skipped if name == first else {})
        for name, some in items.items()
    }


def place(name: str, form: Format, found: Found, site: str, file: Path) -> Proposal:
    """A channel for what was imported: nothing is asked, and the network's terms hold."""
    from hub.discover import Proposal

    author = next((item.author for item in found.items if item.ours), None)
    why = f"what `hub import` brought out of {file.name}; nothing is asked"
    if form.kind == "twitter" and author and author.handle:
        return Proposal(name, "twitter", {"handle": author.handle.lstrip("@")}, why + " while there is no token")
    url = site or (author.url if author else "")
    return Proposal(name, "archive", {"url": url} if url else {}, why)


# keeping


def keep(hub: Hub, channel: str, found: Found, wish: Wish) -> Brought:
    """Save what is new, step by step: an import that was cut off goes on where it stopped."""
    from hub.channels.archive import Archive
    from hub.model import Batch
    from hub.run import tidied

    only = isinstance(hub.settings.channels.get(channel), Archive | None)
    skipped, changes = Counter(found.skipped), list[str]()
    added = edited = 0
    for start in range(0, len(found.items), STEP):
        batch = Batch(items=found.items[start : start + STEP], counts=found.counts)
        batch = hub.forgotten.without(tidied(batch, wish.now, hub.settings.brand.team))
        skipped["not for everybody"] += len(found.items[start : start + STEP]) - len(batch.items)
        fresh = wanted(hub, channel, batch.items, found.heads, skipped, only=only)
        changes += [line(item) for item in fresh[: SHOWN - len(changes)]]
        counts = {item.id: found.counts[item.id] for item in fresh if item.id in found.counts}
        kept = Batch(items=tuple(fresh), counts=counts, cursor=hub.store.health(channel).cursor)
        altered = altering(hub, channel, kept, wish)
        added, edited = added + len(altered.added), edited + len(altered.edited)
        skipped[ALREADY] += len(fresh) - len({*altered.added, *altered.edited, *altered.restored})
    return Brought(
        file="", format="", channel=channel, added=added, edited=edited, skipped=dict(+skipped), changes=tuple(changes)
    )


def altering(hub: Hub, channel: str, batch: Batch, wish: Wish) -> Changes:
    """What saving a batch alters; a dry run asks the store what it would."""
    if wish.dry:
        return hub.store.preview(channel, batch, hub.rules.judge)
    days = hub.settings.terms(channel).keep_days
    return hub.store.save(channel, batch, hub.rules.judge, wish.now.date() if days else None, days)


def wanted(
    hub: Hub, channel: str, items: Sequence[Item], heads: frozenset[str], skipped: Counter[str], *, only: bool
) -> list[Item]:
    """Those that a channel does not have, or has older. What its source deleted does not come back by an old file.

    Of a channel that is `only` imported the newest file is the best word there is.
    """
    held = hub.store.held(channel, [item.id for item in items])
    fresh = []
    for item in items:
        standing = item.id in heads and item.id not in held and hub.store.item(item.url)
        reason = "the hub has the page itself" if standing else superseded(item, held, only=only)
        if reason:
            skipped[reason] += 1
        else:
            fresh.append(item)
    return fresh


def superseded(item: Item, held: Mapping[str, datetime | None], *, only: bool) -> str:
    """Why what a channel `held` before counts more than an item of a file; "" when it does not."""
    if item.id not in held:
        return ""
    known, moment = held[item.id], item.edited or item.published
    if known is None:
        return GONE
    same = only and (moment or known) == known
    return ALREADY if not same and (not moment or moment <= known) else ""


def pictured(hub: Hub, file: Path, form: Format, found: Found, wish: Wish) -> int:
    """Put the archive's own pictures where fetched ones lie."""
    from hub import pictures
    from hub.store import codec

    if not form.file or wish.dry or not hub.settings.media.fetch:
        return 0
    came, folder = 0, hub.settings.memory / "media"
    urls = dict.fromkeys(url for item in found.items for url in codec.pictures(item) if url in found.files)
    with pictures.in_step(hub.store, folder):
        for url in urls:
            known = hub.store.file(url)
            if not (known and known.digest):
                came += pictures.take(hub.store, folder, url, form.file(file, found.files[url]))
    return came


# channels


def listed(hub: Hub, file: Path, wish: Wish) -> Brought:
    """The feeds of an OPML list as channels."""
    from hub.imports import opml

    channels = hub.settings.channels
    known = [str(getattr(one, "url", "")) for one in channels.values()]
    found = opml.read(file, list(channels), [url for url in known if url])
    lay(hub, found.channels, wish)
    changes = tuple(f"{one.name}: {one.fields['url']}" for one in found.channels[:SHOWN])
    count = len(found.channels)
    return Brought(file=str(file), format="opml", channels=count, skipped=found.skipped, changes=changes)


def lay(hub: Hub, found: Sequence[Proposal], wish: Wish) -> None:
    """Write further channels below content/hub.toml, if it still can be read with them."""
    from hub import pictures
    from hub.settings import FILE, load

    if wish.dry or not found:
        return
    path = hub.settings.folder / FILE
    before = path.read_bytes()
    more = "\n".join(line for one in found for line in table(one)) + "\n"
    pictures.put(path, [before, b"" if before.endswith(b"\n") else b"\n", more.encode()])
    try:
        load(hub.settings.folder, hub.env)
    except SettingsError:
        pictures.put(path, [before])
        raise


# words


def told(one: Brought, *, dry: bool) -> Iterator[str]:
    """The report for people."""
    what = [(one.channels, "channels"), (one.added, "new"), (one.edited, "edited"), (one.pictures, "pictures")]
    said = ", ".join(f"{count} {word}" for count, word in what if count) or "nothing new"
    yield f"{one.file} ({one.format}){f' → {one.channel}' if one.channel else ''}: {said}"
    yield from [f"  + {change}" for change in one.changes if dry]
    yield from [f"  left out: {count} × {reason}" for reason, count in sorted(one.skipped.items())]


def line(item: Item) -> str:
    """An item in one line."""
    from hub import tidy

    day = f"{item.published:%Y-%m-%d}" if item.published else "undated"
    text = " ".join((item.title or tidy.text(item.html)).split())[:60]
    return f"{day} {item.author.name or item.channel}: {text}"


COMMANDS = (import_,)
