"""Targets: rosters as files of text and as workbooks."""

import io
import warnings
import zipfile
from datetime import date

from desk.roster.reading import read_roster
from desk.roster.rows import Bad, Repeated, RosterFault, Row
from fuzz.expecting import expect_line, expect_storable
from wire.address import Address, fold_address, parse_address

TODAY = date(2026, 11, 23)
_MANIFEST = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/sharedStrings.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
_RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{type}"
 Target="{target}"/></Relationships>"""
_WORKBOOK = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>"""
_BEGIN_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_BEGIN_STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def check_roster(data: bytes) -> None:
    """Every line is a row, or one of them told why not; a row holds what can be stored, sent to and shown."""
    _check_lines(data, "people.csv")


def check_workbook(data: bytes) -> None:
    """The same of a workbook, whose rows and shared strings `data` is, parted by a line of three dashes."""
    rows, _, strings = data.partition(b"\n---\n")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("[Content_Types].xml", _MANIFEST)
        archive.writestr("_rels/.rels", _RELATIONS.format(type="officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels", _RELATIONS.format(type="worksheet", target="worksheets/sheet1.xml")
        )
        archive.writestr("xl/worksheets/sheet1.xml", _BEGIN_SHEET + rows + b"</sheetData></worksheet>")
        archive.writestr("xl/sharedStrings.xml", _BEGIN_STRINGS + strings + b"</sst>")
    _check_lines(file.getvalue(), "people.xlsx")


def _check_lines(data: bytes, name: str) -> None:
    roster = read_roster(io.BytesIO(data), name, TODAY)
    if isinstance(roster, RosterFault):
        expect_line(roster.reason)
        return
    expect_storable(*roster.columns, *roster.columns.values(), *roster.ignored_columns)
    lines = list(roster.rows())
    assert lines == list(roster.rows()), "a second pass reads something else"
    addresses = [line.address for line in lines if isinstance(line, Row)]
    assert len(addresses) == len(set(addresses))
    for line in lines:
        match line:
            case Row():
                read = parse_address(line.address)
                assert isinstance(read, Address)
                assert fold_address(read) == line.address
                expect_line(line.name, line.narrative, line.evidence_url, line.language)
                assert line.name == " ".join(line.name.split())
                assert line.name
            case Bad():
                expect_line(line.field, line.reason, line.value)
                assert line.reason
            case Repeated():
                assert line.first_line < line.line
