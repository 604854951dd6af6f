"""Typesetting: a template of ours and values make a PDF or a PNG.

Here belong the compiler, the fonts, and what may reach a template: values as JSON, which Typst reads as data and never
as markup, cleaned of what would steer the text around them. What a document says stands in `certificate`, `card`
and `linked_badge`; how it looks, in `templates/`. A template can read no file but its neighbours, and none imports a
package, which the compiler would fetch.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Literal

import typst

Value = str | bool | list[int] | list[list[str]] | dict[str, str] | None
"""What a template can be given."""

PDF_UA: Literal["ua-1"] = "ua-1"
"""PDF/UA-1 (ISO 14289-1): every text, picture and link can be read aloud, in order, in a known language."""

_TEMPLATES = Path(str(files("badges.rendering"))) / "templates"
_LEFT_TO_RIGHT_SCRIPTS = frozenset({"L"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"R", "AL"})
_ELLIPSIS = "…"
_JOINERS = frozenset("\u200c\u200d")
_TAGS = range(0xE0020, 0xE0080)
"""Flags of regions are written with these (Unicode Technical Standard 51)."""


@dataclass(frozen=True)
class Pixels:
    """How fine a PNG is drawn: `per_point` pixels for each typographic point of the page."""

    per_point: float


def set_pdf(template: str, values: Mapping[str, Value], made_on: date) -> bytes:
    """Return the PDF that `template` makes of `values`: the same bytes for the same values on the same machine.

    It conforms to PDF/UA-1, unless this machine has no font for some letter: then that letter is shown as a box,
    which the standard forbids, in a PDF that is tagged all the same. `made_on` is what it says of its own making.
    Raises `typst.TypstError` for a fault of the template.
    """
    try:
        return _compile(template, values, "pdf", made_on, is_accessible=True)
    except typst.TypstError as fault:
        if "could not be displayed" not in fault.message:
            raise
        return _compile(template, values, "pdf", made_on)


def set_png(template: str, values: Mapping[str, Value], pixels: Pixels) -> bytes:
    """Return the PNG of the one page that `template` makes of `values`."""
    return _compile(template, values, "png", date(2000, 1, 1), ppi=72 * pixels.per_point)


def clean(text: str, limit: int) -> str:
    """Return `text` in one line of at most `limit` characters, without what is not seen but steers what is.

    Controls and marks of direction (Unicode Standard Annex 9) could turn the words around a name; what joins letters
    and emoji stays.
    """
    kept = "".join(mark if _is_shown(mark) else " " if mark.isspace() else "" for mark in text[: limit * 4])
    line = unicodedata.normalize("NFC", " ".join(kept.split()))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + _ELLIPSIS


def reads_right_to_left(text: str) -> bool:
    """Tell the direction of `text` by its first letter that has one (Unicode Standard Annex 9, rule P2)."""
    directions = (unicodedata.bidirectional(mark) for mark in text)
    strong = _LEFT_TO_RIGHT_SCRIPTS | _RIGHT_TO_LEFT_SCRIPTS
    return next((found in _RIGHT_TO_LEFT_SCRIPTS for found in directions if found in strong), False)


@cache
def digest_of_templates() -> str:
    """Return a digest of how documents look: it changes when a template does."""
    digest = sha256()
    for path in sorted(_TEMPLATES.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _fonts() -> typst.Fonts:
    """Return the compiler's own fonts, which set Latin, Greek, Cyrillic and Hebrew, and the machine's for the rest."""
    return typst.Fonts(include_system_fonts=True)


def _compile(  # noqa: PLR0913 - what the compiler is told
    template: str,
    values: Mapping[str, Value],
    form: Literal["pdf", "png"],
    made_on: date,
    *,
    is_accessible: bool = False,
    ppi: float | None = None,
) -> bytes:
    return typst.compile(
        str(_TEMPLATES / template),
        root=str(_TEMPLATES),
        font_paths=_fonts(),
        format=form,
        ppi=ppi,
        sys_inputs={"values": json.dumps(values)},
        pdf_standards=PDF_UA if is_accessible else [],
        timestamp=_seconds_of(made_on),
    )


def _seconds_of(day: date) -> int:
    """Return noon of `day` in Unix seconds: the same day in most of the world's zones."""
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400 + 43_200


def _is_shown(mark: str) -> bool:
    return mark in _JOINERS or ord(mark) in _TAGS or not unicodedata.category(mark).startswith(("C", "Z"))
