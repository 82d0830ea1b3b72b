"""What may be shown, and which rule says so. Pure but for `load`; people write the rules in content/rules.toml.

    [[hide]]
    id = "spam-1"
    reason = "advertising"
    domain = "casino.example"      # exactly one of: item, account, domain, word

A rule names what it hides: an item by any of its names, everything by an account (its id, address or handle), whatever
links to a domain, or whatever says a word. [[show]] lets an item or an account through, though another rule or the
`publish` of its channel would not; only a [[hide]] of that very item is stronger. [[forget]] keeps out what its author
asked to have removed (hub.forgotten); [[person]] says that accounts are one person's (hub.people). [[merge]] says that
posts of the brand are one piece, [[split]] that they are not; a split of one alone makes it nobody's copy (hub.copies).
[[pin]] names a post that comes first on the first page.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from hub import tidy, toml
from hub.copies import Rulings
from hub.errors import SettingsError
from hub.model import HELD, Item
from hub.targets import MATCHES, SPELLINGS

TARGETS = ("item", "account", "domain", "word")
SHOWN = ("item", "account")
REMOVED = ("item", "account")
TABLES = ("hide", "show", "forget", "person", "merge", "split", "pin")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Hide:
    """A decision of a person: `what` (item, account, domain, word) of this `value` is not shown, for this `reason`."""

    id: str
    what: str
    value: str
    reason: str
    day: str = ""  # ISO 8601, "" when not told


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Show:
    """A decision of a person: the item, or whatever the account says, is shown."""

    id: str
    what: str
    value: str
    reason: str
    day: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Forget:
    """What was removed for good on request: the keyed digests of its names, never a name."""

    day: str
    what: str
    digests: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Same:
    """The operator's word that these accounts are one person's."""

    accounts: tuple[str, ...]
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Group:
    """The operator's word on posts of the brand, by any of their names: they are one piece, or they are not."""

    items: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All decisions, in the order of their ids. `publish`: channel → "hold" or "known", where it is not "auto"."""

    hides: tuple[Hide, ...] = ()
    shows: tuple[Show, ...] = ()
    forgets: tuple[Forget, ...] = ()
    people: tuple[Same, ...] = ()
    merges: tuple[Group, ...] = ()
    splits: tuple[Group, ...] = ()
    pins: tuple[str, ...] = ()  # posts that come first on the first page, by any of their names
    publish: Mapping[str, str] = field(default_factory=dict)

    def judge(self, item: Item) -> str:
        """The id of the rule that hides a tidied item, "" when it is shown; of several the first by id."""
        found = {rule for what in TARGETS for rule in _met(item, what, self._hidden)}
        if any(_met(item, "item", self._hidden)):
            return min(found)
        if any(_met(item, "item", self._shown)):
            return ""
        return min(found, default="") or self._held(item)

    def _held(self, item: Item) -> str:
        """Does the channel's `publish` wait for a person to look at it?"""
        mode = "" if item.ours else self.publish.get(item.channel, "")
        known = mode == "known" and bool(item.author.id) and any(_met(item, "account", self._shown))
        return f"{HELD}{item.channel}" if mode and not known else ""

    def decided(self, item: Item) -> bool:
        """Has a person decided about this item or its account?"""
        return any(
            rule for what in SHOWN for tables in (self._shown, self._hidden) for rule in _met(item, what, tables)
        )

    @property
    def decisions(self) -> list[Hide | Show]:
        """Everything that hides or shows."""
        return [*self.hides, *self.shows]

    @cached_property
    def digest(self) -> str:
        """Differs whenever a verdict may."""
        verdicts = [[(one.id, one.what, one.value, one.reason) for one in rules] for rules in (self.hides, self.shows)]
        groups = [[one.items for one in groups] for groups in (self.merges, self.splits)]
        return _digest([*verdicts, sorted(self.publish.items()), *groups])

    @cached_property
    def rulings(self) -> Rulings:
        """What is decided of copies."""
        merges, splits = (
            tuple(frozenset(map(tidy.name, one.items)) for one in groups) for groups in (self.merges, self.splits)
        )
        return Rulings(merges=merges, splits=splits)

    @cached_property
    def told(self) -> str:
        """Differs whenever what the site tells of the rules may."""
        forgets = [(one.day, one.what, one.digests) for one in self.forgets]
        days = [[(one.id, one.day) for one in self.hides], [(one.id, one.day) for one in self.shows]]
        return _digest([self.digest, forgets, days])

    @cached_property
    def _hidden(self) -> Mapping[str, Mapping[str, str]]:
        return _compared(self.hides)

    @cached_property
    def _shown(self) -> Mapping[str, Mapping[str, str]]:
        return _compared(self.shows)


