"""What came in: raw mails, and each time one was delivered to us.

Here belong rows and their constraints only. How they are written before the 250 stands in `store`; what is made of a
mail later gets tables of its own.
"""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id

WAITING = "state = 'received'"
"""SQL: nobody has looked at this delivery yet. Queries must say it in these words to use the index."""


class RawMail(SQLModel, table=True):
    """The bytes of one mail as they came first. They never change: whatever is known of a mail starts from them."""

    __tablename__ = "raw_mail"

    id: str = Field(default_factory=make_id, primary_key=True)
    fingerprint: str = Field(unique=True)
    """Hexadecimal; the same for all deliveries of one mail (`inbound.fingerprint`)."""
    size: int
    """Bytes of `content`."""
    content: bytes = Field(sa_type=LargeBinary)
    """The whole message with CRLF line ends, dot-stuffing undone. Empty once it was purged."""
    purged_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its bytes were let go, because their time was over."""


class Delivery(SQLModel, table=True):
    """One transaction in which a mail was handed to us: its envelope, and who handed it over."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_waiting", "received_at", sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    raw_mail_id: str = Field(foreign_key="raw_mail.id", index=True)
    mail_from: str
    """The reverse-path; empty for the null reverse-path of reports (RFC 5321 section 4.5.5)."""
    rcpt_to: str
    """JSON list of the recipients that we took, as the client wrote them."""
    helo_name: str
    """What the client called itself (HELO, EHLO or LHLO). Its own claim."""
    peer_address: str
    """The client's IP address; behind a trusted proxy, the one that the proxy names."""
    protocol: str
    """RFC 3848: SMTP, ESMTP, ESMTPS, LMTP, LMTPS."""
    tls: str | None = None
    """The version, such as TLSv1.3; None: in the clear."""
    received_at: datetime = Field(sa_type=Instant)
    state: str = "received"
    """received: committed and acknowledged, not looked at. done: decided and carried out. shelved: reading it ended
    the process that read it; kept for a person, as a ticket."""
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often a process began to read it; counted before, so that one that dies of it is known."""
    claimed_by: str | None = None
    """Which process has it; None while anybody may."""
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """Not to be looked at before: something that was asked for was away. None: at once."""
    header_block: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The header of this delivery, for one that is not the mail's first: only trace fields may differ in it."""


class Decision(SQLModel, table=True):
    """What was decided on one delivery, by which rule, on what evidence. Never changed."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_decided", "decided_at", "rule"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    delivery_id: str = Field(foreign_key="delivery.id", unique=True)
    """One decision a delivery: processing a mail again changes nothing."""
    raw_mail_id: str = Field(foreign_key="raw_mail.id", index=True)
    ticket_id: str | None = Field(default=None, foreign_key="ticket.id", index=True)
    role: str | None
    """None where nobody asked: the mail is a report, or automatic."""
    intent: str | None
    outcome: str
    rule: str
    """The id of the rule; empty where none matched or an error interrupted."""
    rules_version: int
    """`RulesVersion.number` of the rules in force."""
    reason: str
    facts: str
    """JSON: `inbound.facts.Facts` without the words of the mail, which stand in its bytes."""
    authentication: str
    """JSON: what was read and checked about the sender."""
    evidence: str
    """JSON: every DNS answer that the verdict rests on."""
    decided_at: datetime = Field(sa_type=Instant)


class MailMark(SQLModel, table=True):
    """By what a mail that was decided on is known again, however it comes: each mark stands here once."""

    __tablename__ = "mail_mark"

    mark: str = Field(primary_key=True)
    """`inbound.marks` makes it, of Message-ID and content or of a signature."""
    raw_mail_id: str = Field(foreign_key="raw_mail.id")
    """The mail that bore it first."""


class RulesVersion(SQLModel, table=True):
    """One published rules file. Never changed: each decision names the version that it was made by."""

    __tablename__ = "rules_version"

    number: int = Field(primary_key=True)
    """1, 2, 3 …: the highest is in force. Rolling back publishes an older content once more."""
    digest: str
    """SHA-256 of `content`."""
    content: str
    """The file, as it was published."""
    published_at: datetime = Field(sa_type=Instant)
    published_by: str
    note: str = ""
