"""The language of a mail, as a roster may name it."""

from desk.roster.cells import CellFault, fold_text

LANGUAGES = ("en", "es", "fr", "de")
"""The languages that badgepost writes in."""

NAMES: dict[str, tuple[str, ...]] = {
    "en": ("en", "eng", "English", "inglés", "anglais", "Englisch"),
    "es": ("es", "spa", "Spanish", "español", "castellano", "espagnol", "Spanisch"),
    "fr": ("fr", "fra", "fre", "French", "francés", "français", "Französisch"),
    "de": ("de", "deu", "ger", "German", "alemán", "allemand", "Deutsch"),
}
"""What each may be called; case and accents do not count. A region may follow (en-GB, es_MX)."""

_BY_NAME = {fold_text(name): language for language, names in NAMES.items() for name in names}


def read_language(text: str) -> str | CellFault:
    """Return the language that `text` names, or why it names none that we know."""
    written = text.strip()
    language = _BY_NAME.get(fold_text(written)) or _BY_NAME.get(fold_text(written.replace("_", "-").split("-")[0]))
    if language:
        return language
    return CellFault(f"is not a language that mails are written in ({', '.join(LANGUAGES)})")
