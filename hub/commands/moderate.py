"""What waits for a person, and what people decide: each decision is a line of content/rules.toml, with a reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

import click

from hub.commands.opening import reading, writing
from hub.errors import HubError
from hub.screen import Screen, when

if TYPE_CHECKING:
    from hub.insight.doubles import Ours
    from hub.model import Item
    from hub.run import Hub

VERBS = {"approve": "let through", "hide": "hidden by hand", "block": "account blocked", "undo": ""}
KEYS = {"a": "approve", "h": "hide", "p": "block"}
ENDS = ("q", "\x03", "\x04")
UNPLACED = "unplaced"  # a mention in the midst of other people's talk, which the brand has not answered
RECENT = 2000  # messages of the public that are looked at for doubtful ones


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A message for a person to decide about: it is held, it stands nowhere (`held` is UNPLACED), or it is shown and
    looks like spam (`doubt` in percent)."""

    key: str
    item: Item
    held: str = ""
    doubt: int = 0
    doubtful: bool = False
    like: str = ""  # the name of the brand or its team that a stranger bears
    why: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a person decided about one message or, with "block", about its account."""

    verb: str
    target: str
    reason: str = ""


@click.group(invoke_without_command=True)
@click.option("--from-file", "file", type=click.File("r", encoding="utf-8"), help="decisions, one a line; - is stdin")
@click.option("--dry-run", is_flag=True, help="say what would be decided, write nothing")
@click.pass_context
def moderate(ctx: click.Context, file: IO[str] | None, dry_run: bool) -> int:
    """What is held and what is doubtful; at a terminal: a approve, h hide, s skip, p block, o open, u undo, q end."""
    screen = ctx.find_root().ensure_object(Screen)
    if ctx.invoked_subcommand:
        return 0
    if file:
        return decide(screen, list(lines(file)), dry_run=dry_run)
    with reading(screen) as hub:
        cases = list(waiting(hub))
    if screen.asks and cases and not dry_run:
        return decide(screen, list(keyed(cases, screen, click.getchar)), dry_run=False)
    screen.result([_facts(case) for case in cases], _listed(cases))
    return 0


def _verb(name: str, text: str, *, reason: bool) -> click.Command:
    """One of the commands that decide."""

    @click.command(name, help=text)
    @click.argument("targets", nargs=-1, required=True, metavar="ID...")
    @click.option("--reason", default=VERBS[name], show_default=True, hidden=not reason, help="why, for the log")
    @click.option("--dry-run", is_flag=True, help="say what would be decided, write nothing")
    @click.pass_obj
    def command(screen: Screen, targets: tuple[str, ...], reason: str, dry_run: bool) -> int:
        wanted = [Decision(verb=name, target=target, reason=reason) for target in targets]
        return decide(screen, wanted, dry_run=dry_run)

    return command


moderate.add_command(_verb("approve", "Show these messages, whatever other rule would hide them.", reason=True))
moderate.add_command(_verb("hide", "Hide these messages.", reason=True))
moderate.add_command(
    _verb("block", "Hide everything by the accounts of these messages, or by these accounts.", reason=True)
)
moderate.add_command(
    _verb("undo", "Take back what was decided about these messages, or these decisions.", reason=False)
)


@moderate.command("log")
@click.pass_obj
def told(screen: Screen) -> int:
    """Every decision, with its day and its reason."""
    with reading(screen) as hub:
        found = sorted(hub.rules.decisions, key=lambda one: (one.day, one.id))
    verbs = [type(one).__name__.lower() for one in found]
    texts = [
        f"{one.day or '-':10}  {one.id}: {verb} {one.what} {one.value}: {one.reason}"
        for verb, one in zip(verbs, found, strict=True)
    ]
    data = [{"verb": verb, **asdict(one)} for verb, one in zip(verbs, found, strict=True)]
    screen.result(data, texts or "nothing was decided yet")
    return 0


def waiting(hub: Hub) -> Iterator[Case]:
    """What is held, messages before likes, then mentions that stand nowhere, then what is shown and doubtful. Doubt
    hides nothing: a person does, or a rule with a name."""
    from hub.insight.doubles import Ours
    from hub.model import HELD

    ours = Ours.of(hub.settings.brand.name, hub.store.voices())
    liked = ((hub.rules.judge(one), one) for one in hub.store.reacted(hub.rules.publish))
    for rule, item in (*hub.store.waiting(HELD), *(pair for pair in liked if pair[0].startswith(HELD))):
        yield weighed(item, ours, rule)
    for item in reversed(hub.store.unplaced(RECENT) if hub.settings.mentions != "none" else ()):
        yield weighed(item, ours, UNPLACED)
    yield from doubtful(hub, ours)


def doubtful(hub: Hub, ours: Ours) -> Iterator[Case]:
    """What is shown and looks like advertising; and of everybody who bears a name of ours the last word, unless one of
    theirs was decided about."""
    newest = [(item, hub.rules.decided(item)) for item in hub.store.newest(RECENT)]
    seen = {item.author for item, decided in newest if decided}
    for item, decided in newest:
        case = weighed(item, ours)
        if not decided and (case.doubtful or (case.like and item.author not in seen)):
            seen.add(item.author)
            yield case


def weighed(item: Item, ours: Ours, held: str = "") -> Case:
    """A message with what speaks against it."""
    from hub.insight import spam
    from hub.pages import digest

    found, name = spam.judge(item), ours.like(item.author)
    why = (*([f"bears the name of {name}"] if name else ()), *found.why)
    return Case(
        key=digest(item.id), item=item, held=held, doubt=found.percent, doubtful=found.doubtful, like=name, why=why
    )


def lines(file: Iterable[str]) -> Iterator[Decision]:
    """Decisions as a file holds them: a verb, a message, and the reason in the rest of the line."""
    for number, line in enumerate(file, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            verb, target, reason = [*line.split(maxsplit=2), "", ""][:3]
            if verb not in VERBS or not target:
                known = ", ".join(VERBS)
                raise click.UsageError(
                    f"line {number}: write a verb ({known}), an id and a reason, not {line.strip()!r}"
                )
            yield Decision(verb=verb, target=target, reason=reason.strip() or VERBS[verb])


def keyed(cases: Sequence[Case], screen: Screen, key: Callable[[], str]) -> list[Decision]:
    """Decisions at the keyboard, one message after the other; u goes back to the one before."""
    made: list[Decision | None] = []
    while len(made) < len(cases):
        case = cases[len(made)]
        screen.note("\n".join(["", *_listed([case]), f"  {len(made) + 1} of {len(cases)}: a h s p o u q?"]))
        pressed = key().lower()
        if pressed in ENDS:
            break
        if pressed == "o":
            click.launch(case.item.url)
        made = pressed_on(case, pressed, made)
    return [one for one in made if one]


def pressed_on(case: Case, pressed: str, made: list[Decision | None]) -> list[Decision | None]:
    """What was decided so far, after one more key. Any other key asks again."""
    if pressed == "s":
        return [*made, None]
    if pressed == "u":
        return made[:-1]
    verb = KEYS.get(pressed)
    return [*made, Decision(verb=verb, target=case.item.id, reason=VERBS[verb])] if verb else made


def decide(screen: Screen, wanted: Sequence[Decision], *, dry_run: bool) -> int:
    """Write the decisions down and let them take effect at once, on every page, in feeds and search."""
    from hub import rules, run

    with writing(screen) as hub:
        run.begin(hub)
        path, before = hub.settings.content / "rules.toml", hub.rules
        touched: set[str] = set()
        for one in wanted:
            touched |= write(hub, one, screen.clock().date(), dry_run=dry_run)
            hub = dataclasses.replace(hub, rules=dataclasses.replace(rules.load(path), publish=before.publish))
        if not dry_run and touched:
            hub.store.decide(touched, hub.rules.judge, before.digest, hub.rules.digest)
            run.judge(hub)
            heard, _ = hub.store.seq, run.index(hub)
            run.follow(hub, hub.web.now())
            run.settle(hub, heard)
    would = "would be " if dry_run else ""
    texts = [f"{would}decided: {one.verb} {one.target} ({one.reason})".replace(" ()", "") for one in wanted]
    screen.result([asdict(one) for one in wanted], texts or "nothing to decide")
    return 0


def write(hub: Hub, one: Decision, today: date, *, dry_run: bool) -> set[str]:
    """One decision into content/rules.toml; the ids of the messages it may concern."""
    from hub import rulebook
    from hub.pages import digest

    path = hub.settings.content / "rules.toml"
    if one.verb == "undo":
        return undo(hub, one.target, dry_run=dry_run)
    item = message(hub, one.target)
    for table, what, value in rows(hub, one, item):
        id = rulebook.fresh(f"{one.verb}-{digest(value)}", hub.rules)
        if not dry_run and (what, value) not in decided(hub, table):
            rulebook.add(path, table, {"id": id, "reason": one.reason, what: value, "date": today})
    accounts = [value for _, what, value in rows(hub, one, item) if what == "account"]
    about = hub.store.named([item.reply_to]) if item and is_reaction(item) else ()
    return {*by(hub, accounts), *about, *([item.id] if item else ())}


def by(hub: Hub, accounts: Collection[str]) -> set[str]:
    """The messages of these accounts, and those they reacted to."""
    from hub import tidy
    from hub.targets import known_as

    names = {tidy.name(one) for one in accounts} - {""}
    liked = hub.store.reacted(hub.settings.channels) if names else ()
    about = [one.reply_to for one in liked if known_as(one.author) & names]
    return {*hub.store.said_by(accounts), *hub.store.named(about)}


def is_reaction(item: Item) -> bool:
    """Does it stand for a like or the like (hub.store.reactions)?"""
    return item.id.startswith(f"{item.reply_to}#{item.kind}-")


def decided(hub: Hub, table: str) -> set[tuple[str, str]]:
    """What decisions of one table are about."""
    return {(one.what, one.value) for one in (hub.rules.hides if table == "hide" else hub.rules.shows)}


def rows(hub: Hub, one: Decision, item: Item | None) -> Iterator[tuple[str, str, str]]:
    """The lines of a decision: table, kind of target, target."""
    if one.verb == "block":
        account = (item.author.id or item.author.url) if item else one.target
        if not account:
            raise HubError(f"nobody vouches for who said {one.target}", fix=f"hub moderate hide {one.target}")
        yield "hide", "account", account
        return
    if item is None:
        raise HubError(
            f"there is no message {one.target}", fix="hub moderate lists what waits; hub search finds others"
        )
    yield ("show" if one.verb == "approve" else "hide"), "item", item.id
    if one.verb == "approve" and item.author.id and hub.rules.publish.get(item.channel) == "known":
        yield "show", "account", item.author.id


def message(hub: Hub, name: str) -> Item | None:
    """The message of this name or of this short key from the list, shown or not."""
    from hub.pages import digest

    if told := hub.store.told(hub.store.named([name])):
        return told[0]
    listed = chain((case.item for case in waiting(hub)), hub.store.reacted(hub.settings.channels))
    return next((item for item in listed if name in (item.id, digest(item.id))), None)


def undo(hub: Hub, name: str, *, dry_run: bool) -> set[str]:
    """Take out every decision that has this id or is about this message; the ids it concerned."""
    from hub import rulebook

    names = {name, *hub.store.named([name])}
    found = [one for one in hub.rules.decisions if {one.id, one.value} & names]
    if not found:
        raise HubError(f"nothing was decided about {name}", fix="hub moderate log")
    if any(one.what in ("word", "domain") for one in found):
        raise HubError(f"{name} is a rule about words or a domain, which people write", fix="edit content/rules.toml")
    for one in found if not dry_run else ():
        rulebook.drop(hub.settings.content / "rules.toml", one.id)
    accounts = [one.value for one in found if one.what == "account"]
    items = [one.value for one in found if one.what == "item"]
    return {*hub.store.named([*items, *(id.rpartition("#")[0] for id in items)]), *by(hub, accounts)}


def _facts(case: Case) -> dict[str, Any]:
    item = case.item
    facts = {"key": case.key, "id": item.id, "url": item.url, "channel": item.channel, "author": item.author.name}
    return {**facts, "text": _said(item), "held": case.held, "doubt": case.doubt, "why": list(case.why)}


def _listed(cases: Iterable[Case]) -> Iterator[str]:
    empty = True
    for case in cases:
        empty, item = False, case.item
        state = {UNPLACED: "said to others, stands nowhere", "": ""}.get(case.held, "held")
        state = state or f"doubtful ({f'{case.doubt} %: ' if case.doubtful else ''}{', '.join(case.why)})"
        yield f"{case.key}  {when(item.published)[:10]}  {item.channel}  {item.author.name or 'Unnamed'}: {state}"
        yield f"    {_said(item)[:200]}"
        yield f"    {item.url or item.id}"
    if empty:
        yield "nothing waits for a decision"


def _said(item: Item) -> str:
    from hub import tidy

    said = " ".join(f"{item.title} {tidy.text(item.html)}".split())
    return f"{item.kind} of {item.reply_to}" if is_reaction(item) else said


COMMANDS = (moderate,)
