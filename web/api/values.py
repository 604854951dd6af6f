"""Values that many resources of the API have in common: moments, ids, slugs.

Here belong types whose schema says what they take. What a badge, a name or an address may be is the desk's to say
(`desk.programme_values`, `desk.issuers.fields`).
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

ID_PATTERN = "^[a-z2-7]{16}$"
SLUG_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*$"
LINE_PATTERN = r"^[^\x00-\x1f\x7f]*$"
"""Of a text in one line."""
TEXT_PATTERN = r"^[^\x00]*$"
"""Of a text of several lines: PostgreSQL takes none with U+0000."""
MOMENT_PATTERN = (
    "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
)


class Sent(BaseModel):
    """What a caller sends: a name that is not known is a fault, because it is most likely a misspelt one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


def read_moment(value: object) -> datetime:
    """Return the moment (RFC 3339) in UTC. Raises `ValueError`: without its offset a time says no moment."""
    if not isinstance(value, str) or not re.fullmatch(MOMENT_PATTERN, value):
        raise ValueError("must be a moment with its offset, such as 2026-11-23T09:00:00+01:00")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        raise ValueError("is a day that does not exist") from None


def _write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_MOMENT_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-11-23T09:00:00Z"]}
SentMoment = Annotated[
    AwareDatetime, BeforeValidator(read_moment), WithJsonSchema({**_MOMENT_SCHEMA, "pattern": MOMENT_PATTERN})
]
ShownMoment = Annotated[datetime, PlainSerializer(_write_moment, return_type=str), WithJsonSchema(_MOMENT_SCHEMA)]
PathId = Annotated[str, Path(pattern=ID_PATTERN)]
PathSlug = Annotated[str, Path(pattern=SLUG_PATTERN, max_length=64)]
ShownId = Annotated[str, Field(pattern=ID_PATTERN)]
