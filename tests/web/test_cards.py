"""`/badges/{id}/card-{version}.png` and `/badges/{id}/image-{size}.png`, `.jpg`."""

import re
from io import BytesIO
from itertools import product

from PIL import Image

from badges.rendering.card import HEIGHT, WIDTH
from badges.rendering.sizes import SIZES
from tests.web.house import House

ADA = "ada@mail.example"
SMALL_ENOUGH = 200_000
"""Bytes. LinkedIn takes 5 MB; a telephone that shows twenty of them is glad of less."""


def _card(house: House) -> str:
    """Return the path of the present card, to which any other version leads."""
    answer = house.get(f"/badges/{house.award_of(ADA)}/card-old.png")
    assert answer.status_code == 302
    return answer.headers["location"]


def test_the_card_is_a_small_png_of_linkedins_size(house: House) -> None:
    card = house.get(_card(house))
    assert card.status_code == 200
    assert card.headers["content-type"] == "image/png"
    assert card.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=604800" in card.headers["cache-control"]
    assert len(card.content) < SMALL_ENOUGH
    assert Image.open(BytesIO(card.content)).size == (WIDTH, HEIGHT) == (1200, 627)


def test_the_card_is_drawn_once_and_the_same_for_everybody(house: House) -> None:
    path = _card(house)
    first = house.get(path, **{"accept-language": "de"})
    assert house.get(path, **{"accept-language": "fr"}).content == first.content
    again = house.get(path, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


CHANGES = (
    "UPDATE earner SET name = 'Ada Berg' WHERE id = (SELECT earner_id FROM assertion WHERE id = :i)",
    "UPDATE badge_class SET name = 'Sea First Aid' WHERE id = (SELECT badge_class_id FROM assertion WHERE id = :i)",
    "UPDATE issuer SET brand_color = '#c8102e' WHERE :i != ''",
    "UPDATE assertion SET expires_on = '2026-11-22' WHERE id = :i",
    "UPDATE assertion SET state = 'revoked' WHERE id = :i",
)


def test_a_card_that_would_look_otherwise_has_another_address(house: House) -> None:
    seen = {_card(house): house.get(_card(house)).content}
    for change in CHANGES:
        house.change(change, i=house.award_of(ADA))
        new = _card(house)
        assert new not in seen
        assert {house.get(old).headers["location"] for old in seen} == {new}
        assert house.get(new).content not in seen.values()
        seen[new] = house.get(new).content


def test_a_held_or_hidden_badge_has_neither_card_nor_picture(house: House) -> None:
    card, award = _card(house), house.award_of(ADA)
    for column, path in product(("held_at", "hidden_at"), (card, f"/badges/{award}/image-200.png")):
        house.change("UPDATE assertion SET held_at = NULL, hidden_at = NULL WHERE id = :i", i=award)
        assert house.get(path).status_code == 200
        house.change(f"UPDATE assertion SET {column} = 1 WHERE id = :i", i=award)
        there, nowhere = house.get(path), house.get(path.replace(award, "a" * len(award)))
        assert there.status_code == nowhere.status_code == 404
        assert there.text == nowhere.text


def test_pictures_come_in_the_listed_sizes(house: House) -> None:
    forms = (("png", "PNG", "RGBA"), ("jpg", "JPEG", "RGB"))
    for size, (extension, form, mode) in product(SIZES, forms):
        answer = house.get(f"/badges/{house.award_of(ADA)}/image-{size}.{extension}")
        assert answer.status_code == 200
        picture = Image.open(BytesIO(answer.content))
        assert (picture.format, picture.mode, picture.size) == (form, mode, (size, size))
        assert answer.headers["content-type"] == f"image/{form.lower()}"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_picture_is_not_sent_twice_and_changes_with_the_badge(house: House) -> None:
    path = f"/badges/{house.award_of(ADA)}/image-200.jpg"
    etag = house.get(path).headers["etag"]
    again = house.get(path, **{"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    house.change(
        "UPDATE badge_class SET image_digest = (SELECT digest FROM image WHERE digest != image_digest LIMIT 1)"
    )
    assert house.get(path, **{"if-none-match": etag}).status_code == 200


def test_there_is_nothing_at_other_names(house: House) -> None:
    sizes = ["0.png", "99999.png", "0200.png", "200.gif", "200.png.html", "200", "２００.png", "200.jpeg", "-200.png"]
    names = [*(f"image-{size}" for size in sizes), "card-.png", "card-x.jpg", "card-a/b.png"]
    answers = {name: house.get(f"/badges/{house.award_of(ADA)}/{name}").status_code for name in names}
    assert set(answers.values()) == {404}, answers


def test_looking_changes_nothing(house: House) -> None:
    before = house.dump()
    for path in (_card(house), f"/badges/{house.award_of(ADA)}/image-200.png"):
        assert house.client.head(path).content == b""
    assert house.dump() == before
    assert re.fullmatch(r"/badges/\w+/card-[0-9a-f]{16}\.png", _card(house))
