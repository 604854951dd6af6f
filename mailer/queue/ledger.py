"""Putting messages into the ledger. The caller owns the transaction: award and message are one commit.

Here belongs the way in. How messages are claimed, tried and settled stands in `claiming`, `journal` and `recording`.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from badges.columns import to_microseconds
from badges.ids import make_id
from mailer.queue.many import ForMany
from mailer.queue.states import State
from mailer.queue.waking import Turn, ask_for_turn

CHUNK = 1000
"""Rows in one executemany: memory stays flat however long the roster is."""

_INSERT = ForMany("""
    INSERT INTO message (
        id, idempotency_key, message_id, kind, stream, batch_id, issuer_id, earner_id, rcpt_to, domain,
        template_digest, facts, written_at, due_at, not_later_than, state, state_at, attempts, fence
    ) VALUES (
        :id, :idempotency_key, :message_id, :kind, :stream, :batch_id, :issuer_id, :earner_id, :rcpt_to, :domain,
        :template_digest, :facts, :written_at, :due_at, :not_later_than, :state, :written_at, 0, 0
    ) ON CONFLICT (idempotency_key) DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One mail to be sent."""

    idempotency_key: str
    """Says what the mail is about, so that asking twice sends once: `issuance/<assertion id>`."""
    kind: str
    stream: str
    issuer_id: str | None
    """None: the service speaks for itself."""
    rcpt_to: str
    domain: str
    """Of `rcpt_to`, lower case, as an A-label."""
    template_digest: str
    facts: str
    """JSON: what the slots are filled from."""
    written_at: datetime
    """The Date header. For a scheduled mail, the time it is scheduled for."""
    due_at: datetime
    not_later_than: datetime | None = None
    batch_id: str | None = None
    earner_id: str | None = None
    id: str = field(default_factory=make_id)


@dataclass(frozen=True)
class Enqueued:
    """How many messages were new, and how many the ledger had already (same idempotency key)."""

    inserted: int
    already_there: int


def message_id_for(idempotency_key: str, mail_domain: str) -> str:
    """Return the Message-ID (RFC 5322 section 3.6.4, without angle brackets) that `idempotency_key` fixes.

    The same in every attempt, so that mailboxes which drop repeats can do so after an `unknown`.
    """
    digest = hashlib.sha256(idempotency_key.encode("utf-8")).digest()
    return f"{base64.b32encode(digest).decode('ascii').rstrip('=').lower()}@{mail_domain}"


def enqueue(connection: Connection, messages: Iterable[NewMessage], mail_domain: str) -> Enqueued:
    """Put `messages` into the ledger in the transaction of `connection`; a key that is there already changes nothing.

    `mail_domain` is the domain of the Message-IDs. `messages` may be a generator of any length.
    """
    offered = inserted = 0
    remaining = iter(messages)
    while rows := [_row(message, mail_domain) for message in islice(remaining, CHUNK)]:
        offered += len(rows)
        inserted += _INSERT.run(connection, rows)
    ask_for_turn(connection, Turn.DELIVER, inserted)
    return Enqueued(inserted, offered - inserted)


def _row(message: NewMessage, mail_domain: str) -> dict[str, str | int | None]:
    return {
        "id": message.id,
        "idempotency_key": message.idempotency_key,
        "message_id": message_id_for(message.idempotency_key, mail_domain),
        "kind": message.kind,
        "stream": message.stream,
        "batch_id": message.batch_id,
        "issuer_id": message.issuer_id,
        "earner_id": message.earner_id,
        "rcpt_to": message.rcpt_to,
        "domain": message.domain,
        "template_digest": message.template_digest,
        "facts": message.facts,
        "written_at": to_microseconds(message.written_at),
        "due_at": to_microseconds(message.due_at),
        "not_later_than": None if message.not_later_than is None else to_microseconds(message.not_later_than),
        "state": State.QUEUED.value,
    }
