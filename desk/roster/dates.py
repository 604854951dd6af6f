"""Dates, as rosters write them: taken where only one day can be meant, refused where two can.

`03/04/2026` is a day in March in one country and in April in another. It is read only where the rest of its column
shows the order (`25/04/2026`); a wrong date on a badge is worse than a question.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum

from desk.roster.cells import Cell, CellFault, fold_text, write_cell

EARLIEST = date(1950, 1, 1)
"""Before it a date is a slip, or what a spreadsheet makes of an empty cell (1900)."""
LATEST = date(2199, 12, 31)
_LAST_SERIAL = 109_571
"""Serial number of 2199-12-31 in the 1900 system."""

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}|\d{1,2}[ -][^\W\d]+\.?[ -]\d{2}")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|\.)?[ -]?(?:de |of )?([^\W\d]+)\.?,?[ -](?:de |del )?(\d{4})")
_MONTH_DAY = re.compile(r"([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?$")

_MONTHS: tuple[tuple[str, ...], ...] = (
    ("january", "jan", "enero", "ene", "janvier", "janv", "januar", "janner", "jaenner"),
    ("february", "feb", "febrero", "fevrier", "fevr", "februar"),
    ("march", "mar", "marzo", "mars", "marz", "maerz", "mrz"),
    ("april", "apr", "abril", "abr", "avril", "avr"),
    ("may", "mayo", "mai"),
    ("june", "jun", "junio", "juin", "juni"),
    ("july", "jul", "julio", "juillet", "juil", "juli"),
    ("august", "aug", "agosto", "ago", "aout"),
    ("september", "sep", "sept", "septiembre", "septembre"),
    ("october", "oct", "octubre", "octobre", "oktober", "okt"),
    ("november", "nov", "noviembre", "novembre"),
    ("december", "dec", "diciembre", "dic", "decembre", "dezember", "dez"),
)
_MONTH_BY_NAME = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}


class Order(Enum):
    """In which order a column writes day and month where both are numbers."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


def find_order(cells: Iterable[Cell]) -> Order | None:
    """Return the order that `cells` of one column show; None where none of them shows it, or two contradict."""
    seen: set[Order] = set()
    for cell in cells:
        match = _YEAR_LAST.match(cell.strip()) if isinstance(cell, str) else None
        if match and match[2] != ".":
            if int(match[1]) > 12:
                seen.add(Order.DAY_FIRST)
            elif int(match[3]) > 12:
                seen.add(Order.MONTH_FIRST)
    return seen.pop() if len(seen) == 1 else None


def read_date(cell: Cell, order: Order | None, epoch: date | None) -> date | CellFault:
    """Return the day that `cell` means, or why that cannot be told. `epoch`: day 0 of a workbook's serial numbers."""
    day = _read_day(cell, order, epoch)
    if isinstance(day, date) and not EARLIEST <= day <= LATEST:
        return CellFault(f"lies before {EARLIEST}" if day < EARLIEST else f"lies after {LATEST}")
    return day


def _read_day(cell: Cell, order: Order | None, epoch: date | None) -> date | CellFault:
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float):
        return _read_serial(cell, epoch)
    return _read_text(write_cell(cell).strip(), order)


def _read_serial(serial: float, epoch: date | None) -> date | CellFault:
    if epoch is None or not 1 <= serial <= _LAST_SERIAL:
        return CellFault("is a number, not a date")
    return epoch + timedelta(days=int(serial))


def _read_text(text: str, order: Order | None) -> date | CellFault:
    plain = _ISO.fullmatch(text)
    if plain:
        return _make(int(plain[1]), int(plain[2]), int(plain[3]))
    text = _TIME.sub("", text)
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return _make(int(match[1]), int(match[3]), int(match[4]))
    match = _COMPACT.fullmatch(text)
    if match:
        return _make(int(match[1]), int(match[2]), int(match[3]))
    match = _YEAR_LAST.fullmatch(text)
    if match:
        return _read_numbers(int(match[1]), int(match[3]), int(match[4]), Order.DAY_FIRST if match[2] == "." else order)
    if _SHORT_YEAR.fullmatch(text):
        return CellFault("has a year of two digits: write four")
    return _read_words(text)


def _read_numbers(first: int, second: int, year: int, order: Order | None) -> date | CellFault:
    if order is None and first <= 12 and second <= 12 and first != second:
        return CellFault("may mean two days (day or month first?): write it as YYYY-MM-DD")
    month_first = second > 12 if order is None else order is Order.MONTH_FIRST
    return _make(year, first, second) if month_first else _make(year, second, first)


def _read_words(text: str) -> date | CellFault:
    match = _DAY_MONTH.fullmatch(text)
    if match:
        day, month, year = match[1], match[2], match[3]
    else:
        match = _MONTH_DAY.fullmatch(text)
        if not match:
            return CellFault("is not understood as a date: write it as YYYY-MM-DD")
        month, day, year = match[1], match[2], match[3]
    number = _MONTH_BY_NAME.get(fold_text(month))
    if number is None:
        return CellFault("is not understood as a date: write it as YYYY-MM-DD")
    return _make(int(year), number, int(day))


def _make(year: int, month: int, day: int) -> date | CellFault:
    try:
        return date(year, month, day)
    except ValueError:
        return CellFault("is a day that does not exist")
