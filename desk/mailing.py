"""Writing mails into the ledger, in the transaction of the act that they tell about.

Here belongs what all mails but those of a roster have in common; a roster's are written by `issuing`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from desk.constants import Wanted
from desk.office import Office
from desk.publishing import PublishRefused
from mailer.notices import NOTICES
from mailer.queue.ledger import Enqueued, NewMessage, enqueue

_log = structlog.get_logger("badgepost.desk")

Fact = str | int | None | Sequence[str] | Sequence[Mapping[str, str | None]]
"""What JSON can hold. Lists are what a mail lacks, and changes (`mailer.request_words`)."""


class BrokenTemplateError(Exception):
    """A template of ours cannot be published: a fault of the installation, not of whoever asked for the mail."""


@dataclass(frozen=True)
class Letter:
    """One mail that an act writes. `key` is its idempotency key; `facts` are those of its kind (`mailer.filling`)."""

    kind: str
    key: str
    issuer_id: str | None
    """None: the service speaks for itself."""
    earner_id: str | None
    rcpt_to: str
    facts: Mapping[str, Fact]
    language: str | None = None
    """None: the issuer's, or English."""
    badge_class_id: str | None = None
    batch_id: str | None = None


def write_letter(connection: Connection, office: Office, letter: Letter, now: datetime) -> bool:
    """Enqueue `letter`, due at once; False if the ledger has it already. Raises `BrokenTemplateError`."""
    return write_letters(connection, office, [letter], now).inserted == 1


def write_letters(connection: Connection, office: Office, letters: Iterable[Letter], now: datetime) -> Enqueued:
    """Enqueue `letters`, due at once; those that the ledger has already change nothing. Raises the same.

    A letter in an issuer's name of a kind that only the service writes is a fault: it may tell a stranger whose earner
    has named their address. Raises `ValueError`.
    """
    messages = _compose_messages(connection, office, letters, now)
    return enqueue(connection, messages, office.site.mail_domain)


def _compose_messages(
    connection: Connection, office: Office, letters: Iterable[Letter], now: datetime
) -> Iterator[NewMessage]:
    digests: dict[Wanted, str] = {}
    for letter in letters:
        if letter.issuer_id is not None and NOTICES[letter.kind].only_service:
            raise ValueError(f"{letter.kind} mails are written in no issuer's name")
        wanted = Wanted(letter.kind, letter.issuer_id, letter.badge_class_id, letter.language)
        if wanted not in digests:
            digests[wanted] = _publish(connection, office, wanted, now)
        stream = NOTICES[letter.kind].stream
        message = NewMessage(
            idempotency_key=letter.key,
            kind=letter.kind,
            stream=stream,
            issuer_id=letter.issuer_id,
            rcpt_to=letter.rcpt_to,
            domain=letter.rcpt_to.rpartition("@")[2],
            template_digest=digests[wanted],
            facts=json.dumps(letter.facts, ensure_ascii=False),
            written_at=now,
            due_at=now,
            batch_id=letter.batch_id,
            earner_id=letter.earner_id,
        )
        # Before the commit of the act; of those in a batch, of which there may be many, at `debug`.
        say = _log.info if letter.batch_id is None else _log.debug
        say("queued", message=message.id, batch=letter.batch_id, kind=letter.kind, stream=stream, domain=message.domain)
        yield message


def _publish(connection: Connection, office: Office, wanted: Wanted, now: datetime) -> str:
    published = office.publisher.publish(connection, wanted, now)
    if isinstance(published, PublishRefused):
        raise BrokenTemplateError(published.reason)
    return published.digest
