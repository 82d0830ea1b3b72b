"""Do months of small commits wear an index out? The same messages in one commit, and the last thousand one by one."""

from __future__ import annotations

import time
from pathlib import Path

from hub.api import Api
from hub.index import shelf
from hub.index.whoosh import Whoosh
from hub.query import FACETS, parse
from tests.bench.search import _ask, _line, messages, questions
from tests.torture.site import scratch

LATER = 1_000


def main(many: int = 20_000) -> None:
    """Print it all."""
    lines = [_line(seq, item) for seq, item in enumerate(messages(many), 1)]
    with scratch() as folder:
        fresh, worn = Whoosh(folder / "fresh", "en"), Whoosh(folder / "worn", "en")
        fresh.update(lines)
        worn.update(lines[:-LATER])
        took = []
        for line in lines[-LATER:]:
            began = time.process_time()
            worn.update([line])
            took.append(1000 * (time.process_time() - began))
        took.sort()
        print(f"{LATER} commits: {took[LATER // 2]:.1f} ms of processor in the middle, {took[-1]:.1f} the dearest")
        for name, index in (("in one commit", fresh), ("after small commits", worn)):
            _volumes(folder / index.folder.name, name)
            Api(index).warm()
            _ask(name, questions(), lambda text, index=index: index.search(parse(text, facets=FACETS)))
            _ask(f"{name}, again", questions(), lambda text, index=index: index.search(parse(text, facets=FACETS)))
            index.close()


def _volumes(folder: Path, name: str) -> None:
    print(f"{name}: {sorted((row.docs for row in shelf.read(folder).volumes), reverse=True)} documents")
