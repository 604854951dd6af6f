"""The XML inside a workbook, read in pieces by expat: flat memory, no document type declaration, hence no entities.

Here belong bytes to events. What the elements mean stands in `sheets` and `shared_strings`.
"""

import re
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

_BLOCK = 1 << 16
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

_LONGEST_TOKEN = 1 << 20
"""Bytes of one tag or the like: expat would keep a tag without end in memory."""
LONGEST_TEXT = 40_000
"""Characters of one cell; a spreadsheet holds at most 32,767."""


class WorkbookError(Exception):
    """The workbook is damaged, or made to harm."""


StartElement = Callable[[str, dict[str, str]], None]
EndElement = Callable[[str], None]


def feed_part(
    stream: IO[bytes], on_start: StartElement, on_end: EndElement, on_text: Callable[[str], None]
) -> Iterator[None]:
    """Read `stream`, calling back for each element (local names only), and yield after each block.

    Raises `WorkbookError` where it is no XML or declares a document type (entity bombs, references to other files).
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: on_start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: on_end(name.rpartition(":")[2])
    parser.CharacterDataHandler = on_text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    fed = 0
    try:
        for block in iter(lambda: stream.read(_BLOCK), b""):
            parser.Parse(block, False)
            fed += len(block)
            if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                raise WorkbookError("a tag of more than a megabyte")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise WorkbookError(f"no XML: {error}") from error
    yield


def _refuse_doctype(*_: object) -> None:
    raise WorkbookError("a document type declaration")


def unescape(text: str) -> str:
    """Return `text` with `_x000D_` and the like as the characters they stand for (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
