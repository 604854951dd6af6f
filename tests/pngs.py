"""PNG as its specification has it, for what tests look at: checked chunks, and pictures saved from mails."""

import struct
import zlib
from email.message import Message

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Return name and content of every chunk. Asserts what PNG 3, section 5 demands of them."""
    assert png.startswith(SIGNATURE)
    found, position = [], len(SIGNATURE)
    while position < len(png):
        length, name = struct.unpack_from(">I4s", png, position)
        content = png[position + 8 : position + 8 + length]
        [crc] = struct.unpack_from(">I", png, position + 8 + length)
        assert crc == zlib.crc32(name + content)
        assert name.isalpha()
        assert name[2:3].isupper()
        found.append((name, content))
        position += 12 + length
    assert position == len(png)
    assert (found[0][0], found[-1]) == (b"IHDR", (b"IEND", b""))
    return found


def without_padding(png: bytes) -> bytes:
    """Return a PNG without the chunk that brings what is baked in a mail to whole lines of base64."""
    [padding] = [content for name, content in read_chunks(png) if name == b"paDd"]
    assert padding == bytes(len(padding))
    assert len(padding) < 57
    start = png.index(b"paDd") - 4
    return png[:start] + png[start + 12 + len(padding) :]


def picture_in(mail: Message) -> bytes:
    """Return the one picture of a mail as its recipient saves it."""
    [part] = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert (part.get_content_type(), part.get_filename()) == ("image/png", "badge.png")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
