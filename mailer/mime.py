"""The MIME structure of a mail (RFC 2046, 2387): alternative(text, html) or alternative(text, related(html, image)).

Here belong the bytes around the parts. Text and HTML come as canonical quoted-printable (`wire.quoted_printable`), the
image is encoded once for all mails that bear it, so a body is put together by joining bytes. What is baked into the
image of one mail (`badges.openbadges.baking`) is spliced in: padded to whole lines of base64, it leaves the encoding of
all that follows as it is.
"""

import base64
from dataclasses import dataclass
from functools import cached_property

from badges.images import PNG
from badges.openbadges.baking import SHORTEST_CHUNK, Dough, make_padding, make_png, prepare_png

_ALTERNATIVE = "=_badgepost_alternative"
_RELATED = "=_badgepost_related"
# Fixed: "=_" occurs in no quoted-printable and no base64 (RFC 2045 section 6.7), so no part can end another.

CONTENT_TYPE = f'multipart/alternative; boundary="{_ALTERNATIVE}"'
"""The Content-Type of every mail."""

_NAME = "badge.png"
_END = "\r\n--{}--\r\n"
_LINE = 57
"""Bytes that one line of base64 holds: 76 characters (RFC 2045 section 6.8)."""
_CHARACTERS = 76


@dataclass(frozen=True)
class ImageBytes:
    """A picture as it is stored."""

    media_type: str
    """image/png or image/jpeg."""
    content: bytes


class InlineImage:
    """The image part of a mail, as PNG whatever is stored: nothing can be baked into JPEG.

    Raises `ValueError` for what is no PNG although it is said to be one.
    """

    def __init__(self, image: ImageBytes, content_id: str) -> None:
        self._png = make_png(image.content, image.media_type)
        self._dough: Dough = prepare_png(self._png)
        self._head = _bytes(_part_head(_RELATED, _image_head(content_id)))
        self._tail = b"\r\n" + _base64_lines(self._dough.tail)

    @cached_property
    def plain(self) -> tuple[bytes, ...]:
        """The part with the image as it is."""
        return self._head, _base64_lines(self._png)

    def bake(self, chunks: bytes) -> tuple[bytes, ...]:
        """Return the part with these chunks of PNG in the image, which only they are encoded for."""
        baked = self._dough.head + chunks
        baked += make_padding(SHORTEST_CHUNK + -(len(baked) + SHORTEST_CHUNK) % _LINE)
        return self._head, _base64_lines(baked), self._tail


@dataclass(frozen=True)
class Frame:
    """What stands before, between and after the two bodies, the encoded image included."""

    before_text: bytes
    before_html: bytes
    image: InlineImage | None
    end: bytes

    def enclose(self, text: bytes, html: bytes, chunks: bytes | None = None) -> tuple[bytes, ...]:
        """Return the body of a mail in chunks, with `chunks` baked into the image if there is one.

        Both parts must be canonical and end in CRLF.
        """
        image: tuple[bytes, ...] = ()
        if self.image is not None:
            image = (b"\r\n", *(self.image.plain if chunks is None else self.image.bake(chunks)))
        return self.before_text, text, self.before_html, html, *image, self.end


def make_frame(image: ImageBytes | None, content_id: str | None) -> Frame:
    """Return the frame for mails with that image inline (`content_id` without angle brackets), or without one."""
    text = _bytes(_part_head(_ALTERNATIVE, _QP_TEXT.format("plain")))
    if image is None or content_id is None:
        html = _part_head(_ALTERNATIVE, _QP_TEXT.format("html"))
        return Frame(text, _bytes(f"\r\n{html}"), None, _bytes(_END.format(_ALTERNATIVE)))
    related = _part_head(_ALTERNATIVE, f'Content-Type: multipart/related; boundary="{_RELATED}"; type="text/html"\r\n')
    html = _part_head(_RELATED, _QP_TEXT.format("html"))
    end = _END.format(_RELATED) + _END.format(_ALTERNATIVE)
    return Frame(text, _bytes(f"\r\n{related}{html}"), InlineImage(image, content_id), _bytes(end))


_QP_TEXT = "Content-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"


def _part_head(boundary: str, fields: str) -> str:
    return f"--{boundary}\r\n{fields}\r\n"


def _image_head(content_id: str) -> str:
    return (
        f'Content-Type: {PNG}; name="{_NAME}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{content_id}>\r\n"
        f'Content-Disposition: inline; filename="{_NAME}"\r\n'
    )


def _base64_lines(content: bytes) -> bytes:
    """Return base64 in lines with CRLF between them and none at the end."""
    text = base64.b64encode(content)
    return b"\r\n".join([text[start : start + _CHARACTERS] for start in range(0, len(text), _CHARACTERS)])


def _bytes(text: str) -> bytes:
    return text.encode("ascii")
