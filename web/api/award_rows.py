"""Awards as JSON, and as the roster that they are checked as.

Here belong the form of an award that is ordered, and the way from a list of them to a roster and back to the place in
the body that a line of it came from. Pure.
"""

import csv
import io
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from desk.programme_values import Language
from web.api.problems import ErrorOut
from web.api.values import LINE_PATTERN, Sent

_COLUMNS = {
    "email": "email",
    "name": "name",
    "issued_on": "award date",
    "expires_on": "expiry date",
    "language": "language",
    "evidence_url": "evidence url",
    "narrative": "narrative",
}
"""What each field is called at the head of a roster (`desk.roster.columns`)."""
_FIELDS = {"address": "email"}
"""What a field of a roster's row is called here, where that is something else."""
_HEAD = 2
"""The line of the first award."""

DAY_PATTERN = "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
Email = Annotated[str, Field(max_length=254, pattern="^[^\\x00-\\x20\\x7f@]+@[^\\x00-\\x20\\x7f@]+$")]
Day = Annotated[str, Field(pattern=DAY_PATTERN, json_schema_extra={"format": "date"}, examples=["2026-11-23"])]
Words = Annotated[str, Field(max_length=2000, pattern=LINE_PATTERN)]


class AwardRow(Sent):
    """Who is awarded the badge, and what is said of it."""

    email: Email
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=LINE_PATTERN)]
    issued_on: Annotated[Day | None, Field(description="null: the day on which the mail leaves.")] = None
    expires_on: Annotated[Day | None, Field(description="null: as the badge has it.")] = None
    language: Language | None = None
    evidence_url: Words | None = None
    narrative: Words | None = None


def write_roster(rows: Sequence[AwardRow]) -> io.BytesIO:
    """Return the awards as a roster: UTF-8 that says so, every cell quoted, one line each."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS.values())
    for row in rows:
        writer.writerow([getattr(row, name) or "" for name in _COLUMNS])
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def place_single(_line: int, field: str) -> ErrorOut:
    """Return where a fault of the only award stands."""
    return ErrorOut(detail="", pointer=f"#{_point(field)}")


def place_in_list(line: int, field: str) -> ErrorOut:
    """The same in a body with a list of them."""
    return ErrorOut(detail="", pointer=f"#/awards/{line - _HEAD}{_point(field)}")


def _point(field: str) -> str:
    return "" if field == "row" else f"/{_FIELDS.get(field, field)}"
