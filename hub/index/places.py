"""On which page of a long conversation a reply stands: what the site remembers of itself, read beside the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hub.index import Hit

NAME = "site.sqlite"  # in the folder of the program's memory
WAIT = 0.02  # seconds for who is writing it


def placed(memory: Path, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits whose addresses lead to the page that shows them; as they were where the site was not built yet."""
    path, replies = memory / NAME, [hit.id for hit in hits if hit.type == "reply"]
    if not replies or not path.exists():
        return tuple(hits)
    query = f"SELECT id, path FROM places WHERE id IN ({','.join('?' * len(replies))})"  # noqa: S608
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT)) as db:
            found = dict(db.execute(query, replies).fetchall())
    except sqlite3.Error:
        return tuple(hits)
    return tuple(replace(hit, url=hit.url.replace("#", f"{found.get(hit.id, '')}#", 1)) for hit in hits)
