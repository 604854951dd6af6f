"""Mails fit to be looked at: words, parts, pictures."""

import base64
import struct

import pytest

from inbound.showing.mail import show_mail, take_part
from inbound.showing.pictures import MOST_PIXELS, tell_picture

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 10, 20) + b"\x08\x02\x00\x00\x00"


def _huge(width: int, height: int) -> bytes:
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PNG, "image/png"),
        (b"GIF89a" + struct.pack("<HH", 1, 1), "image/gif"),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01", "image/jpeg"),
        (_huge(MOST_PIXELS, 2), None),
        (_huge(0, 5), None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"\xff\xd8\xff" + b"\xff" * 1000, None),
        (b"\xff\xd8\xff\xe0\x00\x00" * 1000, None),
        (PNG[:20], None),
        (b"", None),
    ],
)
def test_pictures_are_told_by_their_bytes(content: bytes, told: str | None) -> None:
    assert tell_picture(content) == told


def test_a_mail_is_taken_apart() -> None:
    content = (
        b"From: Sam <sam@mail.example>\r\nSubject: Hi\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nMy words.\r\n\r\nOn 1 May 2026, Support wrote:\r\n> Yours.\r\n"
        b'--b\r\nContent-Type: text/csv; name="a.csv"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.b64encode(b"a,b")
        + b"\r\n--b--\r\n"
    )
    shown = show_mail(content)
    assert [(each.mark, each.text.split("\n")[-1]) for each in shown.passages] == [
        ("new", "My words."),
        ("quote", "> Yours."),
    ]
    [part] = shown.parts
    assert (part.file_name, part.media_type, part.size) == ("a.csv", "text/csv", 3)
    assert take_part(content, part.number).content == b"a,b"
    assert not take_part(content, 99).is_there
    assert not shown.has_html


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 50, b"\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 500]
)
def test_anything_can_be_shown(content: bytes) -> None:
    assert show_mail(content).source.count("\n") <= content.count(b"\n")
