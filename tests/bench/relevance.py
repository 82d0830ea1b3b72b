"""How well what was asked for is found: nDCG@10 of our index, of the search on a plain file host, of stock Whoosh with
its own analysis and parser, of what ours finds in random order, and of messages drawn by lot.

Half of the questions were judged by reading (judged.txt), half name an item and are made from it by rule, from a seed.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import log2
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from hub import tidy
from hub.index.whoosh import Whoosh
from hub.model import Item
from hub.query import parse
from tests.bench import haystack
from tests.e2e.folder import CHECKOUT
from tests.torture.site import scratch

AT = 10
JUDGED = Path(__file__).with_name("judged.txt")
SHORT = {
    "c": r"https://blog\.tarnwick\.example/\?p=\d+#comment-{}",
    "w": r"tag:workshop\.tarnwick\.example,2025:bench-{}",
    "n/": r"urn:hub:local:posts/{}",
    "": r"https://blog\.tarnwick\.example/\?p={}",
}
CHANNELS = ("blog", "workshop", "notes")  # the demo's channels that were judged
MADE = {
    "words": 30,
    "phrases": 25,
    "typos": 25,
    "fields": 15,
    "hashtags": 10,
    "german": 10,
    "japanese": 10,
    "arabic": 10,
}
ARABIC, JAPANESE = re.compile("[\u0621-\u064a]{2}"), re.compile("[\u3040-\u30ff\u4e00-\u9fff]{6,}")
GERMAN = re.compile(r"\b(?:nicht|und|ich|der|ist|das|ein|wir)\b")
Rank = Callable[[list[str]], list[list[str]]]
"""Questions → for each the ids found, the best first."""


class Asked(NamedTuple):
    """A question with what should be found. `judged`: by reading; else made from the one item that is wanted."""

    kind: str
    text: str
    grades: Mapping[str, int]
    judged: bool


def judged(items: Mapping[str, Item]) -> Iterator[Asked]:
    """The questions of judged.txt, about the items there are."""
    for line in JUDGED.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, text, named = (part.strip() for part in line.split(" | "))
            grades = {
                _found(name, items): int(grade) for name, _, grade in (one.rpartition(":") for one in named.split())
            }
            yield Asked(kind, text, grades, judged=True)


def _found(name: str, items: Mapping[str, Item]) -> str:
    start = next(start for start in SHORT if name.startswith(start))
    rest = re.escape(name[len(start) :]).replace(r"\.", ":reply-")
    matching = [ident for ident in items if re.fullmatch(SHORT[start].format(rest), ident)]
    assert len(matching) == 1, (name, matching)
    return matching[0]


class Maker:
    """Makes questions from items, by rule."""

    def __init__(self, items: list[Item]) -> None:
        self.chance = Random(17)
        self.texts = {item.id: f"{item.title} {tidy.text(item.html)}" for item in items}
        self.items = sorted(items, key=lambda item: item.id)
        self.held = Counter(word for text in self.texts.values() for word in set(_words(text)))
        same = Counter(self.texts.values())
        self.items = [item for item in self.items if same[self.texts[item.id]] == 1]
        self.chance.shuffle(self.items)

    def asked(self) -> Iterator[Asked]:
        """So many questions of each class."""
        for kind, many in MADE.items():
            made = ((item, getattr(self, kind)(item, self.texts[item.id])) for item in self.items)
            chosen = [(item, text) for item, text in made if text][:many]
            self.chance.shuffle(self.items)
            yield from (Asked(kind, text, {item.id: 3}, judged=False) for item, text in chosen)

    def rare(self, text: str, many: int, letters: int = 4) -> list[str]:
        """Words that few items hold, in the order of the text."""
        likely = [word for word in dict.fromkeys(_words(text)) if len(word) >= letters and word.isalpha()]
        scarce = [word for word in likely if self.held[word] <= max(4, len(self.texts) // 100)]
        kept = set(self.chance.sample(scarce, min(many, len(scarce))))
        return [word for word in likely if word in kept] if len(scarce) >= many else []

    def words(self, item: Item, text: str) -> str:
        return " ".join(self.rare(text, 2)) if text.isascii() else ""

    def phrases(self, item: Item, text: str) -> str:
        said = tidy.text(item.html).split()
        at = self.chance.randrange(max(1, len(said) - 4))
        piece = " ".join(said[at : at + 4])
        return f'"{piece}"' if re.fullmatch(r"[A-Za-z ]{16,}", piece) else ""

    def typos(self, item: Item, text: str) -> str:
        words = self.rare(text, 2, letters=6) if text.isascii() else []
        return " ".join([self.misspelled(words[0]), *words[1:]]) if words else ""

    def misspelled(self, word: str) -> str:
        at = self.chance.randrange(1, len(word) - 1)
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        ways = [word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + "e" + word[at + 1 :], swapped]
        return self.chance.choice(ways)

    def fields(self, item: Item, text: str) -> str:
        words, name = self.rare(text, 1), item.author.name.split()
        if not words or not name or not re.fullmatch("[A-Za-z]{3,}", name[0]):
            return ""
        return f"{words[0]} {self.chance.choice([f'from:{name[0]}', f'channel:{item.channel}'])}"

    def hashtags(self, item: Item, text: str) -> str:
        found = re.findall(r"(?<!\S)#[A-Za-z]{4,}", text)
        return found[0] if found and self.held[found[0][1:].casefold()] <= 4 else ""

    def german(self, item: Item, text: str) -> str:
        return " ".join(self.rare(text, 2, letters=5)) if len(GERMAN.findall(text)) > 3 else ""

    def japanese(self, item: Item, text: str) -> str:
        runs = JAPANESE.findall(text)
        if not runs:
            return ""
        run = self.chance.choice(runs)
        at = self.chance.randrange(len(run) - 4)
        return run[at : at + 4]

    def arabic(self, item: Item, text: str) -> str:
        return " ".join(self.rare(text, 2)) if ARABIC.search(text) else ""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def gain(ranked: list[str], grades: Mapping[str, int]) -> float:
    """nDCG@10."""
    best = sum((2**grade - 1) / log2(at + 2) for at, grade in enumerate(sorted(grades.values(), reverse=True)[:AT]))
    return sum((2 ** grades.get(ident, 0) - 1) / log2(at + 2) for at, ident in enumerate(ranked[:AT])) / best


def server(index: Whoosh) -> Rank:
    return lambda asked: [[hit.id for hit in index.search(parse(text, per_page=100)).hits] for text in asked]


def static(output: Path) -> Rank:
    """theme/static/lookup.js on the built files, in node."""

    def rank(asked: list[str]) -> list[list[str]]:
        script = CHECKOUT / "theme/static/lookup.js"
        command = ["node", str(CHECKOUT / "tests/site/lookup.mjs"), str(script), str(output / "search")]
        calls = json.dumps([["search", {"q": text, "per": 100}] for text in asked])
        done = subprocess.run(command, input=calls, capture_output=True, text=True, check=True)
        return [[hit["id"] for hit in answer["hits"]] for answer in json.loads(done.stdout)]

    return rank


def stock(folder: Path, items: list[Item]) -> Rank:
    """Whoosh as its manual sets it up, with fields of the names that our questions use."""
    from whoosh import fields, index, qparser

    named: dict[str, Any] = {name: fields.ID() for name in ("channel", "type", "lang")}
    named |= {"topic": fields.KEYWORD(commas=True, lowercase=True), "from": fields.TEXT(), "id": fields.ID(stored=True)}
    shape = fields.Schema(title=fields.TEXT(), body=fields.TEXT(), **named)
    folder.mkdir()
    made = index.create_in(folder, shape)
    writer = made.writer(limitmb=128)
    for item in items:
        more = {"from": item.author.name, "type": "reply" if item.reply_to else "post", "lang": item.language or "en"}
        more |= {"channel": item.channel, "topic": ",".join(item.tags), "id": item.id}
        writer.add_document(title=item.title, body=tidy.text(item.html), **more)
    writer.commit()
    reader = qparser.MultifieldParser(["title", "body"], shape)

    def rank(asked: list[str]) -> list[list[str]]:
        with made.searcher() as searcher:
            return [[hit["id"] for hit in searcher.search(reader.parse(text), limit=100)] for text in asked]

    return rank


def shuffled(rank: Rank) -> Rank:
    """What another one finds, in random order."""
    seed = Random(1)
    return lambda asked: [seed.sample(found, len(found)) for found in rank(asked)]


def drawn(items: list[Item]) -> Rank:
    """Whatever."""
    seed, ids = Random(2), sorted(item.id for item in items)
    return lambda asked: [seed.sample(ids, 100) for _ in asked]


def main(*_: int) -> None:
    """Print it all."""
    with scratch() as folder, haystack.opened(folder) as hub:
        items = [entry.item for entry in hub.store.changed(0) if entry.item and entry.thread]
        named = {item.id: item for item in items}
        questions = [*judged(named), *Maker(items).asked()]
        index = Whoosh(hub.settings.memory / "index", hub.settings.brand.language)
        engines = {
            "ours": server(index),
            "static": static(hub.settings.output),
            "stock": stock(folder / "stock", items),
        }
        engines |= {"shuffled": shuffled(engines["ours"]), "random": drawn(items)}
        found = {name: rank([one.text for one in questions]) for name, rank in engines.items()}
        index.close()
    read = sum(one.judged for one in questions)
    print(f"nDCG@{AT} of {len(questions)} questions, {read} of them judged, in {len(items)} messages")
    _table(questions, {name: _gains(questions, rows, named) for name, rows in found.items()})


def _gains(questions: list[Asked], found: list[list[str]], items: Mapping[str, Item]) -> list[float]:
    """Of what was judged only: nobody read the rest."""
    gains = []
    for one, ranked in zip(questions, found, strict=True):
        known = [ident for ident in ranked if not one.judged or items[ident].channel in CHANNELS]
        gains.append(gain(known, one.grades))
    return gains


def _table(questions: list[Asked], gains: Mapping[str, list[float]]) -> None:
    print(f"{'':22}{'':>5}" + "".join(f"{name:>9}" for name in gains))
    groups: dict[str, list[int]] = {}
    for at, one in enumerate(questions):
        for name in (f"{one.kind}, {'judged' if one.judged else 'made'}", "all judged" if one.judged else "all made"):
            groups.setdefault(name, []).append(at)
    groups["all"] = list(range(len(questions)))
    for name, rows in sorted(groups.items(), key=lambda pair: (pair[0].startswith("all"), pair[0])):
        means = "".join(f"{sum(row[at] for at in rows) / len(rows):9.3f}" for row in gains.values())
        print(f"{name:22}{len(rows):5}{means}")
