"""The brand's own command that brings the site to where it is served."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

LONGEST = 3600  # seconds it may take


def ran(command: Sequence[str], folder: Path) -> str:
    """Run it in the brand's folder; what went wrong, "" when nothing did."""
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=LONGEST
        )
    except (OSError, subprocess.TimeoutExpired) as why:
        return f"{command[0]}: {why}"
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        return f"{command[0]} ended with {done.returncode}: {''.join(last)}"
    return ""
