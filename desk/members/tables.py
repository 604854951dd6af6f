"""Who works in the console: members, what they may do, their sessions, and the trail of their acts.

Here belong rows and their constraints only. What may happen to them stands in `desk.members`.
"""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id


class Member(SQLModel, table=True):
    """A person who works in the console. Never deleted: the trail names them."""

    __tablename__ = "member"

    id: str = Field(default_factory=make_id, primary_key=True)
    address: str = Field(unique=True)
    """Folded. What they log in with, and where their mail goes."""
    name: str
    language: str = "en"
    is_administrator: bool = False
    """May do everything, for every issuer."""
    is_support: bool = False
    """Deals with tickets, rules and the mails that go out."""
    password_hash: str | None = None
    """None: invited, and not come yet."""
    password_set_at: datetime | None = Field(default=None, sa_type=Instant)
    link_serial: int = 0
    """The serial number of the newest invitation or password link; older ones are void."""
    link_spent_serial: int = 0
    """The highest serial that was used."""
    totp_secret: str | None = None
    """Sealed (`badges.vault`): the shared secret of RFC 6238."""
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a first code was right; None: no second factor yet, so no way past its page."""
    totp_last_step: int = 0
    """The time step of the last code that was taken: none is taken twice (RFC 6238 section 5.2)."""
    failed_logins: int = 0
    """Wrong passwords and wrong codes since the last log-in that succeeded."""
    failed_at: datetime | None = Field(default=None, sa_type=Instant)
    locked_at: datetime | None = Field(default=None, sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    """When an administrator shut them out."""
    created_at: datetime = Field(sa_type=Instant)
    created_by: str = ""
    """The address of the member who invited them, or who worked at the command line."""


class IssuerManager(SQLModel, table=True):
    """A member who manages one issuer: everything of it, and nothing of another."""

    __tablename__ = "issuer_manager"

    member_id: str = Field(foreign_key="member.id", primary_key=True)
    issuer_id: str = Field(foreign_key="issuer.id", primary_key=True, index=True)
    since: datetime = Field(sa_type=Instant)


class MemberSession(SQLModel, table=True):
    """One browser in which a member is logged in. Ended by deleting the row."""

    __tablename__ = "member_session"

    id: str = Field(primary_key=True)
    """SHA-256 of the token in the cookie, in hexadecimal."""
    member_id: str = Field(foreign_key="member.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    """Of the last request, give or take some minutes."""
    source: str = ""
    """The network that it was opened from."""
    browser: str = ""
    """What the browser calls itself, cut: for its owner to know it again."""
    totp_secret: str | None = None
    """Sealed: the secret that this browser is shown until a first code proves that an app has it. No other session sees
    it, so nobody who knows a password can learn what somebody else confirms."""
    proven_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the second factor was given. Until then the session leads to that page and to no other."""


class RecoveryCode(SQLModel, table=True):
    """A code for whoever has lost the second factor. Each works once."""

    __tablename__ = "recovery_code"

    id: str = Field(default_factory=make_id, primary_key=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    code_hash: str
    """SHA-256 of a random code of 80 bits: nobody guesses it, so no slow hash is needed."""
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class AuditEvent(SQLModel, table=True):
    """One act that a member, another system or somebody at the command line did. Never changed, never deleted."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_made", "made_at"),
        Index("ix_audit_event_issuer", "issuer_id", "made_at"),
        Index("ix_audit_event_made_by", "made_by", "made_at"),
        Index("ix_audit_event_act", "act", "made_at"),
        Index("ix_audit_event_subject", "subject_kind", "subject_id", "made_at"),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    made_at: datetime = Field(sa_type=Instant)
    act: str
    """A word of `desk.members.audit.Act`."""
    made_by: str
    """A member's address, the name of an API token, or who worked at the command line."""
    member_id: str | None = Field(default=None, foreign_key="member.id")
    token_id: str | None = None
    issuer_id: str | None = Field(default=None, foreign_key="issuer.id")
    """Whose it is; None: the service's own."""
    subject_kind: str = ""
    """What was acted on: `batch`, `badge`, `earner`, `member` …"""
    subject_id: str = ""
    detail: str = "{}"
    """JSON: what changed, before and after. No password, no token."""
    source: str = ""
    """The network that it came from, if from one."""
