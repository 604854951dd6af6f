"""Pictures that people hand in: what is taken, what is refused, and why."""

import hashlib
import random
import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from badges.images import JPEG, MAX_BYTES, MAX_SIDE, PNG, CheckedImage, ImageFault, check_image


def save(picture: Image.Image, form: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def make_png(width: int = 40, height: int = 30) -> bytes:
    return save(Image.new("RGBA", (width, height), (31, 78, 121, 128)), "PNG")


def make_jpeg(**options: object) -> bytes:
    return save(Image.linear_gradient("L").convert("RGB"), "JPEG", **options)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def make_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def make_text_bomb() -> bytes:
    """A small PNG with a text chunk that grows a thousandfold."""
    png = make_png()
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9))
    return png[:33] + text + png[33:]


def make_animation() -> bytes:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    return save(frames[0], "PNG", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("content", "media_type", "size"),
    [
        (make_png(), PNG, (40, 30)),
        (make_png(1, 1), PNG, (1, 1)),
        (make_png(MAX_SIDE, 2), PNG, (MAX_SIDE, 2)),
        (save(Image.new("P", (9, 9)), "PNG"), PNG, (9, 9)),
        (save(Image.new("I;16", (9, 9)), "PNG"), PNG, (9, 9)),
        (make_jpeg(), JPEG, (256, 256)),
        (make_jpeg(progressive=True), JPEG, (256, 256)),
        (make_jpeg(comment=b"\xff\xd9 is no end here"), JPEG, (256, 256)),
        (make_jpeg(restart_marker_blocks=1), JPEG, (256, 256)),
        (save(Image.new("L", (9, 9)), "JPEG"), JPEG, (9, 9)),
    ],
)
def test_whole_still_pictures_are_taken(content: bytes, media_type: str, size: tuple[int, int]) -> None:
    digest = hashlib.sha256(content).hexdigest()
    assert check_image(content) == CheckedImage(digest, media_type, *size, content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello", "neither a PNG nor a JPEG"),
        (save(Image.new("RGB", (9, 9)), "GIF"), "neither a PNG nor a JPEG"),
        (save(Image.new("RGB", (9, 9)), "WEBP"), "neither a PNG nor a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG images are not shown by many mail programs"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><svg/>", "SVG"),
        (b"<!-- made by hand --><svg/>", "SVG"),
        (bytes(MAX_BYTES + 1), "1,048,577 bytes"),
        (make_png(MAX_SIDE + 1, 1), "4,001 by 1 pixels"),
        (make_bomb(4_000, 4_001), "4,000 by 4,001 pixels"),
        (make_bomb(60_000, 60_000), "60,000 by 60,000 pixels"),
        (make_text_bomb(), "damaged"),
        (make_animation(), "animated"),
        (make_png()[:-1], "cut short"),
        (make_png()[:60], "cut short"),
        (make_jpeg()[:-2], "cut short"),
        (make_jpeg()[:400], "cut short"),
        (make_png() + b"PK\x03\x04", "4 bytes follow the end"),
        (make_jpeg() + b"<script>", "8 bytes follow the end"),
        (make_jpeg() + make_jpeg(), "bytes follow the end"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (make_png().replace(b"IDAT", b"JDAT"), "damaged"),
    ],
)
def test_everything_else_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    refused = check_image(content)
    assert isinstance(refused, ImageFault)
    assert reason in refused.reason


@pytest.mark.parametrize("make", [make_png, make_jpeg])
def test_damaged_bytes_never_raise(make: Callable[[], bytes]) -> None:
    dice = random.Random(20261123)
    whole = make()
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        verdict = check_image(bytes(content))
        assert isinstance(verdict, CheckedImage | ImageFault)
