"""Images: what a picture that somebody hands in is, and a picture for a badge that has none.

Here belong the reading of foreign image bytes and what is refused, with reasons for the person who handed them in.
How the picture of a badge is composed stands in `badges.emblem`; storing, in the database; both by content hash.
"""

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from badges.emblem import compose_badge

MAX_BYTES = 1_048_576
MAX_SIDE = 4_000
"""Pixels. A picture of 4,000 by 4,000 takes 64 MB when decoded: the most that one check may cost."""

PNG = "image/png"
JPEG = "image/jpeg"
_EXTENSIONS = {PNG: "png", JPEG: "jpg"}

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_START = b"\xff\xd8\xff"
_JPEG_END = 0xD9
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length: TEM, RST0 to RST7, SOI (ITU-T T.81, table B.1)."""
_JPEG_SCAN = b"\xff\xda"
MOST_SCANS = 100
"""Of a JPEG. A progressive one has about ten; each costs a walk over all pixels and need be no longer than 31 bytes."""


@dataclass(frozen=True)
class CheckedImage:
    """A whole, still PNG or JPEG within the limits."""

    digest: str
    """SHA-256 of `content`, in hexadecimal."""
    media_type: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class ImageFault:
    """Why a picture is refused, in words for the person who handed it in."""

    reason: str


def check_image(content: bytes) -> CheckedImage | ImageFault:
    """Tell by its content whether a picture may go into mails. Never raises on what a stranger may send."""
    if not content:
        return ImageFault("the file is empty")
    if len(content) > MAX_BYTES:
        return ImageFault(f"the image is {len(content):,} bytes long; at most {MAX_BYTES:,} (1 MB) go into a mail")
    media_type = _tell_type(content)
    if isinstance(media_type, ImageFault):
        return media_type
    fault = _check_ends(content, media_type)
    return fault or _decode(content, media_type)


def path_of_image(digest: str, media_type: str) -> str:
    """Return the path at which a stored image is found on the web."""
    return f"/images/{digest}.{_EXTENSIONS[media_type]}"


def has_too_many_scans(content: bytes) -> bool:
    """Tell of a JPEG whether it would take minutes to decode. Within a scan no marker follows 0xFF (T.81, B.1)."""
    return content.count(_JPEG_SCAN) > MOST_SCANS


def draw_badge(name: str, issuer_name: str, color: str) -> bytes:
    """Return a PNG of 600 by 600 pixels, to be shown at 300: the same bytes for the same words and colour.

    `color` is the issuer's, as `badges.branding.parse_color` reads it. Raises `ValueError` if it is none.
    """
    buffer = BytesIO()
    compose_badge(name, issuer_name, color).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def crop_square(image: CheckedImage) -> CheckedImage | ImageFault:
    """Return the middle of a picture as a square of its shorter side; one that is square already, as it is.

    It is encoded anew, in its own format, and nothing else of the file goes on (when and where it was taken).
    """
    if image.width == image.height:
        return image
    try:
        return check_image(_encode_middle(image))
    except Exception:  # what a camera has written beside the picture can break as badly as the picture
        return ImageFault("the image is damaged and cannot be cut to a square; save it again")


def _encode_middle(image: CheckedImage) -> bytes:
    is_png, buffer = image.media_type == PNG, BytesIO()
    with (PngImageFile if is_png else JpegImageFile)(BytesIO(image.content)) as picture:
        upright = ImageOps.exif_transpose(picture)
        side = min(upright.size)
        left, top = (upright.width - side) // 2, (upright.height - side) // 2
        square = upright.crop((left, top, left + side, top + side))
        square.info = {name: value for name, value in upright.info.items() if name == "transparency"}
        square.save(buffer, "PNG" if is_png else "JPEG", optimize=True, **({} if is_png else {"quality": 92}))
    return buffer.getvalue()


def _tell_type(content: bytes) -> str | ImageFault:
    if content.startswith(_PNG_SIGNATURE):
        return PNG
    if content.startswith(_JPEG_START):
        return JPEG
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"\x1f\x8b")) or b"<svg" in head:
        return ImageFault("SVG images are not shown by many mail programs (Gmail among them); save it as PNG")
    return ImageFault("the file is neither a PNG nor a JPEG image, whatever its name says")


def _check_ends(content: bytes, media_type: str) -> ImageFault | None:
    """Refuse what is cut short or goes on after its end: such a tail may be another file in disguise."""
    end = _find_png_end(content) if media_type == PNG else _find_jpeg_end(content)
    if end is None:
        return ImageFault("the image is damaged or cut short; save it again")
    if end < len(content):
        return ImageFault(f"{len(content) - end:,} bytes follow the end of the image; save it again")
    if media_type == JPEG and has_too_many_scans(content):
        return ImageFault(f"the image is made of more than {MOST_SCANS} scans; save it again")
    return None


def _find_png_end(content: bytes) -> int | None:
    """Return the offset after the chunk IEND (PNG 3, section 5.3), or None if the chunks do not lead to one."""
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        position += 12 + length
        if name == b"IEND":
            return position if position <= len(content) else None
    return None


def _find_jpeg_end(content: bytes) -> int | None:
    """Return the offset after the marker EOI (ITU-T T.81, B.1), or None if the segments do not lead to one."""
    position = 2
    while 0 <= (position := content.find(b"\xff", position)) < len(content) - 1:
        marker = content[position + 1]
        if marker == _JPEG_END:
            return position + 2
        if marker == 0xFF:
            position += 1
        elif marker == 0 or marker in _JPEG_ALONE or position + 4 > len(content):
            position += 2
        else:
            position += 2 + int.from_bytes(content[position + 2 : position + 4])
    return None


def _decode(content: bytes, media_type: str) -> CheckedImage | ImageFault:
    # Not Image.open: it warns of large pictures before their sides can be looked at, and guesses at other formats.
    plugin = PngImageFile if media_type == PNG else JpegImageFile
    try:
        with plugin(BytesIO(content)) as picture:
            return _measure(picture, content, media_type)
    except Exception:  # decoders raise a dozen kinds on hostile bytes, down to zlib.error and TypeError
        return ImageFault("the image is damaged and cannot be shown; save it again")


def _measure(picture: Image.Image, content: bytes, media_type: str) -> CheckedImage | ImageFault:
    width, height = picture.size
    if max(width, height) > MAX_SIDE:
        return ImageFault(f"the image is {width:,} by {height:,} pixels; at most {MAX_SIDE:,} a side are taken")
    if getattr(picture, "is_animated", False):
        return ImageFault("the image is animated; mail programs disagree on what to show, so save one frame of it")
    picture.load()
    return CheckedImage(hashlib.sha256(content).hexdigest(), media_type, width, height, content)
