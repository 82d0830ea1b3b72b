"""WebSub (W3C): a hub hears which feeds changed and hands them on to their readers at once.

What it knows stands in a file beside the archive, so that nothing is told twice and what it could not be told comes
with the next publish. Of feeds that never named this hub it need not hear: nobody can have asked it for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.errors import ChannelError
from hub.web import Web

FILE = "websub.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hub:
    """A hub by its address, and the file of what it knows: a digest by the path of each feed."""

    url: str
    file: Path

    def heard(self) -> dict[str, str] | None:
        """The feeds as this hub knows them; None where it was told of none yet."""
        try:
            known = json.loads(self.file.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return known["feeds"] if known.get("hub") == self.url else None

    def keep(self, feeds: Mapping[str, str]) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"hub": self.url, "feeds": feeds}, indent=0, sort_keys=True), "utf-8")
        new.replace(self.file)


def tell(web: Web, hub: Hub, root: str, feeds: Mapping[str, str]) -> str:
    """Ping the hub once for each feed below `root` that changed; why that stopped, "" when it did not."""
    known = hub.heard()
    if known is None:
        hub.keep(feeds)
        return ""
    told = {path: digest for path, digest in known.items() if path in feeds}
    try:
        for path in changed(known, feeds):
            web.post(hub.url, {"hub.mode": "publish", "hub.url": root + path})
            told[path] = feeds[path]
    except ChannelError as why:
        return why.what
    finally:
        hub.keep(told)
    return ""


def changed(known: Mapping[str, str], feeds: Mapping[str, str]) -> Iterable[str]:
    """The feeds that are new or others than the hub knows."""
    return [path for path, digest in feeds.items() if known.get(path) != digest]
