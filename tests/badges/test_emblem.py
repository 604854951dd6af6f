"""The drawn badge: the same everywhere, small, whole, readable in any colour and any script."""

from io import BytesIO

import pytest
from PIL import Image

from badges.emblem import SIDE
from badges.images import CheckedImage, check_image, draw_badge
from badges.lettering import can_letter, set_words

NAME, ISSUER, COLOR = "Certified Bridge Inspector", "American Society of Example Engineers", "#1f4e79"


def open_badge(name: str = NAME, issuer_name: str = ISSUER, color: str = COLOR) -> Image.Image:
    return Image.open(BytesIO(draw_badge(name, issuer_name, color))).convert("RGBA")


@pytest.mark.parametrize(
    ("name", "issuer_name", "color"),
    [
        (NAME, ISSUER, COLOR),
        ("Gestión de proyectos: señalización", "Escuela de Administración Pública", "#00796b"),
        ("データ分析 基礎", "Пример", "#ffd54f"),
        ("x", "", "#fff"),
        ("Wort" * 60, "An office with a name that goes on " * 8, "#000"),
        (" ", " ", "#e4572e"),
        ("\u0301", "\u0308", "#e4572e"),
    ],
)
def test_any_words_in_any_colour_give_a_picture_that_a_mail_can_carry(name: str, issuer_name: str, color: str) -> None:
    checked = check_image(draw_badge(name, issuer_name, color))
    assert isinstance(checked, CheckedImage)
    assert (checked.width, checked.height) == (SIDE, SIDE)
    assert len(checked.content) < 60_000


def test_the_same_words_give_the_same_bytes() -> None:
    assert draw_badge(NAME, ISSUER, COLOR) == draw_badge(NAME, ISSUER, COLOR)


def test_names_issuers_and_colours_can_be_told_apart() -> None:
    pictures = {
        draw_badge(NAME, ISSUER, COLOR),
        draw_badge("Professional Mentor", ISSUER, COLOR),
        draw_badge(NAME, "Northwind Training Institute", COLOR),
        draw_badge(NAME, ISSUER, "#b3261e"),
        draw_badge("データ", ISSUER, COLOR),
    }
    assert len(pictures) == 5


def test_the_ground_is_transparent_and_the_edge_of_the_seal_light() -> None:
    picture = open_badge()
    corners = [picture.getpixel(point)[3] for point in ((0, 0), (599, 0), (0, 599), (599, 599))]
    assert corners == [0, 0, 0, 0]
    first = next(pixel for y in range(SIDE) if (pixel := picture.getpixel((300, y)))[3] == 255)
    assert min(first[:3]) > 200


def test_no_colour_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="is not a colour"):
        draw_badge(NAME, ISSUER, "blue")


@pytest.mark.parametrize("words", ["Año", "Größe", "Łódź"[1:], "São João", "Český", "O’Neil – “x”", "Œuvre", "ÅSE"])
def test_latin_letters_with_accents_can_be_set(words: str) -> None:
    assert can_letter(words)


@pytest.mark.parametrize("words", ["", "  ", "Ωmega", "Привет", "データ", "ليلى", "Gold 🏅", "a\u200bb"])
def test_other_scripts_cannot(words: str) -> None:
    assert not can_letter(words)


def test_an_accent_leaves_ink_above_its_letter() -> None:
    plain, accented = open_badge("ANO"), open_badge("AÑO")
    assert plain.tobytes() != accented.tobytes()


def test_words_take_the_largest_size_that_fits() -> None:
    short = set_words("Mentor", width=370, height=196, sizes=(58, 24))
    long = set_words("Inspector of bridges, tunnels and retaining walls", width=370, height=196, sizes=(58, 24))
    assert short.size == 58
    assert len(short.lines) == 1
    assert 24 <= long.size < 58
    assert " ".join(long.lines) == "INSPECTOR OF BRIDGES, TUNNELS AND RETAINING WALLS"


def test_what_fits_in_no_size_is_cut_short_visibly() -> None:
    lettering = set_words("word " * 200, width=370, height=196, sizes=(58, 24))
    assert lettering.size == 24
    assert lettering.lines[-1].endswith("...")
    assert len(lettering.lines) < 10
