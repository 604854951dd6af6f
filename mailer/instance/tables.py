"""The tables of the instance: whose database this is, and which processes live. Rows only."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from badges.columns import Instant

THE_INSTANCE = "this"
"""The id of the one row of `Instance`."""


class Instance(SQLModel, table=True):
    """What tells this database from a copy of it. One row."""

    __tablename__ = "instance"

    id: str = Field(default=THE_INSTANCE, primary_key=True)
    place: str
    """Where it stood when it was last sent from: another place means that this is a copy, or was moved."""
    epoch: int = Field(sa_type=BigInteger)
    """Grows as it is sent from. Whoever has seen a higher one knows that this is an earlier state, brought back."""
    changed_at: datetime = Field(sa_type=Instant)
    fenced_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when nothing may be sent from it, until an operator says what it is."""
    fenced_because: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ProcessPulse(SQLModel, table=True):
    """One process of the service, of whatever kind, and when it last said that it lives."""

    __tablename__ = "process_pulse"

    id: str = Field(primary_key=True)
    kind: str
    """web, worker, listener, processor or hooks."""
    name: str
    place: str
    """The machine."""
    version: str
    started_at: datetime = Field(sa_type=Instant)
    beat_at: datetime = Field(sa_type=Instant)
