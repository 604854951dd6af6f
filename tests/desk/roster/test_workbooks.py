"""Workbooks: read as rosters, and refused where they are damaged, disguised or made to harm."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from desk.roster.reading import Roster, RosterFault, read_roster
from desk.roster.rows import Bad, Repeated, Row

TODAY = date(2026, 11, 23)
NO_WEB_ADDRESS = "is not a web address (https:// or http://, a domain, no user name, no space)"


def make_workbook(rows: Iterable[Sequence[object]], title: str = "Earners") -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    return save(workbook)


def save(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def rewrite(data: bytes, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    """Return the workbook with each part changed; None drops it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return file.getvalue()


def replace_in(part: str, old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, content: content.replace(old, new) if name == part else content


def read(data: bytes, name: str = "roster.xlsx") -> Roster:
    roster = read_roster(io.BytesIO(data), name, TODAY)
    assert isinstance(roster, Roster), roster
    return roster


def refuse(data: bytes, name: str = "roster.xlsx") -> str:
    fault = read_roster(io.BytesIO(data), name, TODAY)
    assert isinstance(fault, RosterFault), fault
    return fault.reason


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
PLAIN = make_workbook([["Name", "Email"], ["Anna Lindqvist", "anna@north.example"]])
CONTENT_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def share_name(string: bytes) -> bytes:
    """Return `PLAIN` with `string`, an XML `si`, for the name: as Excel itself writes texts."""

    def change(name: str, content: bytes) -> bytes:
        if name == SHEET:
            inline = b't="inlineStr"><is><t>Anna Lindqvist</t></is>'
            assert inline in content
            return content.replace(inline, b't="s"><v>1</v>')
        override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + CONTENT_TYPE + b'"/></Types>'
        return content.replace(b"</Types>", override) if name == "[Content_Types].xml" else content

    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>first</t></si>%s</sst>'
    return rewrite(PLAIN, change, {STRINGS: strings % string})


def test_a_header_below_title_rows_dates_and_numbers() -> None:
    roster = read(
        make_workbook(
            [
                ["Spring programme"],
                [],
                ["First name", "Last name", "E-Mail", "Award date", "Expiry", "Team"],
                ["Anna", "Lindqvist", "anna@north.example", date(2026, 11, 20), datetime(2028, 11, 20, 9, 30), 7],
                [],
                ["Bo", 3, "bo@north.example", 46349, "2028-11-20"],
            ]
        )
    )
    assert roster.sheet == "Earners"
    assert (roster.encoding, roster.delimiter, roster.ignored_columns) == (None, None, ("Team",))
    assert list(roster.rows()) == [
        Row(4, "anna@north.example", "Anna Lindqvist", date(2026, 11, 20), date(2028, 11, 20), None),
        Row(6, "bo@north.example", "Bo 3", date(2026, 11, 23), date(2028, 11, 20), None),
    ]


def test_evidence_of_a_workbook() -> None:
    head = ["Nombre", "Correo", "Evidencia", "Narrativa"]
    anna = ["Anna", "anna@north.example", "https://work.example/anna", "Led it."]
    bo = ["Bo", "bo@north.example", "see the folder", None]
    assert list(read(make_workbook([head, anna, bo, ["Cy", "cy@north.example", None, 2026]])).rows()) == [
        Row(2, "anna@north.example", "Anna", None, None, None, "https://work.example/anna", "Led it."),
        Bad(3, "evidence_url", NO_WEB_ADDRESS, "see the folder"),
        Row(4, "cy@north.example", "Cy", None, None, None, None, "2026"),
    ]


def test_dates_of_the_1904_calendar() -> None:
    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    assert workbook.active is not None
    for row in (["Name", "Email", "Date"], ["Anna", "anna@north.example", date(2026, 11, 20)]):
        workbook.active.append(row)
    assert list(read(save(workbook)).rows()) == [Row(2, "anna@north.example", "Anna", date(2026, 11, 20), None, None)]


def test_the_first_visible_sheet_with_a_header_is_read() -> None:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.append(["Notes only"])
    hidden = workbook.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    people = workbook.create_sheet("People")
    for sheet, who in ((hidden, "eve"), (people, "anna")):
        sheet.append(["Name", "Email"])
        sheet.append([who.title(), f"{who}@north.example"])
    roster = read(save(workbook))
    assert roster.sheet == "People"
    assert [row.address for row in roster.rows() if isinstance(row, Row)] == ["anna@north.example"]


def test_inline_strings_as_streaming_writers_make_them() -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Stream")
    sheet.append(["Name", "Email"])
    sheet.append([WriteOnlyCell(sheet, "Anna"), "anna@north.example"])
    sheet.append(["Anna", "anna@north.example"])
    assert list(read(save(workbook)).rows()) == [
        Row(2, "anna@north.example", "Anna", None, None, None),
        Repeated(3, 2),
    ]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (["=1+1", "anna@north.example"], Bad(2, "name", "holds a formula", "=")),
        (["Anna", '=HYPERLINK("https://far.example")'], Bad(2, "address", "holds a formula", "=")),
        (["Anna\nLee", "anna@north.example"], Bad(2, "name", "holds a line break", "Anna\\nLee")),
        (["Anna_x000D_Lee", "anna@north.example"], Bad(2, "name", "holds a line break", "Anna\\rLee")),
        (["#N/A", "anna@north.example"], Bad(2, "name", "holds an error of the spreadsheet", "#N/A")),
        ([None, "anna@north.example"], Bad(2, "name", "is missing", "")),
        (["Anna"], Bad(2, "row", "has 1 cell where the header has 2", "")),
        ([True, "anna"], Bad(2, "address", "has no @", "anna")),
    ],
)
def test_a_bad_cell_is_told(cells: list[object], fault: Bad) -> None:
    assert list(read(make_workbook([["Name", "Email"], cells])).rows()) == [fault]


