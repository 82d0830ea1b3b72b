"""Who bears a name of the brand or its team without being it. Pure; a doubt to look at, that hides nothing.

Names are compared as eyes do: without case, accents, signs and spaces, and with letters of other scripts that look the
same as one. The map holds those of Unicode's confusables (https://www.unicode.org/reports/tr39/) that a Latin name can
be imitated with; what is merely another form of a letter (full width, bold) NFKD makes plain.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hub.model import Account

LEAST = 3  # letters of a name that can be mistaken
_LOOKS = {
    "a": "аα", "b": "ƅьв", "c": "ϲсⅽ", "d": "ԁⅾ", "e": "еεҽ℮", "f": "ƒϝ", "g": "ɡց", "h": "һнհ", "j": "јϳ",
    "k": "кκ", "l": "i1|ıіιɩӏ׀ǀ", "m": "мⅿ", "n": "пոη", "o": "0οоօσ", "p": "рρ", "q": "ԛգ", "r": "гɾ",
    "s": "ѕꜱ5$", "t": "тτ", "u": "υսц", "v": "νѵⅴ", "w": "ѡԝաω", "x": "хχⅹ", "y": "уγүყ", "z": "ᴢ",
}  # fmt: skip
_SAME = {ord(look): plain for plain, looks in _LOOKS.items() for look in looks}
_PAIRS = (("rn", "m"), ("vv", "w"))


@dataclass(frozen=True, slots=True)
class Ours:
    """The names of the brand and its team (folded → as they are written), and the ids that bear them by right."""

    names: dict[str, str]
    ids: frozenset[str]

    @classmethod
    def of(cls, brand: str, accounts: Iterable[Account]) -> Ours:
        """Of the brand's name and all accounts by which it and its team speak."""
        known = list(accounts)
        said = [name for one in known for name in (_local(one.handle), one.name)]
        names = {folded(name): name for name in (*said, brand)}
        ids = frozenset(id for one in known for id in (one.id, one.url) if id)
        return cls({fold: name for fold, name in names.items() if len(fold) >= LEAST}, ids)

    def like(self, account: Account) -> str:
        """The name of ours that a stranger bears, "" for none."""
        if account.id in self.ids:
            return ""
        found = (self.names.get(folded(name)) for name in (account.name, _local(account.handle)))
        return next(filter(None, found), "")


def folded(name: str) -> str:
    """What a name looks like."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold()).translate(_SAME)
    kept = "".join(sign for sign in plain if sign.isalnum())
    for pair, one in _PAIRS:
        kept = kept.replace(pair, one)
    return kept


def _local(handle: str) -> str:
    """The part of a handle that is chosen: ada of @ada@social.example and of ada.bsky.social."""
    return handle.lstrip("@").partition("@")[0].partition(".")[0]
