"""Photos of people: what somebody hands in is decoded within limits, and only a new, small JPEG of it is kept.

Here belongs making that JPEG. Nothing of the file itself goes on: no metadata (where it was taken, with what), no
second file behind the picture, no colour profile. Pictures of badges, which are kept as they are, stand in `images`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from badges.images import has_too_many_scans

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 16_000_000
"""64 MB when decoded, whatever the file weighs: a few kilobytes can claim to be a wall (decompression bomb)."""
SIDE = 400
"""Pixels: of the square that is kept."""
_QUALITY = 85
_ORIENTATION = 0x0112
"""EXIF 2.32, section 4.6.5: how the camera was held."""
_TURNS: Mapping[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DECODING = BoundedSemaphore(2)
"""Photos at a time in this process."""

_OPENERS: tuple[tuple[bytes, Callable[[BytesIO], Image.Image]], ...] = (
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"\xff\xd8\xff", JpegImageFile),
    (b"RIFF", WebPImageFile),
)
"""By how a file begins. Not `Image.open`: it tries some forty decoders on whatever a stranger sends."""


class PhotoFault(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    LARGE = "large"
    """More than `MAX_BYTES`, than `MAX_PIXELS`, or than `badges.images.MOST_SCANS`."""
    KIND = "kind"
    """Neither JPEG nor PNG nor WebP."""
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG of `SIDE` by `SIDE` pixels that we have encoded ourselves."""

    content: bytes


def make_photo(content: bytes) -> Photo | PhotoFault:
    """Return the middle of the picture, upright and square. Never raises on what a stranger may send."""
    if not content:
        return PhotoFault.EMPTY
    if len(content) > MAX_BYTES:
        return PhotoFault.LARGE
    opener = next((each for beginning, each in _OPENERS if content.startswith(beginning)), None)
    if opener is None:
        return PhotoFault.KIND
    try:
        with _DECODING, opener(BytesIO(content)) as picture:
            is_film = opener is JpegImageFile and has_too_many_scans(content)
            if is_film or picture.width * picture.height > MAX_PIXELS:
                return PhotoFault.LARGE
            return Photo(_encode(_make_square(picture)))
    except Exception:  # decoders raise a dozen kinds on hostile bytes, down to zlib.error and TypeError
        return PhotoFault.DAMAGED


def _make_square(picture: Image.Image) -> Image.Image:
    orientation = picture.getexif().get(_ORIENTATION)
    picture.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is decoded no larger than needed
    shown = picture if picture.mode in {"RGB", "RGBA"} else picture.convert("RGBA")
    side = min(shown.size)
    left, top = (shown.width - side) // 2, (shown.height - side) // 2
    middle = (left, top, left + side, top + side)
    # Reduced by whole factors first: the last step alone is costly on millions of pixels.
    square = shown.resize((SIDE, SIDE), Image.Resampling.LANCZOS, middle, reducing_gap=2.0).convert("RGBA")
    turn = _TURNS.get(orientation)
    if turn is not None:
        square = square.transpose(turn)
    ground = Image.new("RGBA", square.size, "white")
    return Image.alpha_composite(ground, square).convert("RGB")


def _encode(square: Image.Image) -> bytes:
    buffer = BytesIO()
    square.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