@pytest.mark.parametrize(
    ("string", "name"),
    [
        (b"<si><t>Anna</t></si>", "Anna"),
        (b"<si><r><t>An</t></r><r><rPr><b/></rPr><t>na</t></r></si>", "Anna"),
        (b"<si><t>\xe8\x8a\xb1</t><rPh><t>hana</t></rPh></si>", "花"),
        (b'<si><t xml:space="preserve"> Anna </t></si>', "Anna"),
    ],
)
def test_shared_strings_are_joined_without_reading_aids(string: bytes, name: str) -> None:
    assert [row.name for row in read(share_name(string)).rows() if isinstance(row, Row)] == [name]


def test_an_endless_shared_string_is_damage() -> None:
    assert "a cell of more than 40,000 characters" in refuse(share_name(b"<si><t>" + b"x" * 50_000 + b"</t></si>"))


def test_gaps_that_a_file_claims_cost_nothing() -> None:
    far = b'<row r="1048576"><c r="B1048576" t="inlineStr"><is><t>bo@north.example</t></is></c></row></sheetData>'
    lines = list(read(rewrite(PLAIN, replace_in(SHEET, b"</sheetData>", far))).rows())
    assert lines[1:] == [Bad(1_048_576, "name", "is missing", "")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</sheetData>", b'<row r="1048577"></row></sheetData>'),
        (b"</sheetData>", b'<row r="1"></row></sheetData>'),
        (b"</sheetData>", b'<row r="many"></row></sheetData>'),
        (b"</sheetData>", b'<row r="9"><c r="ZZZZ9"><v>1</v></c></row></sheetData>'),
        (b"</sheetData>", b'<row r="9"><c r="B9"><v>1</v></c><c r="A9"><v>1</v></c></row></sheetData>'),
        (b"</sheetData>", b'<row r="9"><c r="A9" t="s"><v>99</v></c></row></sheetData>'),
        (b"</sheetData>", b'<row r="9"><c r="A9" t="s"><v>-1</v></c></row></sheetData>'),
        (b"</sheetData>", b'<row r="9"><c r="A9"><v>' + b"9" * 50_000 + b"</v></c></row></sheetData>"),
        (b"</sheetData>", b'<row r="9"><c r="A9" x="' + b"9" * 2_000_000 + b'"/></row></sheetData>'),
        (b"</sheetData>", b"<row"),
    ],
)
def test_damage_within_a_sheet_is_told_at_its_line(old: bytes, new: bytes) -> None:
    *_, last = read(rewrite(PLAIN, replace_in(SHEET, old, new))).rows()
    assert isinstance(last, Bad)
    assert last.field == "row"
    assert last.reason.startswith("cannot be read, nor what follows: the workbook is damaged")


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", SHEET, STRINGS])
def test_entities_are_refused_in_every_part(part: str) -> None:
    def insert(name: str, content: bytes) -> bytes:
        declaration, _, rest = content.rpartition(b"?>") if content.startswith(b"<?xml") else (b"", b"", content)
        return declaration + (b"?>" if declaration else b"") + ENTITIES + rest if name == part else content

    assert "document type declaration" in refuse(rewrite(share_name(b"<si><t>Anna</t></si>"), insert))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = rewrite(PLAIN, lambda _, content: content, {"xl/media/image1.bin": b"\0" * (64 << 20)})
    assert refuse(bomb) == "is a zip bomb: a small file made to fill the memory"


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["[Content_Types].xml", "word/document.xml"], "is a zip archive, not a roster (CSV or .xlsx)"),
        (["photo.jpg"], "is a zip archive, not a roster (CSV or .xlsx)"),
        (["mimetype", "content.xml"], "is an OpenDocument file: save it as .xlsx or CSV"),
        (["[Content_Types].xml", "xl/workbook.bin"], "is a binary workbook (.xlsb): save it as .xlsx or CSV"),
        (["[Content_Types].xml", "xl/vbaProject.bin"], "is a workbook with macros: save it as .xlsx or CSV"),
        (
            ["[Content_Types].xml", "xl/workbook.xml"],
            "is a damaged workbook (no XML: no element found: line 1, column 0)",
        ),
    ],
)
def test_other_archives_are_told_apart(names: list[str], reason: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    assert refuse(file.getvalue()) == reason


def test_a_workbook_called_csv_is_not_what_its_name_says() -> None:
    assert refuse(PLAIN, "roster.csv") == "is not what its name says: it is called .csv and holds an .xlsx workbook"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"])
def test_a_missing_part_is_damage(part: str) -> None:
    assert refuse(rewrite(PLAIN, lambda name, content: None if name == part else content))


def test_a_workbook_without_a_header_says_what_is_missing() -> None:
    assert refuse(make_workbook([["Name", "Course"], ["Anna", "Knots"]])).startswith("has no column for the address")


def test_every_cut_of_a_workbook_gives_a_value() -> None:
    for end in range(0, len(PLAIN), 97):
        assert isinstance(read_roster(io.BytesIO(PLAIN[:end]), "roster.xlsx", TODAY), RosterFault)


def test_every_flipped_byte_gives_a_value() -> None:
    for place in range(0, len(PLAIN), 41):
        data = PLAIN[:place] + bytes([PLAIN[place] ^ 0x55]) + PLAIN[place + 1 :]
        roster = read_roster(io.BytesIO(data), "roster.xlsx", TODAY)
        if isinstance(roster, Roster):
            assert len(list(roster.rows())) <= 2
