"""Lists of people: rows of a table, attached or written in the mail, with a meaning for each column.

Here belongs telling the columns, by their heads in four languages or by what stands in them. Who the people are is
told in `finding`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from desk.roster.cells import CellFault
from desk.roster.names import read_name
from inbound.understanding.people.tokens import fold_word
from inbound.understanding.people.words import listed
from wire.address import Address, fold_address, parse_address

_NEW = listed("head new")
_OLD = listed("head old")
_ADDRESS = listed("head address")
_NAME = listed("head name")
_FIRST = listed("head first name")
_LAST = listed("head last name")
_IS = frozenset({"is"})
"""Beside "was"."""
_HALF = frozenset({"nom", "name"})
"""The surname, where another column holds the first name."""
_BADGE = listed("head badge")
_IGNORED = listed("head ignored")
_CUTS = tuple(re.compile(cut) for cut in (r"\t+", r"\|", ";", r" {2,}(?=\S)", r", ?"))
"""What parts the cells of a line, the plainest first."""
_PLAIN = 3
"""So many of them stand in tables only."""
_MOST_CELLS = 30
_MOST_LINES = 3_000
_MOST_WORDS = 8


_MOSTLY = 0.6
"""So great a share of a column tells what it holds."""


class Column(Enum):
    """What a column holds."""

    ADDRESS = "address"
    NEW_ADDRESS = "new address"
    NAME = "name"
    FIRST = "first name"
    LAST = "last name"
    NEW_NAME = "new name"
    NEW_FIRST = "new first name"
    NEW_LAST = "new last name"
    BADGE = "badge"


_OF_ADDRESSES = {Column.NAME: Column.ADDRESS, Column.NEW_NAME: Column.NEW_ADDRESS}


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a list. Empty where the list does not say."""

    line: int
    """From 1, as people count, the head included."""
    address: str = ""
    """Folded."""
    name: str = ""
    new_name: str = ""
    new_first: str = ""
    new_last: str = ""
    new_address: str = ""
    badge: str = ""
    is_unreadable_address: bool = False
    is_guessed: bool = False
    """No head says what the columns hold."""


def read_rows(rows: Sequence[Sequence[str]], wants_new_name: bool, is_plain: bool = True) -> list[Row] | None:
    """Return the people of a table; None where no column of names or addresses can be told.

    What is not plainly a table needs a head, or a column of addresses.
    """
    for at, cells in enumerate(rows[:5]):
        columns = _read_head(cells, rows[at + 1 :], is_plain)
        if columns:
            return [_read_row(at + 2 + number, row, columns) for number, row in enumerate(rows[at + 1 :]) if any(row)]
    columns = _guess_columns(rows, wants_new_name)
    if columns and not is_plain and Column.ADDRESS not in columns:
        return None
    if not columns:
        return None
    read = (_read_row(number, row, columns) for number, row in enumerate(rows, 1) if any(row))
    return [replace(row, is_guessed=True) for row in read]


def find_blocks(text: str) -> list[tuple[list[tuple[str, ...]], bool]]:
    """Return the tables that are written in a text: lines in a row with as many cells each, two lines at least.

    With each, whether it is plainly one: commas and wide gaps stand in sentences and signatures, too.
    """
    blocks: list[tuple[list[tuple[str, ...]], bool]] = []
    lines = [line.strip() for line in text.split("\n")[:_MOST_LINES]]
    at = 0
    while at < len(lines):
        found = [_read_block(lines, at, cut) for cut in _CUTS]
        block = max(found, key=len)
        if len(block) > 1:
            is_plain = found.index(block) < _PLAIN
            blocks.append(([cells for cells in block if any(cell.strip("-=+: ") for cell in cells)], is_plain))
        at += max(len(block), 1)
    return blocks


def _read_block(lines: Sequence[str], at: int, cut: re.Pattern[str]) -> list[tuple[str, ...]]:
    """Return the lines from `at` on that have as many cells as the first, if it has more than one."""
    block: list[tuple[str, ...]] = []
    for line in lines[at:]:
        cells = tuple(cell.strip() for cell in cut.split(line.strip("|"), maxsplit=_MOST_CELLS))
        if len(cells) < 2 or "->" in line or "→" in line or (block and len(cells) != len(block[0])):
            break
        block.append(cells)
    return block


def looks_like_name(text: str) -> bool:
    """Whether a cell may hold a name of a person: a few words of letters."""
    words = text.split()
    if not 0 < len(words) <= _MOST_WORDS or isinstance(read_name(text), CellFault) or text[-1] in ".?!:":
        return False
    starts = [word.strip("().,'’\"-")[:1] for word in words]
    return all(start.isalpha() and (not start.islower() or at) for at, start in enumerate(starts)) and not (
        starts[-1].islower() or any(character.isdigit() for character in text)
    )


