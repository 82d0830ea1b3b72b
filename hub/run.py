"""An update, stage by stage: pull → tidy → save → index → render → publish. The only module that sees them all.

Channels are pulled side by side, each in its own thread; one thread, this one, writes. What came before an error is
kept; the error becomes a fact about its channel. Stopping anywhere loses nothing: every follower has its own mark.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from hub import __version__, acquaint, forgotten, pace, pictures, rules, tidy, tongue, vitals, websub
from hub.channels import Ask, Channel, priced
from hub.doubts import Doubts
from hub.errors import DamagedError, HubError, StoreError
from hub.forgotten import Forgotten
from hub.lock import writable
from hub.model import Batch, Changes, Entry, Health, Item
from hub.publishing import ran
from hub.report import Pulled, Report, Wish, reason
from hub.settings import Settings, reveal, revealed
from hub.shorteners import Shorteners
from hub.store import Store
from hub.store.archive import Archive, open_archive
from hub.web import Web
from hub.workers import streamed

if TYPE_CHECKING:
    from hub.index.whoosh import Whoosh
    from hub.site.job import Built
    from hub.site.job import Job as Site
    from hub.site.writer import Made

log = structlog.get_logger("hub")
STEP = 50_000  # documents of one commit of the index: what a killed update repeats at most
Opener = Callable[[str, Path], Archive]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hub:
    """A brand's folder, opened. `tell` hears of every step of a pull as it happens."""

    settings: Settings
    rules: rules.Rules
    store: Store
    web: Web
    forgotten: Forgotten = field(default_factory=Forgotten, repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    tell: Callable[[Pulled], None] = lambda _: None
    hide: Callable[[str], None] = lambda _: None  # secrets that no log may show


@contextmanager
def opened(
    settings: Settings, env: Mapping[str, str], clock: Callable[[], datetime], archive: Opener = open_archive
) -> Iterator[Hub]:
    """The hub of these settings, with its rules, store and web client; closed at the end."""
    gates = {name: gate for name, gate in settings.gates.items() if gate != "auto"}
    decided = replace(rules.load(settings.content / "rules.toml"), publish=gates)
    url = reveal(settings.store.url, settings.folder, env, key="store.url")
    store = archive(url, settings.memory)
    contact = settings.network.contact or settings.brand.contact
    agent = f"brandhub/{__version__}" + (f" (+{contact})" if contact else "")
    waits = dict(store.hosts())
    web = Web(agent=agent, now=clock, allow=settings.network.allow, replay=settings.replay, waits=waits)
    try:
        barred = forgotten.opened(decided.forgets, settings.memory)
        yield Hub(settings=settings, rules=decided, store=store, web=web, forgotten=barred, env=env)
    finally:
        web.close()
        store.close()


def update(hub: Hub, wish: Wish) -> Report:
    """One full cycle. StoreError, SearchError and OutputError stop it: nothing downstream could be right."""
    begin(hub)
    pulled = pull(hub, wish)
    if any(one.moved for one in pulled):
        acquaint.ask(hub.store, hub.web, wish.now.date())
    came, failed = fetch(hub, wish)
    heard, indexed = hub.store.seq, index(hub)
    built, published, error = follow(hub, wish.now)
    untold, erasing = tell(hub) if published else "", not settle(hub, heard)
    report = Report(pulled=pulled, pictures=came, pictures_failed=failed, indexed=indexed, built=built)
    return replace(report, published=published, publish_error=error, untold=untold, erasing=erasing)


def begin(hub: Hub) -> None:
    """What comes before every stage, whichever command runs it: nothing may be saved before marks and rules agree."""
    rewind(hub)
    judge(hub)


def rewind(hub: Hub) -> None:
    """Followers that are ahead of an archive, which was then put back from a backup, start from nothing.

    Later the archive would have moved past their marks, and what stands in them would be taken for its past. So do
    those that have not heard of something forgotten whose name has left the journal since.
    """
    from hub.index.whoosh import Whoosh
    from hub.site import rewind as back

    engine = Whoosh(hub.settings.memory / "index", hub.settings.brand.language)
    if engine.mark > hub.store.seq or 0 < engine.mark < hub.store.floor:
        engine.clear()
    back(hub.settings.memory, hub.store.seq, hub.store.floor)


def judge(hub: Hub) -> Changes:
    """Apply rules and a team that changed since the last update to what is stored."""
    hub.store.recruit(hub.settings.brand.team, hub.rules.judge)
    hub.store.welcome(hub.settings.mentions, [one.value for one in hub.rules.shows if one.what == "item"])
    hub.store.introduce([one.accounts for one in hub.rules.people])
    return hub.store.rejudge(hub.rules.judge, hub.rules.digest, hub.rules.rulings)


# pull, tidy, save


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One channel to ask, and what is known of it."""

    channel: Channel
    health: Health
    ask: Ask


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """A step of a pull: a batch, or its end (`batch` None) with what went wrong."""

    job: Job
    batch: Batch | None = None
    why: Exception | None = None


def pull(hub: Hub, wish: Wish) -> tuple[Pulled, ...]:
    """Ask every channel that is due, and save what comes, batch by batch."""
    jobs = due(hub, wish)
    results = {job.channel.name: Pulled(channel=job.channel.name) for job in jobs}
    for came in streamed(jobs, lambda job: asked(hub, job)):
        name = came.job.channel.name
        if came.batch is not None:
            day, keep = came.job.ask.now.date(), came.job.channel.terms.keep_days
            batch = Shorteners(hub.store, hub.web, hub.settings.network.shorteners).led(came.batch)
            changes = hub.store.save(name, batch, hub.rules.judge, day, keep)
            results[name] = results[name].plus(changes, came.batch)
        else:
            results[name] = ended(hub, came, results[name])
        hub.tell(results[name])
    hub.store.fade(wish.now.date(), hub.rules.judge)  # after what was brought again
    return tuple(results.values())


def preview(hub: Hub, wish: Wish) -> tuple[Pulled, ...]:
    """What a pull would bring, with nothing kept: items not known yet count as added, names of gone ones as gone.

    A channel whose answers cost money is not asked; it says what asking will cost.
    """
    jobs = due(hub, wish)
    prices = {job.channel.name: priced(job.channel, job.health.cursor, job.ask) for job in jobs}
    results = {name: Pulled(channel=name, price=price) for name, price in prices.items()}
    free = [job for job in jobs if not prices[job.channel.name]]
    for came in streamed(free, lambda job: asked(hub, job)):
        name = came.job.channel.name
        if batch := came.batch:
            new = tuple(item.id for item in batch.items if not hub.store.item(item.id))
            results[name] = results[name].plus(Changes(added=new, gone=batch.gone), batch)
        elif came.why is not None:
            said = str(getattr(came.why, "what", came.why))
            results[name] = replace(results[name], error=type(came.why).__name__, message=said)
    return tuple(results.values())


def due(hub: Hub, wish: Wish) -> list[Job]:
    """The channels to ask now: those named, all of them on demand, else those whose time has come."""
    jobs = []
    for name, channel in hub.settings.channels.items():
        health = hub.store.health(name)
        if name in wish.only if wish.only else is_wanted(hub, channel, health, wish):
            sweep = wish.sweep or pace.sweep_due(health, channel.terms, wish.now)
            jobs.append(Job(channel=channel, health=health, ask=Ask(now=wish.now, recheck=wish.recheck, sweep=sweep)))
    return jobs


def is_wanted(hub: Hub, channel: Channel, health: Health, wish: Wish) -> bool:
    """Is a channel that was not named to be asked? One that refused is so by name alone, until its settings change."""
    seal, _ = vitals.seals(channel, hub.settings.folder, hub.env) if health.error else ("", "")
    on_demand = (wish.recheck or wish.sweep) and not pace.paused(health)
    return on_demand or pace.due(health, wish.now, seal)


def asked(hub: Hub, job: Job) -> Iterator[Came]:
    """A channel's batches, tidied. The channel boundary: whatever goes wrong in here is a fact about this channel."""
    try:
        channel, before, team = ready(hub, job.channel), job.health.cursor, hub.settings.brand.team
        doubts = Doubts(hub.store, hub.web, channel, before, job.ask)
        for batch in pace.within(channel.pull(hub.web, before, job.ask), hub.web.now, job.ask.sweep):
            came = tidied(doubts.settled(batch), job.ask.now, team)
            yield Came(job=job, batch=hub.forgotten.without(came))
        yield Came(job=job)
    except StoreError:
        raise
    except Exception as why:  # noqa: BLE001
        yield Came(job=job, why=why)


def ready(hub: Hub, channel: Channel) -> Channel:
    """The channel with its secrets revealed and, where it reads the brand's own files or letters, with a reader."""
    channel, secrets = revealed(channel, hub.settings.folder, hub.env)
    for secret in secrets:
        hub.hide(secret)
    wants = {one.name for one in dataclasses.fields(channel)}  # type: ignore[arg-type]
    if "queue" in wants:
        channel = replace(channel, queue=lambda: hub.settings.inbox)  # type: ignore[type-var]
    if "past" in wants:
        channel = replace(channel, past=partial(hub.store.after, channel.name))  # type: ignore[type-var]
    if "reader" in wants:
        from hub.site.content import reader

        channel = replace(channel, reader=reader(hub.settings))  # type: ignore[type-var]
    if "post" in wants:
        from hub.mail import opener

        post = opener(hub.settings.content, hub.settings.network.allow, hub.web.resolve)
        channel = replace(channel, post=post)  # type: ignore[type-var]
    return channel


def tidied(batch: Batch, now: datetime, team: Sequence[str]) -> Batch:
    """The batch with all of it through the one door, the private items dropped. What the team says is tidied as the
    brand's own; that it is the brand's the store knows, so that a change of the team reaches what is stored."""
    names = {tidy.name(account) for account in team} - {""}
    items = (_tidied(item, now, ours=tidy.name(item.author.id) in names) for item in batch.items if not item.private)
    return replace(tidy.beside(batch), items=tuple(item for item in items if item.id))


def _tidied(item: Item, now: datetime, *, ours: bool) -> Item:
    return replace(tongue.told(tidy.item(replace(item, ours=item.ours or ours), now)), ours=item.ours)


def ended(hub: Hub, came: Came, so_far: Pulled) -> Pulled:
    """Keep the facts of a pull that is over."""
    channel, now, name = came.job.channel, came.job.ask.now, so_far.channel
    known = vitals.sealed(hub.store.health(name), channel, hub.settings.folder, hub.env, now)
    kind, rest = type(channel).__name__.lower(), vitals.requests(channel, hub.web.left)
    before = replace(known, kind=kind, warnings=so_far.warnings, left=rest)
    if came.why is None:
        after = pace.after_success(before, now, moved=so_far.moved, swept=came.job.ask.sweep)
        log.info("pulled", channel=name, added=so_far.added, edited=so_far.edited, gone=so_far.gone)
    else:
        after = pace.after_failure(before, now, came.why)
        after = replace(after, stale=pace.stale(after, timedelta(days=hub.settings.network.stale_days)))
        bug = None if isinstance(came.why, HubError) else came.why
        log.warning("pull failed", channel=name, error=after.error, message=after.message, exc_info=bug)
    hub.store.note(after)
    hub.store.note_hosts(dict(hub.web.waits))
    return replace(so_far, error=after.error, message=after.message, next_due=after.next_due, done=True)


def fetch(hub: Hub, wish: Wish) -> tuple[int, int]:
    """Bring the pictures that are shown and missing, drop those no longer shown: how many came, how many failed."""
    folder = hub.settings.memory / "media"
    with pictures.in_step(hub.store, folder, anew=wish.sweep):
        pictures.prune(hub.store, folder)
        done = pictures.fetch(hub.store, hub.web, folder, wish.now) if hub.settings.media.fetch else (0, 0)
    hub.store.note_hosts(dict(hub.web.waits))
    return done


# the followers


def index(hub: Hub) -> int:
    """Bring the search index up to the journal's end: how many entries it took. A damaged one is made anew."""
    from hub.index import whoosh

    folder, language = hub.settings.memory / "index", hub.settings.brand.language
    known = whoosh.Whoosh(folder, language)
    if known.mark == hub.store.seq:
        known.update(())  # sweeps what an update that was killed after its commit left lying
        return 0
    engine = whoosh.open_index(folder, language)
    try:
        return caught_up(hub, engine)
    except DamagedError as why:  # seen only where it was read
        log.warning("index made anew", why=why.what)
        engine.clear()
        return caught_up(hub, engine)


def caught_up(hub: Hub, engine: Whoosh) -> int:
    """Hand the engine what it has not seen yet, in steps that are commits; how many entries that were."""
    entries, taken = hub.store.changed(engine.mark), count()
    for first in entries:
        step = chain([first], islice(entries, STEP - 1))
        engine.update(searchable(entry, hub.settings.bare) for entry, _ in zip(step, taken, strict=False))
    return next(taken)


def searchable(entry: Entry, bare: Collection[str]) -> Entry:
    """The entry as the index may have it: texts whose network allows no search are left out of it."""
    if entry.item and entry.item.channel in bare:
        return replace(entry, item=replace(entry.item, unsearchable=True))
    return entry


def follow(hub: Hub, now: datetime) -> tuple[Built, bool, str]:
    """Render, then publish what altered, now or by a command that does not publish."""
    built = render(hub, now)
    if not (hub.settings.publish.wanted and publish_due(hub).exists()):
        return built, False, ""
    error = publish(hub)
    return built, not error, error


def publish_due(hub: Hub) -> Path:
    """The mark that stands while something waits to be published."""
    return hub.settings.memory / "publish-due"


def render(hub: Hub, now: datetime) -> Built:
    """Write the pages that are due, if there are any."""
    from hub.site import quiet
    from hub.site.job import Built, Job

    built, output, store = Built(), hub.settings.output, hub.store
    each = partial(attempt, built)
    job = Job(settings=hub.settings, store=store, rules=hub.rules, now=now, attempt=each, output=output, built=built)
    with writable(output):
        return built if quiet(job) else _marked(hub, job)


def _marked(hub: Hub, job: Site) -> Built:
    """Build. That something may have altered is noted first, so that a cut is made good."""
    from hub.site import build

    late = (mark := publish_due(hub)).exists()
    if hub.settings.publish.wanted:
        mark.touch()
    built = build(job)
    if not (late or built.written or built.removed):
        mark.unlink(missing_ok=True)
    return built


def attempt(built: Built, page: str, make: Callable[[], Made]) -> Made | None:
    """The page boundary: a page that fails keeps its last good file and is told; the rest is built."""
    try:
        return make()
    except (StoreError, OSError):
        raise
    except Exception as why:
        log.warning("page failed", page=page, exc_info=why)
        built.failed.append((page, reason(why)))
        return None


def publish(hub: Hub) -> str:
    """Run the brand's publish command; what went wrong, "" when nothing did. The mark stays until it went well."""
    command = hub.settings.publish.command
    error = ran(command, hub.settings.folder) if command else ""
    if not error:
        publish_due(hub).unlink(missing_ok=True)
    return error


def tell(hub: Hub) -> str:
    """Let the WebSub hub of the settings know which feeds changed; why it did not hear of all, "" when it did."""
    from hub.site import feeds_written

    url, memory = hub.settings.publish.websub, hub.settings.memory
    one = websub.Hub(url=url, file=memory / websub.FILE)
    why = websub.tell(hub.web, one, hub.settings.brand.url, feeds_written(memory)) if url else ""
    if why:
        log.warning("feeds not told", hub=url, why=why)
    return why


def settle(hub: Hub, heard: int = 0) -> bool:
    """Make sure that nothing erased is left in the archive's files; False when a reader was in the way.

    `heard` is what every follower has heard of: so far may forgotten ids leave the journal.
    """
    floor = hub.store.floor
    hub.store.purge(heard)
    if hub.store.floor != floor:
        rewind(hub)
    return hub.store.settle()
