"""The card: what LinkedIn and others show beside a shared link, 1200 by 627 pixels.

Here belongs what it says and the word in its address that changes with it. They keep what they fetched for days, so a
card whose words have changed has another address. How it looks stands in `templates/card.typ`.
"""

from io import BytesIO

from PIL import Image

from badges.assertions import Standing
from badges.rendering.subject import Pictures, Subject, digest_of, name_values, picture_values
from badges.rendering.typesetting import Pixels, Value, set_png
from badges.rendering.words import words_in

WIDTH, HEIGHT = 1200, 627
"""Pixels. LinkedIn's own figure; narrower than 1.91:1 it is cut, smaller than 400 it becomes a thumbnail."""
_VERSION_LENGTH = 16
_PER_POINT = 2.0
_BADGE_PIXELS = 320
_LOGO_PIXELS = 360
_COLORS = 256
_NOTICE_COLORS = {Standing.REVOKED: "#9c2222", Standing.EXPIRED: "#7a4b00"}


def version_of_card(subject: Subject) -> str:
    """Return the word that stands in the card's address: another one whenever the card would look otherwise."""
    names = [subject.badge_name, subject.earner_name, subject.issuer_name, subject.brand_color]
    looks = [subject.language, subject.standing, subject.image_digest, subject.logo_digest]
    return digest_of("card", [*names, *looks])[:_VERSION_LENGTH]


def draw_card(subject: Subject, pictures: Pictures) -> bytes:
    """Return the card as PNG. One of a badge that no longer counts says so, and shows it in gray."""
    is_past = subject.standing is not Standing.VALID
    values = {
        **name_values(subject),
        **picture_values(pictures, badge_pixels=_BADGE_PIXELS, logo_pixels=_LOGO_PIXELS, gray=is_past),
        **_say_standing(subject),
    }
    return _reduce(set_png("card.typ", values, Pixels(_PER_POINT)))


def _say_standing(subject: Subject) -> dict[str, Value]:
    words = words_in(subject.language)
    notice = {Standing.REVOKED: words.revoked, Standing.EXPIRED: words.expired}.get(subject.standing)
    return {"notice": notice, "notice_color": _NOTICE_COLORS.get(subject.standing)}


def _reduce(drawn: bytes) -> bytes:
    """Return the picture in so few colours that it is a third as long, and so chosen that a logo keeps its own."""
    with Image.open(BytesIO(drawn), formats=["PNG"]) as picture:
        plain = picture.convert("RGB")
    reduced = plain.quantize(_COLORS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    buffer = BytesIO()
    reduced.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
