"""From a file to rows: `read_roster` tells what the file is and finds its columns, `Roster.rows` checks line by line."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from desk.roster.rows import Bad, RosterFault, RosterLine, Row
from wire.address import AddressFault, parse_address


@dataclass
class Roster:
    """A file whose columns are known. Nothing but its head is in memory."""

    columns: dict[str, str]
    """Field of `Row` to the name of its column in the file."""
    ignored_columns: tuple[str, ...]
    encoding: str | None
    """Of a text file; None for a workbook."""
    delimiter: str | None
    blank_lines: int = 0
    """Set by a pass of `rows` that ran to its end."""
    _source: BinaryIO = field(default_factory=io.BytesIO, repr=False)

    def rows(self) -> Iterator[RosterLine]:
        """Yield a value for each line below the header that is not blank. May be called again, after a pass is over."""
        self._source.seek(0)
        text = io.TextIOWrapper(self._source, encoding="utf-8-sig", newline="")
        reader = csv.DictReader(text)
        for cells in reader:
            address = parse_address(cells[self.columns["address"]])
            if isinstance(address, AddressFault):
                yield Bad(reader.line_num, "address", address.reason, cells[self.columns["address"]])
                continue
            yield Row(reader.line_num, str(address).lower(), cells[self.columns["name"]], None, None, None)
        text.detach()


def read_roster(source: BinaryIO, name: str, today: date) -> Roster | RosterFault:
    """Return the roster in `source` (seekable; `name` as the file was called), or why there is none."""
    source.seek(0)
    header = source.readline().decode("utf-8-sig").strip().split(",")
    columns = {"address": "email", "name": "name"}
    if not {"email", "name"} <= set(header):
        return RosterFault("has no column for the address and the name")
    return Roster(columns, (), "utf-8", ",", 0, source)
