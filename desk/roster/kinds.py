"""What kind of file a roster is, told by its first bytes and held against its name.

Here belong signatures. Whether a text is a roster is for `delimited` and `columns`, a workbook for `workbook`.
"""

import zipfile
from enum import Enum
from typing import BinaryIO

from desk.roster.rows import RosterFault


class Kind(Enum):
    """The kinds that are read."""

    TEXT = "text"
    WORKBOOK = "an .xlsx workbook"


_HEAD = 1024
BROKEN_ARCHIVE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError)
"""What `zipfile` raises at a file that is damaged, or made to be."""
_ADVICE = "save it as .xlsx or CSV"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an old Excel file (.xls) or one with a password: {_ADVICE}"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\0", "a database"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg", b"<body", b"<meta")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")

_TEXT_EXTENSIONS = frozenset({"csv", "tsv", "tab", "txt"})
_WORKBOOK_EXTENSIONS = frozenset({"xlsx"})
_OTHER_EXTENSIONS = frozenset(
    {
        "doc",
        "docx",
        "gif",
        "htm",
        "html",
        "jpeg",
        "jpg",
        "json",
        "ods",
        "pdf",
        "png",
        "xls",
        "xlsb",
        "xlsm",
        "xml",
        "zip",
    }
)


def tell_kind(source: BinaryIO, name: str) -> Kind | RosterFault:
    """Return the kind of the file in `source`, which is called `name`, or why it is none that can be read."""
    source.seek(0)
    head = source.read(_HEAD)
    kind = _tell_by_content(source, head)
    if isinstance(kind, RosterFault):
        return kind
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    other = _WORKBOOK_EXTENSIONS if kind is Kind.TEXT else _TEXT_EXTENSIONS
    if extension in other or extension in _OTHER_EXTENSIONS:
        return RosterFault(f"is not what its name says: it is called .{extension} and holds {kind.value}")
    return kind


def _tell_by_content(source: BinaryIO, head: bytes) -> Kind | RosterFault:
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        return RosterFault("is empty") if not head or _is_blank(source) else RosterFault("holds no text")
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            return RosterFault(f"is {what}" if _ADVICE in what else f"is {what}, not a roster (CSV or .xlsx)")
    if head.startswith(b"PK"):
        return _tell_archive(source)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        return RosterFault(f"is a web page or XML document: {_ADVICE}")
    if head.startswith(_UTF_32) or (b"\0" in head and not head.startswith(_UTF_16)):
        return RosterFault("is neither text nor a workbook: it holds NUL bytes")
    return Kind.TEXT


def _is_blank(source: BinaryIO) -> bool:
    source.seek(0)
    return not any(block.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe") for block in iter(lambda: source.read(1 << 16), b""))


def _tell_archive(source: BinaryIO) -> Kind | RosterFault:
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
    except BROKEN_ARCHIVE:
        return RosterFault("is a damaged zip archive or workbook")
    if "xl/workbook.bin" in names:
        return RosterFault(f"is a binary workbook (.xlsb): {_ADVICE}")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return RosterFault(f"is a workbook with macros: {_ADVICE}")
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return Kind.WORKBOOK
    if "content.xml" in names and "mimetype" in names:
        return RosterFault(f"is an OpenDocument file: {_ADVICE}")
    return RosterFault("is a zip archive, not a roster (CSV or .xlsx)")
