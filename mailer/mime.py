"""The MIME structure of a mail (RFC 2046, 2387): alternative(text, html) or alternative(text, related(html, image)).

Here belong the bytes around the parts. Text and HTML come as canonical quoted-printable (`wire.quoted_printable`), the
image is encoded once for all mails that bear it, so a body is put together by joining bytes.
"""

import base64
from dataclasses import dataclass

_ALTERNATIVE = "=_badgepost_alternative"
_RELATED = "=_badgepost_related"
# Fixed: "=_" occurs in no quoted-printable and no base64 (RFC 2045 section 6.7), so no part can end another.

CONTENT_TYPE = f'multipart/alternative; boundary="{_ALTERNATIVE}"'
"""The Content-Type of every mail."""

_NAMES = {"image/png": "badge.png", "image/jpeg": "badge.jpg"}


@dataclass(frozen=True)
class ImageBytes:
    """A picture as it is stored."""

    media_type: str
    """image/png or image/jpeg."""
    content: bytes


@dataclass(frozen=True)
class Frame:
    """What stands before, between and after the two bodies, the encoded image included."""

    before_text: bytes
    before_html: bytes
    after_html: bytes

    def enclose(self, text: bytes, html: bytes) -> tuple[bytes, ...]:
        """Return the body of a mail in chunks. Both parts must be canonical and end in CRLF."""
        return self.before_text, text, self.before_html, html, self.after_html


def make_frame(image: ImageBytes | None, content_id: str | None) -> Frame:
    """Return the frame for mails with that image inline (`content_id` without angle brackets), or without one."""
    text = _part_head(_ALTERNATIVE, _QP_TEXT.format("plain"))
    if image is None or content_id is None:
        html = _part_head(_ALTERNATIVE, _QP_TEXT.format("html"))
        return Frame(_bytes(text), _bytes(f"\r\n{html}"), _bytes(f"\r\n--{_ALTERNATIVE}--\r\n"))
    related = _part_head(_ALTERNATIVE, f'Content-Type: multipart/related; boundary="{_RELATED}"; type="text/html"\r\n')
    html = _part_head(_RELATED, _QP_TEXT.format("html"))
    head = _part_head(_RELATED, _image_head(image, content_id))
    end = f"\r\n--{_RELATED}--\r\n\r\n--{_ALTERNATIVE}--\r\n"
    return Frame(
        _bytes(text),
        _bytes(f"\r\n{related}{html}"),
        _bytes(f"\r\n{head}") + _base64_lines(image.content) + _bytes(end),
    )


_QP_TEXT = "Content-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"


def _part_head(boundary: str, fields: str) -> str:
    return f"--{boundary}\r\n{fields}\r\n"


def _image_head(image: ImageBytes, content_id: str) -> str:
    name = _NAMES[image.media_type]
    return (
        f'Content-Type: {image.media_type}; name="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{content_id}>\r\n"
        f'Content-Disposition: inline; filename="{name}"\r\n'
    )


def _base64_lines(content: bytes) -> bytes:
    return base64.encodebytes(content).removesuffix(b"\n").replace(b"\n", b"\r\n")


def _bytes(text: str) -> bytes:
    return text.encode("ascii")
