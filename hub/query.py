"""What a visitor asked for, as plain data, and the small grammar that reads it. Pure; never raises.

    words are ANDed      bikes charger
    "a phrase"           in this order, side by side
    -word                without it
    a OR b               either; binds closer than AND, as in web searches: `x a OR b` is x AND (a OR b)
    ( … )                a group
    word*                anything that begins so (three letters at least); the last word is read so while it is typed
    field:value          from channel topic type lang before after has is

`before:` and `after:` take 2026, 2026-11 or 2026-11-05; `after:` counts the day itself, `before:` does not.
What cannot be meant as syntax is searched as text, and `Query.note` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LENGTH, TERMS, DEPTH, PREFIX = 256, 16, 16, 3
PAGES, DEEPEST = 50, 1000  # page, page × per_page
SORTS = ("relevance", "newest", "oldest")
FACETS = ("channel", "person", "type", "topic", "language", "day", "month", "has", "answered")
HAS = ("image", "video", "audio", "poll", "link")
ANSWERED = ("answered", "unanswered")  # what the public said, by whether the brand has a word below it
IS = ("ours", "edited", "automated", *ANSWERED)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed; `prefix` when words that begin with it count too."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, side by side."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A property: `name` is one of the grammar's fields, `value` is checked and lower-case but for `from`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but `part`."""

    part: Node


@dataclass(frozen=True, slots=True)
class All:
    """Each of the parts; none of them means everything."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts."""

    parts: tuple[Node, ...]


Node = Word | Phrase | Field | Not | All | Either


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A parsed search. `filters` pairs a facet with the values that pass: OR inside a facet, AND across."""

    text: str = ""
    tree: Node = All()
    note: str = ""
    page: int = 1
    per_page: int = 20
    sort: str = "relevance"
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    since: date | None = None  # from this day on
    until: date | None = None  # before this day
    facets: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        """How many hits stand before this page."""
        return (self.page - 1) * self.per_page


def parse(
    text: str,
    *,
    page: int = 1,
    per_page: int = 20,
    sort: str = "relevance",
    facets: Iterable[str] = (),
    **filters: Iterable[str],
) -> Query:
    """Read a search. Filters are facets by name (channel=["blog"]) and `since`, `until` (a date each, both included).

    What is out of bounds is brought within.
    """
    reader = _Reader()
    tree = reader.read(text)
    size = min(max(per_page, 1), 100)
    first, last = (period("".join(filters.get(name, ""))) for name in ("since", "until"))
    chosen = ((name, tuple(sorted(set(values)))) for name, values in sorted(filters.items()) if name in FACETS)
    return Query(
        text=_clean(text)[:LENGTH].strip(),
        tree=tree,
        note=" ".join(dict.fromkeys(reader.notes)),
        page=min(max(page, 1), PAGES, DEEPEST // size),
        per_page=size,
        sort=sort if sort in SORTS else "relevance",
        filters=tuple(pair for pair in chosen if pair[1]),
        since=first[0] if first else None,
        until=last[1] if last else None,
        facets=tuple(name for name in FACETS if name in set(facets)),
    )


def period(text: str) -> tuple[date, date] | None:
    """The first day of a year, month or day, and the day after its last one; None when it names none."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text, re.ASCII)
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month if found[2] else 1, day if found[3] else 1)
        if found[3]:
            return first, first + timedelta(days=1)
        return first, date(year + (month in (0, 12)), month % 12 + 1, 1)
    except (ValueError, OverflowError):
        return None


def show(node: Node) -> str:
    """The tree in the grammar's own words, with every group in brackets."""
    match node:
        case Word(text, prefix):
            return text + "*" * prefix
        case Phrase(text):
            return f'"{text}"'
        case Field(name, value):
            return f'{name}:"{value}"' if " " in value else f"{name}:{value}"
        case Not(part):
            return f"-{show(part)}"
        case All(parts):
            return f"({' '.join(map(show, parts))})"
        case Either(parts):
            return f"({' OR '.join(map(show, parts))})"


def words(node: Node) -> Iterator[Word]:
    """The words that a hit must or may hold: none below a Not."""
    if isinstance(node, Word):
        yield node
    elif isinstance(node, All | Either):
        for part in node.parts:
            yield from words(part)


