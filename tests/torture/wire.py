"""One article in the true wire formats of four networks: the contract's recordings, each telling of the same kettle.

What the recordings say is theirs but for this: all four are of one morning (what was said on the blog in the days
after it keeps its distance), and those that led to another page of the brand's lead to the article.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hub import channels
from hub.channels import Ask
from hub.model import Batch
from hub.run import tidied
from hub.web import Web

RECORDED = Path(__file__).parents[1] / "channels"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KINDS = ("wordpress", "mastodon", "bluesky", "twitter")
ARTICLE = "https://blog.example/2026/kettle-no-4-is-late/"
MORNING = "2026-11-20T"
TOLD = {
    "wordpress": (("2026-11-03T", MORNING), ("2026-11-04T", "2026-11-21T"), ("2026-11-05T", "2026-11-22T")),
    "mastodon": (("2026-11-18T", MORNING), ("https://kettle.example/copper", ARTICLE)),
    "bluesky": (
        ("2026-11-10T", MORNING),
        ("https://kettle.example/posts/no-4/?utm_source=bsky", f"{ARTICLE}?utm_source=bsky"),
        ("https://kettle.example/posts/no-4/", ARTICLE),
    ),
    "twitter": (),
}


def settings(kind: str) -> str:
    """The channel of that kind as content/hub.toml has it; a secret that nothing asks for lies nowhere."""
    said = {**_said(kind)["settings"], "kind": kind}
    if "token" in said:
        said["token"] = "env:TOKEN"
    return f"\n[channels.{kind}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())


def _said(kind: str) -> dict[str, Any]:
    return json.loads((RECORDED / kind / "items.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def batches(kind: str) -> tuple[Batch, ...]:
    """What a kind's own reader makes of its recording, tidied as an update does it."""
    tape = (RECORDED / kind / "pull.json").read_text("utf-8")
    for old, new in TOLD[kind]:
        assert old in tape
        tape = tape.replace(old, new)
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in _said(kind)["settings"].items()}
    channel = channels.kind(kind)(kind, **fields)  # type: ignore[call-arg]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(tape)
        file.flush()
        web = Web(agent="test", now=lambda: NOW, replay=Path(file.name), sleep=lambda _: None)
        return tuple(tidied(batch, NOW, ()) for batch in channel.pull(web, {}, Ask(now=NOW)))
