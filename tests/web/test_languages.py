"""Which language a visitor gets, and that the catalogues are whole."""

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from badges.links import LIFETIMES, Purpose
from web.languages import LANGUAGES, SOURCE, choose_language

PAGES = Path(__file__).parents[2] / "templates" / "pages"
TRANSLATED = [code for code in LANGUAGES if code != SOURCE]
FAMILIAR = {
    "de": re.compile(r"\b(du|dir|dich|dein(e[mnrs]?)?)\b", re.IGNORECASE),
    "es": re.compile(r"\b(tú|tu|tus|tienes|puedes|haz)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(tu|ton|ta|tes|toi)\b", re.IGNORECASE),
}
STRAIGHT_QUOTES_OR_STRAY_BLANKS = re.compile(r"[\"'\t\n]|^ |  | $")
FRENCH_BLANK = re.compile(r"[^\u202f\u00a0][!?;»]|[^\u202f\u00a0]:(?!//)|«[^\u00a0]")


@pytest.mark.parametrize(
    ("asked", "header", "known", "language"),
    [
        (None, None, [], "en"),
        (None, "", [], "en"),
        (None, "fr", [], "fr"),
        (None, "de-AT,de;q=0.9,en;q=0.5", [], "de"),
        (None, "en;q=0.4, es;q=0.9", [], "es"),
        (None, "ja, pt-BR;q=0.9", [], "en"),
        (None, "fr;q=0, de;q=0.1", [], "de"),
        (None, "*", [], "en"),
        (None, "fr;q=1.x, de;q=0.5", [], "de"),
        (None, "fr", ["es"], "es"),
        (None, "fr", [None, "xx"], "fr"),
        ("de", "fr", ["es"], "de"),
        ("xx", "fr", [], "fr"),
        ("../../etc", None, [], "en"),
    ],
)
def test_chosen_known_header_english_in_this_order(
    asked: str | None, header: str | None, known: list[str | None], language: str
) -> None:
    assert choose_language(asked, header, known) == language


@given(st.text(), st.text())
def test_no_header_breaks_it(asked: str, header: str) -> None:
    assert choose_language(asked, header) in LANGUAGES


def _extract() -> set[str]:
    options = {"trimmed": "true", "silent": "false"}
    found = extract_from_dir(PAGES, [("**.html", "jinja2")], {"**.html": options})
    return {str(message) for _, _, message, _, _ in found}


def _catalogue(code: str) -> Catalog:
    with (PAGES / "locale" / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_and_nothing_else(code: str) -> None:
    catalogue = _catalogue(code)
    texts = _extract()
    assert len(texts) > 50
    assert {str(message.id) for message in catalogue if message.id} == texts
    assert not [message.id for message in catalogue if message.id and (message.fuzzy or not message.string)]


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_name_the_same_values(code: str) -> None:
    for message in _catalogue(code):
        if message.id:
            assert _values(str(message.string)) == _values(str(message.id)), message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_readers_are_addressed_politely_and_in_good_type(code: str) -> None:
    for text in _translations(code):
        assert not FAMILIAR[code].search(text), text
        assert not STRAIGHT_QUOTES_OR_STRAY_BLANKS.search(text), text


def test_french_marks_stand_apart_without_a_line_break() -> None:
    assert not [text for text in _translations("fr") if FRENCH_BLANK.search(text)]


def _translations(code: str) -> list[str]:
    told = [message.string for message in _catalogue(code) if message.id]
    return [text for each in told for text in ([each] if isinstance(each, str) else each or [])]


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text.replace("%(", "{").replace(")s", "}")) if name}


def test_the_template_of_catalogues_is_up_to_date() -> None:
    with (PAGES / "locale" / "messages.pot").open("rb") as file:
        assert {str(message.id) for message in read_po(file) if message.id} == _extract()


def test_pages_say_how_long_a_link_works() -> None:
    assert LIFETIMES[Purpose.PASSWORD].total_seconds() == 3600, "password_asked.html says one hour"
