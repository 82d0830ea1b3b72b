"""What it costs to forget one message, and many, in a large hub: `python -m tests.bench forgetting [ITEMS…]`.

The parts of the archive are timed; of the whole command processor seconds are told, and of several sizes how these
grow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from hub.store.archive import Archive, open_archive
from tests.bench import large
from tests.bench.one_reply import Big, big
from tests.torture.site import scratch


def main(*sizes: int) -> None:
    """Print it all."""
    spent = [_command(many) for many in sizes or (10_000,) if not _archive(many)]
    if len(spent) > 1:
        print(f"from {sizes[0]} to {sizes[-1]} items: {spent[-1] / spent[0]:.2f} times the processor time")


def _command(many: int) -> float:
    """Processor seconds of `hub forget --item`, beyond those of a command that does nothing."""
    with big(many, lambda _: None) as hub:
        for stage in ("index", "build", "update"):
            hub.command(stage)
        idle = min(hub.command("status")[1] for _ in range(3))
        took = [_forgotten(hub, number) for number in (many // 50, many // 40, many // 30)]
        verified = _forgotten(hub, many // 20, "--verify")
    print(f"{many} items, hub forget: {min(took):.2f} s of processor ({verified:.2f} with --verify); {idle:.2f} idle")
    return min(took)


def _forgotten(hub: Big, number: int, *words: str) -> float:
    return hub.command("forget", "--item", f"https://blog.example/?c={number}", *words)[1]


def _archive(many: int) -> None:
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
