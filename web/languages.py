"""The languages of the pages: which one a visitor gets, and the catalogues.

English is the source; the others stand in `templates/pages/locale` as .po files, which are read when the program
starts. Mails have catalogues of their own.
"""

from collections.abc import Sequence
from gettext import NullTranslations
from pathlib import Path

from mailer.templates.catalogues import load_catalogue

LANGUAGES = {"en": "English", "es": "Español", "fr": "Français", "de": "Deutsch"}
"""Every language there is, by its code, in its own words. The first is the source and what others fall back to."""

SOURCE = "en"
MOST_RANGES = 20
"""How many entries of an Accept-Language header are looked at: a stranger writes it."""


def choose_language(asked: str | None, accept_language: str | None, known: Sequence[str | None] = ()) -> str:
    """Return the language to answer in.

    First what the visitor chose on the page (`asked`), then what is `known` of them (their mails' language), then
    the Accept-Language header (RFC 9110 section 12.5.4), then English.
    """
    for code in (asked, *known):
        if code in LANGUAGES:
            return code
    return _best_of_header(accept_language or "")


def _best_of_header(header: str) -> str:
    ranked = sorted(map(_weigh_range, header.split(",")[:MOST_RANGES]), key=lambda pair: -pair[1])
    return next((code for code, weight in ranked if weight > 0 and code in LANGUAGES), SOURCE)


def _weigh_range(text: str) -> tuple[str, float]:
    language_range, _, parameter = text.partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        weight = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        weight = 0.0
    return language_range.strip().lower().split("-")[0], weight


def read_catalogues(folder: Path) -> dict[str, NullTranslations]:
    """Return the catalogue of every language. Raises `CatalogueMissing`, and `ValueError` for one that is broken."""
    return {code: load_catalogue(folder, code) for code in LANGUAGES}
