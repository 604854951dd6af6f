"""What became of requests: tickets and their threads, proposed changes, changes that were made, answers that were sent.

Here belong rows and their constraints only. What may happen to them stands in `desk.requests`.
"""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id

_Words = Text().with_variant(TSVECTOR, "postgresql")

PENDING = "state = 'pending'"
"""SQL: a proposal waits for somebody's word. Queries must say it in these words to use the index."""

UNDONE = "undone_at IS NOT NULL"
"""SQL: a change was taken back."""


class Ticket(SQLModel, table=True):
    """One request and everything that was said about it. Every mail that is answered belongs to one."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_state", "state", "updated_at"),
        # The queue: the most urgent first, then who has waited longest; of everybody, or of one member (or nobody).
        Index("ix_ticket_urgency", "state", "priority", "created_at"),
        Index("ix_ticket_assigned", "state", "assigned_to", "priority", "created_at"),
        Index("ix_ticket_issuer", "issuer_id", "created_at"),
        Index("ix_ticket_requester", "requester_address", "updated_at"),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    reference: str = Field(unique=True)
    """What people call it, such as BP-7K2Q9M: random, so that it cannot be guessed. It opens nothing by itself."""
    state: str = "open"
    """open (a person must act), waiting (for the requester, a contact or the issuer), closed."""
    subject: str
    role: str
    intent: str
    outcome: str
    """Of the mail that it was last decided on."""
    requester_address: str
    """Folded; only mails from here (or, for an issuer, from another of its contacts) join the thread."""
    requester_name: str = ""
    issuer_id: str | None = Field(default=None, foreign_key="issuer.id")
    """For a request of an issuer: which one."""
    earner_id: str | None = Field(default=None, foreign_key="earner.id", index=True)
    """Whom it is about, where that is one person."""
    language: str = "en"
    reason: str = ""
    """Why it came to this outcome, in words that staff can read."""
    queue: str = ""
    """Who of the staff should see it, as the rules name it."""
    assigned_to: str | None = None
    """The address of a member of staff."""
    priority: int = 0
    """-1 low to 2 urgent."""
    merged_into: str | None = Field(default=None, index=True)
    """The id of the ticket on which the request goes on; this one is closed then."""
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)


class TicketEntry(SQLModel, table=True):
    """One thing that happened on a ticket, in order. Never changed, never deleted."""

    __tablename__ = "ticket_entry"
    __table_args__ = (Index("ix_ticket_entry_ticket", "ticket_id", "created_at"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    ticket_id: str = Field(foreign_key="ticket.id")
    kind: str
    """A word of `desk.requests.tickets.EntryKind`."""
    raw_mail_id: str | None = Field(default=None, index=True)
    """For mail_in: the mail's row."""
    message_id: str | None = Field(default=None, foreign_key="message.id", index=True)
    """For mail_out: the ledger's row. An answer to it comes to `reply+id@`."""
    internet_message_id: str | None = Field(default=None, index=True)
    """The Message-ID without angle brackets: replies name it in In-Reply-To and References."""
    author: str
    """An address, the name of a member of staff, or `rules`."""
    text: str = ""
    created_at: datetime = Field(sa_type=Instant)


