"""What an update was asked for and what it came to, stage by stage: plain data for the screen and for machines."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from hub.model import Batch, Changes, Price

if TYPE_CHECKING:
    from hub.site.job import Built


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What was asked for: `recheck` asks every channel now and its watched posts too, `sweep` asks about every id."""

    now: datetime
    recheck: bool = False
    sweep: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """What one channel's pull came to. `error` is the class of what ended it early, "" when it ended well.

    `price` stands in the preview of a channel whose answers cost money: it is not pulled to find out.
    """

    channel: str
    added: int = 0
    edited: int = 0
    gone: int = 0
    restored: int = 0
    warnings: tuple[str, ...] = ()
    error: str = ""
    message: str = ""
    next_due: datetime | None = None
    done: bool = False
    price: Price | None = None

    @property
    def moved(self) -> bool:
        """Did it alter anything?"""
        return bool(self.added or self.edited or self.gone or self.restored)

    def plus(self, changes: Changes, batch: Batch) -> Pulled:
        """With one more saved batch."""
        return replace(
            self,
            added=self.added + len(changes.added),
            edited=self.edited + len(changes.edited),
            gone=self.gone + len(changes.gone),
            restored=self.restored + len(changes.restored),
            warnings=(*self.warnings, *batch.warnings),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What an update came to, stage by stage."""

    pulled: tuple[Pulled, ...] = ()
    pictures: int = 0
    pictures_failed: int = 0
    indexed: int = 0
    built: Built | None = None
    published: bool = False
    publish_error: str = ""
    untold: str = ""  # why the WebSub hub did not hear of it
    erasing: bool = False

    @property
    def moved(self) -> bool:
        """Is there anything to tell?"""
        written = self.built and (self.built.written or self.built.removed or self.built.failed)
        return bool(self.pulled or self.pictures or written or self.published or self.publish_error or self.erasing)

    @property
    def exit_code(self) -> int:
        """0 all well; 1 some channel or page failed, the rest was done; 69 every due channel failed."""
        failed = [one for one in self.pulled if one.error]
        if failed and len(failed) == len(self.pulled):
            return 69
        return 1 if failed or self.publish_error or (self.built and self.built.failed) else 0


def reason(why: BaseException) -> str:
    """What stopped a page, with file and line where a template did."""
    frames = reversed(traceback.extract_tb(why.__traceback__))
    spot = next((f" in {frame.filename}:{frame.lineno}" for frame in frames if frame.filename.endswith(".html")), "")
    return f"{type(why).__name__}{spot}: {str(why).partition(chr(10))[0]}"
