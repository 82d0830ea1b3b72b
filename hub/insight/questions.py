"""Is it a question that waits for an answer? Rules for each language, no guess from anything else.

A mark of question asks, however loud ("?!"), unless what stands before it is a figure of speech ("Really?"). Without a
mark the first words of a sentence ask, where in that language they can hardly begin anything else; not in an outcry.
What stands in quotation marks somebody else asked, and who goes on with "because" asked nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from hub import tidy
from hub.model import Item

# First words that ask without a mark, and figures of speech that ask nothing with one.
ASKING: dict[str, str] = {
    "en": r"how (?:come|do|does|did|is|are|(?:can|could) (?:i|we|you|one|it)|long|much|many"
    r"|often|big|to)\b|what(?:'s| is| are| size| kind| time"
    r"| does| do| happens| if)\b"
    r"|where (?:can|do|is|are|did)\b|when (?:will|do|does|is|are|can)\b|why (?!not\b)\w+"
    r"|which (?:one|is|are|do|does|size)\b|who (?:\w+ )?(?:do|does|can|is)\b|(?:do|did|will|would|could|can) (?:you"
    r"|someone|anyone|anybody|somebody|i)\b"
    r"|is there\b|are there\b|is it possible\b|has anyone\b|any(?:one|body) know|any idea\b|i(?:'m| am)? wonder"
    r"|(?:please |can you |could you )?(?:tell|explain)(?: to)? me (?:how|what|when|where|why|whether|if)\b",
    "de": r"wann (?:kommt|gibt|ist|wird|kann|macht)\b|wie (?:bekomme|kann|lange|viel|oft|groß|mache|funktioniert)\b"
    r"|wo (?:finde|kann|gibt|ist|bekomme)\b|was (?:kostet|passiert|mache|ist)\b|warum \w+"
    r"|welche[rs]? \w+ (?:ist|passt|hat)\b"
    r"|(?:weiß|weiss|kennt|hat) (?:jemand|wer)\b|gibt es\b|könn(?:t ihr|en sie)\b",
    "fr": r"est-ce que?\b|est-ce qu['’]|comment \w+(?:er|ir|re)\b|où (?:trouver|puis|est|acheter)\b"
    r"|quand (?:est|sera|sort)\b"
    r"|quelle? est\b|pourquoi\b|combien\b|quelqu['’]un (?:sait|connaît)\b",
    "es": r"¿|cómo (?:se|puedo|hago|funciona)\b|dónde\b|cuándo\b|cuánto\b|por qué\b|alguien sabe\b|cuál (?:es|son)\b",
    "it": r"come (?:si|posso|faccio|funziona)\b|dove (?:trovo|posso|si)\b|qualcuno sa\b|quanto costa\b"
    r"|perché (?:la|il|non)\b",
    "pt": r"como (?:se|posso|faço|funciona)\b|onde (?:encontro|posso|fica)\b|alguém sabe\b|quanto custa\b|por que\b",
    "nl": r"hoe (?:krijg|kan|lang|veel|werkt)\b|waar (?:vind|kan|is)\b|wanneer (?:komt|is)\b|waarom\b"
    r"|weet iemand\b|is er\b",
    "pl": r"czy\b|jak (?:\w+ć)\b|gdzie (?:jest|znajdę|mogę)\b|dlaczego\b|ile kosztuje\b|kto wie\b",
    "ja": r".*(?:ます|です|でしょう|ません|ました)か$",
    "ar": r"هل\b|كيف\b|متى\b|أين\b|لماذا\b|كم\b",
}
IDLE: dict[str, str] = {
    "en": r"really|seriously|right|who cares|why not|you call .*|is(?:n't| it not) .*(?:wonderful|great|lovely"
    r"|nice|it|beautiful)|is it just me .*"
    r"|what(?:'s| is) wrong with you(?: people| guys| all| lot)?|are you (?:kidding|serious|joking)(?: me)?|what|huh"
    r"|ok|(?:any|some|who)(?:one|body)? else|you know|see|how dare .*|who (?:knew"
    r"|knows|needs .*)|so what",
    "de": r"ernsthaft|echt(?: jetzt)?|wirklich|oder|nicht wahr|wer braucht .*|ist (?:er|sie|es|das) nicht .*"
    r"|was soll.s|na und|ach ja",
    "fr": r"vraiment|sérieux|sérieusement|qui s['’]en soucie|n['’]est-ce pas|ah bon|et alors",
    "es": r"en serio|de verdad|verdad|a quién le importa|y qué|quién no|no",
    "it": r"davvero|sul serio|chi se ne (?:importa|frega)|vero|no|e allora",
    "pt": r"sério|a sério|verdade|quem se importa|né|e daí",
    "nl": r"echt(?: waar)?|serieus|wie (?:maakt dat .*|kan het schelen)|toch|nou en",
    "pl": r"serio|naprawdę|kogo to obchodzi|prawda|no i co",
    "ja": r"本当|ほんと|まじ|マジ|え",
    "ar": r"حقا|حقاً|صحيح|أليس كذلك|من يهتم",
}

_ASKING = {language: re.compile(words, re.IGNORECASE) for language, words in ASKING.items()}
_IDLE = {language: re.compile(words, re.IGNORECASE) for language, words in IDLE.items()}
_ADDRESS = re.compile(r"\S*://\S+|www\.\S+")
_SENTENCE = re.compile(r"([^.!?？؟。！\n]+)([.!?？؟。！]*)")
_MARKS = "?？؟"
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|„[^“\n]*“")
_SELF = re.compile(
    r"\W*(?:because|'?cause|cuz|(?:why,? )?of course|weil|parce qu|porque|perché|omdat|bo)\b", re.IGNORECASE
)
_LEAD = re.compile(r"^\W*(?:(?:hi|hello|hey|so|and|but|ok|hallo|bonjour|hola|ciao|olá|cześć)\b\W*)?", re.IGNORECASE)


def asks(item: Item) -> bool:
    """Does a tidied item ask something that it expects an answer to?"""
    return is_question(f"{item.title}\n{tidy.text(item.html)}", item.language)


def is_question(text: str, language: str = "") -> bool:
    """The same of a plain text; a language that is not told is tried in all."""
    tongue = language.partition("-")[0].lower()
    known = [tongue] if tongue in ASKING else list(ASKING)
    found = [*_sentences(text), ("", "")]
    return any(_asks(*one, known) and not _SELF.match(after) for one, (after, _) in pairwise(found))


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    plain = unicodedata.normalize("NFC", _ADDRESS.sub(" ", text))
    own = _QUOTED.sub(" ", plain)
    plain = own if any(sign.isalpha() for sign in own) else plain
    for found in _SENTENCE.finditer(plain):
        said = found[1].strip()
        if any(sign.isalpha() for sign in said):
            yield said, found[2]


def _asks(said: str, ended: str, known: list[str]) -> bool:
    bare = _LEAD.sub("", said).strip(" ¿¡\"'»«“”„…,")
    if any(_IDLE[one].fullmatch(bare) for one in known):
        return False
    if any(mark in ended for mark in _MARKS):
        return True
    return "!" not in ended and any(_ASKING[one].match(bare) for one in known)
