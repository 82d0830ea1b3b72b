"""Files that are copied: the theme's, under names that carry their digest, and the brand's own content/static/."""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from pathlib import Path

from hub.errors import SettingsError
from hub.site.writer import digest_of

GROUNDS = ("#ffffff", "#f6f6f4", "#ececea")  # what words stand on in light pages, see hub.css
DARK_GROUNDS = ("#13151a", "#1b1e25", "#24282f")
READABLE, CLEAR = 4.5, 7.0
HASHED = {".css", ".js", ".png", ".svg"}
NAMED = "embed/"  # what pages elsewhere name keeps its name


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """`files`: path in the site → content. `names`: the theme's name of a file → its path in the site."""

    files: dict[str, bytes]
    names: dict[str, str]


def gather(themes: list[Path], accent: str = "") -> Assets:
    """The static files of the themes, the brand's own replacing the built-in ones of the same name."""
    sources: dict[str, Path] = {}
    for theme in themes:
        for path in sorted((theme / "static").rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                sources[path.relative_to(theme / "static").as_posix()] = path
    files, names = {}, {}
    for name, path in sources.items():
        content = path.read_bytes()
        if name == "hub.css" and accent:
            content += accent_rules(accent)
        names[name] = hashed(name, content)
        files[names[name]] = content
    return Assets(files=files, names=names)


def hashed(name: str, content: bytes) -> str:
    """assets/hub.1f0c2a9b.css: a new content is a new address, so that caches may keep the old one for ever."""
    if name.startswith(NAMED):
        return name
    stem, dot, ending = name.rpartition(".")
    return f"assets/{stem}.{digest_of(content)[:8]}.{ending}" if f"{dot}{ending}" in HASHED else f"assets/{name}"


def accent_rules(accent: str) -> bytes:
    """The brand's colour as the accent of light pages, and the same made light enough as that of dark ones. Raises
    SettingsError where its words could not be read (WCAG 2.2, 1.4.3)."""
    ground, ratio = min(((ground, contrast(accent, ground)) for ground in GROUNDS), key=lambda pair: pair[1])
    if ratio < READABLE:
        why = f"{accent} stands out from {ground} by {ratio:.1f} to 1; words need {READABLE} to 1"
        raise SettingsError("brand.accent", why, where="content/hub.toml", fix="choose a darker colour")
    return f"\n:root{{--accent-light:{accent};--accent-dark:{lightened(accent)}}}\n".encode()


def lightened(colour: str) -> str:
    """The nearest lighter shade of a colour whose words can be read with ease on dark pages."""
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    steps = (at / 100 for at in range(ceil(lightness * 100), 101))
    shades = (_hex(hls_to_rgb(hue, step, saturation)) for step in steps)
    return next(shade for shade in shades if min(contrast(shade, ground) for ground in DARK_GROUNDS) >= CLEAR)


def _hex(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2): from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, float, float]:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def statics(folder: Path) -> dict[str, bytes]:
    """content/static/, to be copied to the site's root (.well-known, CNAME, favicon and the like)."""
    if not folder.is_dir():
        return {}
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def fingerprint(folders: list[Path], *words: str) -> str:
    """One digest over files and words: when it moves, every page is due once."""
    total = blake2b(digest_size=16)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not re.search(r"(^|/)[.~]|~$", path.name):
                total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for word in words:
        total.update(word.encode() + b"\0")
    return total.hexdigest()
