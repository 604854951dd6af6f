"""Lexicons: their entries, and how words are found in them."""

import pytest

from inbound.understanding.concepts import BITS, NAMES, name_bits
from inbound.understanding.hits import find_hits
from inbound.understanding.words import Lexicon, list_languages, load_lexicon

SOURCE = """
language: de
function_words: der die das
not_misspelt: umlauten
concepts:
  UNLOCK: entsperr*, schalt* .. frei, aufheben
  CHANGE: änder*, ändern|anpassen, ab?ändern
  NAME: name, Umlautname, Straße
  USERNAME: user name
  PASSWORD: "*passwort*, losungswort"
  LOST: deleted your mail
  EMAIL: mail
"""


def find(text: str) -> list[list[str]]:
    return [name_bits(hit.concepts) for hit in find_hits(text.split(), Lexicon(SOURCE))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Entsperren", [["UNLOCK"]]),
        ("schalten Sie bitte das Konto wieder frei", [["UNLOCK"]]),
        ("schalten eins zwei drei vier fünf sechs sieben frei", []),
        ("ÄNDERN", [["CHANGE"]]),
        ("andern", [["CHANGE"]]),
        ("aendern", [["CHANGE"]]),
        ("STRASSE strasse straße", [["NAME"], ["NAME"], ["NAME"]]),
        ("Einmalpasswort Einmalpasswörter", [["PASSWORD"], ["PASSWORD"]]),
        ("user name", [["USERNAME"]]),
        ("name user", [["NAME"]]),
        ("deleted your mail", [["LOST"], ["EMAIL"]]),
        ("umlautnmae", [["NAME"]]),
        ("umlautnam", [["NAME"]]),
        ("mlautname", []),
        ("umlauten nmae", []),
    ],
)
def test_entries(text: str, found: list[list[str]]) -> None:
    assert find(text) == found


def test_unknown_concept_is_refused() -> None:
    with pytest.raises(KeyError):
        Lexicon("{language: en, function_words: a, not_misspelt: b, concepts: {NO_SUCH: word}}")


def test_every_language_has_every_concept() -> None:
    assert set(list_languages()) == {"en", "es", "fr", "de"}
    for language in list_languages():
        lexicon = load_lexicon(language)
        missing = [name for name in NAMES if not lexicon.holds(BITS[name])]
        assert missing == [], language
