"""The pictures that a mail brings with it, as `data:` URLs for its own HTML (RFC 2392).

Here belong which of them are shown: few, small, of formats that a browser only draws. No SVG, which is a document of
its own. Nothing is decoded here: of each file the head is read, for the kind and the measures that it names. Pure.
"""

import base64
import re
import struct
from collections.abc import Iterable

from wire.parts import Part

MOST_PICTURES = 30
LARGEST_PICTURE = 2 << 20
"""Bytes."""
ALL_PICTURES = 6 << 20
"""Bytes of all that are shown in one mail."""
MOST_PIXELS = 25_000_000
"""A file of a few kilobytes can hold more than a browser's memory."""

_CONTENT_ID = re.compile(r"<?([^<>\s]{1,250})>?")
_GIF = struct.Struct("<HH")
_PNG = struct.Struct(">II")
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def list_pictures(parts: Iterable[Part]) -> dict[str, str]:
    """Return the `data:` URL of each picture that may be shown, by its Content-ID."""
    found: dict[str, str] = {}
    room = ALL_PICTURES
    for part in parts:
        name = _CONTENT_ID.fullmatch(part.header.first("content-id").strip())
        media_type = tell_picture(part.content) if name else None
        if name is None or media_type is None or len(part.content) > room or len(found) >= MOST_PICTURES:
            continue
        room -= len(part.content)
        found.setdefault(name[1], f"data:{media_type};base64,{base64.b64encode(part.content).decode('ascii')}")
    return found


def tell_picture(content: bytes) -> str | None:
    """Return the media type of a picture that may be shown, by its own first bytes; None for all else."""
    if len(content) > LARGEST_PICTURE:
        return None
    for media_type, measure in (
        ("image/png", _measure_png),
        ("image/gif", _measure_gif),
        ("image/jpeg", _measure_jpeg),
    ):
        pixels = measure(content)
        if pixels is not None:
            return media_type if 0 < pixels <= MOST_PIXELS else None
    return None


def _measure_png(content: bytes) -> int | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = _PNG.unpack_from(content, 16)
    return int(width * height)


def _measure_gif(content: bytes) -> int | None:
    if content[:6] not in (b"GIF87a", b"GIF89a") or len(content) < 10:
        return None
    width, height = _GIF.unpack_from(content, 6)
    return int(width * height)


def _measure_jpeg(content: bytes) -> int | None:
    """Walk the segments to the frame's head (ITU T.81 B.2.2); each step goes forward."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return int(width * height)
        at += 1 if marker == 0xFF else 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
    return None
