"""Rosters that were uploaded in the console and not issued yet.

Here belong rows and their constraints only. What may happen to them stands in `desk.drafts`.
"""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id


class RosterDraft(SQLModel, table=True):
    """A roster as it was uploaded, with what was said about it so far. Its file is a row of its own: this one changes
    with every correction, and SQLite writes a changed row anew as a whole."""

    __tablename__ = "roster_draft"

    id: str = Field(default_factory=make_id, primary_key=True)
    issuer_id: str = Field(foreign_key="issuer.id", index=True)
    made_by: str
    """The member's address."""
    badge: str = ""
    """The slug of the badge class; empty: not chosen yet."""
    name: str
    """The file's name, as the browser gave it."""
    columns: str = "{}"
    """JSON: which column of the file is which field, where a person has said so."""
    corrections: str = "{}"
    """JSON: line to field to the text that stands there instead."""
    terms: str = "{}"
    """JSON: language, when to send, not later than, whether bad rows are left out."""
    batch_id: str | None = Field(default=None, foreign_key="batch.id")
    """What became of it."""
    created_at: datetime = Field(sa_type=Instant, index=True)
    changed_at: datetime = Field(sa_type=Instant)
    """Moves with everything that is said about it: what was looked at before counts no more."""
    work: str = ""
    """`counting` or `issuing` while that is under way."""
    work_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when. What does not end in time was ended with its process."""
    counted: str = ""
    """JSON: what issuing would come to, or why it is refused, and as of which `changed_at`."""
    report: str = ""
    """JSON: what is wrong with its rows, as of `changed_at`."""


class RosterFile(SQLModel, table=True):
    """The bytes of a draft, as they were uploaded. They never change."""

    __tablename__ = "roster_file"

    draft_id: str = Field(foreign_key="roster_draft.id", primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class ColumnChoice(SQLModel, table=True):
    """What a person has said about the columns of a file, for the next one of this issuer with the same header."""

    __tablename__ = "column_choice"

    issuer_id: str = Field(foreign_key="issuer.id", primary_key=True)
    header_digest: str = Field(primary_key=True)
    """SHA-256 of the names of all columns."""
    columns: str
    """As in `RosterDraft`."""
    used_at: datetime = Field(sa_type=Instant)
