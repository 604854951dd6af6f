"""One award typed by hand: the same kind of draft as a file, so it is checked, previewed and issued alike. Pure."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from desk.roster.reading import read_roster
from desk.roster.rows import Bad, RosterFault, Row


@dataclass(frozen=True)
class TypedAward:
    """What a person has typed, as they typed it."""

    address: str
    name: str
    issued_on: str = ""
    language: str = ""
    evidence_url: str = ""
    narrative: str = ""


_HEADER = ("email", "name", "award date", "language", "evidence", "narrative")


def write_single(award: TypedAward) -> bytes:
    """Return a roster of one row."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(_HEADER)
    given = (award.address, award.name, award.issued_on, award.language, award.evidence_url, award.narrative)
    rows.writerow([" ".join(cell.split()) for cell in given])
    return text.getvalue().encode("utf-8", "replace")


def check_single(award: TypedAward, today: date) -> Bad | None:
    """Return the first thing that is wrong with what was typed, if anything is."""
    roster = read_roster(io.BytesIO(write_single(award)), "award.csv", today)
    assert not isinstance(roster, RosterFault), roster.reason
    for line in roster.rows():
        return None if isinstance(line, Row) else line if isinstance(line, Bad) else None
    return Bad(2, "address", "is missing", "")
