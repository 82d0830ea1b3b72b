"""hub doctor: what was looked at, how it is, and the command that mends it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from hub.commands.opening import BUGS, asking, settings_of
from hub.errors import ChannelError, HubError, Refused, SettingsError
from hub.screen import Screen, table, when

if TYPE_CHECKING:
    from hub.channels import Channel
    from hub.run import Hub
    from hub.settings import Settings

ROOM = 200 * 2**20  # bytes that should be free


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing looked at. `state`: ok, warning or failed; `code` is the exit code a failure asks for."""

    check: str
    state: str = "ok"
    detail: str = ""
    fix: str = ""
    code: int = 1


@click.command()
@click.argument("channel", required=False)
@click.option("--strict", is_flag=True, help="warnings are failures: exit 1")
@click.pass_obj
def doctor(screen: Screen, channel: str | None, strict: bool) -> int:
    """Look at everything that could be wrong, and say how to mend it."""
    checks = list(examined(screen, channel))
    rows = [(one.check, one.state, one.detail, one.fix) for one in checks]
    screen.result([asdict(one) for one in checks], table(rows, ("check", "state", "detail", "fix")))
    failed = [one.code for one in checks if one.state == "failed"]
    warned = strict and any(one.state == "warning" for one in checks)
    return max(failed) if failed else int(warned)


def examined(screen: Screen, channel: str | None) -> Iterator[Check]:
    """Every check there is; those of the channels are narrowed to the one named."""
    yield python()
    try:
        settings = settings_of(screen)
        yield Check(check="settings", detail=f"{len(settings.channels)} channels")
        yield from folder(settings)
        with asking(screen, settings) as hub:
            yield from inside(hub, screen)
            for one in [one for one in settings.channels.values() if channel in (None, one.name)]:
                yield reached(hub, one, named=bool(channel))
                yield from vital(hub, one, screen.clock())
    except SettingsError as why:
        for one_wrong in (why, *why.also):
            yield Check(check="settings", state="failed", detail=str(one_wrong.what), fix=one_wrong.fix, code=78)
    except HubError as why:
        yield Check(check="archive", state="failed", detail=why.what, fix=why.fix, code=74)


def inside(hub: Hub, screen: Screen) -> Iterator[Check]:
    """What the hub knows of itself."""
    yield Check(check="rules", detail=f"{len(hub.rules.hides)} hide something")
    yield clock(hub, screen)
    yield archive(hub)
    yield erasure(hub)
    yield in_step(hub)
    yield built(hub)
    yield from api(hub)


def python() -> Check:
    """The interpreter and the generator it stands on."""
    from importlib.metadata import version

    return Check(check="python", detail=f"{sys.version.split()[0]}, pelican {version('pelican')}")


def folder(settings: Settings) -> Iterator[Check]:
    """Room, permissions, and a logo that is there."""
    free = shutil.disk_usage(settings.folder).free
    state = "ok" if free > ROOM else "warning"
    yield Check(check="disk", state=state, detail=f"{free // 2**20} MiB free", fix="" if free > ROOM else "make room")
    for path in (settings.output, settings.memory):
        if path.exists() and not os.access(path, os.W_OK):
            yield Check(check="folder", state="failed", detail=f"{path} is read-only", fix=f"chmod u+w {path}", code=73)
    yield from secret_files(settings)
    yield from logos(settings)
    logo = settings.brand.logo
    if logo and not (settings.content / "static" / logo).is_file():
        yield Check(check="logo", state="warning", detail=f"content/static/{logo} is missing", fix="put it there")


def logos(settings: Settings) -> Iterator[Check]:
    """Logos that networks' terms demand beside a text."""
    from hub.site.logos import wanted

    for name, file in wanted(settings).items():
        detail = f"{name} stands as counts and links: its network's terms want its logo beside a text"
        yield Check(check=f"logo of {name}", state="warning", detail=detail, fix=f"put the network's logo at {file}")


def secret_files(settings: Settings) -> Iterator[Check]:
    """Files with secrets that others can read."""
    from hub.settings import values

    written = [text for one in settings.channels.values() for text in values(one).values()]
    names = [text.removeprefix("file:") for text in written if isinstance(text, str) and text.startswith("file:")]
    for path in (settings.folder / name for name in names):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Check(check="secret", state="warning", detail=f"others can read {path}", fix=f"chmod 600 {path}")


def clock(hub: Hub, screen: Screen) -> Check:
    """A clock that was set back shows as a pull in the future."""
    now, tries = screen.clock(), [hub.store.health(name).last_try for name in hub.settings.channels]
    ahead = [one for one in tries if one and one > now + timedelta(minutes=5)]
    if ahead:
        return Check(
            check="clock", state="warning", detail=f"a pull at {when(max(ahead))} lies ahead", fix="set the clock"
        )
    return Check(check="clock", detail=when(now))


def archive(hub: Hub) -> Check:
    """Is the file itself sound?"""
    wrong = hub.store.check()
    if wrong:
        fix = "put a backup in place of .hub/archive.sqlite, or restore it with `sqlite3 .recover`"
        return Check(check="archive", state="failed", detail=f"damaged: {wrong[0]}", fix=fix, code=74)
    return Check(check="archive", detail=f"{hub.store.seq} changes so far")


