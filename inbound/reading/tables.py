"""The lists of people that are attached to a mail: CSV, .xlsx and text files, as rows of cells.

Here belong which attachments are read, how much of them, and the way from bytes to cells, which is the rosters'
(`desk.roster`). What a column means is told in `inbound.understanding`. Nothing a stranger attaches raises, is worked
out, or takes more memory than `Limits` says: a file that cannot be read is a table with a fault.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from desk.roster.cells import Cell, find_cell_fault, write_cell
from desk.roster.delimited import DELIMITERS, DelimitedText, find_delimiter
from desk.roster.encodings import tell_encoding
from desk.roster.kinds import BROKEN_ARCHIVE, Kind, tell_kind
from desk.roster.lines import Broken, read_filled
from desk.roster.lines import Table as Lines
from desk.roster.rows import RosterFault
from desk.roster.workbook import open_workbook
from inbound.reading.mail import Table
from wire.parts import Part

_DELIMITED = frozenset({"csv", "tsv", "tab"})
_SHEETS = frozenset({"xlsx", "xls", "xlsm", "xlsb", "ods"})
"""Only the first can be read; the others are told, because somebody means them to be."""
_DELIMITED_TYPES = frozenset(
    {"text/csv", "application/csv", "text/tab-separated-values", "text/comma-separated-values"}
)
_SHEET_TYPES = frozenset({
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel",
    "application/vnd.ms-excel.sheet.macroenabled.12", "application/vnd.oasis.opendocument.spreadsheet",
})  # fmt: skip
_SAYS_NOTHING = frozenset({"", "us-ascii", "ascii", "utf-8", "utf8", "iso-8859-1", "latin1", "windows-1252"})
"""Character sets that programs put down without looking, or that come to the same."""
_DAMAGED = "is damaged, or made to harm"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what is attached is read."""

    tables: int = 5
    size: int = 2 << 20
    """Bytes of one file."""
    unzipped: int = 30 << 20
    """Bytes of all parts of a workbook."""
    rows: int = 1_000
    columns: int = 30
    cell: int = 300
    """Characters."""


def read_tables(parts: Iterable[Part], limits: Limits | None = None) -> tuple[Table, ...]:
    """Return the tables among `parts`, in their order; a workbook gives one for each visible sheet. Never raises."""
    limits = limits or Limits()
    tables: list[Table] = []
    for part in parts:
        if _is_table(part):
            tables.extend(_read_part(part, limits))
        if len(tables) >= limits.tables:
            break
    return tuple(tables[: limits.tables])


def _is_table(part: Part) -> bool:
    extension = _extension_of(part)
    if extension in _DELIMITED or extension in _SHEETS:
        return True
    if part.media_type in _DELIMITED_TYPES or part.media_type in _SHEET_TYPES:
        return True
    return extension == "txt" and part.media_type in ("text/plain", "application/octet-stream")


def _extension_of(part: Part) -> str:
    return part.file_name.rpartition(".")[2].strip().lower() if "." in part.file_name else ""


def _read_part(part: Part, limits: Limits) -> list[Table]:
    name = " ".join(part.file_name.split())[: limits.cell] or part.media_type
    if len(part.content) > limits.size:
        return [Table(name, (), True, f"is larger than {limits.size >> 20} MB")]
    source = io.BytesIO(part.content)
    kind = tell_kind(source, part.file_name)
    if isinstance(kind, RosterFault):
        return [Table(name, (), fault=kind.reason)]
    if kind is Kind.WORKBOOK:
        return _read_workbook(source, name, limits)
    return [_read_text(part, name, limits)]


def _read_workbook(source: io.BytesIO, name: str, limits: Limits) -> list[Table]:
    try:
        with zipfile.ZipFile(source) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
    except BROKEN_ARCHIVE:
        return [Table(name, (), fault=_DAMAGED)]
    if unzipped > limits.unzipped:
        return [Table(name, (), True, f"is a workbook of more than {limits.unzipped >> 20} MB when unzipped")]
    sheets = open_workbook(source)
    if isinstance(sheets, RosterFault):
        return [Table(name, (), fault=sheets.reason)]
    tables = [_read_lines(sheet, name, limits) for sheet in sheets[: limits.tables]]
    return [table for table in tables if table.rows] or [Table(name, (), fault="holds no text")]


def _read_text(part: Part, name: str, limits: Limits) -> Table:
    source = io.BytesIO(part.content)
    encoding = tell_encoding(source)
    if encoding in ("cp1252", "latin-1") and part.parameters.get("charset", "").lower() not in _SAYS_NOTHING:
        # That was a guess; what the sender says is better, and leads to text in any case.
        source, encoding = io.BytesIO(part.text.encode("utf-8", "replace")), "utf-8"
    if isinstance(encoding, RosterFault):
        return Table(name, (), fault=encoding.reason)
    text = DelimitedText(source, encoding, find_delimiter(source, encoding))
    if _extension_of(part) == "txt" and not _is_delimited(text):
        return _read_plain_lines(source, encoding, name, limits)
    return _read_lines(text, name, limits)


def _is_delimited(text: DelimitedText) -> bool:
    """Whether most lines of the head have the same number of cells, and more than one; a comma proves nothing in a
    sentence."""
    with closing(read_filled(text)) as lines:
        widths = [0 if isinstance(line, Broken) else len(line[2]) for line in islice(lines, 20)]
    usual = max(set(widths), key=widths.count, default=0)
    return usual > (2 if text.delimiter == DELIMITERS[0] else 1) and widths.count(usual) * 2 > len(widths)


def _read_plain_lines(source: io.BytesIO, encoding: str, name: str, limits: Limits) -> Table:
    source.seek(0)
    lines = [line for line in source.read().decode(encoding, "replace").splitlines() if line.strip()]
    rows = tuple((line.strip()[: limits.cell],) for line in lines[: limits.rows])
    return Table(name, rows, len(lines) > limits.rows)


def _read_lines(lines: Lines, name: str, limits: Limits) -> Table:
    rows: list[tuple[str, ...]] = []
    is_cut = False
    for row in _read_rows(lines, limits):
        if row is None:
            is_cut = True
        elif any(row):
            rows.append(row)
    if len(rows) > limits.rows:
        rows, is_cut = rows[: limits.rows], True
    return Table(name, tuple(rows), is_cut)


def _read_rows(lines: Lines, limits: Limits) -> Iterator[tuple[str, ...] | None]:
    """Yield the cells of each line, None for one that cannot be read."""
    with closing(read_filled(lines)) as filled:
        for line in islice(filled, limits.rows + 1):
            yield None if isinstance(line, Broken) else _read_cells(line[2], limits)


def _read_cells(cells: Sequence[Cell], limits: Limits) -> tuple[str, ...]:
    return tuple(_read_cell(cell, limits) for cell in cells[: limits.columns])


def _read_cell(cell: Cell, limits: Limits) -> str:
    """Return the text of a cell; nothing for a formula or an error, which say nothing that anybody has written."""
    text = write_cell(cell).strip()
    if not text or len(text) > limits.cell or find_cell_fault(text):
        return ""
    return " ".join(text.split())
