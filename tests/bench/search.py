"""What searching costs at 100,000 messages: ours beside stock Whoosh, SQLite FTS5 and tantivy, same texts, one run.

Words follow Zipf's law, as in real text: some stand in most messages, most in few. tantivy is left out where it is not
installed (`pip install tantivy`).
"""

from __future__ import annotations

import gc
import resource
import sqlite3
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from hub.api import Api
from hub.index.whoosh import Whoosh
from hub.model import Account, Entry, Item
from hub.query import FACETS, parse
from tests.index.test_whoosh import hostile
from tests.torture.site import scratch

WORDS, EACH = 40_000, 60  # words of the language; questions of a class
START, SPAN = datetime(2016, 1, 1, tzinfo=UTC), timedelta(days=3700)
Ask = Callable[[str], object]


class Language:
    """Made-up words, the n-th about 1/n as frequent as the first."""

    def __init__(self) -> None:
        chance = Random(5)
        sounds = [first + then for first in "bdfgklmnprstvz" for then in "aeiou"]
        found: dict[str, None] = {}
        while len(found) < WORDS:
            found["".join(chance.choices(sounds, k=chance.choice((1, 2, 2, 3, 3, 4, 5))))] = None
        self.words = list(found)
        self.sums = list(accumulate(1 / (rank + 2) for rank in range(WORDS)))

    def word(self, chance: Random) -> str:
        return self.words[bisect(self.sums, chance.random() * self.sums[-1])]

    def text(self, chance: Random, many: int) -> str:
        return " ".join(self.word(chance) for _ in range(many))


def messages(many: int) -> Iterator[Item]:
    """One in ten a post of some length, the others short replies."""
    language, chance = Language(), Random(9)
    for number in range(many):
        post = number % 10 == 0
        name = f"https://talk.example/{number}"
        yield Item(
            id=name,
            url=name,
            channel=("blog", "news", "video")[number % 3],
            author=Account(name=f"Reader {chance.randrange(4000)}"),
            published=START + SPAN * chance.random(),
            title=language.text(chance, 6) if post else "",
            html=f"<p>{language.text(chance, 120 if post else 22)}</p>",
            tags=("tea", "tin") if number % 7 == 0 else (),
            reply_to="" if post else f"https://talk.example/{number - number % 10}",
            ours=post,
        )


def questions() -> dict[str, list[str]]:
    """Questions by class, from a seed."""
    language, chance = Language(), Random(3)
    word = partial(language.word, chance)
    common, rare = language.words[:40], language.words[2_000:]
    pick = lambda many: " ".join(word() for _ in range(many))  # noqa: E731
    return {
        "word": [f"{word()} " for _ in range(EACH)],
        "common word": [f"{chance.choice(common)} " for _ in range(EACH)],
        "rare word": [f"{chance.choice(rare)} " for _ in range(EACH)],
        "two words": [f"{pick(2)} " for _ in range(EACH)],
        "either": [f"{word()} OR {word()} OR {word()} " for _ in range(EACH)],
        "phrase": [f'"{pick(2)}"' for _ in range(EACH)],
        "prefix": [chance.choice(language.words[100:])[:3] for _ in range(EACH)],
        "typo": [f"{_typo(chance.choice([one for one in rare if len(one) > 5]), chance)} " for _ in range(EACH)],
        "fields": [f"{word()} channel:blog after:{chance.randrange(2016, 2026)}" for _ in range(EACH)],
        "without": [f"{word()} -{word()} type:reply" for _ in range(EACH)],
    }


def _typo(word: str, chance: Random) -> str:
    at = chance.randrange(2, len(word))
    return word[:at] + "x" + word[at + 1 :]


def main(many: int = 100_000) -> None:
    """Print it all."""
    items, asked = list(messages(many)), questions()
    with scratch() as folder:
        _ours(folder, items, asked)
        for engine in (_stock, _fts5, _tantivy):
            gc.collect()
            engine(folder, items, asked)


