"""One mail that went out or waits: its record, its attempts, and the mail itself as it was made. Reads only.

The mail is made again from its row by what makes all mails, with links signed by a key that is thrown away: so it can
be shown and downloaded whole, and nothing in it opens anything.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlmodel import col

from badges.links import LinkMaker
from badges.tables import Issuer
from desk.checking import image_loader
from desk.office import Office
from mailer.compose import Composer
from mailer.dkim import Signer
from mailer.queue.claimed import Claimed
from mailer.queue.states import CANCELLABLE, RETRIABLE, WAITING, State
from mailer.queue.tables import Attempt, Batch, Message, PublishedTemplate, Suppression
from mailer.templates.published import Published
from wire.header import HeaderFault

MOST_ATTEMPTS = 200
MOST_FOUND = 50
_WORKER = "console"
_OURS = re.compile("[a-z2-7]{52}")
"""The local part of our Message-IDs (`mailer.queue.ledger`)."""


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One try to deliver it."""

    number: int
    relay: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    phase: str | None
    reply: str | None


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """What the ledger holds of a mail, beside what it says."""

    row: Message
    issuer: str | None
    issuer_slug: str | None
    batch: str | None
    batch_state: str | None
    language: str
    attempts: Sequence[PastAttempt]
    suppressed: Sequence[str]
    """Why its address is on the suppression list."""

    @property
    def is_held(self) -> bool:
        """Set aside until a person puts it back."""
        return self.row.held_at is not None and self.row.state in WAITING

    @property
    def may_retry(self) -> bool:
        """A person may have it tried now."""
        return self.row.state in RETRIABLE | WAITING and self.batch_state != "cancelled"

    @property
    def may_hold(self) -> bool:
        """It waits, or comes back from being sent."""
        return self.row.state in WAITING | {State.SENDING} and self.row.held_at is None

    @property
    def may_cancel(self) -> bool:
        """It can still be kept from going."""
        return self.row.state in CANCELLABLE | {State.SENDING}


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A line of a search."""

    id: str
    rcpt_to: str
    kind: str
    state: str
    written_at: datetime
    reason: str | None


def find_record(connection: Connection, message_id: str) -> MessageRecord | None:
    """Return everything on record of one mail. Four reads."""
    query: Select[*tuple[Any, ...]] = (
        select(
            Message.__table__,  # type: ignore[attr-defined]
            col(Issuer.name).label("issuer"),
            col(Issuer.slug).label("issuer_slug"),
            col(Batch.label).label("batch"),
            col(Batch.state).label("batch_state"),
            col(PublishedTemplate.language).label("language"),
        )
        .join(PublishedTemplate, col(PublishedTemplate.digest) == col(Message.template_digest))
        .outerjoin(Issuer, col(Issuer.id) == col(Message.issuer_id))
        .outerjoin(Batch, col(Batch.id) == col(Message.batch_id))
        .where(col(Message.id) == message_id)
    )
    found = connection.execute(query).first()
    if found is None:
        return None
    values = dict(found._mapping)
    extra = {name: values.pop(name) for name in ("issuer", "issuer_slug", "batch", "batch_state", "language")}
    row = Message(**values)
    attempts = connection.execute(_ATTEMPTS.where(col(Attempt.message_id) == message_id)).all()
    listed = select(col(Suppression.reason)).where(
        col(Suppression.address) == row.rcpt_to.lower(),
        col(Suppression.issuer_id).in_(["", row.issuer_id or ""]),
        col(Suppression.stream).in_(["", row.stream]),
    )
    suppressed = list(connection.execute(listed).scalars())
    return MessageRecord(row, **extra, attempts=[PastAttempt(*one) for one in attempts], suppressed=suppressed)


_ATTEMPTS: Select[*tuple[Any, ...]] = (
    select(
        col(Attempt.number),
        col(Attempt.relay),
        col(Attempt.started_at),
        col(Attempt.finished_at),
        col(Attempt.outcome),
        col(Attempt.phase),
        col(Attempt.reply),
    )
    .order_by(col(Attempt.number).desc())
    .limit(MOST_ATTEMPTS)
)


def compose_again(connection: Connection, office: Office, row: Message, now: datetime) -> bytes | None:
    """Return the mail of `row`, unsigned, with links that open nothing; None if it cannot be made of its record."""
    content = connection.execute(
        select(col(PublishedTemplate.content)).where(col(PublishedTemplate.digest) == row.template_digest)
    ).scalar_one()
    links = LinkMaker([secrets.token_urlsafe()])
    published = Published.from_json(content)
    composer = Composer(office.site, links, Signer([]), lambda _digest: published, image_loader(connection))
    try:
        return composer.compose(_claim(row), now).data
    except (HeaderFault, KeyError, ValueError):
        return None  # what holds the mail itself in the queue, too: its reason says so


def _claim(row: Message) -> Claimed:
    names = set(Claimed.__dataclass_fields__) - {"worker_id"}
    return Claimed(**{name: getattr(row, name) for name in names}, worker_id=_WORKER)


def find_messages(connection: Connection, office: Office, words: str) -> list[FoundMessage]:
    """Return the mails that are called `words`: an id, `bounce+id@` or `reply+id@`, a Message-ID, or an address."""
    named = words.strip().strip("<>").removeprefix("mailto:")
    local, at, domain = named.rpartition("@")
    prefix, _, row_id = local.partition("+")
    if not at or (row_id and prefix in {"bounce", "reply"}):
        return _find(connection, col(Message.id) == (row_id if at else named))
    if domain == office.site.mail_domain and _OURS.fullmatch(local):
        # Of our own making, and in no index: a look at every row, for the rare time that somebody has nothing else.
        return _find(connection, col(Message.message_id) == named)
    return _find(connection, col(Message.rcpt_to).in_([named, named.lower()]))


def _find(connection: Connection, condition: Any) -> list[FoundMessage]:
    query = (
        select(
            col(Message.id),
            col(Message.rcpt_to),
            col(Message.kind),
            col(Message.state),
            col(Message.written_at),
            col(Message.reason),
        )
        .where(condition)
        .order_by(col(Message.written_at).desc())
        .limit(MOST_FOUND)
    )
    return [FoundMessage(*row) for row in connection.execute(query)]
