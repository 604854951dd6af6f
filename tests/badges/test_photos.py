"""Photos: whatever is handed in, a small upright JPEG of our own comes out, or a word for why none does."""

import zlib
from io import BytesIO
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from badges.images import CheckedImage, ImageFault, check_image
from badges.photos import MAX_BYTES, SIDE, Photo, PhotoFault, make_photo

SECRET = b"59.9139N 10.7522E <script>alert(1)</script>"


def _write(picture: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **more)
    return buffer.getvalue()


def _read(content: bytes) -> Image.Image:
    made = make_photo(content)
    assert isinstance(made, Photo)
    picture = Image.open(BytesIO(made.content))
    picture.load()
    return picture


def _halves(width: int, height: int) -> Image.Image:
    """Return a picture that is red above and blue below."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (0, height // 2, width, height))
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(1600, 900), (300, 700), (1, 1), (400, 400)])
def test_a_square_jpeg_comes_out(kind: str, size: tuple[int, int]) -> None:
    picture = _read(_write(_halves(*size), kind))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (SIDE, SIDE))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_is_taken(mode: str) -> None:
    assert _read(_write(Image.new(mode, (50, 80)), "PNG")).size == (SIDE, SIDE)


def test_cmyk_is_taken() -> None:
    assert _read(_write(Image.new("CMYK", (50, 80)))).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    assert _read(_write(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG")).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(("orientation", "where"), [(1, "top"), (3, "bottom"), (6, "right"), (8, "left"), (5, "left")])
def test_it_stands_upright(orientation: int, where: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = _read(_write(_halves(900, 900), exif=exif))
    middle, near, far = SIDE // 2, 20, SIDE - 20
    point = {"top": (middle, near), "bottom": (middle, far), "left": (near, middle), "right": (far, middle)}[where]
    red, _, blue = picture.getpixel(point)  # type: ignore[misc]
    assert red > 200
    assert blue < 60


def test_nothing_of_the_file_goes_on() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    content = _write(_halves(800, 800), exif=exif, comment=SECRET, icc_profile=SECRET) + SECRET
    assert content.count(SECRET) == 4
    made = make_photo(content)
    assert isinstance(made, Photo)
    assert SECRET not in made.content
    picture = Image.open(BytesIO(made.content))
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert made.content.endswith(b"\xff\xd9")


def test_the_first_frame_of_a_film_is_taken() -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "blue")]
    for kind in ("PNG", "WEBP"):
        content = _write(frames[0], kind, save_all=True, append_images=frames[1:], duration=10, lossless=True)
        assert _read(content).getpixel((5, 5))[0] > 200  # type: ignore[index]


def _claim(width: int, height: int) -> bytes:
    """Return a small PNG that says it is this large: its rows are zeroes, which compress a thousandfold."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    header = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * min(width * height * 3 + height, 20_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(4001, 4000), (100_000, 100_000), (16_000_001, 1), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_not_decoded(size: tuple[int, int]) -> None:
    content = _claim(*size)
    assert len(content) < 50_000
    assert make_photo(content) is PhotoFault.LARGE


def test_a_film_of_scans_is_not_decoded() -> None:
    """Each scan is short and costs a walk over all pixels: 2 MB of them would take a quarter of an hour."""
    picture = Image.new("L", (400, 400), 128)
    content = _write(picture, progressive=True)
    start = content.rindex(b"\xff\xda")
    scan = content[start:-2]
    assert isinstance(make_photo(content[:start] + scan * 50 + content[start:]), Photo)
    bomb = content[:start] + scan * 200 + content[start:]
    assert make_photo(bomb) is PhotoFault.LARGE
    assert isinstance(check_image(content), CheckedImage)
    assert isinstance(check_image(bomb), ImageFault)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", PhotoFault.EMPTY),
        (b"\xff\xd8\xff" + b"\0" * MAX_BYTES, PhotoFault.LARGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", PhotoFault.KIND),
        (b"GIF89a\x01\0\x01\0\0\0\0;", PhotoFault.KIND),
        (b"%PDF-1.7\n", PhotoFault.KIND),
        (b"<html>\xff\xd8\xff", PhotoFault.KIND),
        (b"\xff\xd8\xff\xe0 and so on", PhotoFault.DAMAGED),
        (b"\x89PNG\r\n\x1a\n", PhotoFault.DAMAGED),
        (b"RIFF\x24\0\0\0WAVEfmt ", PhotoFault.DAMAGED),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff", PhotoFault.DAMAGED),
    ],
)
def test_what_is_no_photo_is_refused(content: bytes, fault: PhotoFault) -> None:
    assert make_photo(content) is fault


def test_what_is_cut_short_is_refused() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        content = _write(Image.effect_noise((300, 300), 90).convert("RGB"), kind)
        assert make_photo(content[: len(content) // 2]) is PhotoFault.DAMAGED


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    flips=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=20),
)
def test_no_damage_raises(kind: str, flips: list[tuple[int, int]]) -> None:
    content = bytearray(_write(_halves(40, 40), kind))
    for place, value in flips:
        content[place % len(content)] = value
    assert isinstance(make_photo(bytes(content)), Photo | PhotoFault)
