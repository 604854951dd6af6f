"""An .xlsx workbook: which sheet holds the roster, and what its styles say about dates.

Here belongs the package around the sheets, read with openpyxl once its parts are known to be small and harmless. The
cells of a sheet are read in `sheets`.
"""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

from desk.roster.cells import shorten
from desk.roster.lines import Broken, Line, Lines
from desk.roster.rows import RosterFault
from desk.roster.shared_strings import SharedStrings, fill_strings
from desk.roster.sheets import read_sheet
from desk.roster.xml_parts import WorkbookError, feed_part

MAX_UNZIPPED = 1 << 30
"""Bytes of all parts together; a sheet of a million rows takes some 400 MB."""
MAX_RATIO = 200
"""Unzipped to zipped size of a part of over 10 MB: sheets reach about 20, zip bombs 1,000."""
_RATIO_COUNTS_FROM = 10 << 20
_MAX_HEAD_PART = 16 << 20
"""Bytes of a part that is read whole: the list of sheets, the styles."""

_DAMAGED = "is a damaged workbook"


@dataclass(frozen=True)
class Sheet:
    """A worksheet that can be read line by line. Raises nothing: damage is told as a `Broken` line."""

    source: BinaryIO
    title: str
    part: str
    strings_part: str | None
    date_styles: frozenset[int]
    epoch: date

    def lines(self) -> Lines:
        """Yield the rows that are there; blank rows may be left out."""
        last = 0
        try:
            for line in self._read():
                last = line[1]
                yield line
        except (WorkbookError, zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, RuntimeError) as error:
            yield Broken(last + 1, f"cannot be read, nor what follows: the workbook is damaged ({shorten(str(error))})")

    def _read(self) -> Iterator[Line]:
        with zipfile.ZipFile(self.source) as archive, closing(SharedStrings()) as strings:
            if self.strings_part is not None:
                with archive.open(self.strings_part) as stream:
                    fill_strings(strings, stream)
            with archive.open(self.part) as stream:
                yield from read_sheet(stream, strings, self.date_styles, self.epoch)


def open_workbook(source: BinaryIO) -> tuple[Sheet, ...] | RosterFault:
    """Return the visible worksheets in their order, or why the workbook cannot be read."""
    try:
        with zipfile.ZipFile(source) as archive:
            reason = _refuse_sizes(archive) or _refuse_head(archive)
            return RosterFault(reason) if reason else _list_sheets(source)
    except WorkbookError as error:
        return RosterFault(f"{_DAMAGED} ({shorten(str(error))})")
    except Exception:
        # openpyxl raises whatever its descriptors trip over in a hostile file.
        return RosterFault(_DAMAGED)


def _refuse_sizes(archive: zipfile.ZipFile) -> str | None:
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MAX_UNZIPPED:
        return "is a workbook of more than 1 GB when unzipped"
    for part in parts:
        if part.file_size > _RATIO_COUNTS_FROM and part.file_size > MAX_RATIO * part.compress_size:
            return "is a zip bomb: a small file made to fill the memory"
        if part.flag_bits & 1:
            return "is locked with a password"
    return None


def _refuse_head(archive: zipfile.ZipFile) -> str | None:
    """openpyxl reads these parts whole and trusts them: hold their size and refuse entities first."""
    for part in archive.infolist():
        if part.filename.startswith("xl/worksheets/") or part.filename.endswith("sharedStrings.xml"):
            continue
        if not part.filename.endswith((".xml", ".rels")):
            continue
        if part.file_size > _MAX_HEAD_PART:
            return f"is a workbook whose {shorten(part.filename)} is over 16 MB"
        with archive.open(part) as stream:
            for _ in feed_part(stream, _ignore, _ignore, _ignore):
                pass
    return None


def _ignore(*_: object) -> None:
    """Only what expat refuses counts."""


def _list_sheets(source: BinaryIO) -> tuple[Sheet, ...]:
    with warnings.catch_warnings():
        # It warns of what it does not keep (no default style, unknown extensions); nothing is written back here.
        warnings.simplefilter("ignore")
        reader = ExcelReader(source, read_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        found = list(reader.parser.find_sheets())
    strings = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
    names = set(reader.archive.namelist())
    return tuple(
        Sheet(
            source,
            shorten(sheet.name),
            relation.target,
            strings.PartName.removeprefix("/") if strings else None,
            frozenset(reader.wb._date_formats),  # type: ignore[attr-defined]
            reader.wb.epoch.date(),
        )
        for sheet, relation in found
        if relation.target in names and "chartsheet" not in relation.Type and sheet.state == "visible"
    )
