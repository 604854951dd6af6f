"""The badge's picture in other sizes, for signatures, résumés and web pages: PNG, or JPEG on white.

Here belong the sizes and the resampling. The picture is the one that was handed in (`badges.images`), not
the baked one, and without whatever else its file holds.
"""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from badges.images import JPEG, PNG

SIZES = (100, 120, 160, 200, 300, 400, 600)
"""Pixels a side. Twice what they are shown at, for dense screens."""

MEDIA_TYPES = {"png": PNG, "jpg": JPEG}
"""What there is, by extension."""

_VERSION = "1"
"""To be raised with every change of what is drawn: the pictures of old are kept by browsers."""
_JPEG_QUALITY = 88
_CLEAR = (255, 255, 255, 0)


@dataclass(frozen=True)
class SizedImage:
    """Which picture, how large, as what."""

    image_digest: str
    size: int
    extension: str

    @property
    def digest(self) -> str:
        """What the picture is known by: the same digest, the same bytes."""
        return sha256(f"{_VERSION}/{self.image_digest}/{self.size}.{self.extension}".encode()).hexdigest()

    @property
    def media_type(self) -> str:
        """Its media type."""
        return MEDIA_TYPES[self.extension]


def draw_sized(content: bytes, size: int, extension: str) -> bytes:
    """Return a picture that `badges.images` has checked, whole and in the middle of a square of `size` pixels."""
    picture = _fit_square(content, size)
    buffer = BytesIO()
    if MEDIA_TYPES[extension] == JPEG:
        ground = Image.new("RGBA", picture.size, "white")
        Image.alpha_composite(ground, picture).convert("RGB").save(buffer, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    else:
        picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def draw_for_page(content: bytes, size: int, *, gray: bool = False) -> bytes:
    """Return the picture as a PNG for a document, at most `size` pixels a side, in its own proportions."""
    picture = _open(content)
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    if gray:
        picture = picture.convert("LA").convert("RGBA")
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _fit_square(content: bytes, size: int) -> Image.Image:
    """Return the picture in a square of `size` pixels, transparent where it leaves room."""
    return ImageOps.pad(_open(content), (size, size), Image.Resampling.LANCZOS, color=_CLEAR)


def _open(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=["PNG", "JPEG"]) as picture:
        upright = ImageOps.exif_transpose(picture)
        return upright.convert("RGBA")
