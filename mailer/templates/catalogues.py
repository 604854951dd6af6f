"""Message catalogues: the words of the templates in each language.

Here belongs reading a catalogue (`<locale>/<language>/LC_MESSAGES/messages.po`). English is the language of the
templates themselves and needs none.
"""

import gettext
import io
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"


class CatalogueMissing(Exception):  # noqa: N818 - becomes a Refusal
    """There is no catalogue for a language."""


def load_catalogue(locale: Path | None, language: str) -> gettext.NullTranslations:
    """Return the translations into `language`. Raises `CatalogueMissing`; `ValueError` if the file cannot be read."""
    if language.partition("_")[0] == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    path = None if locale is None else locale / language / "LC_MESSAGES" / "messages.po"
    if path is None or not path.is_file():
        raise CatalogueMissing(f"there is no catalogue for the language {language!r}")
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(path: Path, _changed_at: int) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, abort_invalid=True))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
