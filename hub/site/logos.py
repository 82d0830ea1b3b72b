"""Logos that networks' terms demand beside a text: files that the brand puts into its theme, and what is missing.

None is shipped: they are the networks' own. Until it is there, what a channel says is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hub.settings import Settings
from hub.site.assets import Assets

FOLDER, ENDINGS = "logos", ("svg", "png")


def found(settings: Settings) -> dict[str, Path | None]:
    """Each channel whose terms demand a logo, and the file that is it, None while there is none."""
    return {
        name: next((path for path in _places(settings, kind(channel)) if path.is_file()), None)
        for name, channel in settings.channels.items()
        if "logo" in channel.terms.marks
    }


def wanted(settings: Settings) -> dict[str, str]:
    """The channels that lack a logo, and the file to put there."""
    lacking = [name for name, path in found(settings).items() if path is None]
    theme = settings.theme.name
    return {name: f"{theme}/static/{FOLDER}/{kind(settings.channels[name])}.svg or .png" for name in lacking}


def withheld(settings: Settings) -> frozenset[str]:
    """The channels whose texts may stand on no page: their terms say so, or demand a logo that is not there."""
    barred = (name for name, channel in settings.channels.items() if channel.terms.page == "no")
    return frozenset((*barred, *wanted(settings)))


def paths(settings: Settings, assets: Assets) -> Mapping[str, str]:
    """Where in the site the logo of each channel stands."""
    names = {name: f"{FOLDER}/{path.name}" for name, path in found(settings).items() if path}
    return {name: assets.names.get(path, path) for name, path in names.items()}


def kind(channel: object) -> str:
    """The name of a channel's kind, as the settings have it."""
    return type(channel).__module__.rpartition(".")[2]


def _places(settings: Settings, name: str) -> list[Path]:
    """In the theme, else among the brand's own files, which are copied as they are."""
    folders = (settings.theme / "static", settings.content / "static")
    return [folder / FOLDER / f"{name}.{ending}" for folder in folders for ending in ENDINGS]
