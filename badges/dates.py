"""Days, as each language writes them: in pages, mails and documents. Pure."""

from datetime import date

from babel.dates import format_date


def write_date(day: date, language: str, width: str = "long") -> str:
    """Return `day` in `language`. `width` is one of CLDR's: "long" ("November 23, 2026") or "medium" ("Nov 23, 2026").

    French counts the first of a month, and no other day, by an ordinal: "1er janvier 2027". CLDR does not know it.
    """
    written = format_date(day, width, locale=language)
    return f"1er{written[1:]}" if language == "fr" and day.day == 1 else written
