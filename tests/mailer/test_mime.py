import base64
import email
import struct
import zlib
from email import policy
from email.message import EmailMessage
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib import baking as others
from PIL import Image

from badges.images import CheckedImage, check_image, draw_badge
from badges.openbadges.baking import bake_png, make_chunks
from mailer.mime import CONTENT_TYPE, Frame, ImageBytes, make_frame
from tests.pngs import picture_in, without_padding

PNG = ImageBytes("image/png", draw_badge("Mountain First Aid", "Fjellvik", "#1f4e79"))
FRAME = make_frame(PNG, "badge@badgepost.example")


def assemble(frame: Frame, chunks: bytes | None = None) -> bytes:
    head = f"MIME-Version: 1.0\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n".encode()
    return head + b"".join(frame.enclose(b"text =C3=A9\r\n", b"<p>html</p>\r\n", chunks))


def make_image(media_type: str, spare: int = 0) -> ImageBytes:
    """Return a picture with so many bytes in a chunk that nobody knows."""
    buffer = BytesIO()
    Image.new("RGB", (3, 2), (0, 200, 0)).save(buffer, media_type.removeprefix("image/").upper())
    content = buffer.getvalue()
    body = b"spAr" + bytes(spare)
    chunk = struct.pack(">I", spare) + body + struct.pack(">I", zlib.crc32(body))
    return ImageBytes(media_type, content[:-12] + chunk + content[-12:] if media_type == "image/png" else content)


def parse(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert all(part.defects == [] for part in message.walk())
    return message


def test_an_inline_image_stands_beside_the_html() -> None:
    message = parse(assemble(FRAME))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    image = list(message.walk())[-1]
    assert image.get_content() == PNG.content
    assert image["Content-ID"] == "<badge@badgepost.example>"
    assert image.get_content_disposition() == "inline"
    assert image.get_filename() == "badge.png"


@pytest.mark.parametrize(("image", "content_id"), [(None, None), (None, "x@y.example"), (PNG, None)])
def test_without_an_image_there_is_no_related_part(image: ImageBytes | None, content_id: str | None) -> None:
    message = parse(assemble(make_frame(image, content_id)))
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    text, html = message.iter_parts()
    assert (text.get_content(), html.get_content()) == ("text é\r\n", "<p>html</p>\r\n")


@pytest.mark.parametrize("baked", [None, b"", make_chunks("a.b.c"), make_chunks("d" * 4000, "{}")])
@pytest.mark.parametrize("spare", [0, 1, 20, 40, 56, 57, 40_400])
def test_the_frame_is_canonical_for_every_size_of_image(spare: int, baked: bytes | None) -> None:
    data = assemble(make_frame(make_image("image/png", spare), "badge@badgepost.example"), baked)
    assert data.endswith(b"--\r\n")
    assert not data.endswith(b"\r\n\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 90
        assert not line.endswith(b" ")
        assert not line.startswith((b".", b"From "))
        assert b"\n" not in line
    assert isinstance(check_image(picture_in(parse(data))), CheckedImage)


@given(st.integers(1, 300), st.none() | st.integers(0, 200))
def test_what_is_baked_into_a_mail_is_what_is_baked_into_a_file(credential: int, assertion: int | None) -> None:
    token = "c" * credential
    older = "{" + " " * assertion + "}" if assertion is not None else None
    data = assemble(FRAME, make_chunks(token, older))
    (lines,) = [
        str(part.get_payload()).split() for part in parse(data).walk() if part.get_content_type() == "image/png"
    ]
    assert all(len(line) == 76 for line in lines[:-1])
    picture = picture_in(parse(data))
    assert base64.b64encode(picture).decode() == "".join(lines)
    assert without_padding(picture) == bake_png(PNG.content, token, older)
    assert others.extract_png(picture, keyword=others.ITXT_KEYWORD_OB3) == token


def test_a_jpeg_becomes_a_png_since_nothing_can_be_baked_into_it() -> None:
    frame = make_frame(make_image("image/jpeg"), "badge@badgepost.example")
    for baked in (None, make_chunks("a.b.c")):
        part = list(parse(assemble(frame, baked)).walk())[-1]
        assert (part.get_content_type(), part.get_filename()) == ("image/png", "badge.png")
        assert Image.open(BytesIO(part.get_content())).format == "PNG"


def test_a_picture_without_a_credential_is_the_one_that_is_stored() -> None:
    assert picture_in(parse(assemble(FRAME))) == PNG.content


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="PNG"):
        make_frame(ImageBytes("image/png", b"\x89PNG"), "badge@badgepost.example")
