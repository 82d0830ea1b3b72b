"""hub init: a brand's folder from a few answers, from one address, or from the demo."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from hub.commands.tables import comment, table
from hub.errors import HubError, OutputError
from hub.recipes import RECIPES, written
from hub.screen import Screen
from hub.toml import written as value

if TYPE_CHECKING:
    from hub.discover import Found, Proposal

GITIGNORE = "/.hub/\n/output/*\n!/output/.gitignore\n"
OUTPUT_GITIGNORE = "*\n!.gitignore\n"
RULES = """# What is not shown, and why. Each rule has an id, a reason, and one of: item, account, domain, word.
# The transparency page of the site counts what each rule hides.
#
# [[hide]]
# id = "spam-1"
# reason = "advertising"
# domain = "casino.example"
"""
OWN = ("wordpress", "feed", "podcast", "discourse", "blogger")  # kinds that are asked at the brand's own hosts
BY_HAND = "`hub init` without --url lays down a folder to fill in by hand"
FIRST_POST = """Title: Hello
Date: {day}
Lang: {language}

This is {name}'s own corner: write here in Markdown, and it stands beside everything you say elsewhere.
"""


@dataclass(kw_only=True)
class Answers:
    """What a new folder needs to know."""

    name: str = ""
    address: str = ""
    language: str = ""
    description: str = ""
    contact: str = ""
    allow: tuple[str, ...] = ()
    channels: list[Proposal] = field(default_factory=list)
    notes: tuple[str, ...] = ()


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--url", help="an address of the brand: its channels are found from there")
@click.option("--demo", is_flag=True, help="a whole made-up brand, from recordings, without any network")
@click.option(
    "--recipe", "recipes", multiple=True, type=click.Choice(list(RECIPES)), help="files for where it will live"
)
@click.option("--name", default="", help="the brand's name")
@click.option("--address", default="", help="where the site will stand")
@click.option("--language", default="", help="language of the interface")
@click.option("--contact", default="", help="mail address or form for removals")
@click.pass_obj
def init(screen: Screen, /, folder: Path | None, url: str | None, demo: bool, **given: Any) -> int:
    """Lay down a brand's folder. What is there already stays as it is."""
    place = (folder or screen.site).resolve()
    recipes: tuple[str, ...] = given.pop("recipes")
    answers = Answers(**given)
    files: dict[str, str | Path] = {}
    if demo:
        files |= demo_files()
    elif not (place / "content/hub.toml").exists():
        complete(screen, answers, place, url)
        files |= brand_files(answers, f"{screen.clock():%Y-%m-%d %H:%M}")
    files |= {".gitignore": GITIGNORE, "output/.gitignore": OUTPUT_GITIGNORE}
    for recipe in recipes:
        files |= written(recipe, place, program())
    made, kept = laid(place, files)
    report(screen, place, made, kept)
    return 0


def complete(screen: Screen, answers: Answers, place: Path, url: str | None) -> None:
    """Fill what was not said: from the address, by asking, by a plain default."""
    if url:
        discovered(screen, answers, url)
    elif screen.asks:
        asked(answers, place)
    answers.name = answers.name or place.name or "My brand"
    answers.language = answers.language or "en"
    answers.address = answers.address or "http://127.0.0.1:8000/"


def asked(answers: Answers, place: Path) -> None:
    """The four questions."""
    answers.name = answers.name or click.prompt("Name of the brand", default=place.name, err=True)
    answers.address = answers.address or click.prompt("Address of the site", "http://127.0.0.1:8000/", err=True)
    answers.language = answers.language or click.prompt("Language", default="en", err=True)
    answers.contact = answers.contact or click.prompt("Contact for removals (mail)", default="", err=True)


def discovered(screen: Screen, answers: Answers, typed: str) -> None:
    """Ask one address what channels there are. Its host was typed by a person, so it is trusted, even if private."""
    from hub.answer import shown
    from hub.sections import LANGUAGE

    url = address(typed)
    allow = private(url)
    screen.note(f"looking at {shown(url)}")
    found = looked_at(screen, url, allow, typed)
    if not found.channels:
        raise HubError(f"{shown(url)} is no feed and names none", fix=f"give the address of a feed; {BY_HAND}")
    if allow:
        screen.note(f"{allow[0]} is a private address: it is written into [network] allow")
    answers.allow = allow
    answers.name = answers.name or " ".join(found.name.split())
    answers.language = answers.language or (found.language if LANGUAGE.fullmatch(found.language) else "")
    answers.description = " ".join(found.description.split())
    answers.channels, answers.notes = list(found.channels), found.notes
    for one in found.channels:
        screen.note(f"  {one.kind}: {comment(one.why)}{'' if one.sure else ' (written as a comment: decide)'}")


def address(typed: str) -> str:
    """What was typed, as an address: https where nothing is said."""
    url = typed.strip() if "://" in typed else f"https://{typed.strip()}"
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and " " not in url
    except ValueError:
        known = False
    if not known:
        raise click.BadParameter(f"{typed!r} is no http or https address like https://blog.example.org/")
    return url


