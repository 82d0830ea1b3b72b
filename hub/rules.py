"""What may be shown, and which rule says so. Pure but for `load`; people write the rules in content/rules.toml.

    [[hide]]
    id = "spam-1"
    reason = "advertising"
    domain = "casino.example"      # exactly one of: item, account, domain, word

A rule names what it hides: an item by any of its names, everything by an account (its id, address or handle), whatever
links to a domain, or whatever says a word.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from hub import tidy, toml
from hub.errors import SettingsError
from hub.model import Item

TARGETS = ("item", "account", "domain", "word")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Hide:
    """A decision of a person: `what` (item, account, domain, word) of this `value` is not shown, for this `reason`."""

    id: str
    what: str
    value: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All decisions, in the order of their ids."""

    hides: tuple[Hide, ...] = ()

    def judge(self, item: Item) -> str:
        """The id of the rule that hides a tidied item, "" when it is shown; of several the first by id."""
        found = (
            self._hidden[what][value]
            for what, matches in _MATCHES.items()
            if what in self._hidden
            for value in matches(item, self._hidden[what])
        )
        return min(found, default="")

    @cached_property
    def digest(self) -> str:
        """Differs whenever a rule does."""
        return blake2b(json.dumps([astuple(hide) for hide in self.hides]).encode(), digest_size=20).hexdigest()

    @cached_property
    def _hidden(self) -> Mapping[str, Mapping[str, str]]:
        """For each `what`: what it is compared with → the first rule's id."""
        found: dict[str, dict[str, str]] = {}
        for hide in self.hides:
            for value in _SPELLINGS[hide.what](hide.value):
                found.setdefault(hide.what, {}).setdefault(value, hide.id)
        return found


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
    for key in sorted(tables.keys() - {"hide"}):
        raise reader.error(key, "unknown table", toml.nearest(key, ["hide"]))
    written = tables.get("hide", [])
    if not isinstance(written, list) or not all(isinstance(row, dict) for row in written):
        raise reader.error("hide", "must be tables", "write each rule under its own [[hide]]")
    hides = [reader.hide(number, row) for number, row in enumerate(written)]
    return Rules(hides=tuple(sorted(hides)))


class _Reader:
    """Checks one rule after the other; knows on which line each begins."""

    def __init__(self, where: str, text: str) -> None:
        self.where, self.text = where, text
        self.starts = [match.start() for match in re.finditer(r"^[ \t]*\[\[[ \t]*hide[ \t]*\]\]", text, re.MULTILINE)]
        self.ids: set[str] = set()

    def hide(self, number: int, row: Mapping[str, object]) -> Hide:
        known = ["id", "reason", *TARGETS]
        for key in sorted(row.keys() - set(known)):
            raise self.error(f"hide.{key}", "unknown key", toml.nearest(key, known), number)
        for key in ("id", "reason", *row):
            if not isinstance(value := row.get(key), str) or not tidy.plain(value, 1000):
                raise self.error(f"hide.{key}", "must be a text that is not empty", f'write {key} = "…"', number)
        whats = [what for what in TARGETS if what in row]
        if len(whats) != 1:
            why = f"names {' and '.join(whats) or 'nothing to hide'}"
            raise self.error("hide", why, f"name exactly one of {', '.join(TARGETS)}", number)
        found = Hide(
            id=str(row["id"]), what=whats[0], value=str(row[whats[0]]), reason=tidy.plain(str(row["reason"]), 1000)
        )
        if found.id in self.ids:
            raise self.error("hide.id", f"{found.id!r} is used twice", "give each rule an id of its own", number)
        if not all(_SPELLINGS[found.what](found.value)):
            raise self.error(f"hide.{found.what}", f"{found.value!r} can match nothing", "write it in full", number)
        self.ids.add(found.id)
        return found

    def error(self, key: str, why: str, fix: str, number: int = -1) -> SettingsError:
        """The error with its line: that of the key, else of the rule it stands in."""
        begin = self.starts[number] if 0 <= number < len(self.starts) else 0
        after = self.starts[number + 1] if 0 <= number < len(self.starts) - 1 else len(self.text)
        word = re.escape(key.removeprefix("hide."))
        found = re.compile(rf"^[ \t]*\[*[ \t]*[\"']?{word}\b", re.MULTILINE).search(self.text, begin, after)
        line = self.text.count("\n", 0, found.start() if found else begin) + 1
        return SettingsError(key, why, where=f"{self.where}:{line}", fix=fix)


# How a rule's value is written down for comparing, and what of an item is compared with it.


def _names(value: str) -> set[str]:
    return {tidy.name(value)}


def _accounts(value: str) -> set[str]:
    return {tidy.name(value), _handle(value)}


def _domains(value: str) -> set[str]:
    return {tidy.host(value) or value.strip().lower().removeprefix("*").strip(".").removeprefix("www.")}


def _words(value: str) -> set[str]:
    return {_fold(value)}


def _named(item: Item, hidden: Mapping[str, str]) -> Iterator[str]:
    yield from {tidy.name(name) for name in (item.id, item.url, *item.aliases) if name} & hidden.keys()


def _by(item: Item, hidden: Mapping[str, str]) -> Iterator[str]:
    names = {tidy.name(item.author.id), tidy.name(item.author.url), _handle(item.author.handle)}
    yield from (names - {""}) & hidden.keys()


def _linking(item: Item, hidden: Mapping[str, str]) -> Iterator[str]:
    hosts = {tidy.host(address) for address in (item.url, item.author.url, *item.links)}
    yield from {above for host in hosts for above in _above(host)} & hidden.keys()


def _above(host: str) -> Iterator[str]:
    """shop.casino.example, casino.example, example."""
    while host:
        yield host
        host = host.partition(".")[2]


def _saying(item: Item, hidden: Mapping[str, str]) -> Iterator[str]:
    said = _fold("\n".join((item.title, tidy.text(item.html), item.author.name, item.warning, *item.tags)))
    yield from (word for word in hidden if _says(said, word))


def _says(text: str, word: str) -> bool:
    """Does the text hold this word as a word of its own? Scripts without spaces have none: there any place will do."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_runs_on(text[at - 1 : at], word[0]) or _runs_on(text[end : end + 1], word[-1])):
            return True
        at = text.find(word, at + 1)
    return False


def _runs_on(beside: str, edge: str) -> bool:
    """Does the sign beside the edge of a word belong to the same word?"""
    return beside != "" and _in_word(beside) and _in_word(edge) and not _SPACELESS.match(edge)


def _in_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN" or sign == "_"


# Han, kana, hangul (its particles stick to the word), Thai, Lao, Burmese, Khmer.
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u30ff\u3130-\u318f\u31f0-\u9fff"
                        "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")  # fmt: skip
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", _UNSEEN.sub("", text)).casefold())
    return " ".join(folded.split())


def _handle(text: str) -> str:
    return text.strip().lstrip("@").casefold()


_SPELLINGS: Mapping[str, Callable[[str], set[str]]] = {
    "item": _names,
    "account": _accounts,
    "domain": _domains,
    "word": _words,
}
_MATCHES: Mapping[str, Callable[[Item, Mapping[str, str]], Iterable[str]]] = {
    "item": _named,
    "account": _by,
    "domain": _linking,
    "word": _saying,
}