def fields(node: Node) -> Iterator[Field]:
    """Every property that is asked about, also what must not hold."""
    match node:
        case Field():
            yield node
        case Not(part):
            yield from fields(part)
        case All(parts) | Either(parts):
            for part in parts:
                yield from fields(part)


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>-?\()
      | (?P<close>\))
      | (?P<minus>-(?=[^\s()-]))?
        (?: (?P<field>[a-z]+):(?=[^\s()]) )?
        (?: "(?P<phrase>[^"]*)(?P<end>"|$) | (?P<word>[^\s()"]+) | (?P<quote>") )
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def _clean(text: str) -> str:
    """Without what no text holds: lone surrogates and control characters."""
    sound = text.encode("utf-8", "ignore").decode()
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", sound)


class _Frame:
    """An open group: its parts so far and what stands before the next one."""

    def __init__(self, negated: bool) -> None:
        self.parts: list[Node] = []
        self.negated = negated  # is the group itself preceded by a minus?
        self.either = False  # does an OR wait for its right side?

    def add(self, node: Node) -> None:
        if self.either and self.parts:
            last = self.parts.pop()
            node = Either((*(last.parts if isinstance(last, Either) else (last,)), node))
        self.either = False
        self.parts.append(node)

    def node(self) -> Node:
        whole = self.parts[0] if len(self.parts) == 1 else All(tuple(self.parts))
        return Not(whole) if self.negated else whole


class _Reader:
    """Reads tokens onto a stack of groups: no recursion, so no depth of brackets can hurt."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.stack = [_Frame(negated=False)]
        self.terms = 0
        self.minus = False  # is the term being read preceded by a minus?

    def read(self, raw: str) -> Node:
        text = _clean(raw)
        if len(text) > LENGTH:
            self.notes.append(f"Only the first {LENGTH} characters were searched.")
            text = text[:LENGTH]
        for token in _TOKEN.finditer(text):
            self.take(token, last=token.end() == len(text))
        if len(self.stack) > 1:
            self.notes.append("A bracket was not closed.")
        while len(self.stack) > 1:
            self.close()
        if self.stack[0].either:
            self.text("OR")
        return self.stack[0].node()

    def take(self, token: re.Match[str], *, last: bool) -> None:
        if token["open"]:
            return self.open(negated=token["open"].startswith("-"))
        if token["close"]:
            return self.close()
        if token["word"] == "OR" and not token["minus"] and not token["field"]:
            return self.alternative()
        if token["word"] or token["phrase"]:
            return self.operand(token, last=last)
        return None

    def open(self, *, negated: bool) -> None:
        if len(self.stack) > DEPTH:
            self.notes.append("Some brackets were too deep and were left out.")
            return
        self.stack.append(_Frame(negated))

    def close(self) -> None:
        if len(self.stack) == 1:
            self.notes.append("A bracket was not opened.")
            return
        group = self.stack.pop()
        if group.either:
            self.notes.append("OR needs something on both sides.")
        if group.parts:
            self.stack[-1].add(group.node())

    def alternative(self) -> None:
        frame = self.stack[-1]
        if frame.parts and not frame.either:
            frame.either = True
        else:
            self.text("OR")

    def operand(self, token: re.Match[str], *, last: bool) -> None:
        value = token["phrase"] if token["phrase"] is not None else token["word"]
        if token["phrase"] is not None and not token["end"]:
            self.notes.append("A quotation mark was not closed.")
        self.minus = bool(token["minus"])
        if token["field"]:
            self.field(token["field"].lower(), value, token)
        elif token["phrase"] is not None:
            self.term(Phrase(value.strip()))
        else:
            self.word(value, last=last and not self.minus)
        self.minus = False

    def field(self, name: str, value: str, token: re.Match[str]) -> None:
        checked = _field(name, value)
        if checked:
            self.term(checked)
            return
        if name in _FIELDS:
            self.notes.append(f"“{name}:{value}” {_FIELDS[name]}; it was searched as text.")
        elif not value.startswith("//"):
            self.notes.append(f"There is no field “{name}:”; it was searched as text.")
        self.term(Phrase(f"{name} {value}") if token["phrase"] is not None else Word(f"{name}:{value}"))

    def word(self, value: str, *, last: bool = False) -> None:
        stem = value.rstrip("*")
        starred = len(stem) < len(value)
        if starred and len(stem) < PREFIX:
            self.notes.append(f"“{value}” is too short to stand for many words.")
        if stem.startswith("*"):
            self.notes.append("A star can only end a word.")
        long = len(stem) >= PREFIX
        if stem:
            self.term(Word(stem, prefix=long and (starred or last)))

    def text(self, value: str) -> None:
        self.notes.append(f"“{value}” was searched as a word.")
        self.stack[-1].either = False
        self.word(value)

    def term(self, node: Node) -> None:
        self.terms += 1
        if self.terms > TERMS:
            self.notes.append(f"Only the first {TERMS} terms were searched.")
            return
        self.stack[-1].add(Not(node) if self.minus else node)


_FIELDS = {
    "from": "names nobody",
    "channel": "names no channel",
    "topic": "names no topic",
    "type": "must be post or reply",
    "lang": "must be a language such as de",
    "before": "must be a date such as 2026-11-05",
    "after": "must be a date such as 2026-11-05",
    "has": f"must be one of {', '.join(HAS)}",
    "is": f"must be one of {', '.join(IS)}",
}


def _field(name: str, raw: str) -> Field | None:
    """The field with its value checked; None when it cannot be meant so."""
    value = raw.strip() if name == "from" else raw.strip().lower()
    sound = {
        "from": bool(value),
        "channel": bool(value),
        "topic": bool(value.lstrip("#")),
        "type": value in ("post", "reply"),
        "lang": bool(re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", value)),
        "before": bool(period(value)),
        "after": bool(period(value)),
        "has": value in HAS,
        "is": value in IS,
    }.get(name, False)
    return Field(name, value.lstrip("#") if name == "topic" else value) if sound else None