def looked_at(screen: Screen, url: str, allow: tuple[str, ...], typed: str) -> Found:
    """What is found at an address; why nothing could be read there, with what a newcomer can do."""
    from hub import __version__
    from hub.discover import discover
    from hub.errors import ChannelError, Missing, Refused
    from hub.web import Web

    try:
        with Web(agent=f"brandhub/{__version__}", now=screen.clock, allow=allow) as web:
            return discover(web, url)
    except ChannelError as why:
        if isinstance(why, Refused):
            why.fix = f"the site turns programs away: ask whoever runs it; {BY_HAND}"
        elif "://" not in typed and not isinstance(why, Missing):
            why.fix = f"check the spelling, or write http://{typed} where there is no https; {BY_HAND}"
        else:
            why.fix = f"{why.fix or 'see in a browser whether it is the blog or its feed'}; {BY_HAND}"
        raise


def private(url: str) -> tuple[str, ...]:
    """The host and port of an address that does not lie in the open internet, as [network] allow wants it."""
    from ipaddress import ip_address

    from hub.guard import is_public, resolve

    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = resolve(parts.hostname or "", port)
    except OSError:
        return ()
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return () if all(is_public(ip_address(one.split("%")[0])) for one in found) else (f"{host}:{port}",)


def demo_files() -> dict[str, str | Path]:
    """Every file of the demo brand, from where it was shipped."""
    from hub.settings import shipped

    source = shipped("demo")
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    if not files:
        raise HubError(f"the demo is not in {source}", fix="install brandhub again")
    return {f"content/{path.relative_to(source).as_posix()}": path for path in files}


def brand_files(answers: Answers, day: str) -> dict[str, str | Path]:
    """The files of a new brand."""
    first = FIRST_POST.format(day=day, language=answers.language, name=answers.name)
    return {
        "content/hub.toml": "\n".join(hub_toml(answers)) + "\n",
        "content/rules.toml": RULES,
        "content/posts/hello.md": first,
        "content/pages/.gitkeep": "",
        "content/static/.gitkeep": "",
    }


def hub_toml(answers: Answers) -> Iterator[str]:
    """content/hub.toml with every key: those decided, and the others as comments with their defaults."""
    from hub.sections import SECTIONS

    yield "# Settings of this hub. `hub schema` describes them, `hub config show --origin` shows what is in force."
    yield '# mentions = "answered"  # mentions that are shown at once: answered, all, none'
    yield '# theme = "theme"        # folder whose files replace those of the built-in theme'
    brand: dict[str, Any] = {"name": answers.name, "url": answers.address, "language": answers.language}
    brand |= {"description": answers.description, "contact": answers.contact, "hosts": hosts(answers)}
    decided: dict[str, dict[str, Any]] = {"brand": brand, "network": {"allow": list(answers.allow)}}
    for name, model in SECTIONS.items():
        yield f"\n# {(model.__doc__ or '').strip()}"
        yield f"[{name}]"
        for key, known in model.model_fields.items():
            chosen = decided.get(name, {}).get(key)
            line = f"{key} = {value(chosen or known.get_default(call_default_factory=True))}"
            yield f"{line if chosen else '# ' + line}  # {known.description}"
    yield from channel_tables(answers)


def channel_tables(answers: Answers) -> Iterator[str]:
    """[channels.…]: the brand's own posts, and what was found, each with why."""
    yield '\n# Places the brand speaks. `local` reads content/posts/.\n[channels.notes]\nkind = "local"'
    for proposal in (*answers.channels, *talk(answers)):
        yield from table(proposal)
    yield from [f"\n# {comment(note)}" for note in answers.notes]
    if not answers.channels:
        yield '\n# [channels.blog]\n# kind = "feed"\n# url = "https://blog.example.org/feed/"'


def talk(answers: Answers) -> Iterator[Proposal]:
    """Where strangers may speak of the brand's own pages, without any key: for a person to decide."""
    from hub.discover import Proposal

    for host in hosts(answers)[:1] if not answers.allow else ():
        why = "Hacker News: stories there that lead to the site, with every comment; it needs no key"
        yield Proposal("hackernews", "hackernews", {"url": f"https://{host}/"}, why, sure=False)


def hosts(answers: Answers) -> list[str]:
    """The hosts of the brand's own places; those of networks are nobody's."""
    urls = [str(one.fields.get("url", "")) for one in answers.channels if one.sure and one.kind in OWN]
    return sorted({urlsplit(url).hostname or "" for url in urls} - {""})


def laid(place: Path, files: Mapping[str, str | Path]) -> tuple[list[str], list[str]]:
    """Write what is not there yet; the names of what was made and of what was kept."""
    made, kept = [], []
    for name, source in files.items():
        path = place / name
        if path.exists():
            kept.append(name)
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, Path):
                shutil.copyfile(source, path)
            else:
                path.write_text(source, "utf-8")
        except OSError as why:
            raise OutputError(f"{path} cannot be written", path=str(path), fix=f"ls -ld {path.parent}") from why
        made.append(name)
    return made, kept


def report(screen: Screen, place: Path, made: list[str], kept: list[str]) -> None:
    """What was done, and the three next commands."""
    at = "" if place == Path.cwd() else f" --site {place}"
    following = [f"hub{at} update", f"hub{at} serve", f"hub{at} status"]
    lines = [f"{place}: {len(made)} files written, {len(kept)} kept"]
    lines += [f"  {name}" for name in made if not name.startswith(("content/demo/", "content/posts/"))]
    lines += ["next:", *(f"  {command}" for command in following)]
    screen.result({"folder": str(place), "written": made, "kept": kept, "next": following}, lines)


def program() -> str:
    """The path of the hub command that runs now."""
    beside = Path(sys.executable).with_name("hub")
    return shutil.which("hub") or str(beside if beside.is_file() else Path(sys.argv[0]).resolve())


COMMANDS = (init,)
