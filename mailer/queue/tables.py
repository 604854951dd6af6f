"""The ledger's tables: messages, attempts, batches, published templates, suppressions, relays, workers.

Here belong rows, constraints and indexes only. Which state may follow which stands in `states`, how rows are written
in `ledger` and `recording`.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id

CLAIMABLE = "state IN ('queued', 'deferred') AND worker_id IS NULL AND held_at IS NULL"
"""SQL: a worker may claim this message once it is due. Queries must say it in these words to use the indexes."""

_WITHDRAWN = "withdrawn_at IS NOT NULL AND :state IN ('queued', 'deferred', 'unknown')"
SETTLED_STATE = f"CASE WHEN {_WITHDRAWN} THEN 'cancelled' ELSE :state END"
"""SQL: the state after an attempt that ended in `:state`. What was taken back meanwhile is not tried again."""
SETTLED_REASON = f"CASE WHEN {_WITHDRAWN} THEN 'cancelled while it was under way: not tried again' ELSE :reason END"

UNREACHED = "state IN ('bounced', 'suppressed', 'expired', 'unknown')"
"""SQL: nobody is known to have this mail, and nothing more happens of itself."""

SET_ASIDE = "(state = 'unknown' OR held_at IS NOT NULL)"
"""SQL: a person has to decide. In these words the index has it."""

BATCH_STOPPED = "state <> 'running'"
"""SQL: nothing of this batch may be sent now."""


class PublishedTemplate(SQLModel, table=True):
    """A compiled template, named by the SHA-256 of its content and kept as long as any message was made from it."""

    __tablename__ = "published_template"

    digest: str = Field(primary_key=True)
    kind: str
    language: str
    issuer_id: str | None = Field(default=None, foreign_key="issuer.id")
    """None: the service speaks for itself."""
    content: str
    """JSON, as `mailer.templates.published` writes and reads it."""
    created_at: datetime = Field(sa_type=Instant)


class Batch(SQLModel, table=True):
    """Messages that were enqueued by one act, such as one roster."""

    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_stopped", "id", sqlite_where=text(BATCH_STOPPED), postgresql_where=text(BATCH_STOPPED)),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    issuer_id: str = Field(foreign_key="issuer.id", index=True)
    kind: str
    label: str
    """What a person calls it: the roster's file name, or the reason."""
    state: str = "running"
    """running, paused or cancelled."""
    stopped_because: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Why the service itself paused it, in words that staff can read; empty: a person did."""
    counted_from: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """What there was of sent mails, complaints and bounces when a person last let it go on: rates count from there."""
    rows_in: int = 0
    mails: int = 0
    made_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The member, the API token or who worked at the command line; empty: nobody was named."""
    created_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its mails were to leave; None: at once."""
    not_later_than: datetime | None = Field(default=None, sa_type=Instant)


class Message(SQLModel, table=True):
    """The truth about one mail. Holds no secret and no body: it is rendered, assembled and signed when it is sent."""

    __tablename__ = "message"
    __table_args__ = (
        # Mails of no batch (somebody waits for a password link) go before those of batches; each has its own index.
        # The domain and the batch are in it so that what is at its limit or paused is passed over without a look-up.
        Index(
            "ix_message_claimable",
            "due_at",
            "domain",
            "batch_id",
            sqlite_where=text(f"{CLAIMABLE} AND batch_id IS NOT NULL"),
            postgresql_where=text(f"{CLAIMABLE} AND batch_id IS NOT NULL"),
        ),
        Index(
            "ix_message_claimable_single",
            "due_at",
            "domain",
            sqlite_where=text(f"{CLAIMABLE} AND batch_id IS NULL"),
            postgresql_where=text(f"{CLAIMABLE} AND batch_id IS NULL"),
        ),
        Index(
            "ix_message_not_later_than",
            "not_later_than",
            sqlite_where=text(f"{CLAIMABLE} AND not_later_than IS NOT NULL"),
            postgresql_where=text(f"{CLAIMABLE} AND not_later_than IS NOT NULL"),
        ),
        Index(
            "ix_message_held_by",
            "worker_id",
            sqlite_where=text("worker_id IS NOT NULL"),
            postgresql_where=text("worker_id IS NOT NULL"),
        ),
        # Written when a mail fails, never when it is queued or sent.
        Index(
            "ix_message_unreached",
            "issuer_id",
            "state_at",
            "id",
            sqlite_where=text(UNREACHED),
            postgresql_where=text(UNREACHED),
        ),
        # The few that wait for a person: next to nothing is ever in it, so next to nothing is paid for it.
        Index("ix_message_set_aside", "state_at", sqlite_where=text(SET_ASIDE), postgresql_where=text(SET_ASIDE)),
        # Partial, so that it is no temptation where single mails are claimed ("batch_id IS NULL", then a sort).
        Index(
            "ix_message_batch_state",
            "batch_id",
            "state",
            sqlite_where=text("batch_id IS NOT NULL"),
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    """Also the id in `bounce+id@` and `reply+id@`."""
    idempotency_key: str = Field(unique=True)
    message_id: str
    """The Message-ID header's value without angle brackets, fixed by the idempotency key."""
    kind: str
    stream: str
    """`account` or `notices`: decides the From address and what happens to an `unknown`."""
    batch_id: str | None = Field(default=None, foreign_key="batch.id")
    issuer_id: str | None = Field(default=None, foreign_key="issuer.id")
    """In whose name it is written; None: the service speaks for itself, as to a stranger."""
    earner_id: str | None = Field(default=None, foreign_key="earner.id", index=True)
    rcpt_to: str = Field(index=True)
    domain: str
    """The recipient's domain, lower case, as an A-label."""
    template_digest: str = Field(foreign_key="published_template.digest")
    facts: str
    """JSON: what the slots are filled from (`mailer.filling`). Ids and plain values; links are minted when sent."""
    written_at: datetime = Field(sa_type=Instant)
    """The Date header: when it was put in the queue, or the time it was scheduled for."""
    due_at: datetime = Field(sa_type=Instant)
    not_later_than: datetime | None = Field(default=None, sa_type=Instant)
    state: str = "queued"
    """See `mailer.queue.states`."""
    state_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    doubts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many of the attempts left it unknown whether the mail was taken: each may be a copy."""
    reason: str | None = None
    """Why it is in this state, in words that staff can read."""
    worker_id: str | None = None
    """Which incarnation of a worker has claimed it; None while anybody may."""
    held_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a person, or a fault in composing it, set it aside; it stays in its state until it is put back."""
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    """When somebody cancelled it while its body was under way: unless this attempt sends it, it is cancelled."""
    fence: int = 0
    """Grows with every claim: a worker that woke up late finds a higher number and cannot write."""


