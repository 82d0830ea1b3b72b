"""The generator Pelican runs: asks the store what changed, has pages made, hands them to the quiet writer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pelican
from pelican.generators import Generator

from hub.pages import HOME, MENTIONS, Page
from hub.pictures import formed
from hub.settings import Settings, shipped
from hub.site import content, logos, search, wall
from hub.site.allowed import allowed
from hub.site.assets import gather, statics
from hub.site.collect import collector
from hub.site.compose import Composer
from hub.site.follow import Follower
from hub.site.foreign import OURS, Foreign
from hub.site.foreign import files as theme_files
from hub.site.job import Job, decided, themes, worded
from hub.site.lexicon import Block
from hub.site.make import Workshop, front
from hub.site.manifest import Manifest
from hub.site.shelf import Reading, Shelf
from hub.site.shell import addresses, shell
from hub.site.texts import Texts
from hub.site.words import install, speech
from hub.site.writer import Made, QuietWriter
from hub.store import File

COPIED = ("assets", "statics")  # every page asks for them
ORDER = ("texts", "part", "person", "post", "redirect")  # what every foot links to, then leaves, then what lists them
BLOCK = ("terms", "said")  # the files of a block of the search are made from the same messages: one after the other


class HubGenerator(Generator):  # type: ignore[misc]
    """Pelican's part of a hub. Its Jinja environment is Pelican's, with our theme and with autoescape on."""

    def __init__(self, context: dict[str, Any], settings: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        job: Job = settings["HUB_JOB"]
        self.job = replace(job, store=allowed(job.store, logos.withheld(job.settings)))
        folders = [str(folder / "templates") for folder in reversed(themes(self.job.settings))]
        own = {"THEME": str(shipped("theme")), "THEME_TEMPLATES_OVERRIDES": folders, "JINJA_ENVIRONMENT": content.JINJA}
        kwargs["theme"] = own["THEME"]
        super().__init__(context, {**settings, **own}, *args, **kwargs)
        host = settings["SITEURL"] if self.job.prefix else ""  # in somebody's own site their address is the root
        at = addresses(host or self.job.settings.brand.url, self.job.prefix)
        self.env.filters.update(url=at.url, absolute=at.absolute)
        brand = self.job.settings.brand
        self.words = speech(brand.language, [theme / "locale" for theme in themes(self.job.settings)])
        install(self.env, self.words)
        self.at = at
        self.foreign = self._foreign(settings) if self.job.theme else None

    def _foreign(self, settings: dict[str, Any]) -> Foreign:
        simple = Path(pelican.__file__).parent / "themes/simple"
        return Foreign(self.job.theme or simple, simple, self.env, self.at, settings)

    def generate_output(self, writer: object) -> None:  # noqa: ARG002  in somebody's own site theirs stays theirs
        job = self.job
        manifest = Manifest(job.settings.memory / ("plugin.sqlite" if job.prefix else "site.sqlite"))
        quiet = QuietWriter(job.output / job.prefix, manifest, job.now)
        try:
            self._build(manifest, quiet)
        finally:
            manifest.close()
            job.built.written += quiet.written
            job.built.removed += quiet.removed

    def _build(self, manifest: Manifest, quiet: QuietWriter) -> None:
        job = self.job
        zone = ZoneInfo(job.settings.brand.timezone)
        quiet.sweep()
        whole, words = decided(job.settings, job.theme), worded(job.settings, job.rules)
        if not quiet.stamped() or manifest.get("decided") != whole:
            manifest.forget()
            quiet.stamp()
            manifest.keep("decided", whole)
        if manifest.get("worded") != words:
            manifest.ask_for(Page(kind=kind) for kind in ("texts", "statics", "sitemap", "robots"))
            manifest.ask_for(page for _, page in manifest.all_files() if page.kind == "wall")
            manifest.ask_for(Page(kind="wall", name=name) for name in wall.walls(job.settings.wall))
            manifest.keep("worded", words)
        manifest.keep("people", job.settings.people)
        manifest.keep("walls", "\n".join(wall.walls(job.settings.wall)))
        collect = collector(job.settings.collections, self._reading())
        follower = Follower(manifest, job.store, zone, _lists(job.settings), collect)
        follower.follow()
        shop = replace(self._workshop(manifest), pinned=self._pinned(manifest))
        shop.talks.update(follower.talks)
        shop.shelf.sweep()
        self._render(shop, quiet)
        quiet.remove()
        for url in shop.composer.lost if not job.prefix else ():
            job.store.keep(File(url=url))  # wanted anew

    def _pinned(self, manifest: Manifest) -> tuple[str, ...]:
        """The posts that come first on the first page, which is due when they are others, or one of them is due."""
        named = (self.job.store.records(self.job.store.named([name])) for name in self.job.rules.pins)
        roots = tuple(dict.fromkeys(record.thread for found in named for record in found if record.thread))
        due = {page.name for page in manifest.due() if page.kind == "post"}
        if manifest.get("pinned") != "\n".join(roots) or due.intersection(roots):
            manifest.ask_for([Page(kind="list", name=HOME)])
            manifest.keep("pinned", "\n".join(roots))
        return roots

    def _shelf(self, blocks: Mapping[str, Block]) -> Shelf:
        """What the search reads of the messages: nothing of texts that may stand in no JSON or no search."""
        settings = self.job.settings
        folder = settings.memory / ("plugin-said" if self.job.prefix else "said")
        return Shelf(folder, blocks, self._reading())

    def _reading(self) -> Reading:
        return Reading(self.job.settings.brand.language, self.job.settings.bare)

    def _workshop(self, manifest: Manifest) -> Workshop:
        settings, store = self.job.settings, self.job.store
        assets = gather(themes(settings), settings.brand.accent)
        composer = Composer(settings, store, self.words, self.at.url, logos.paths(settings, assets))
        assets.files.update(theme_files(self.job.theme) if self.job.theme else {})
        pages = content.own_pages(settings.content / "pages")
        titles = tuple((page.title, page.path) for page in pages)
        texts = Texts(
            settings=settings,
            assets=assets,
            statics=statics(settings.content / "static"),
            pages=pages,
            rules=tuple((hide.id, hide.what, hide.reason) for hide in self.job.rules.hides),
            words=self.words,
            composer=composer,
        )
        return Workshop(
            store=store,
            manifest=manifest,
            composer=composer,
            shell=shell(composer, assets, titles, self.at.root, texts.list_description(HOME, "", 0)),
            at=self.at,
            render=self._template,
            texts=texts,
            shelf=self._shelf(search.held(manifest.db)),
            judge=self.job.rules.judge,
            let=self.job.rules.decided,
        )

    def _template(self, name: str, view: Any) -> bytes:
        if self.foreign and name not in OURS:
            return self.foreign.render(name, view, self.shell)
        return self.get_template(name).render(shell=self.shell, page=view).encode()  # type: ignore[no-any-return]

    def _render(self, shop: Workshop, quiet: QuietWriter) -> None:
        self.shell = shop.shell
        media = self.job.settings.memory / "media"
        pages = ordered(shop.manifest)
        quiet.expect((path, page) for page in pages if (path := front(shop.manifest, page)))
        for page in pages:
            made = self.job.attempt(_name(page), partial(shop.make, page))
            if made is not None:
                for picture in self._pictures(shop, quiet, media):
                    quiet.offer(picture)
                quiet.offer(made)
        quiet.flush()

    @staticmethod
    def _pictures(shop: Workshop, quiet: QuietWriter, media: Path) -> Iterator[Made]:
        """Forms of pictures the page just made shows and the site does not have yet."""
        for path in sorted(shop.composer.used):
            if not quiet.holds(path):
                form = formed(media / path.removeprefix("media/"))
                yield Made(page=Page(kind="picture", name=path), files={path: form})


def _lists(settings: Settings) -> list[str]:
    """The lists that have a page, whether or not anything stands on it."""
    return [*settings.channels, *([MENTIONS] if settings.mentions != "none" else [])]


def ordered(manifest: Manifest) -> list[Page]:
    """What is new before what stands, leaves before the lists that link to them, so that no link leads nowhere."""

    def place(page: Page) -> tuple[bool, bool, int, str, bool]:
        rank = ORDER.index(page.kind) if page.kind in ORDER else len(ORDER)
        block = page.name if page.kind in BLOCK else ""
        return page.kind not in COPIED, bool(manifest.files_of(page)), rank, block, page.kind == BLOCK[-1]

    return sorted((page for page in manifest.due() if page.kind != "picture"), key=place)


def _name(page: Page) -> str:
    return " ".join(str(part) for part in (page.kind, page.name, page.number) if part)
