"""How text becomes terms: the same for what is stored and for what is asked, whatever the language.

A word is folded: lower case, no accents, one form of each Arabic letter. Where the text's language has a stemmer in
Whoosh the stem stands at the same place, marked "~". Scripts without spaces become overlapping pairs of characters,
with the last character alone, so that a single one can be found as a prefix. Hashtags and emoji are terms of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from whoosh.lang import NoStemmer, stemmer_for_language

LONGEST, MOST = 64, 60_000  # characters of a term, terms of a text

# Marks that belong to the word they stand on; Python's \w leaves them out.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u0900-\u0963\u0970-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff"
)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_EMOJI = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_TOKENS = re.compile(
    rf"(?P<tag>[#\uff03](?=[\w{_MARKS}]))?(?:(?P<run>[{_UNSPACED}]+)|(?P<word>[^\W_{_UNSPACED}][\w{_MARKS}]*))"
    rf"|(?P<emoji>[{_EMOJI}])"
)
_CUT = re.compile(rf"[{_UNSPACED}]")
_SPELLED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ة": "ه", "ى": "ي", "ـ": None})
_STRIPPED = ("LATIN", "GREEK", "CYRIL", "ARABI", "HEBRE")


class Token(NamedTuple):
    """A place in a text: its position, its terms (the plain one first), and where it stands in characters."""

    position: int
    terms: tuple[str, ...]
    start: int
    end: int


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """One spelling for all the ways to write a word."""
    if word.isascii():
        return word.lower()[:LONGEST]
    pieces, keeps = [], False
    for character in unicodedata.normalize("NFKD", word):
        if unicodedata.combining(character) or (unicodedata.category(character)[0] == "M" and not unspaced(character)):
            if keeps:
                pieces.append(character)
            continue
        keeps = unicodedata.name(character, "")[:5] not in _STRIPPED
        pieces.append(character.casefold())
    return unicodedata.normalize("NFC", "".join(pieces)).translate(_SPELLED)[:LONGEST]


_OTHERWISE = ("ar", "ru")  # stems may begin otherwise than their words: articles go, Latin letters become Cyrillic ones

# Light stemming of Arabic (Larkey's light10): articles and endings only. Whoosh's own ISRI stemmer raises on any word
# since Python 3.7 and cuts down to three-letter roots, which is too much for search.
_ARTICLE = re.compile(r"^و?(?:ال|بال|كال|فال|لل)(?=\w{2})|^و(?=\w{3})")
_ENDING = re.compile(r"(?<=\w\w)(?:ها|ان|ات|ون|ين|يه|ه|ي)$")


def _arabic(word: str) -> str:
    return _ENDING.sub("", _ARTICLE.sub("", fold(word)))


@lru_cache(maxsize=32)
def _stemmer(language: str) -> Callable[[str], str] | None:
    if language == "ar":
        return _arabic
    try:
        found = stemmer_for_language(language)
    except NoStemmer:
        return None
    return lru_cache(maxsize=20_000)(found)


def language(tag: str) -> str:
    """The main part of a BCP 47 tag: de for de-AT."""
    return tag.split("-")[0].lower()


@lru_cache(maxsize=200_000)
def stem(word: str, tongue: str) -> str:
    """The folded stem of a word in a language, the folded word itself where Whoosh has no stemmer for it."""
    find = _stemmer(tongue)
    if find is None or len(word) > LONGEST:
        return fold(word)
    return fold(find(unicodedata.normalize("NFC", word).lower())) or fold(word)


def tokens(text: str, tongue: str = "", only: frozenset[str] | None = None) -> Iterator[Token]:
    """The terms of a text in order, at most 60,000 of them; those alone that have one of `only`."""
    position = 0
    begins = None if only is None or tongue in _OTHERWISE else {term.lstrip("~#")[:1] for term in only}
    for found in _TOKENS.finditer(text):
        if position > MOST:
            return
        tag, run, word, emoji = found.groups()
        if begins and word and fold(word)[:1] not in begins:  # a stem begins as its word does, and costs far more
            position += 1
            continue
        if run:
            pairs = _pairs(found, position)
            yield from pairs if only is None else (token for token in pairs if not only.isdisjoint(token.terms))
            position += len(run)
            continue
        terms = _terms(word, bool(tag), tongue) if word else (emoji,)
        if only is None or not only.isdisjoint(terms):
            yield Token(position, terms, found.start(), found.end())
        position += 1


def places(text: str, tongue: str = "") -> tuple[dict[str, list[int]], int]:
    """Every term of a text with the positions where it stands, and how many positions there are."""
    found: dict[str, list[int]] = {}
    many = 0
    for token in tokens(text, tongue):
        if token.position > MOST:  # inside a long run of pairs
            break
        many += 1
        for term in token.terms:
            found.setdefault(term, []).append(token.position)
    return found, many


@lru_cache(maxsize=200_000)
def _terms(word: str, tagged: bool, tongue: str) -> tuple[str, ...]:
    plain = fold(word.rstrip("_"))
    if tagged:
        return plain, "#" + plain
    root = stem(word, tongue) if tongue else plain
    return (plain,) if root == plain else (plain, "~" + root)


def _pairs(found: re.Match[str], position: int) -> Iterator[Token]:
    run, start = found["run"], found.start("run")
    for at in range(len(run)):
        terms = [fold(run[at : at + 2])]
        if found["tag"] and not at:
            terms.append("#" + fold(run))
        yield Token(position + at, tuple(terms), start + at, start + min(at + 2, len(run)))


def asked(text: str) -> tuple[str, ...]:
    """The plain terms of a query's word or phrase, in order: one for a word, several for what is written as one.

    A run of pairs leaves out its last single character, which only a run of one character asks for; a hashtag is one.
    """
    found = list(_TOKENS.finditer(text))
    if len(found) == 1 and found[0]["tag"]:
        return ("#" + fold((found[0]["run"] or found[0]["word"]).rstrip("_")),)
    plain: list[str] = []
    for match in found:
        run = match["run"]
        if run and len(run) > 1:
            plain.extend(fold(run[at : at + 2]) for at in range(len(run) - 1))
        else:
            plain.append(fold((run or match["word"] or match["emoji"]).rstrip("_")))
    return tuple(term for term in plain if term)


def unspaced(text: str) -> bool:
    """Is this written in a script without spaces?"""
    return bool(_CUT.match(text))


def forms(word: str, tongues: frozenset[str]) -> tuple[str, ...]:
    """The other terms that stand for a plain word where it is inflected: its stems in these languages."""
    stems = {stem(word, tongue) for tongue in tongues if _stemmer(tongue)}
    return tuple(sorted({"~" + root for root in stems} | (stems - {word})))
