"""Attached lists: rows of text from whatever people attach, and a fault from whatever is made to harm."""

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from inbound.reading.mail import Table
from inbound.reading.tables import Limits, read_tables
from wire.parts import Part, read_message

ROSTERS = Path(__file__).resolve().parents[2] / "data" / "rosters"
ROWS = [("email", "name on record", "name to show"), ("priya@mail.example", "Priya Natarajan", "Priya Natarajan-Rao")]


def attach(content: bytes, name: str, media_type: str = "application/octet-stream") -> list[Part]:
    head = f'Content-Type: {media_type}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return list(read_message(f"{head}Content-Transfer-Encoding: 8bit\r\n\r\n".encode() + content).parts)


def read_one(content: bytes, name: str, media_type: str = "application/octet-stream") -> Table:
    [table] = read_tables(attach(content, name, media_type))
    return table


def save(*sheets: list[tuple[object, ...]]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for rows in sheets:
        sheet = workbook.create_sheet()
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_any_delimiter_encoding_and_line_end(delimiter: str, encoding: str, line_end: str) -> None:
    rows = (("email", "Name alt", "Name neu"), ("jose@mail.example", "Jose Diaz", "José Díaz"))
    content = line_end.join(delimiter.join(row) for row in rows).encode(encoding)
    assert read_one(content, "names.csv", "text/csv").rows == rows


def test_a_declared_character_set_counts_where_nothing_else_tells() -> None:
    content = "email;new name\nz@mail.example;Łukasz Żak\n".encode("iso-8859-2")
    table = read_one(content, "names.csv", "text/csv; charset=iso-8859-2")
    assert table.rows[1] == ("z@mail.example", "Łukasz Żak")


def test_a_header_that_no_roster_has() -> None:
    assert read_one("bisher;künftig\nAnna Alt;Anna Neu\n".encode(), "x.csv").rows == (
        ("bisher", "künftig"),
        ("Anna Alt", "Anna Neu"),
    )


def test_a_workbook_gives_a_table_for_each_sheet() -> None:
    tables = read_tables(attach(save(ROWS, [("a", 1), (None, 2.5)], []), "names.xlsx"))
    assert [table.rows for table in tables] == [tuple(ROWS), (("a", "1"), ("", "2.5"))]
    assert not any(table.fault or table.is_cut for table in tables)


def test_formulas_are_neither_worked_out_nor_read() -> None:
    rows = read_one(save([("name", "new"), ("Ana", '=CONCAT("a","b")')]), "names.xlsx").rows
    assert rows[1] in (("Ana", ""), ("Ana",))
    assert read_one(b"name,new\nAna,=1+1\n", "names.csv").rows[1] == ("Ana", "")


def test_a_text_file_of_lines_is_one_column() -> None:
    content = b"Please rename:\r\n\r\nAna Alt -> Ana Neu\r\nBo Alt -> Bo Neu, if you can\r\n"
    assert read_one(content, "list.txt", "text/plain").rows == (
        ("Please rename:",),
        ("Ana Alt -> Ana Neu",),
        ("Bo Alt -> Bo Neu, if you can",),
    )


def test_a_text_file_with_tabs_is_a_table() -> None:
    assert read_one(b"Ana Alt\tAna Neu\nBo Alt\tBo Neu\n", "list.txt", "text/plain").rows == (
        ("Ana Alt", "Ana Neu"),
        ("Bo Alt", "Bo Neu"),
    )


def test_rows_columns_cells_and_tables_have_their_limits() -> None:
    limits = Limits(tables=2, rows=3, columns=2, cell=10)
    content = "\n".join(f"a{number},b,c" for number in range(9)).encode()
    [table] = read_tables(attach(content, "x.csv"), limits)
    assert table.rows == (("a0", "b"), ("a1", "b"), ("a2", "b"))
    assert table.is_cut
    assert read_tables(attach(b"long,cell\n" + b"x" * 11 + b",y\n", "x.csv"), limits)[0].rows[1] == ("", "y")
    assert len(read_tables(attach(content, "x.csv") * 5, limits)) == 2


def test_other_attachments_are_no_tables() -> None:
    for name in ("photo.jpg", "letter.pdf", "smime.p7s", "invite.ics", "notes.docx", ""):
        assert read_tables(attach(b"Ana,Bo\n", name)) == ()


def test_what_cannot_be_read_says_why() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (31 << 20))
    macro = io.BytesIO(save(ROWS))
    with zipfile.ZipFile(macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    cases = {
        "bomb.xlsx": (bomb.getvalue(), "30 MB when unzipped"),
        "macro.xlsm": (macro.getvalue(), "macros"),
        "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "old Excel file"),
        "large.csv": (b"a,b\n" * 600_000, "larger than 2 MB"),
        "broken.xlsx": (save(ROWS)[:900], "damaged"),
        "binary.csv": (b"a,b\0\n", "NUL bytes"),
        "empty.csv": (b"", "empty"),
    }
    for name, (content, words) in cases.items():
        table = read_one(content, name)
        assert table.rows == (), name
        assert words in (table.fault or ""), name


def test_entities_are_not_expanded() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(save(ROWS))) as source, zipfile.ZipFile(data, "w") as archive:
        for entry in source.namelist():
            content = source.read(entry)
            if entry.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "boom">]>' + content.partition(b"?>")[2]
            archive.writestr(entry, content)
    [table] = read_tables(attach(data.getvalue(), "x.xlsx"))
    assert table.rows == ()
    assert table.fault


def test_no_roster_of_ours_breaks_it() -> None:
    for path in sorted(ROSTERS.iterdir()):
        for table in read_tables(attach(path.read_bytes(), path.name.removesuffix(".expect.json"))):
            assert table.fault or table.rows or table.is_cut


def test_no_damaged_workbook_breaks_it() -> None:
    whole = save(ROWS)
    dice = random.Random(3)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        for table in read_tables(attach(bytes(data), "x.xlsx")):
            assert table.fault or table.rows or table.is_cut


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.txt", "x.xlsx", "x.tsv"]))
def test_no_bytes_break_it(content: bytes, name: str) -> None:
    for table in read_tables(attach(content, name, "text/plain")):
        assert len(table.rows) <= 1000
