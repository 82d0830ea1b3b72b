"""Questions: search, status, export; and the preview."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.commands.doctor import doctor
from hub.commands.opening import reading, settings_of
from hub.query import FACETS, SORTS, parse
from hub.screen import Screen, table, when

if TYPE_CHECKING:
    from hub.index import Snippet
    from hub.model import Account, Health, Item
    from hub.run import Hub
    from hub.store import Record
    from hub.vitals import Vitals


RECENT = 2000  # messages of the public that are looked at for open questions


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--page", type=click.IntRange(1, 50), default=1, show_default=True)
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True)
@click.option("--facet", "facets", multiple=True, type=click.Choice(FACETS), help="count by this; may be repeated")
@click.pass_obj
def search(screen: Screen, query: tuple[str, ...], page: int, sort: str, facets: tuple[str, ...]) -> int:
    """Search posts and replies, as visitors do."""
    from hub.index.whoosh import Whoosh

    found = settings_of(screen)
    index = Whoosh(found.memory / "index", found.brand.language)
    results = index.search(parse(" ".join(query), page=page, sort=sort, facets=facets))
    for note in (results.note, f"did you mean: {results.suggestions[0]}" if results.suggestions else ""):
        if note:
            screen.note(note)
    lines = [f"{results.total} results"]
    lines += [
        f"{name}: {', '.join(f'{value} {many}' for value, many in told)}" for name, told in results.facets.items()
    ]
    for hit in results.hits:
        lines += [
            f"{when(hit.published)[:10]}  {hit.channel}  {hit.author}: {hit.title}",
            f"    {found.brand.url}{hit.url}",
        ]
        lines += [f"    {_marked(piece, colour=screen.colour)}" for piece in hit.snippets[:1]]
    screen.result(asdict(results), lines)
    return 0


def _marked(piece: Snippet, *, colour: bool) -> str:
    """A piece of a text; what matched stands out where colours may be used."""
    shown, at = "", 0
    for start, end in piece.marks if colour else ():
        shown += piece.text[at:start] + click.style(piece.text[start:end], bold=True, fg="yellow")
        at = end
    return shown + piece.text[at:]


@click.command()
@click.option("--waiting", "unanswered", is_flag=True, help="questions that nobody of the brand has answered yet")
@click.pass_obj
def status(screen: Screen, unanswered: bool) -> int:
    """How every channel is, and what waits."""
    from hub import vitals
    from hub.run import publish_due

    with reading(screen) as hub:
        if unanswered:
            questions = waiting(hub)
            asked = [
                {"id": one.id, "url": one.url, "channel": one.channel, "asked": one.published, "shown": shown}
                for one, shown in questions
            ]
            screen.result(asked, _questions(questions))
            return 0
        now = screen.clock()
        healths = [replace(hub.store.health(name), items=hub.store.brings(name)) for name in hub.settings.channels]
        told = [
            vitals.of(channel, health, hub.store.spoke(health.channel), now)
            for channel, health in zip(hub.settings.channels.values(), healths, strict=True)
        ]
        erasing, seq = hub.store.erasing(), hub.store.seq
        unpublished = publish_due(hub).exists()
    rows = [_facts(one) | asdict(state) for one, state in zip(healths, told, strict=True)]
    data = {"channels": rows, "seq": seq, "erasing": erasing, "publish_due": unpublished}
    screen.result(data, _status(list(zip(healths, told, strict=True)), erasing=erasing, unpublished=unpublished))
    return 0


def waiting(hub: Hub) -> list[tuple[Item, bool]]:
    """Questions among what the public said last that the brand has not answered, the oldest first, and whether they are
    shown: what is held, and a mention that stands nowhere, wait for an answer as well."""
    from hub.insight import answers
    from hub.insight.questions import asks
    from hub.model import HELD
    from hub.threads import moment

    ids = [item.id for item in hub.store.newest(RECENT)]
    roots = sorted({record.thread for record in hub.store.records(ids)})
    threads = (thread for root in roots if (thread := hub.store.thread(root)))
    found = {item.id: item for thread in threads for item in answers.waiting(thread)}
    unseen = [*(item for _, item in hub.store.waiting(HELD)), *hub.store.unplaced(RECENT)]
    open_ = [(item, True) for item in found.values() if item.id in set(ids)]
    open_ += [(item, False) for item in unseen if asks(item)]
    return sorted(open_, key=lambda one: (moment(one[0].published), one[0].id))


def _questions(questions: list[tuple[Item, bool]]) -> Iterator[str]:
    from hub import tidy

    yield f"{len(questions)} questions wait for an answer"
    for one, shown in questions:
        said = " ".join(f"{one.title} {tidy.text(one.html)}".split())
        unseen = "" if shown else " (not shown)"
        yield f"{when(one.published)[:10]}  {one.channel}  {one.author.name or 'Unnamed'}{unseen}: {said[:160]}"
        yield f"    {one.url or one.id}"


def _facts(health: Health) -> dict[str, object]:
    """A channel's health without its cursor and the digests of its secrets, which are nobody's business."""
    hidden = ("cursor", "seal", "secret")
    return {key: value for key, value in asdict(health).items() if key not in hidden}


def _status(channels: list[tuple[Health, Vitals]], *, erasing: bool, unpublished: bool) -> Iterator[str]:
    rows = [
        (
            one.channel,
            one.kind or "-",
            str(one.items),
            f"failing ({one.failures}x)" if told.state == "failing" else told.state,
            when(one.last_success),
            _next(one, told),
            _left(told),
        )
        for one, told in channels
    ]
    yield from table(rows, ("channel", "kind", "items", "state", "last success", "next try", "left"))
    for one, told in channels:
        said = [f"{one.error}: {one.message}"] if one.error else []
        if said or told.notes:
            yield f"{one.channel}: {'; '.join([*said, *told.notes])}"
        yield from [f"{one.channel}: warning: {text}" for text in one.warnings]
    if erasing:
        yield "erasure pending: a reader held the archive; the next update tries again"
    if unpublished:
        yield "the publish command did not go through yet; the next update tries again"


def _next(health: Health, told: Vitals) -> str:
    if told.state in ("paused", "gone"):
        return f"hub pull {health.channel}"
    return when(health.next_due) if health.next_due else "now"


def _left(told: Vitals) -> str:
    """What may still be asked today, and when a token ends."""
    quota = [f"{told.left.left:g} of {told.left.most:g} {told.left.what}"] if told.left else []
    return ", ".join([*quota, *([f"token until {told.token_ends:%Y-%m-%d}"] if told.token_ends else [])]) or "-"


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl"]), default="jsonl", show_default=True)
@click.option("--public", is_flag=True, help="keep to what the networks' terms allow in JSON")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="a file instead of stdout")
@click.pass_obj
def export(screen: Screen, form: str, public: bool, output: Path | None) -> int:  # noqa: ARG001  one form so far
    """Every public item, one JSON object a line."""
    with reading(screen) as hub:
        lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in exported(hub, public=public))
        if output:
            from hub.pictures import put

            put(output, (line.encode("utf-8") for line in lines))
        else:
            sys.stdout.writelines(lines)
    return 0


def exported(hub: Hub, *, public: bool) -> Iterator[dict[str, object]]:
    """The records of the store in the form of `hub export`."""
    for record in hub.store.records():
        channel = hub.settings.channels.get(record.item.channel)
        terms = channel.terms if public and channel else None
        yield _short(record) if terms and terms.json == "no" else exported_line(record)


def _short(record: Record) -> dict[str, object]:
    item = record.item
    return {"id": item.id, "url": item.url, "channel": item.channel, "published": _iso(item.published)}


def exported_line(record: Record) -> dict[str, object]:
    """All of an item, as one line of an export."""
    from hub import tidy
    from hub.imports.jsonl import more

    item = record.item
    return {
        "id": item.id,
        "url": item.url,
        "channel": item.channel,
        "channels": list(record.brought),
        "kind": "copy" if record.copy else "part" if record.part else "post" if record.thread == item.id else "reply",
        "author": _author(item.author),
        "published": _iso(item.published),
        "updated": _iso(item.edited),
        "title": item.title,
        "text": tidy.text(item.html),
        "html": item.html,
        "reply_to": item.reply_to,
        "parent_id": record.parent,
        "thread_id": record.thread,
        "ours": item.ours,
        "tags": list(item.tags),
        "language": item.language,
        "media": [_medium(one) for one in item.media],
        "links": list(item.links),
        **more(item),
    }


def _author(author: Account) -> dict[str, object]:
    """An author; what is known beside the names is left out where it is empty."""
    beside = {"id": author.id, "avatar": author.avatar, "automated": author.automated}
    names = {"name": author.name, "url": author.url, "handle": author.handle}
    return {**names, **{name: value for name, value in beside.items() if value}}


def _medium(medium: Any) -> dict[str, object]:
    return {key: value for key, value in asdict(medium).items() if value not in ("", 0)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@click.command()
@click.option("--host", help="address to listen on")
@click.option("--port", type=click.IntRange(0, 65535), help="port to listen on; 0: any free one")
@click.option("--open", "browse", is_flag=True, help="open a browser")
@click.option("--no-live", is_flag=True, help="no live reload: as a host would serve it")
@click.pass_obj
def serve(screen: Screen, host: str | None, port: int | None, browse: bool, no_live: bool) -> int:
    """The site at a loopback address, with live reload and the search API; edits of content/ and theme show at once."""
    from hub import serve as server
    from hub.commands.watch import watching

    found = settings_of(screen)
    troubles: list[str] = []
    site = server.of(found, live=None if no_live else troubles)
    port = found.serve.port if port is None else port
    if browse:
        click.launch(f"http://{host or found.serve.host}:{port}{site.state.prefix}")
    with nullcontext() if no_live else watching(screen, (found.content, found.theme), troubles):
        server.serve(site, host or found.serve.host, port)
    return 0


COMMANDS = (serve, search, status, doctor, export)
