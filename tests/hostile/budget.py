"""Fetches one address in a process of its own and tells what it cost: usage: budget.py URL ALLOW (prints JSON)."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime

from hub.errors import ChannelError
from hub.web import Web


def peak() -> float:
    """The largest memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    with Web(agent="test", allow=[sys.argv[2]], now=lambda: datetime(2026, 11, 22, tzinfo=UTC)) as web:
        before, start, outcome = peak(), time.monotonic(), "answer"
        try:
            web.get(sys.argv[1])
        except ChannelError as why:
            outcome = type(why).__name__
        print(json.dumps({"outcome": outcome, "MiB": peak() - before, "seconds": time.monotonic() - start}))
