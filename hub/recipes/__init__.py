"""Ready-made files for the places a hub can live: what `hub init --recipe` lays down."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

RECIPES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "systemd": {"brandhub.service": "deploy/brandhub.service", "brandhub.timer": "deploy/brandhub.timer"},
        "cron": {"brandhub.cron": "deploy/brandhub.cron"},
        "github": {"github.yml": ".github/workflows/hub.yml"},
        "gitlab": {"gitlab.yml": ".gitlab-ci.yml"},
        "netlify": {"netlify.toml": "netlify.toml"},
        "cloudflare": {"wrangler.toml": "wrangler.toml"},
        "docker": {"Dockerfile": "Dockerfile", "compose.yaml": "compose.yaml"},
    }
)
"""Recipe → its files here and where they go in the brand's folder."""


def written(recipe: str, folder: Path, program: str) -> dict[str, str]:
    """The texts of a recipe by their place, with the folder and the program's path filled in."""
    here = Path(__file__).parent
    filled = {"@FOLDER@": shlex.quote(str(folder)), "@HUB@": shlex.quote(program)}
    texts = {}
    for name, place in RECIPES[recipe].items():
        text = (here / name).read_text("utf-8")
        for mark, value in filled.items():
            text = text.replace(mark, value)
        texts[place] = text
    return texts
