"""The preview card and the pictures in other sizes."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from badges.assertions import Standing
from badges.rendering.card import HEIGHT, WIDTH, draw_card, version_of_card
from badges.rendering.sizes import draw_for_page, draw_sized
from badges.rendering.subject import Pictures
from tests.badges.rendering.subjects import MARKUP, SCRIPTS, pictures, subject

LARGEST = 200_000
"""Bytes."""


def _open(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture)).convert("RGB")


@pytest.mark.parametrize("name", [MARKUP[0], SCRIPTS[4], SCRIPTS[-1], "W" * 200, "many words " * 30, ""])
def test_any_name_fits(name: str) -> None:
    about = subject(earner_name=name, badge_name=name, issuer_name=name)
    card = draw_card(about, Pictures(pictures().badge, None))
    assert _open(card).size == (WIDTH, HEIGHT)
    assert len(card) < LARGEST
    margin = _open(card).crop((WIDTH - 40, 0, WIDTH, HEIGHT))
    assert margin.getcolors(1) is not None, "words run into the margin"


def test_a_badge_that_counts_no_more_says_so_in_gray() -> None:
    valid, revoked, expired = (
        _open(draw_card(subject(standing=standing), pictures()))
        for standing in (Standing.VALID, Standing.REVOKED, Standing.EXPIRED)
    )
    words = (500, 440, 1100, 620)
    for past in (revoked, expired):
        assert ImageChops.difference(valid.crop(words), past.crop(words)).getbbox()
        red, green, blue = past.crop((120, 180, 330, 440)).split()
        assert max(ImageChops.difference(red, blue).getextrema()) < 16, green


def test_a_small_spot_in_a_logo_keeps_its_color() -> None:
    logo, spot, near = BytesIO(), (242, 181, 67), 4
    picture = Image.new("RGB", (90, 90), "#1d5f6e")
    picture.paste(spot, (70, 10, 80, 20))
    picture.save(logo, "PNG")
    card = _open(draw_card(subject(brand_color="#1d5f6e"), Pictures(pictures().badge, logo.getvalue())))
    colors = [color for _, color in card.getcolors(1 << 20) or []]
    assert min(max(abs(one - other) for one, other in zip(color, spot, strict=True)) for color in colors) <= near


@pytest.mark.parametrize(
    "change",
    [
        {"badge_name": "x"}, {"earner_name": "x"}, {"issuer_name": "x"}, {"brand_color": "#000"}, {"language": "de"},
        {"standing": Standing.REVOKED}, {"image_digest": "x"}, {"logo_digest": None},
    ],
)  # fmt: skip
def test_the_version_changes_with_what_is_shown(change: dict[str, object]) -> None:
    assert version_of_card(subject(**change)) != version_of_card(subject())


def test_the_version_stays_with_what_is_not_shown() -> None:
    assert version_of_card(subject(description="x", image_alt="y")) == version_of_card(subject())


def test_a_picture_is_whole_and_in_the_middle_of_its_square() -> None:
    wide = BytesIO()
    Image.new("RGB", (400, 100), "red").save(wide, "JPEG")
    clear = Image.open(BytesIO(draw_sized(wide.getvalue(), 200, "png")))
    assert clear.size == (200, 200)
    assert clear.getchannel("A").getbbox() == (0, 75, 200, 125)
    white = Image.open(BytesIO(draw_sized(wide.getvalue(), 200, "jpg")))
    assert white.getpixel((5, 5)) == (255, 255, 255)


def test_a_picture_is_turned_as_its_camera_says_and_tells_nothing_else() -> None:
    turned = BytesIO()
    picture = Image.new("RGB", (40, 20), "red")
    exif = picture.getexif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"
    picture.save(turned, "JPEG", exif=exif)
    assert Image.open(BytesIO(draw_for_page(turned.getvalue(), 100))).size == (20, 40)
    for extension in ("png", "jpg"):
        sized = draw_sized(turned.getvalue(), 100, extension)
        assert b"taken at home" not in sized
        assert not Image.open(BytesIO(sized)).getexif()
