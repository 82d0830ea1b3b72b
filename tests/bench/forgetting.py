"""What it costs to forget one message, and many, in a large hub: `python -m tests.bench forgetting [ITEMS]`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from hub.store.archive import Archive, open_archive
from tests.bench import large
from tests.torture.site import scratch


def main(many: int = 10_000) -> None:
    """Print it all."""
    with scratch() as folder, open_archive("", Path(folder)) as archive:
        large.fill(archive, many, lambda _: None)
        archive.settle()
        for what in ("one reply", "another reply", "ten replies"):
            ids = [item.id for item in archive.newest(10 if what == "ten replies" else 1)]
            _forget(archive, what, ids)
        _forget(archive, "two hundred replies", [item.id for item in archive.newest(200)])


def _forget(archive: Archive, what: str, ids: list[str]) -> None:
    steps: dict[str, Callable[[], object]] = {
        "forget": lambda: archive.forget(ids, lambda _: False),
        "purge": lambda: archive.purge(archive.seq),
        "settle": archive.settle,
    }
    spent = {}
    for name, step in steps.items():
        began = time.perf_counter()
        step()
        spent[name] = time.perf_counter() - began
    told = ", ".join(f"{name} {seconds:.2f}" for name, seconds in spent.items())
    print(f"{what}: {sum(spent.values()):.2f} s ({told})", flush=True)
