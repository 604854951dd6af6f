"""Rosters that were uploaded in the console and not issued yet.

Here belong rows and their constraints only. What may happen to them stands in `desk.drafts`.
"""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id


class RosterDraft(SQLModel, table=True):
    """A roster as it was uploaded, with what was chosen for it so far."""

    __tablename__ = "roster_draft"

    id: str = Field(default_factory=make_id, primary_key=True)
    issuer_id: str = Field(foreign_key="issuer.id", index=True)
    made_by: str
    """The member's address."""
    badge: str = ""
    """The slug of the badge class; empty: not chosen yet."""
    name: str
    """The file's name, as the browser gave it."""
    content: bytes = Field(sa_type=LargeBinary)
    columns: str = "{}"
    """JSON: which column of the file is which field, where a person has said so."""
    terms: str = "{}"
    """JSON: language, when to send, not later than, whether bad rows are left out."""
    batch_id: str | None = Field(default=None, foreign_key="batch.id")
    """What became of it."""
    created_at: datetime = Field(sa_type=Instant, index=True)
    changed_at: datetime = Field(sa_type=Instant)