def _read_head(cells: Sequence[str], rows: Sequence[Sequence[str]], is_plain: bool) -> dict[Column, int] | None:
    if any("@" in cell for cell in cells):
        return None
    words = [_fold_head(cell) for cell in cells]
    has_last = any(each & _LAST for each in words)
    has_first = any(each & _FIRST for each in words)
    columns: dict[Column, int] = {}
    for place, each in enumerate(words):
        column = None if each & _IGNORED else _tell_column(each, has_first, has_last)
        if column in _OF_ADDRESSES and _count_shares(rows, place)[0] > _MOSTLY:
            column = _OF_ADDRESSES[column]  # "Old" and "New" stand above addresses, too
        if column is not None:
            columns.setdefault(column, place)
    if len(columns) < 2 and Column.ADDRESS not in columns and not (is_plain and _is_of_names(rows, columns)):
        return None
    return columns if columns.keys() & {Column.ADDRESS, Column.NAME, Column.LAST} else None


def _is_of_names(rows: Sequence[Sequence[str]], columns: dict[Column, int]) -> bool:
    """Whether the one column that a head tells of holds names indeed."""
    return Column.NAME in columns and _count_shares(rows, columns[Column.NAME])[1] > _MOSTLY


def _fold_head(cell: str) -> frozenset[str]:
    cleaned = "".join(character if character.isalnum() or character in "-'" else " " for character in cell)
    return frozenset(fold_word(word) for word in cleaned.split())


def _tell_column(words: frozenset[str], has_first: bool, has_last: bool) -> Column | None:
    is_new = (bool(words & _NEW) and not words & _OLD) or words == _IS
    if words & _ADDRESS:
        return Column.NEW_ADDRESS if is_new else Column.ADDRESS
    if words & _FIRST or (has_last and words <= {"nombre", "nombres"} and words):
        return Column.NEW_FIRST if is_new else Column.FIRST
    is_other_half = has_first and not has_last and words & _HALF and words - _NEW - _OLD <= _HALF
    if words & _LAST or is_other_half:
        return Column.NEW_LAST if is_new else Column.LAST
    if is_new:
        return Column.NEW_NAME
    if words & _BADGE and (not words & (_NAME | _OLD) or words <= _BADGE | {"name"}):
        return Column.BADGE
    return Column.NAME if words & (_NAME | _OLD) else None


def _guess_columns(rows: Sequence[Sequence[str]], wants_new_name: bool) -> dict[Column, int] | None:
    width = max((len(row) for row in rows), default=0)
    shares = [_count_shares(rows, place) for place in range(min(width, 30))]
    addresses = [place for place, (with_address, _) in enumerate(shares) if with_address > _MOSTLY]
    names = [place for place, (_, with_name) in enumerate(shares) if with_name > _MOSTLY]
    if not addresses and (len(names) < 2 or not wants_new_name):
        return None
    columns: dict[Column, int] = {}
    if addresses:
        columns[Column.ADDRESS] = addresses[0]
    if len(addresses) > 1:
        columns[Column.NEW_ADDRESS] = addresses[1]
    if len(names) > 1 and wants_new_name:
        columns[Column.NAME], columns[Column.NEW_NAME] = names[0], names[1]
    elif names:
        columns[Column.NEW_NAME if wants_new_name else Column.NAME] = names[0]
    return columns


def _count_shares(rows: Sequence[Sequence[str]], place: int) -> tuple[float, float]:
    cells = [row[place] for row in rows[:200] if place < len(row) and row[place]]
    if not cells:
        return 0.0, 0.0
    return (
        sum(bool(_read_address(cell)) for cell in cells) / len(rows[:200]),
        sum(looks_like_name(cell) for cell in cells) / len(rows[:200]),
    )


def _read_row(line: int, cells: Sequence[str], columns: dict[Column, int]) -> Row:
    def read(column: Column) -> str:
        place = columns.get(column)
        return cells[place].strip(" \"'“”") if place is not None and place < len(cells) else ""

    name = read(Column.NAME) or " ".join(filter(None, (read(Column.FIRST), read(Column.LAST))))
    written = read(Column.ADDRESS)
    address = _read_address(written)
    return Row(
        line=line,
        address=address,
        name=name,
        new_name=read(Column.NEW_NAME),
        new_first=read(Column.NEW_FIRST),
        new_last=read(Column.NEW_LAST),
        new_address=_read_address(read(Column.NEW_ADDRESS)),
        badge=read(Column.BADGE),
        is_unreadable_address=bool(written and not address),
    )


def _read_address(text: str) -> str:
    bare = text.strip().rpartition("<")[2].rstrip(">").strip() if "<" in text else text.strip()
    address = parse_address(bare.removeprefix("mailto:")) if "@" in bare else None
    return fold_address(address) if isinstance(address, Address) else ""
