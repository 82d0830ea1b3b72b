"""How what a rule names is compared with an item: names, accounts, domains and words, each in one spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

from hub import tidy
from hub.model import Account, Item

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
    yield from known_as(item.author) & hidden.keys()


def known_as(account: Account) -> set[str]:
    """What an account is compared by: its id, its address, its handle."""
    return {tidy.name(account.id), tidy.name(account.url), _handle(account.handle)} - {""}


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


SPELLINGS: Mapping[str, Callable[[str], set[str]]] = {
    "item": _names,
    "account": _accounts,
    "domain": _domains,
    "word": _words,
}
MATCHES: Mapping[str, Callable[[Item, Mapping[str, str]], Iterable[str]]] = {
    "item": _named,
    "account": _by,
    "domain": _linking,
    "word": _saying,
}
