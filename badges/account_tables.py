"""What an earner's account consists of beside its row in `tables`: sessions, profile, addresses to be confirmed, trail.

Here belong rows and their constraints only. What may happen to them stands in `desk.accounts`.
"""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id


class Session(SQLModel, table=True):
    """One browser that is logged in. Ended by deleting the row: what a copy of the cookie opens then is nothing."""

    __tablename__ = "session"

    id: str = Field(primary_key=True)
    """SHA-256 of the token in the cookie, in hexadecimal: a leaked backup opens no account."""
    account_id: str = Field(foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    """Of the last request, give or take some minutes: it is not written each time."""
    source: str = ""
    """The network that it was opened from (`wire.network`)."""


class StrangerLogin(SQLModel, table=True):
    """Failed logins with an address that nobody has: counted and locked as an account is, so that nobody can tell."""

    __tablename__ = "stranger_login"

    address_hash: str = Field(primary_key=True)
    """SHA-256 of the folded address: whatever a stranger has typed."""
    failed_logins: int = 0
    failed_at: datetime = Field(sa_type=Instant, index=True)
    locked_at: datetime | None = Field(default=None, sa_type=Instant)


class LoginFailure(SQLModel, table=True):
    """One failed login, by the network that it came from: counted for an hour, then deleted."""

    __tablename__ = "login_failure"
    __table_args__ = (Index("ix_login_failure_source", "source", "failed_at"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    source: str
    failed_at: datetime = Field(sa_type=Instant, index=True)


class Profile(SQLModel, table=True):
    """What earners say of themselves. No issuer vouches for it, and no credential holds it."""

    __tablename__ = "profile"

    earner_id: str = Field(foreign_key="earner.id", primary_key=True)
    employer: str = ""
    title: str = ""
    phone: str = ""
    website: str = ""
    photo: bytes | None = Field(default=None, sa_type=LargeBinary)
    """A JPEG that we have encoded ourselves; shown to its owner alone."""
    changed_at: datetime = Field(sa_type=Instant)


class PendingAddress(SQLModel, table=True):
    """An address that an earner has named and not yet proven to read. It counts for nothing until then."""

    __tablename__ = "pending_address"
    __table_args__ = (UniqueConstraint("earner_id", "address"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    earner_id: str = Field(foreign_key="earner.id")
    address: str
    """Folded. Several earners may name the same: whoever reads it has it."""
    asked_at: datetime = Field(sa_type=Instant)


class AccountEvent(SQLModel, table=True):
    """One thing that happened to an account: the trail that its owner and support staff can read. Never changed."""

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_earner", "earner_id", "made_at"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    earner_id: str = Field(foreign_key="earner.id")
    kind: str
    """A word of `desk.accounts.trail.EventKind`."""
    made_by: str = ""
    """`owner`, an address that asked, a member of staff, `rules`."""
    source: str = ""
    """The network that it came from, if from one."""
    detail: str = ""
    """In words for staff: no password, no token."""
    made_at: datetime = Field(sa_type=Instant)


class ShareClick(SQLModel, table=True):
    """An owner pressed one of the share buttons. What LinkedIn made of it is not known."""

    __tablename__ = "share_click"
    __table_args__ = (Index("ix_share_click_assertion", "assertion_id", "made_at"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    assertion_id: str = Field(foreign_key="assertion.id")
    kind: str
    """add_to_profile, add_to_stream."""
    made_at: datetime = Field(sa_type=Instant)
