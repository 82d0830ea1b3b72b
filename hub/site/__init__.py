"""The site: a Pelican plugin. In a hub it is the only thing Pelican writes; in somebody's own Pelican site
(`PLUGINS = ["hub.site"]`) it writes below HUB_PREFIX and leaves every other page to them.

The only door to Pelican.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.errors import SettingsError

if TYPE_CHECKING:
    from hub.site.generator import HubGenerator
    from hub.site.job import Built, Job

OFF: dict[str, Any] = {
    "ARTICLE_PATHS": [],
    "PAGE_PATHS": [],
    "STATIC_PATHS": [],
    "DIRECT_TEMPLATES": [],
    "THEME_STATIC_PATHS": [],
    "TEMPLATE_PAGES": {},
    "FEED_ALL_ATOM": None,
    "CATEGORY_FEED_ATOM": None,
    "TRANSLATION_FEED_ATOM": None,
    "AUTHOR_FEED_ATOM": None,
    "AUTHOR_FEED_RSS": None,
    "AUTHOR_SAVE_AS": "",
    "CATEGORY_SAVE_AS": "",
    "TAG_SAVE_AS": "",
    "ARCHIVES_SAVE_AS": "",
    "CACHE_CONTENT": False,
    "LOAD_CONTENT_CACHE": False,
    "DELETE_OUTPUT_DIRECTORY": False,
    "DEFAULT_PAGINATION": False,
}
"""Pelican's own outputs, which a hub does without."""


def build(job: Job) -> Built:
    """Run Pelican once over a hub: what is due is made, what is not there any more goes. Raises OutputError."""
    from pelican import Pelican
    from pelican.log import console
    from pelican.settings import DEFAULT_CONFIG, configure_settings

    console.quiet = True  # standard output belongs to our own commands
    brand = job.settings.brand
    settings = configure_settings(
        {
            **DEFAULT_CONFIG,
            **OFF,
            "PATH": str(job.settings.content),
            "OUTPUT_PATH": str(job.settings.output),
            "SITENAME": brand.name,
            "SITEURL": brand.url.rstrip("/"),
            "TIMEZONE": brand.timezone,
            "DEFAULT_LANG": brand.language,
            "PLUGINS": ["hub.site"],
            "HUB_JOB": job,
        }
    )
    Pelican(settings).run()
    return job.built


def quiet(job: Job) -> bool:
    """Is there nothing to do? Answered without starting Pelican."""
    from hub.site.job import decided, worded
    from hub.site.manifest import Manifest
    from hub.site.writer import NEW, STAMP

    path, output = job.settings.memory / "site.sqlite", job.settings.output
    if not path.is_file() or not (output / STAMP).is_file() or (output / NEW).exists():
        return False
    manifest = Manifest(path)
    try:
        idle = not manifest.due() and not manifest.kinds("old") and manifest.mark == job.store.seq
        same = manifest.get("decided") == decided(job.settings, job.theme)
        return idle and same and manifest.get("worded") == worded(job.settings, job.rules)
    finally:
        manifest.close()


def feeds_written(memory: Path) -> dict[str, str]:
    """Path → digest of every feed that stands below feeds/."""
    from hub.site.manifest import Manifest

    manifest = Manifest(memory / "site.sqlite")
    try:
        found = manifest.digests("feeds")
    finally:
        manifest.close()
    return {path: digest for path, digest in found.items() if path.endswith((".atom", ".rss", ".json"))}


def rewind(memory: Path, seq: int, floor: int = 0) -> None:
    """A site that is ahead of its archive is made anew, and one that did not hear what left the journal."""
    from hub.site.manifest import Manifest

    for path in (memory / "site.sqlite", memory / "plugin.sqlite"):
        if path.is_file():
            manifest = Manifest(path)
            if manifest.mark > seq or 0 < manifest.mark < floor:
                manifest.forget()
            manifest.close()


def register() -> None:
    """Called by Pelican for each plugin."""
    from pelican.plugins import signals

    signals.get_generators.connect(_generators)
    signals.initialized.connect(_initialized)


def _generators(pelican: Any) -> type[HubGenerator]:  # noqa: ARG001
    from hub.site.generator import HubGenerator

    return HubGenerator


def _initialized(pelican: Any) -> None:
    """In somebody's own site there is no job yet: it is read from the hub's folder."""
    if "HUB_JOB" not in pelican.settings:
        pelican.settings["HUB_JOB"] = _own_job(pelican.settings)


def _own_job(settings: dict[str, Any]) -> Job:
    """HUB_SITE names the hub's folder (default: beside the settings file); nothing is pulled."""
    import os

    from hub.rules import load as load_rules
    from hub.settings import load, reveal
    from hub.site.job import Job
    from hub.store.archive import open_archive

    folder = Path(settings.get("HUB_SITE") or Path(settings["PATH"]).parent)
    prefix = str(settings.get("HUB_PREFIX", "talk/")).strip("/") + "/"
    if ".." in Path(prefix).parts:
        raise SettingsError("HUB_PREFIX", f"{prefix!r} leaves the output folder", fix='use a name such as "talk/"')
    hub = load(folder, os.environ)
    url = reveal(hub.store.url, hub.folder, os.environ, key="store.url")
    store = open_archive(url, hub.memory)
    rules = load_rules(hub.content / "rules.toml")
    return Job(
        settings=hub,
        store=store,
        rules=rules,
        now=datetime.now(UTC),  # the plugin is the edge here: Pelican's command line has no clock of ours
        attempt=lambda name, make: make(),  # noqa: ARG005  Pelican shows what went wrong
        prefix=prefix,
        given=Path(settings["THEME"]) if settings.get("HUB_THEME") == "site" else None,
        output=Path(settings["OUTPUT_PATH"]),
    )
