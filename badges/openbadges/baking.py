"""Baking: a credential inside the badge's picture, so that whoever has the picture has the proof. Pure.

Here belong the bytes of PNG and SVG. What is baked comes signed from `signing`; who gets it stands in `web.baked` and
in `mailer`.

Open Badges 3.0 section 5.3 (keyword, element, once, not compressed); Open Badges 2.0 Baking; PNG 3, sections 5 and 11.
"""

import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from PIL.JpegImagePlugin import JpegImageFile

from badges.images import PNG

LONGEST_BAKED = 16 << 20
"""Bytes of a picture that `unbake` looks into: far more than we ever bake."""

LONGEST_SIDE = 600
"""Pixels of a PNG that is made of a JPEG: twice what it is shown at, and no photograph of 40 MB."""

SHORTEST_CHUNK = 12
"""Bytes of a chunk without content (PNG 3, section 5.3)."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR_END = len(_SIGNATURE) + 4 + 4 + 13 + 4
_KEYWORD = b"openbadgecredential"
_KEYWORD_2 = b"openbadges"
_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")
_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"


@dataclass(frozen=True)
class Dough:
    """A PNG ready to be baked again and again: whatever was baked into it is taken out."""

    head: bytes
    """Signature and IHDR: chunks of text may follow it directly."""
    tail: bytes

    def bake(self, credential: str, assertion: str | None = None) -> bytes:
        """Return the PNG with a signed credential in it; and with an Open Badges 2.0 assertion beside it."""
        return b"".join((self.head, make_chunks(credential, assertion), self.tail))


def prepare_png(png: bytes) -> Dough:
    """Make a whole PNG (`badges.images.check_image`) ready. Raises `ValueError` for anything else."""
    kept = [png[start:end] for name, start, end in _walk(png) if not _is_baked(name, png[start:end])]
    head, *rest = kept
    return Dough(_SIGNATURE + head, b"".join(rest))


def bake_png(png: bytes, credential: str, assertion: str | None = None) -> bytes:
    """Return `png` with `credential` in it, once, in the place of any that was there. Raises `ValueError`."""
    return prepare_png(png).bake(credential, assertion)


def make_chunks(credential: str, assertion: str | None = None) -> bytes:
    """Return what is baked: chunks that stand between `head` and `tail` of a `Dough`."""
    older = _make_text(_KEYWORD_2, assertion) if assertion is not None else b""
    return _make_text(_KEYWORD, credential) + older


def make_padding(length: int) -> bytes:
    """Return a chunk of so many bytes, at least `SHORTEST_CHUNK`, that says nothing: ancillary, private, safe to copy
    (PNG 3, section 5.4), so whoever does not know it passes over it."""
    return _make_chunk(b"paDd", bytes(length - SHORTEST_CHUNK))


def make_png(content: bytes, media_type: str) -> bytes:
    """Return a stored picture as PNG, since nothing can be baked into JPEG; a PNG stays as it is."""
    if media_type == PNG:
        return content
    with JpegImageFile(BytesIO(content)) as picture:
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        small = picture.convert("RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    buffer = BytesIO()
    small.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def bake_svg(png: bytes, credential: str, title: str) -> bytes:
    """Return an SVG that shows `png`, is called `title` and bears `credential`. Raises `ValueError` for no PNG."""
    head = prepare_png(png)
    width, height = struct.unpack_from(">II", head.head, 16)
    printable = "".join(filter(str.isprintable, title))  # XML has no words for most control characters
    picture = b64encode(head.head + head.tail).decode("ascii")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{_NAMESPACE}" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        f"<openbadges:credential verify={quoteattr(credential)}></openbadges:credential>"
        f"<title>{escape(printable)}</title>"
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{picture}"/>'
        "</svg>\n"
    ).encode()


def unbake(content: bytes) -> str | None:
    """Return the Open Badges 3.0 credential in a PNG or SVG; None if there is none. Takes what strangers send."""
    if len(content) > LONGEST_BAKED:
        return None
    return _unbake_png(content) if content.startswith(_SIGNATURE) else _unbake_svg(content)


def _unbake_png(content: bytes) -> str | None:
    try:
        for name, start, end in _walk(content):
            keyword, _, rest = content[start + 8 : end - 4].partition(b"\0")
            if name == b"iTXt" and keyword == _KEYWORD and rest[:1] == b"\0" and _is_sound(content[start:end]):
                return rest[2:].split(b"\0", 2)[2].decode("utf-8") or None
    except (ValueError, IndexError):
        return None
    return None


def _unbake_svg(content: bytes) -> str | None:
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    found = root.find(f"{{{_NAMESPACE}}}credential")
    return None if found is None else found.get("verify") or None


def _make_text(keyword: bytes, text: str) -> bytes:
    """Return an uncompressed iTXt chunk (PNG 3, section 11.3.3.4) without language."""
    return _make_chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text.encode("utf-8"))


def _make_chunk(name: bytes, content: bytes) -> bytes:
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def _is_baked(name: bytes, chunk: bytes) -> bool:
    return name in _TEXT_CHUNKS and chunk[8:].startswith((_KEYWORD + b"\0", _KEYWORD_2 + b"\0"))


def _is_sound(chunk: bytes) -> bool:
    """Tell whether a chunk is what was written (PNG 3, section 5.3)."""
    return chunk[-4:] == struct.pack(">I", zlib.crc32(chunk[4:-4]))


def _walk(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of each chunk. Raises `ValueError` where they do not lead from IHDR to IEND."""
    position, name = len(_SIGNATURE), b""
    if not png.startswith(_SIGNATURE) or png[position + 4 : position + 8] != b"IHDR" or len(png) < _IHDR_END:
        raise ValueError("not a PNG")
    while name != b"IEND":
        if position + 12 > len(png):
            raise ValueError("a PNG that is cut short")
        length, name = struct.unpack_from(">I4s", png, position)
        end = position + 12 + length
        if end > len(png):
            raise ValueError("a PNG that is cut short")
        yield name, position, end
        position = end