def _digest(value: object) -> str:
    return blake2b(json.dumps(value).encode(), digest_size=20).hexdigest()


def _compared(rules: tuple[Hide, ...] | tuple[Show, ...]) -> Mapping[str, Mapping[str, str]]:
    """For each `what`: what it is compared with → the first rule's id."""
    found: dict[str, dict[str, str]] = {}
    for rule in rules:
        for value in SPELLINGS[rule.what](rule.value):
            found.setdefault(rule.what, {}).setdefault(value, rule.id)
    return found


def _met(item: Item, what: str, tables: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The ids of the rules of this kind that meet an item."""
    if what in tables:
        yield from (tables[what][value] for value in MATCHES[what](item, tables[what]))


def load(path: Path) -> Rules:
    """The rules of a file; a folder without one has none. Raises SettingsError."""
    where = f"{path.parent.name}/{path.name}"
    try:
        return parse(path.read_bytes().decode("utf-8-sig"), where)
    except FileNotFoundError:
        return Rules()
    except UnicodeDecodeError as why:
        raise SettingsError("", f"is not UTF-8 (byte {why.start})", where=where, fix="save it as UTF-8") from why
    except OSError as why:
        raise SettingsError("", f"cannot be read ({why.strerror})", where=where, fix="check its permissions") from why


def parse(text: str, where: str) -> Rules:
    """The rules of a TOML text. Raises SettingsError with `where`, the line and what would be right."""
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as why:
        line = re.search(r"line (\d+)", str(why))
        place = f"{where}:{line[1] if line else text.count(chr(10)) + 1}"
        raise SettingsError("", f"is not TOML: {why}", where=place, fix="see https://toml.io for its grammar") from why
    reader = _Reader(where, text)
    for key in sorted(tables.keys() - set(TABLES)):
        raise reader.error(key, "unknown table", toml.nearest(key, list(TABLES)))
    rows = {table: reader.rows(table, tables.get(table, [])) for table in TABLES}
    return Rules(
        hides=tuple(sorted(Hide(**reader.verdict(at, row, TARGETS)) for at, row in rows["hide"])),
        shows=tuple(sorted(Show(**reader.verdict(at, row, SHOWN)) for at, row in rows["show"])),
        forgets=tuple(sorted(reader.forget(at, row) for at, row in rows["forget"])),
        people=tuple(sorted(reader.same(at, row) for at, row in rows["person"])),
        merges=tuple(sorted(reader.group(at, row, 2) for at, row in rows["merge"])),
        splits=tuple(sorted(reader.group(at, row, 1) for at, row in rows["split"])),
        pins=tuple(reader.pin(at, row) for at, row in rows["pin"]),
    )


@dataclass(frozen=True, slots=True)
class At:
    """Which table of its name a rule is, from 0."""

    table: str
    number: int = -1


class _Reader:
    """Checks one rule after the other; knows on which line each begins."""

    def __init__(self, where: str, text: str) -> None:
        self.where, self.text = where, text
        begins = {table: rf"^[ \t]*\[\[[ \t]*{table}[ \t]*\]\]" for table in TABLES}
        self.starts = {
            table: [match.start() for match in re.finditer(head, text, re.MULTILINE)] for table, head in begins.items()
        }
        self.ids: set[str] = set()

    def rows(self, table: str, written: object) -> list[tuple[At, Mapping[str, object]]]:
        """The tables of one name."""
        if not isinstance(written, list) or not all(isinstance(row, dict) for row in written):
            raise self.error(table, "must be tables", f"write each rule under its own [[{table}]]")
        return [(At(table, number), row) for number, row in enumerate(written)]

    def verdict(self, at: At, row: Mapping[str, object], targets: tuple[str, ...]) -> dict[str, str]:
        """A rule that hides or shows."""
        day = self.day(at, row)
        row = {key: value for key, value in row.items() if key != "date"}
        self.known(at, row, ("id", "reason", *targets))
        for key in ("id", "reason", *row):
            self.text_of(at, row, key)
        whats = [what for what in targets if what in row]
        if len(whats) != 1:
            why = f"names {' and '.join(whats) or f'nothing to {at.table}'}"
            raise self.error(at.table, why, f"name exactly one of {', '.join(targets)}", at)
        id, value, reason = str(row["id"]), str(row[whats[0]]), tidy.plain(str(row["reason"]), 1000)
        if id in self.ids:
            raise self.error(f"{at.table}.id", f"{id!r} is used twice", "give each rule an id of its own", at)
        if id.startswith(HELD):
            raise self.error(f"{at.table}.id", f"{id!r} is the program's own", f"begin it without {HELD!r}", at)
        if not all(SPELLINGS[whats[0]](value)):
            raise self.error(f"{at.table}.{whats[0]}", f"{value!r} can match nothing", "write it in full", at)
        self.ids.add(id)
        return {"id": id, "what": whats[0], "value": value, "reason": reason, "day": day}

    def forget(self, at: At, row: Mapping[str, object]) -> Forget:
        """What `hub forget` wrote."""
        self.known(at, row, ("what", "digests", "date"))
        if row.get("what") not in REMOVED:
            raise self.error("forget.what", "is neither item nor account", "run: hub forget", at)
        return Forget(day=self.day(at, row), what=str(row["what"]), digests=self.list_of(at, row, "digests"))

    def same(self, at: At, row: Mapping[str, object]) -> Same:
        """Accounts that are one person's."""
        self.known(at, row, ("accounts", "name", "reason"))
        for key in row.keys() - {"accounts"}:
            self.text_of(at, row, key)
        name, reason = (tidy.plain(str(row.get(key, "")), 1000) for key in ("name", "reason"))
        return Same(accounts=self.list_of(at, row, "accounts"), name=name, reason=reason)

    def pin(self, at: At, row: Mapping[str, object]) -> str:
        """The name of a post that comes first."""
        self.known(at, row, ("item", "reason"))
        for key in ("item", *(row.keys() - {"item"})):
            self.text_of(at, row, key)
        return str(row["item"])

    def group(self, at: At, row: Mapping[str, object], least: int) -> Group:
        """Posts that are one piece, or not."""
        self.known(at, row, ("items", "reason"))
        for key in row.keys() - {"items"}:
            self.text_of(at, row, key)
        found = self.list_of(at, row, "items")
        if len(found) < least:
            raise self.error(f"{at.table}.items", "names one post alone", "name two or more", at)
        return Group(items=found, reason=tidy.plain(str(row.get("reason", "")), 1000))

    def known(self, at: At, row: Mapping[str, object], keys: tuple[str, ...]) -> None:
        for key in sorted(row.keys() - set(keys)):
            raise self.error(f"{at.table}.{key}", "unknown key", toml.nearest(key, list(keys)), at)

    def text_of(self, at: At, row: Mapping[str, object], key: str) -> None:
        if not isinstance(value := row.get(key), str) or not tidy.plain(value, 1000):
            raise self.error(f"{at.table}.{key}", "must be a text that is not empty", f'write {key} = "…"', at)

    def list_of(self, at: At, row: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = row.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.error(f"{at.table}.{key}", "must be a list of texts", f'write {key} = ["…", "…"]', at)
        return tuple(sorted({one.strip() for one in value}))

    def day(self, at: At, row: Mapping[str, object]) -> str:
        """The date of a decision as text, "" where none is told."""
        value = row.get("date")
        if value is not None and type(value) is not date:
            raise self.error(f"{at.table}.date", "must be a date", "write date = 2026-11-05", at)
        return value.isoformat() if value else ""

    def error(self, key: str, why: str, fix: str, at: At | None = None) -> SettingsError:
        """The error with its line: that of the key, else of the rule it stands in."""
        starts = self.starts.get(at.table, []) if at else []
        number = at.number if at else -1
        begin = starts[number] if 0 <= number < len(starts) else 0
        after = starts[number + 1] if 0 <= number < len(starts) - 1 else len(self.text)
        word = re.escape(key.rpartition(".")[2])
        found = re.compile(rf"^[ \t]*\[*[ \t]*[\"']?{word}\b", re.MULTILINE).search(self.text, begin, after)
        line = self.text.count("\n", 0, found.start() if found else begin) + 1
        return SettingsError(key, why, where=f"{self.where}:{line}", fix=fix)