def erasure(hub: Hub) -> Check:
    """Deleted text that a reader kept from being wiped."""
    if hub.store.erasing():
        return Check(check="erasure", state="warning", detail="pending", fix="end long readers, then run hub update")
    return Check(check="erasure", detail="nothing pending")


def in_step(hub: Hub) -> Check:
    """Do archive and index hold the same items?"""
    from hub.errors import SearchError
    from hub.index.whoosh import Whoosh

    path = hub.settings.memory / "index"
    if not path.is_dir():
        return Check(check="index", state="warning", detail="there is none yet", fix="hub update")
    engine = Whoosh(path, hub.settings.brand.language)
    try:
        engine.verify()
    except SearchError as why:
        return Check(check="index", state="failed", detail=why.what, fix="hub index", code=74)
    behind = hub.store.seq - engine.mark
    if not behind and engine.ids() != searchable(hub):
        return Check(check="index", state="failed", detail="holds other items than the archive", fix="rm -r .hub/index")
    if behind:
        return Check(check="index", state="warning", detail=f"{behind} changes behind", fix="hub index")
    return Check(check="index", detail="in step with the archive")


ANEW = "rm output/.hub-site; hub build"


def built(hub: Hub) -> Check:
    """Does the site show what the archive holds, in files that are as they were written?"""
    from hub.site.check import standing

    found = standing(hub.settings.output, hub.settings.memory)
    if found is None:
        return Check(check="site", state="warning", detail="there is none yet", fix="hub build")
    for files, what in ((found.missing, "missing"), (found.altered, "altered"), (found.unreadable, "unreadable")):
        if files:
            detail = f"{len(files)} files {what}: {', '.join(files[:3])}{' …' if len(files) > 3 else ''}"
            return Check(check="site", state="failed", detail=detail, fix=ANEW, code=1)
    if found.due or found.mark != hub.store.seq:
        detail = f"{hub.store.seq - found.mark} changes behind, {found.due} pages due"
        return Check(check="site", state="warning", detail=detail, fix="hub build")
    return Check(check="site", detail="in step with the archive, every file as written")


def api(hub: Hub) -> Iterator[Check]:
    """Does the public search API answer, where the settings name one?"""
    origin = hub.settings.serve.api.rstrip("/")
    if not origin:
        return
    try:
        hub.web.get(f"{origin}/healthz")
    except ChannelError as why:
        fix = "start `hub serve` there, or leave serve.api empty: visitors then search the static index"
        yield Check(check="search API", state="warning", detail=why.what, fix=fix)
    else:
        yield Check(check="search API", detail=f"{origin} answers")


def searchable(hub: Hub) -> frozenset[str]:
    """The ids that should be found."""
    return frozenset(record.item.id for record in hub.store.records() if not record.item.unsearchable)


def reached(hub: Hub, channel: Channel, *, named: bool = True) -> Check:
    """Does the channel answer, with the credentials it has? One that refused is asked only where it is `named`."""
    from hub.report import Wish
    from hub.run import is_wanted
    from hub.vitals import resume

    health = hub.store.health(channel.name)
    good = Check(check=f"channel {channel.name}", detail=f"last success {when(health.last_success)}")
    if not named and health.error and not is_wanted(hub, channel, health, Wish(now=hub.web.now(), recheck=True)):
        fix = f"{resume(health)}, or look closer: hub doctor {channel.name}"
        return replace(good, state="failed", detail=health.message, fix=fix, code=77)  # as asking would
    try:
        probe(hub, channel)
    except Refused as why:
        return replace(good, state="failed", detail=why.what, fix=why.fix or "renew its credentials", code=77)
    except (ChannelError, SettingsError) as why:
        return replace(good, state="failed", detail=why.what, fix=why.fix or "hub status", code=69)
    except BUGS as why:
        return replace(good, state="failed", detail=f"a bug in this kind: {type(why).__name__}: {why}", code=69)
    return good


def vital(hub: Hub, channel: Channel, now: datetime) -> Iterator[Check]:
    """A silence that is not like the channel, a token that ends soon, and what is left of today's allowance."""
    from hub import vitals

    found = vitals.of(channel, hub.store.health(channel.name), hub.store.spoke(channel.name), now)
    name = channel.name
    if found.silent_days:
        fix = f"look at its source; if it is alive, its address in [channels.{name}] may be wrong"
        yield Check(check=f"rhythm of {name}", state="warning", detail=f"silent for {found.silent_days} days", fix=fix)
    if found.token_ends:
        soon = found.token_ends - now < vitals.SOON
        detail = f"ends on {found.token_ends:%Y-%m-%d} at the latest"
        fix = "make a new one before" if soon else ""
        yield Check(check=f"token of {name}", state="warning" if soon else "ok", detail=detail, fix=fix)
    if found.left:
        state, fix = ("ok", "") if found.left.left else ("warning", "wait for tomorrow, or allow more in the settings")
        detail = f"{found.left.left:g} of {found.left.most:g} {found.left.what}"
        yield Check(check=f"left for {name}", state=state, detail=detail, fix=fix)


def probe(hub: Hub, channel: Channel) -> None:
    """Ask for the first step of a pull and drop it; where that costs money, ask what costs none."""
    from hub.channels import Ask, Tried
    from hub.run import ready

    health, asked = hub.store.health(channel.name), ready(hub, channel)
    if isinstance(asked, Tried):
        asked.attempt(hub.web)
    else:
        next(iter(asked.pull(hub.web, health.cursor, Ask(now=hub.web.now()))), None)
