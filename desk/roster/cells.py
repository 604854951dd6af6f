"""What stands in one cell: its kinds, how to show it, and the faults that any cell may have."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

Cell = str | float | date | None
"""Text files hold text only; a workbook also numbers and dates. None: nothing there."""

SHOWN = 60
"""Characters of a cell that a report shows."""

_FORMULA = re.compile(
    r"""\s*(?: =                                  # no name and no address in a roster starts so
          | [+@-] (?= .*[(|!] )                   # a call, a DDE command, another sheet
          | [+@-] \s*\$?[A-Za-z]{1,3}\$?[0-9]     # a cell
        )""",
    re.VERBOSE | re.DOTALL,
)
_SPREADSHEET_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")
_FIRE = "[=+@\\-\t\r\uff1d\uff0b\uff0d\uff20]"
"""What makes a spreadsheet take a cell for a formula, also in full width."""
_BEGINS_TO_FIRE = re.compile(rf"\s*{_FIRE}")
_FIRES_ONCE_CUT = re.compile(rf"""([;\t\r\n][\s"']*)(?={_FIRE})""")
_LINE_BREAK = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class CellFault:
    """Why a cell cannot be used: words that go on from the field's name."""

    reason: str


def write_cell(cell: Cell) -> str:
    """Return `cell` as the text that a person would see, whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


def is_blank(cell: Cell) -> bool:
    """Nothing, or white space only."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def fold_text(text: str) -> str:
    """Return `text` in lower case, without accents, spaces and punctuation: how words of a fixed list are matched."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if character.isalnum())


def shorten(text: str) -> str:
    """Return `text` printable, in one line and at most `SHOWN` characters, for a report that people read."""
    cut = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return cut if cut.isprintable() else "".join(_make_printable(character) for character in cut)


def _make_printable(character: str) -> str:
    if character.isprintable():
        return character
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, "\ufffd")


def disarm_cell(text: str) -> str:
    """Return `text` as a cell of a CSV file that no spreadsheet takes for a formula (OWASP, CSV Injection).

    Where people write `0,5`, spreadsheets cut lines at semicolons; quotes around a cell with others before it then
    protect nothing, so what would begin behind a semicolon or a line break is disarmed as well.
    """
    begun = f"'{text}" if _BEGINS_TO_FIRE.match(text) else text
    return _FIRES_ONCE_CUT.sub(r"\1'", begun)


def find_cell_fault(text: str) -> CellFault | None:
    """Return the fault that makes `text` unusable in any column.

    A formula is never worked out: it would show in somebody's spreadsheet, and there it could fetch or run things
    (CSV injection). `-` alone and `@home` are no formulas.
    """
    if text[0] in "\t\r":
        return CellFault("starts with a tab or line break, as smuggled formulas do")
    if text[0] in " =+-@" and _FORMULA.match(text):
        return CellFault("holds a formula")
    if text[0] == "#" and _SPREADSHEET_ERROR.match(text):
        return CellFault("holds an error of the spreadsheet")
    return CellFault("holds a line break") if _LINE_BREAK.search(text) else None
