"""Conversations as long and as deep as any: built within half a gigabyte; what it costs is printed."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.torture
MADE = """
import sys, time
from datetime import timedelta
from pathlib import Path
from hub.model import Batch
from tests.site.conftest import START, lay, post, reply

folder, many, deep = lay(Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3] == "deep"
p5, name = "https://blog.example/?p=5", "https://blog.example/?c={}".format
folder.save(post(5))
for first in range(0, many, 1000):
    said = (reply(at, name(at - 1) if deep and at else p5, published=START + timedelta(minutes=at))
            for at in range(first, min(first + 1000, many)))
    folder.save(*said)
began = time.process_time()
folder.build()
print(time.process_time() - began, len([path for path in folder.files() if path.endswith(".html")]))
"""


@pytest.mark.parametrize(("many", "shape"), [(10_000, "deep"), (100_000, "wide")])
def test_a_long_conversation_is_built_within_half_a_gigabyte(tmp_path: Path, many: int, shape: str) -> None:
    command = [sys.executable, "-c", MADE, str(tmp_path / "hub"), str(many), shape]
    said = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True).stdout
    print(f"{many} {shape}: {said.split()[0]} s of processor, {said.split()[1]} pages")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= 512 * 1024
