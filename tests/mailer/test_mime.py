import email
from email import policy
from email.message import EmailMessage

import pytest

from mailer.mime import CONTENT_TYPE, Frame, ImageBytes, make_frame

PNG = ImageBytes("image/png", bytes(range(256)) * 40)


def assemble(frame: Frame) -> bytes:
    head = f"MIME-Version: 1.0\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n".encode()
    return head + b"".join(frame.enclose(b"text =C3=A9\r\n", b"<p>html</p>\r\n"))


def parse(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert all(part.defects == [] for part in message.walk())
    return message


def test_an_inline_image_stands_beside_the_html() -> None:
    message = parse(assemble(make_frame(PNG, "badge@badgepost.example")))
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


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 114, 40_400])
def test_the_frame_is_canonical_for_every_size_of_image(size: int) -> None:
    data = assemble(make_frame(ImageBytes("image/jpeg", b"\xff" * size), "badge@badgepost.example"))
    assert data.endswith(b"--\r\n")
    assert not data.endswith(b"\r\n\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 90
        assert not line.endswith(b" ")
        assert not line.startswith((b".", b"From "))
        assert b"\n" not in line
    assert list(parse(data).walk())[-1].get_content() == b"\xff" * size