class Attempt(SQLModel, table=True):
    """One try to deliver one message. Written before the final dot, completed after the reply."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("message_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(foreign_key="message.id")
    number: int
    """The fence of the claim it was made under: unique, growing, with gaps."""
    relay: str
    started_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str | None = None
    """sent, deferred, bounced, unknown or held; None from the intent until the result is recorded."""
    phase: str | None = None
    """Where the conversation stood: connect, mail, rcpt, data, body."""
    reply: str | None = None
    """The SMTP reply as it came, or what happened instead of one."""


class Suppression(SQLModel, table=True):
    """An address that we do not send to. An empty `issuer_id` means every issuer."""

    __tablename__ = "suppression"
    __table_args__ = (Index("ix_suppression_issuer", "issuer_id", "address", "stream"),)

    address: str = Field(primary_key=True)
    issuer_id: str = Field(default="", primary_key=True)
    stream: str = Field(default="", primary_key=True)
    """Empty: every mail (hard bounce, complaint). `notices`: all but account mail (unsubscribed)."""
    reason: str
    source_message_id: str | None = None
    created_at: datetime = Field(sa_type=Instant)


class RelayState(SQLModel, table=True):
    """What the workers last saw of a relay. A relay that is down holds the queue; that is nobody's bounce."""

    __tablename__ = "relay_state"

    relay: str = Field(primary_key=True)
    state: str
    """up or down."""
    since: datetime = Field(sa_type=Instant)
    reason: str | None = None
    next_try_at: datetime | None = Field(default=None, sa_type=Instant)


class WorkerLease(SQLModel, table=True):
    """One incarnation of one worker process. Its messages go back to the queue when the heartbeat stops."""

    __tablename__ = "worker_lease"

    id: str = Field(default_factory=make_id, primary_key=True)
    name: str = Field(index=True)
    place: str
    """The machine and the lock file that tell whether its process lives, or its job. Only who has the same may ask."""
    started_at: datetime = Field(sa_type=Instant)
    heartbeat_at: datetime = Field(sa_type=Instant)
