"""One new reply in a large hub: which files are written again, and what each stage costs beside the full build."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hub import run
from hub.model import Account, Batch, Item
from hub.settings import load
from tests.bench import large
from tests.e2e.folder import HUB, environment, toml
from tests.hostile.server import Hostile, conditional
from tests.torture.site import scratch

Say = Callable[[str], None]


@dataclass
class Big:
    """A large hub on disk and the feed of its one channel that still speaks."""

    site: Path
    server: Hostile
    said: list[str] = field(default_factory=list)

    def lay(self) -> None:
        """Settings with the one channel."""
        talk = {"kind": "feed", "url": self.server.url("/talk"), "ours": False, "comments": False}
        tables = {
            "brand": {"name": "Tin Pot", "url": "https://talk.example/"},
            "network": {"allow": ["127.0.0.1"]},
            "media": {"fetch": False},
            "channels.talk": talk,
        }
        (self.site / "content").mkdir(parents=True)
        (self.site / "content/hub.toml").write_text(toml(tables), "utf-8")
        self.answer()

    def answer(self, *to: str) -> None:
        """The channel's feed says one more thing in answer to these."""
        self.said += [_entry(len(self.said) + number, parent) for number, parent in enumerate(to)]
        space = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
        body = f"<feed {space}><title>Talk</title>{''.join(self.said)}</feed>".encode()
        self.server.routes["/talk"] = conditional(body, f'"{len(self.said)}"')

    @contextmanager
    def opened(self) -> Iterator[run.Hub]:
        with run.opened(load(self.site, {}), {}, lambda: large.NOW) as hub:
            yield hub

    def command(self, *words: str) -> tuple[float, float, int]:
        """Seconds, processor seconds and peak memory (MiB) of the real command."""
        began = time.perf_counter()
        words_ = [str(HUB), "--site", str(self.site), "-q", *words]
        process = subprocess.Popen(words_, cwd="/", env=environment() | {"PYTHONPATH": str(Path.cwd())})
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024

    def files(self) -> dict[str, int]:
        """Every file of the site and when it was written."""
        output = self.site / "output"
        paths = (path for path in output.rglob("*") if path.is_file())
        return {path.relative_to(output).as_posix(): path.stat().st_mtime_ns for path in paths}

    def rewritten(self, *words: str) -> tuple[list[str], tuple[float, float, int]]:
        """Which files a command wrote, and what it cost."""
        before = self.files()
        cost = self.command(*words)
        return sorted(name for name, when in self.files().items() if before.get(name) != when), cost


def _entry(number: int, to: str) -> str:
    when = (large.NOW - timedelta(minutes=100 - number)).isoformat()
    name = f"https://talk.invalid/{number}"
    return (
        f"<entry><id>{name}</id><title/><link href='{name}'/><published>{when}</published><updated>{when}</updated>"
        f"<author><name>Newcomer</name></author><thr:in-reply-to ref='{to}'/><content>A new answer</content></entry>"
    )


@contextmanager
def big(many: int, say: Say) -> Iterator[Big]:
    """A filled hub, not yet indexed or built."""
    with scratch() as folder, Hostile() as server:
        made = Big(folder / "site", server)
        made.lay()
        with made.opened() as hub:
            began = time.perf_counter()
            large.fill(hub.store, many, lambda done: say(f"{done:>7} saved, {time.perf_counter() - began:6.1f} s"))
        yield made


def main(many: int = 50_000) -> None:
    """Print it all."""
    with big(many, _line) as hub:
        _cost("hub update: index", hub.command("index"))
        _cost("hub update: full build", hub.command("build"))
        print(f"  {len(hub.files())} files")
        hub.command("update", "--now")
        hub.answer(large.post_id(many // 40))
        files, cost = hub.rewritten("update", "--now")
        _cost("one reply to an old post, whole command", cost)
        print("\n".join(f"    {name}" for name in files))
        _stages(hub, large.post_id(many // 50))
        _cost("quiet update --now (one conditional request)", hub.command("update", "--now"))
        _cost("quiet update (nothing due)", hub.command("update"))
        _cost("hub status", hub.command("status"))


def _stages(big: Big, to: str) -> None:
    """Another reply, stage by stage within one process."""
    reply = Item(
        id="https://talk.invalid/stages",
        url="https://talk.invalid/stages",
        channel="talk",
        author=Account(name="Newcomer"),
        published=large.NOW - timedelta(minutes=1),
        html="<p>Another one</p>",
        reply_to=to,
    )
    steps: dict[str, Callable[[run.Hub], object]] = {
        "save": lambda hub: hub.store.save("talk", Batch(items=(reply,))),
        "index": run.index,
        "build": lambda hub: run.render(hub, large.NOW),
        "settle": run.settle,
    }
    with big.opened() as hub:
        for name, step in steps.items():
            began = time.perf_counter()
            step(hub)
            print(f"  one reply: {name:<8} {time.perf_counter() - began:7.3f} s")


def _cost(what: str, cost: tuple[float, float, int]) -> None:
    print(f"{what}: {cost[0]:.2f} s ({cost[1]:.2f} s of processor), peak {cost[2]} MiB", flush=True)


def _line(text: str) -> None:
    print(f"\r{text}", end="\n" if text.split()[0].endswith("0000") else "", file=sys.stderr, flush=True)
