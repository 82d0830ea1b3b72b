"""Pictures from outside, decoded with care and made small: WebP in a few widths, without anything but the picture.

The only door to Pillow. What is not one of five raster formats is not decoded at all; size is judged before a pixel is
unpacked; position, time and camera (EXIF, XMP) stay behind; of what moves the first frame is kept.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
WIDTHS = (96, 400, 800, 1200)  # 96: faces and emoji, three pixels for each of the page
TALL = 4096  # pixels high at most
CARD, CARD_WEIGHT = (1200, 630), 300_000  # pixels, bytes
PIXELS = 40_000_000  # of what is decoded: 160 MB unpacked
WEIGHT = 120 * 1024  # bytes of one form at most
QUALITIES = (80, 70, 60, 50, 40, 30)
BROKEN = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    SyntaxError,
    AttributeError,
    NotImplementedError,
    AssertionError,
    struct.error,
    ImageCms.PyCMSError,
    Warning,
)
"""What Pillow's decoders are known to raise for files that are not what they say."""


Image.MAX_IMAGE_PIXELS = None  # judged in _scaled, before anything is unpacked
warnings.filterwarnings("ignore", module=r"PIL\.")  # of odd metadata, which is dropped


class Unusable(ValueError):
    """No picture, or one that is not decoded; says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scaled:
    """A picture in its forms: width → WebP. `width` and `height` are those of the largest."""

    width: int
    height: int
    forms: dict[int, bytes]

    @property
    def digest(self) -> str:
        """Names it: the same picture has the same name, another one another."""
        return blake2b(b"".join(self.forms[width] for width in sorted(self.forms)), digest_size=20).hexdigest()


def card(body: bytes) -> bytes:
    """What stands beside a link elsewhere, of a form that was made here: 1200 × 630 pixels cut from its middle."""
    with Image.open(BytesIO(body)) as form:
        whole = form.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    cut = ImageOps.fit(Image.alpha_composite(ground, whole).convert("RGB"), CARD, Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        out = BytesIO()
        cut.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= CARD_WEIGHT:
            break
    return out.getvalue()


def scaled(body: bytes) -> Scaled:
    """The forms of a picture. Raises Unusable."""
    try:
        return _scaled(body)
    except Unusable:
        raise
    except BROKEN as why:
        raise Unusable("cannot be decoded") from why


def _scaled(body: bytes) -> Scaled:
    try:
        image: Image.Image = Image.open(BytesIO(body), formats=FORMATS)
    except UnidentifiedImageError as why:
        raise Unusable("is no JPEG, PNG, GIF, WebP or AVIF") from why
    width, height = image.size
    if width * height > PIXELS:
        raise Unusable(f"is {width} × {height} pixels, more than are decoded")
    if image.format == "JPEG":
        image.draft("RGB", (2 * WIDTHS[-1], 2 * TALL))
    whole = _plain(image)
    forms = dict(_forms(whole))
    largest = max(forms)
    with Image.open(BytesIO(forms[largest])) as made:
        return Scaled(width=made.width, height=made.height, forms=forms)


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, upright, in the colours of the web."""
    profile = image.info.get("icc_profile")
    image.seek(0)
    upright = ImageOps.exif_transpose(image)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    made = upright.convert(mode)
    if profile and upright.mode in ("RGB", "RGBA"):
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(made, given, ImageCms.createProfile("sRGB"), outputMode=mode)
        made = converted or made
    made.info.clear()
    return made


def _forms(whole: Image.Image) -> Iterator[tuple[int, bytes]]:
    """From the widest down; none wider than the picture itself."""
    for width in WIDTHS:
        form = whole.copy()
        form.thumbnail((width, TALL), Image.Resampling.LANCZOS)
        yield _webp(form)
        if width >= whole.width:
            return


def _webp(form: Image.Image) -> tuple[int, bytes]:
    """Width and file, at the best quality that is light enough; smaller where none is."""
    while True:
        for quality in QUALITIES:
            out = BytesIO()
            form.save(out, "WEBP", quality=quality, method=4)
            if out.tell() <= WEIGHT:
                return form.width, out.getvalue()
        form = form.resize((max(1, form.width * 3 // 4), max(1, form.height * 3 // 4)), Image.Resampling.LANCZOS)
