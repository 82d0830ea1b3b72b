"""How complete the site's conversations are: what of each is not here and why, remembered, and added up for the
transparency page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hub.model import Coverage
from hub.site.manifest import Manifest

TOTALS = "lacks"  # where the manifest keeps them; "" when they are to be added up anew


class Lack(NamedTuple):
    """Of a channel: how many of its conversations lack replies, how many of theirs are here, how many there are, and
    why the rest is not."""

    channel: str
    threads: int
    shown: int
    reported: int
    why: Mapping[str, int]


def elsewhere(cover: Coverage) -> dict[str, int]:
    """Why replies are not here → how many: a rule, a person's look that is waited for, REASONS, "" for no known one."""
    found = {"hidden": sum(cover.hidden.values()), "held": cover.held, **cover.absent, "": cover.missing}
    return {why: many for why, many in found.items() if many}


def put(manifest: Manifest, root: str, coverage: Iterable[Coverage]) -> None:
    """What a thread lacks, channel by channel; where it lacks nothing, nothing is remembered."""
    rows = [
        (root, one.channel, one.shown, one.reported, json.dumps(elsewhere(one)))
        for one in coverage
        if one.reported > one.shown
    ]
    db = manifest.db
    if rows != db.execute("SELECT * FROM lacks WHERE root=? ORDER BY channel", (root,)).fetchall():
        db.execute("DELETE FROM lacks WHERE root=?", (root,))
        db.executemany("INSERT INTO lacks VALUES (?, ?, ?, ?, ?)", rows)
        manifest.keep(TOTALS, "")


def totals(manifest: Manifest) -> list[Lack]:
    """Every channel's, added up when one of its threads moved."""
    if not manifest.get(TOTALS):
        manifest.keep(TOTALS, json.dumps(_added(manifest)))
    return [Lack(*row) for row in json.loads(manifest.get(TOTALS))]


def _added(manifest: Manifest) -> list[Lack]:
    found: dict[str, tuple[int, int, int, Counter[str]]] = {}
    for channel, shown, reported, why in manifest.db.execute("SELECT channel, shown, reported, why FROM lacks"):
        many, here, there, reasons = found.get(channel, (0, 0, 0, Counter[str]()))
        reasons.update(json.loads(why))
        found[channel] = (many + 1, here + shown, there + reported, reasons)
    return [
        Lack(channel, many, here, there, {reason: number for reason, number in sorted(reasons.items()) if number})
        for channel, (many, here, there, reasons) in sorted(found.items())
    ]
