"""The tables of the instance: whose database this is, and which processes live. Rows only."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from badges.columns import Instant

THE_INSTANCE = "this"
"""The id of the one row of `Instance`."""


class Instance(SQLModel, table=True):
    """What tells this database from a copy of it. One row, made by a migration."""

    __tablename__ = "instance"

    id: str = Field(default=THE_INSTANCE, primary_key=True)
    name: str
    """Random: notes outside of the database say it. Another one each time that an operator adopts the database."""
    former: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The names that it had before, with blanks between them: notes that say these are of the past."""
    place: str
    """Where it stands (`places`): another place means that this is a copy, or was moved. `{}`: never sent from."""
    epoch: int = Field(sa_type=BigInteger)
    """Grows as it is sent from. Whoever has seen a higher one knows that this is an earlier state, brought back."""
    changed_at: datetime = Field(sa_type=Instant)
    """When the epoch last grew: up to then, and little longer, it knows what was sent."""
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
