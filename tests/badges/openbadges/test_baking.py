"""Baking: once, where others find it, whatever was in the picture before; and unbaking what strangers send."""

import struct
import zlib
from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openbadges_bakery import unbake as unbake_2
from openbadgeslib import baking as others
from PIL import Image

from badges.images import CheckedImage, check_image, draw_badge
from badges.openbadges.baking import LONGEST_BAKED, LONGEST_SIDE, bake_png, bake_svg, make_png, unbake
from tests.pngs import read_chunks

PICTURE = draw_badge("Mountain First Aid", "Fjellvik", "#1f4e79")
TOKEN = "header.payload.signature"


def test_a_baked_png_is_a_whole_picture_with_the_credential_after_its_head() -> None:
    baked = bake_png(PICTURE, TOKEN)
    assert [name for name, _ in read_chunks(baked)][:2] == [b"IHDR", b"iTXt"]
    assert read_chunks(baked)[1][1] == b"openbadgecredential\0\0\0\0\0" + TOKEN.encode()
    checked = check_image(baked)
    assert isinstance(checked, CheckedImage)
    assert Image.open(BytesIO(baked)).tobytes() == Image.open(BytesIO(PICTURE)).tobytes()
    assert unbake(baked) == others.extract_png(baked, keyword=others.ITXT_KEYWORD_OB3) == TOKEN
    assert len(baked) - len(PICTURE) < len(TOKEN) + 40


def test_version_2_stands_beside_it() -> None:
    baked = bake_png(PICTURE, TOKEN, '{"name":"é"}')
    assert others.extract_png(baked) == unbake_2(BytesIO(baked)) == '{"name":"é"}'
    assert unbake(baked) == TOKEN


def test_whatever_was_baked_before_is_gone() -> None:
    once = bake_png(PICTURE, "somebody.elses.badge", "{}")
    old = b"openbadges\0" + b"https://old.example/assertion"
    chunk = struct.pack(">I", len(old)) + b"tEXt" + old + struct.pack(">I", zlib.crc32(b"tEXt" + old))
    assert bake_png(once[:-12] + chunk + once[-12:], TOKEN) == bake_png(PICTURE, TOKEN)


def test_what_else_stands_in_a_picture_stays() -> None:
    buffer = BytesIO()
    Image.new("RGB", (3, 3)).save(buffer, "PNG", dpi=(300, 300))
    assert b"pHYs" in [name for name, _ in read_chunks(bake_png(buffer.getvalue(), TOKEN))]


def test_a_jpeg_becomes_a_png_of_a_size_to_be_kept() -> None:
    buffer = BytesIO()
    Image.new("CMYK", (1600, 1200), (0, 200, 0, 0)).save(buffer, "JPEG")
    png = make_png(buffer.getvalue(), "image/jpeg")
    assert Image.open(BytesIO(png)).size == (LONGEST_SIDE, 450)
    assert unbake(bake_png(png, TOKEN)) == TOKEN
    assert make_png(PICTURE, "image/png") is PICTURE


def test_a_baked_svg_shows_the_picture_and_is_called_by_its_name() -> None:
    title = 'First <aid> & "more"'
    baked = bake_svg(bake_png(PICTURE, "old.credential.here"), TOKEN, title)
    root = ElementTree.fromstring(baked)
    assert root[0].tag == "{https://purl.imsglobal.org/ob/v3p0}credential"
    assert root.findtext("{http://www.w3.org/2000/svg}title") == title
    assert unbake(baked) == others.extract_svg(baked, element=others.SVG_ELEMENT_OB3) == TOKEN
    assert b"old.credential.here" not in baked


@given(st.text(max_size=30))
def test_an_svg_is_well_formed_whatever_the_badge_is_called(title: str) -> None:
    root = ElementTree.fromstring(bake_svg(PICTURE, TOKEN, title))
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "".join(filter(str.isprintable, title))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n", PICTURE[:40], PICTURE[:-1], b"\xff\xd8\xff", b"<svg/>"],
)
def test_what_is_no_whole_png_is_not_baked(content: bytes) -> None:
    with pytest.raises(ValueError, match="PNG"):
        bake_png(content, TOKEN)


_BAKED = bake_png(PICTURE, TOKEN)


_DAMAGED = PICTURE[:33] + struct.pack(">I", 25) + b"iTXtopenbadgecredential" + bytes(6)
"""A chunk whose checksum is not of what is in it."""


@example(bake_png(PICTURE, ""), b"")
@example(_DAMAGED, bytes(4))
@given(st.binary(max_size=200) | st.integers(0, 300).map(lambda end: _BAKED[:end]), st.binary(max_size=9))
def test_unbaking_takes_what_strangers_send(content: bytes, tail: bytes) -> None:
    assert unbake(content + tail) in {None, TOKEN}


@pytest.mark.parametrize(
    "content",
    [
        PICTURE,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><svg>&a;</svg>",
        b"<svg" + b"<a>" * 5000,
        b"\x89PNG\r\n\x1a\n" + bytes(LONGEST_BAKED),
    ],
)
def test_pictures_without_a_credential(content: bytes) -> None:
    assert unbake(content) is None
