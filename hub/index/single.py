"""Does one message answer a question? The same grammar and the same terms as the index, without one. Pure.

A saved question is kept current by this: whatever changed is asked, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from hub.index import words
from hub.index.document import Document
from hub.pages import topic
from hub.query import All, Either, Field, Node, Not, Phrase, Word, period


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its terms: for title, text and author, where each one stands."""

    document: Document
    fields: Mapping[str, Mapping[str, list[int]]]


def message(document: Document) -> Message:
    """A message made ready to be asked."""
    texts = {"title": document.title, "body": document.text}
    fields = {name: words.places(text, document.language)[0] for name, text in texts.items()}
    return Message(document, fields | {"author": words.places(f"{document.author} {document.handle}")[0]})


def answers(node: Node, one: Message) -> bool:
    """Is it among what the question finds? Typos are not mended, and what means nothing matches nothing."""
    match node:
        case Word(text, prefix):
            return _word(words.asked(text), one, prefix=prefix)
        case Phrase(text):
            return _run(words.asked(text), one)
        case Field(name, value):
            return _property(name, value, one)
        case Not(part):
            return not answers(part, one)
        case All(parts):
            return bool(parts) and all(answers(part, one) for part in parts)
        case Either(parts):
            return any(answers(part, one) for part in parts)


def _word(asked: tuple[str, ...], one: Message, *, prefix: bool) -> bool:
    if len(asked) != 1:
        return _run(asked, one)
    [word] = asked
    tongues = frozenset({one.document.language})
    forms = {word} if word[0] == "#" or words.unspaced(word) else {word, *words.forms(word, tongues)}
    if any(not forms.isdisjoint(terms) for terms in one.fields.values()):
        return True
    longer = prefix or (words.unspaced(word) and len(word) == 1)
    return longer and any(term.startswith(word) for terms in one.fields.values() for term in terms)


def _run(asked: tuple[str, ...], one: Message) -> bool:
    """Do the terms stand side by side somewhere?"""
    for terms in one.fields.values():
        starts = [{place - step for place in terms.get(term, ())} for step, term in enumerate(asked)]
        if starts and set.intersection(*starts):
            return True
    return False


def _property(name: str, value: str, one: Message) -> bool:
    document, named = one.document, period(value)
    first = _seconds(named[0]) if named else 0
    holds: dict[str, Callable[[], bool]] = {
        "from": lambda: all(term in one.fields["author"] for term in words.asked(value)),
        "channel": lambda: document.channel.lower() == value,
        "type": lambda: document.type == value,
        "lang": lambda: document.language == words.language(value),
        "topic": lambda: topic(value) in document.topics,
        "before": lambda: 0 < document.time < first,
        "after": lambda: document.time >= max(first, 1),
        "is": lambda: f"is:{value}" in document.has,
        "has": lambda: value in document.has,
    }
    return holds[name]()


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
