"""From a file to the table in it: what it is, and in a workbook, which sheet holds the roster."""

from dataclasses import dataclass
from typing import BinaryIO

from desk.roster.columns import NoColumns
from desk.roster.delimited import DelimitedText, find_delimiter
from desk.roster.encodings import tell_encoding
from desk.roster.headers import Header, find_header
from desk.roster.kinds import Kind, tell_kind
from desk.roster.lines import Table
from desk.roster.rows import RosterFault
from desk.roster.workbook import open_workbook


@dataclass(frozen=True)
class OpenedTable:
    """The table of a file, by what the file says itself."""

    table: Table
    encoding: str | None = None
    """Of a text file, as Python names it; None for a workbook."""
    delimiter: str | None = None
    """Of a text file; None for a workbook."""
    sheet: str | None = None
    """The title of the worksheet; None for a text file."""
    unread_sheets: tuple[str, ...] = ()
    """The titles of further worksheets that have a roster's header."""


def open_table(source: BinaryIO, name: str) -> OpenedTable | RosterFault:
    """Return the table in `source`, or in one line why there is none. Never raises on what `source` holds.

    Of a workbook, the first sheet with a header; where none has one, the first of those that come nearest.
    """
    kind = tell_kind(source, name)
    if isinstance(kind, RosterFault):
        return kind
    if kind is Kind.WORKBOOK:
        return _choose_sheet(source)
    encoding = tell_encoding(source)
    if isinstance(encoding, RosterFault):
        return encoding
    delimiter = find_delimiter(source, encoding)
    return OpenedTable(DelimitedText(source, encoding, delimiter), encoding, delimiter)


def _choose_sheet(source: BinaryIO) -> OpenedTable | RosterFault:
    sheets = open_workbook(source)
    if isinstance(sheets, RosterFault):
        return sheets
    if not sheets:
        return RosterFault("is a workbook without a visible sheet")
    headers = [find_header(sheet) for sheet in sheets]
    with_header = [sheet for sheet, header in zip(sheets, headers, strict=True) if isinstance(header, Header)]
    if with_header:
        first, *others = with_header
        return OpenedTable(first, sheet=first.title, unread_sheets=tuple(sheet.title for sheet in others))
    nearness = [header.nearness for header in headers if isinstance(header, NoColumns)]
    nearest = sheets[nearness.index(max(nearness))]
    return OpenedTable(nearest, sheet=nearest.title)
