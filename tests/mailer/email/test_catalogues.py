"""The catalogues of the emails: in step with the templates, complete, each text with its values."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "email"
LANGUAGES = ("de", "es", "fr")

VALUE = re.compile(r"%\((\w+)\)s")


def read_catalogue(language: str) -> Catalog:
    with (TEMPLATES / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the templates, as the folder to work in."""
    folder = tmp_path / "email"
    shutil.copytree(TEMPLATES, folder)
    monkeypatch.chdir(folder)
    return folder


def commands_of_the_guide() -> list[list[str]]:
    guide = (TEMPLATES.parents[1] / "docs" / "templates.md").read_text("utf-8")
    return [shlex.split(line) for line in re.findall(r"^pybabel .*", guide, re.MULTILINE)]


def test_the_commands_of_the_guide_change_nothing(copied: Path) -> None:
    """A text that was changed without them shows here."""
    commands = commands_of_the_guide()
    assert [command[1] for command in commands] == ["extract", "update"]
    for command in commands:
        CommandLineInterface().run([command[0], "--quiet", *command[1:]])
    for name in ("messages.pot", *(f"{language}/LC_MESSAGES/messages.po" for language in LANGUAGES)):
        assert (copied / "locale" / name).read_text("utf-8") == (TEMPLATES / "locale" / name).read_text("utf-8"), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_for_good(language: str) -> None:
    catalogue = read_catalogue(language)
    assert str(catalogue.locale) == language
    assert len(catalogue) > 60
    assert not catalogue.obsolete
    assert [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_of_its_text(language: str) -> None:
    for message in read_catalogue(language):
        if message.id:
            assert sorted(VALUE.findall(message.string)) == sorted(VALUE.findall(message.id)), message.string
            assert VALUE.sub("", message.string).count("%") == 0, message.string


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_brings_no_markup_and_no_stray_blanks(language: str) -> None:
    for message in read_catalogue(language):
        if message.id:
            text = message.string
            assert not re.search(r"[<>{}\t\n]|  ", text), text
            assert text == text.strip(), text


FORMS_OF_THE_FAMILIAR = {
    "de": re.compile(r"\b(du|dir|dich|dein(e[mnrs]?)?)\b", re.IGNORECASE),
    "es": re.compile(r"\b(tú|tu|tus|tienes|puedes|haz)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(tu|ton|ta|tes|toi)\b", re.IGNORECASE),
}
STRAIGHT_QUOTES = re.compile(r"[\"']")
FRENCH_BLANK = re.compile(r"[^\u202f\u00a0][!?;:»]|«[^\u00a0]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_is_addressed_politely_and_in_good_type(language: str) -> None:
    for message in read_catalogue(language):
        if message.id:
            assert not FORMS_OF_THE_FAMILIAR[language].search(message.string), message.string
            assert not STRAIGHT_QUOTES.search(message.string), message.string


def test_french_marks_stand_apart_without_a_line_break() -> None:
    for message in read_catalogue("fr"):
        if message.id:
            assert not FRENCH_BLANK.search(message.string), message.string
