"""The certificate and the linked badge, read by a PDF reader and a QR decoder that are not ours."""

import os
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from badges.rendering.certificate import TEMPLATE, say_certificate, set_certificate
from badges.rendering.linked_badge import set_linked_badge
from badges.rendering.subject import Pictures, Subject
from badges.rendering.typesetting import Pixels, set_png
from badges.rendering.words import LANGUAGES, words_in
from tests.badges.rendering.subjects import MARKUP, SCRIPTS, URL, pictures, subject


def _read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def _certify(about: Subject) -> PdfReader:
    return _read(set_certificate(about, pictures()))


def _text(reader: PdfReader) -> str:
    (page,) = reader.pages
    return " ".join(page.extract_text().replace("\u200b", "").split())


def _links(reader: PdfReader) -> list[str]:
    annotations = [annotation.get_object() for annotation in reader.pages[0].get("/Annots", [])]
    return [str(annotation["/A"]["/URI"]) for annotation in annotations]


def _elements(node: Any) -> list[tuple[str, str]]:
    """Return kind and alternative text of every element of the structure tree, in reading order."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [found for child in node for found in _elements(child)]
    if not isinstance(node, DictionaryObject) or "/S" not in node:
        return []
    return [(str(node["/S"]), str(node.get("/Alt", ""))), *_elements(node.get("/K", []))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_certificate_can_be_read_aloud(language: str) -> None:
    reader = _certify(subject(language=language))
    root = reader.trailer["/Root"]
    assert root["/Lang"].split("-")[0] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata.title == "Mountain First Aid – Ada Lindqvist"
    assert reader.metadata.author == "Fjellvik Mountain School"
    elements = _elements(root["/StructTreeRoot"]["/K"])
    assert [kind for kind, _ in elements].count("/H1") == 1
    alternatives = [alternative for kind, alternative in elements if kind == "/Figure"]
    assert alternatives == [
        "Fjellvik Mountain School",
        "A red cross on a mountain",
        words_in(language).scan_alt.format(url=URL),
    ]


def test_the_certificate_says_what_was_awarded() -> None:
    text = _text(_certify(subject(language="de", expires_on=None)))
    for said in ("URKUNDE", "Ada Lindqvist", "Mountain First Aid", "Cares for injured people", "23. November 2026"):
        assert said in text
    for said in ("unbegrenzt", "k3v9x2m7q8w1z5aa", "Fjellvik Mountain School", URL.removeprefix("https://")):
        assert said in text


def test_links_and_code_lead_to_the_badge() -> None:
    assert set(_links(_certify(subject()))) == {URL, f"{URL}/badge.png"}
    picture = Image.open(BytesIO(set_png(TEMPLATE, say_certificate(subject(), pictures()), Pixels(2))))
    (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert (code.format, code.text) == (zxingcpp.BarcodeFormat.QRCode, URL)


@pytest.mark.parametrize("name", MARKUP)
def test_markup_is_text(name: str) -> None:
    about = subject(earner_name=name, badge_name=name, issuer_name=name, description=name, image_alt=name)
    reader = _certify(about)
    assert _text(reader).count(name) >= 3
    assert set(_links(reader)) == {URL, f"{URL}/badge.png"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_names_in_any_script_are_in_the_text(name: str) -> None:
    pdf = set_certificate(subject(earner_name=name), pictures())
    if b"pdfuaid" not in pdf and not os.environ.get("CI"):
        pytest.skip("no font on this machine has these letters")
    letters = {letter for letter in _text(_read(pdf)) if not letter.isascii()}
    assert {letter for letter in name if letter.isalpha() and not letter.isascii()} <= letters


@pytest.mark.parametrize("letter", ["x", "W", "山", "ع", "👩‍🚀", "wide words "])
def test_long_names_stay_on_one_page(letter: str) -> None:
    name = (letter * 200)[:200]
    about = subject(earner_name=name, badge_name=name, issuer_name=name, description=name * 10, image_alt=name)
    reader = _certify(about)
    assert len(reader.pages) == 1
    assert "k3v9x2m7q8w1z5aa" in _text(reader)


def test_what_steers_the_words_around_a_name_is_left_out() -> None:
    text = _text(_certify(subject(earner_name="Ada\u202e\u2066 Lind\x00\x07qvist\ud800\n\n(revoked)")))
    assert "Ada Lindqvist (revoked)" in text


@settings(max_examples=25)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=500), st.sampled_from(["#fff", "#000000", "red"]))
def test_any_words_make_a_certificate(name: str, badge: str, description: str, color: str) -> None:
    about = subject(earner_name=name, badge_name=badge, description=description, brand_color=color)
    assert len(_read(set_certificate(about, Pictures(pictures().badge, None))).pages) == 1


def test_the_same_badge_gives_the_same_bytes() -> None:
    assert set_certificate(subject(), pictures()) == set_certificate(subject(), pictures())
    later = _certify(subject(issued_on=date(1961, 1, 1)))
    assert later.metadata is not None
    assert str(later.metadata.creation_date).startswith("1961-01-01")


def test_the_badge_alone_is_a_picture_and_a_link() -> None:
    reader = _read(set_linked_badge(subject(), pictures()))
    assert _links(reader) == [URL]
    elements = _elements(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert ("/Figure", "A red cross on a mountain") in elements
    assert "pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert len(reader.pages[0].images) == 1