class Proposal(SQLModel, table=True):
    """Changes that somebody must agree to before they are made: contacts, staff, or the issuer."""

    __tablename__ = "proposal"
    __table_args__ = (
        Index("ix_proposal_ticket", "ticket_id"),
        Index("ix_proposal_issuer", "issuer_id", "created_at"),
        Index("ix_proposal_waiting", "expires_at", sqlite_where=text(PENDING), postgresql_where=text(PENDING)),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    ticket_id: str = Field(foreign_key="ticket.id")
    issuer_id: str = Field(foreign_key="issuer.id")
    """On whose authority the changes would be made."""
    needs: str
    """contact (a registered contact by signed link), staff, or issuer (one click in the relayed request)."""
    intent: str
    changes: str
    """JSON list of `desk.requests.orders.Change`."""
    evidence: str
    """JSON: who asked, the authentication verdict, the mail, the rule and its version."""
    state: str = "pending"
    """pending, applied, declined, expired, undone, failed."""
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    """When the links to it run out. One that needs staff waits on."""
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: str | None = None
    """The contact's address, the member of staff."""
    reason: str | None = None
    """Why it was declined or failed, in one line."""
    first_agreed_by: str | None = None
    """Where two have to agree: the member who did so first. It takes another to make the changes."""
    first_agreed_at: datetime | None = Field(default=None, sa_type=Instant)


class RecordChange(SQLModel, table=True):
    """One change of a record that was made: the audit trail, and what undoing it needs. Never deleted."""

    __tablename__ = "record_change"
    __table_args__ = (
        Index("ix_record_change_earner", "earner_id", "made_at"),
        Index("ix_record_change_group", "group_id"),
        Index("ix_record_change_ticket", "ticket_id"),
        Index("ix_record_change_undone", "undone_at", sqlite_where=text(UNDONE), postgresql_where=text(UNDONE)),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    group_id: str
    """All changes of one request share it: one undo link takes them back together."""
    ticket_id: str | None = Field(default=None, foreign_key="ticket.id")
    proposal_id: str | None = Field(default=None, foreign_key="proposal.id")
    issuer_id: str | None = Field(default=None, foreign_key="issuer.id")
    earner_id: str = Field(foreign_key="earner.id")
    kind: str
    """An intent: name_change, unlock, email_change, revoke, unsubscribe."""
    before: str
    """JSON: what the record was."""
    after: str
    """JSON: what it became."""
    asked_by: str
    """The address that asked, or the member of staff."""
    evidence: str
    """JSON, as in `Proposal.evidence`."""
    made_at: datetime = Field(sa_type=Instant)
    undo_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until when the undo link works; staff may undo later. None: cannot be undone."""
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: str | None = None


class AutomaticAnswer(SQLModel, table=True):
    """One answer that no person wrote: counted, so that two machines never talk to each other all day."""

    __tablename__ = "automatic_answer"
    __table_args__ = (
        UniqueConstraint("ticket_entry_id"),
        Index("ix_automatic_answer_address", "address", "answered_at"),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    address: str
    """Folded."""
    intent: str
    ticket_entry_id: str
    answered_at: datetime = Field(sa_type=Instant)


class TicketView(SQLModel, table=True):
    """A member of staff who has a ticket open, and the reply that they have not sent: nobody loses text."""

    __tablename__ = "ticket_view"
    __table_args__ = (Index("ix_ticket_view_seen", "seen_at"),)

    ticket_id: str = Field(foreign_key="ticket.id", primary_key=True)
    member_id: str = Field(foreign_key="member.id", primary_key=True, index=True)
    seen_at: datetime = Field(sa_type=Instant)
    """Of the last sign that the page is open; give or take half a minute."""
    reply: str = ""
    """What they have typed so far."""
    note: str = ""
    typed_at: datetime | None = Field(default=None, sa_type=Instant)


class CannedAnswer(SQLModel, table=True):
    """Words that staff use again and again."""

    __tablename__ = "canned_answer"
    __table_args__ = (UniqueConstraint("title", "language"),)

    id: str = Field(default_factory=make_id, primary_key=True)
    title: str
    """The same in every language: staff choose by it."""
    language: str
    text: str
    changed_at: datetime = Field(sa_type=Instant)
    changed_by: str


class SearchEntry(SQLModel, table=True):
    """Something that was written, as staff find it. Its words stand in an index of the database's own kind: in
    PostgreSQL in `words`, in SQLite in the table `search_words` (FTS5), by the same number."""

    __tablename__ = "search_entry"

    id: int | None = Field(default=None, primary_key=True)
    """Grows: what was written last has the highest."""
    ticket_id: str | None = Field(default=None, foreign_key="ticket.id")
    entry_id: str | None = Field(default=None, unique=True)
    """Of the ticket; None for a mail that belongs to no ticket."""
    raw_mail_id: str | None = None
    """For such a mail: which one."""
    title: str = ""
    """For such a mail: its subject."""
    sender: str = ""
    """For such a mail: who wrote it."""
    words: str | None = Field(default=None, sa_type=_Words)