def _ours(folder: Path, items: list[Item], asked: dict[str, list[str]]) -> None:
    index = Whoosh(folder / "ours", "en")
    lines = [_line(seq, item) for seq, item in enumerate(items, 1)]
    _timed(f"ours: index {len(items)}, on both cores", lambda: index.update(lines))
    _size(folder / "ours")
    _timed("ours: open and warm", Api(index).warm)
    _ask("ours, with facets", asked, lambda text: index.search(parse(text, facets=FACETS)))
    _ask("ours, again", asked, lambda text: index.search(parse(text, facets=FACETS)))
    cut = sum(index.search(parse(text, facets=FACETS)).partial for texts in asked.values() for text in texts)
    cruel, ask = {"hostile": hostile()}, lambda text: index.search(parse(text, facets=FACETS))
    _ask("ours, hostile questions", cruel, ask)
    held = _held()
    _ask("ours, hostile questions ten times more", {"hostile": cruel["hostile"] * 10}, ask)
    print(f"  memory {held:.0f} MiB before them, {_held():.0f} MiB after")
    print(f"  partial answers: {cut} of {sum(map(len, asked.values()))}")
    fresh, old = items[1], items[len(items) // 2]
    grown = Item(id="https://talk.example/new", url="", channel="blog", published=fresh.published, html="<p>new</p>")
    seq = len(items)
    _timed("ours: one addition", lambda: index.update([_line(seq + 1, grown)]))
    _timed("ours: one edit", lambda: index.update([_line(seq + 2, replace(fresh, html="<p>edited</p>"))]))
    _timed("ours: one erasure", lambda: index.update([Entry(seq=seq + 3, what="item", id=old.id)]))
    _timed("ours: a question after it", lambda: index.search(parse("tea", facets=FACETS)))
    _memory()
    index.close()


def _held() -> float:
    """MiB that this process holds now (Linux)."""
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * resource.getpagesize() / 2**20


def _memory() -> None:
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def _line(seq: int, item: Item) -> Entry:
    return Entry(seq=seq, what="item", id=item.id, item=item, thread=item.reply_to or item.id)


def _stock(folder: Path, items: list[Item], asked: dict[str, list[str]]) -> None:
    """Whoosh as its manual sets it up: one segment policy, its own parser, BM25F."""
    from whoosh import fields, qparser
    from whoosh import index as indexes

    shape = fields.Schema(
        id=fields.ID(stored=True), title=fields.TEXT(stored=True), body=fields.TEXT(stored=True), channel=fields.ID()
    )
    (folder / "stock").mkdir()
    made = indexes.create_in(folder / "stock", shape)

    def fill() -> None:
        writer = made.writer(limitmb=128)
        for item in items:
            writer.add_document(id=item.id, title=item.title, body=item.html[3:-4], channel=item.channel)
        writer.commit()

    _timed("stock Whoosh: index", fill)
    _size(folder / "stock")
    reader = qparser.MultifieldParser(["title", "body"], shape)
    with made.searcher() as searcher:
        plain = {name: texts for name, texts in asked.items() if name not in ("typo", "fields", "without")}
        stars = {name: [text + "*" if name == "prefix" else text for text in texts] for name, texts in plain.items()}
        _ask("stock Whoosh, no facets", stars, lambda text: searcher.search(reader.parse(text), limit=20))


def _fts5(folder: Path, items: list[Item], asked: dict[str, list[str]]) -> None:
    db = sqlite3.connect(folder / "fts5.sqlite")
    db.execute("CREATE VIRTUAL TABLE said USING fts5(id UNINDEXED, title, body, channel UNINDEXED, tokenize=porter)")
    rows = [(item.id, item.title, item.html[3:-4], item.channel) for item in items]

    def fill() -> None:
        with db:
            db.executemany("INSERT INTO said VALUES (?, ?, ?, ?)", rows)

    _timed("SQLite FTS5: index", fill)
    _size(folder / "fts5.sqlite")
    query = "SELECT id, snippet(said, 2, '', '', '…', 24) FROM said WHERE said MATCH ? ORDER BY rank LIMIT 20"
    spoken = {name: asked[name] for name in ("word", "common word", "rare word", "two words", "either", "phrase")}
    spoken["prefix"] = [text + "*" for text in asked["prefix"]]
    _ask("SQLite FTS5, no facets", spoken, lambda text: db.execute(query, (text,)).fetchall())
    db.close()


def _tantivy(folder: Path, items: list[Item], asked: dict[str, list[str]]) -> None:
    if not find_spec("tantivy"):
        print("tantivy is not installed")
        return
    import tantivy  # type: ignore[import-not-found,unused-ignore]

    shape: Any = tantivy.SchemaBuilder()
    for name in ("id", "title", "body", "channel"):
        shape.add_text_field(name, stored=True)
    (folder / "tantivy").mkdir()
    made = tantivy.Index(shape.build(), path=str(folder / "tantivy"))

    def fill() -> None:
        writer = made.writer(128_000_000)
        for item in items:
            writer.add_document(
                tantivy.Document(id=item.id, title=item.title, body=item.html[3:-4], channel=item.channel)
            )
        writer.commit()
        writer.wait_merging_threads()

    _timed("tantivy: index", fill)
    _size(folder / "tantivy")
    made.reload()
    searcher = made.searcher()
    spoken = {name: asked[name] for name in ("word", "common word", "rare word", "two words", "either", "phrase")}

    def ask(text: str) -> object:
        return searcher.search(made.parse_query(text, ["title", "body"]), limit=20).hits

    _ask("tantivy, no facets", spoken, ask)


def _ask(what: str, asked: dict[str, list[str]], ask: Ask) -> None:
    """Time each question once; print by class, in milliseconds: as the clock says, then as the processor says."""
    print(
        f"{what:28}"
        + "".join(f" {name:>7}" for name in ("p50", "p95", "p99", "worst", "p50 cpu", "p95 cpu", "p99 cpu"))
    )
    every: list[tuple[float, float]] = []
    for name, texts in asked.items():
        took = [_took(ask, text) for text in texts]
        every += took
        _row(name, took)
    _row("all", every)


def _took(ask: Ask, text: str) -> tuple[float, float]:
    began, spent = time.perf_counter(), time.process_time()
    ask(text)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - spent)


def _row(name: str, took: list[tuple[float, float]]) -> None:
    clock, spent = (sorted(column) for column in zip(*took, strict=True))
    shown = [_at(clock, part) for part in (0.5, 0.95, 0.99, 1)] + [_at(spent, part) for part in (0.5, 0.95, 0.99)]
    print(f"  {name:26}" + "".join(f" {value:7.1f}" for value in shown), flush=True)


def _at(took: list[float], part: float) -> float:
    return took[min(int(len(took) * part), len(took) - 1)]


def _timed(what: str, act: Callable[[], object]) -> None:
    began, spent = time.perf_counter(), _spent()
    act()
    print(f"{what}: {time.perf_counter() - began:.2f} s ({_spent() - spent:.2f} s of processor)", flush=True)


def _spent() -> float:
    """Seconds of processor, those of helpers too."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _size(path: Path) -> None:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    print(f"  {sum(file.stat().st_size for file in files) / 2**20:.1f} MiB on disk")
