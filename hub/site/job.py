"""What one build is given, and a digest of everything people decided. Nothing of Pelican is imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hub.rules import Rules
from hub.settings import Settings, shipped
from hub.site import logos
from hub.site.assets import fingerprint
from hub.site.writer import Made
from hub.store import Store

VERSION = "6"  # of what pages look like beyond theme and settings: moving it makes every page due once

Attempt = Callable[[str, Callable[[], Made]], Made | None]
"""The page boundary: makes a page, or notes why it could not be made and gives None."""


@dataclass(slots=True)
class Built:
    """What a build did: paths below output/, and the pages that failed with the reason."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What one build is given. `prefix` is where in the output it may write ("" in a hub of its own)."""

    settings: Settings
    store: Store
    rules: Rules
    now: datetime
    attempt: Attempt
    output: Path
    prefix: str = ""
    given: Path | None = None  # the theme of somebody's own site, where the hub is to wear it
    built: Built = field(default_factory=Built)

    @property
    def theme(self) -> Path | None:
        """The theme made for Pelican that the pages are to wear, where there is one."""
        return self.given or (self.settings.theme if is_foreign(self.settings.theme) else None)


def themes(settings: Settings) -> list[Path]:
    """The built-in theme, then the brand's own files that replace some of it."""
    own, built_in = settings.theme, shipped("theme")
    mixed = own.is_dir() and own.resolve() != built_in.resolve() and not is_foreign(own)
    return [built_in, own] if mixed else [built_in]


def is_foreign(theme: Path) -> bool:
    """Was this theme made for Pelican, so that it is not files that replace some of ours?"""
    return (theme / "templates/article.html").is_file()


def decided(settings: Settings, theme: Path | None = None) -> str:
    """A digest of what people decided that shows on every page; when it moves, every page is due once. `theme` is one
    made for Pelican."""
    brand = settings.brand.model_dump_json()
    channels = repr([(name, getattr(one, "label", ""), type(one).__name__) for name, one in settings.channels.items()])
    shown = settings.mentions != "none"  # a link of every page
    saved = repr(sorted((name, one.query, one.title) for name, one in settings.collections.items()))
    drawn = repr({name: path and path.read_bytes() for name, path in logos.found(settings).items()})
    return fingerprint(
        [*themes(settings), *([theme] if theme else [])],
        brand,
        channels,
        saved,
        str(shown),
        settings.people,
        settings.serve.api,
        settings.publish.websub,
        drawn,
        VERSION,
        *_headers(settings),
    )


def worded(settings: Settings, rules: Rules) -> str:
    """A digest of what shows on the standing pages alone, and of the files that are copied."""
    return fingerprint(
        [settings.content / "pages", settings.content / "static"],
        rules.told,
        settings.wall.model_dump_json(),
        settings.crawlers,
    )


def _headers(settings: Settings) -> list[str]:
    """The heads of the brand's own pages: their titles stand in the foot of every page."""
    files = sorted((settings.content / "pages").rglob("*.md"))
    return [f"{path.name}\n{path.read_text('utf-8', 'replace').partition(chr(10) * 2)[0]}" for path in files]
