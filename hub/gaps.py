"""Clears the unused room in the pages of an SQLite file: what was erased may still stand there, and nothing reads it.

SQLite zeroes what is deleted (secure_delete), but a page it rebalances keeps old rows in the gap between its list of
cells and the cells. VACUUM makes the whole file anew to be rid of them; here they are overwritten where they lie, at
the cost of reading the file once. The bytes of a gap mean nothing, so a reader may look on and a power cut harms
nothing. Nobody of this process may have the file open meanwhile: a page kept in memory would bring its gap back, and
closing the file here would drop the locks of SQLite.

https://www.sqlite.org/fileformat2.html#b_tree_pages
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

MAGIC = b"SQLite format 3\0"
HEADS = {2: 12, 10: 8, 5: 12, 13: 8}  # type of a page of a b-tree → bytes of its header
FIRST = 100  # bytes before the header of the first page
MOST = 1 << 24  # pages: above this many, the first byte of another sort of page can look like such a type


def clear(file: Path) -> bool:
    """Clear them; False, with nothing done, for what is no such file or a larger one than can be told apart."""
    with file.open("r+b") as opened:
        if opened.seek(0, os.SEEK_END) < FIRST:
            return False
        with mmap(opened.fileno(), 0, access=ACCESS_READ) as whole:
            size = int.from_bytes(whole[16:18], "big")
            size = 1 << 16 if size == 1 else size
            if whole[:16] != MAGIC or len(whole) // size > MOST:
                return False
            found = list(_gaps(whole, size))
        for start, end in found:
            os.pwrite(opened.fileno(), bytes(end - start), start)
        if found:
            os.fsync(opened.fileno())
    return True


def _gaps(whole: mmap, size: int) -> Iterator[tuple[int, int]]:
    """Every gap that holds something, from byte to byte."""
    zeros = bytes(size)
    for page in range(0, len(whole) - size + 1, size):
        head = page or FIRST
        long = HEADS.get(whole[head])
        if long is None:
            continue
        start = head + long + 2 * int.from_bytes(whole[head + 3 : head + 5], "big")
        end = page + (int.from_bytes(whole[head + 5 : head + 7], "big") or 1 << 16)
        if start < end <= page + size and whole[start:end] != zeros[: end - start]:
            yield start, end
