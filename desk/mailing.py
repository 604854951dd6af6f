"""Writing one mail into the ledger, in the transaction of the act that it tells about.

Here belongs what single mails have in common; a roster's mails are written in bulk by `issuing`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from desk.constants import Wanted
from desk.office import Office
from desk.publishing import PublishRefused
from mailer.notices import NOTICES
from mailer.queue.ledger import NewMessage, enqueue

Fact = str | int | None


class BrokenTemplateError(Exception):
    """A template of ours cannot be published: a fault of the installation, not of whoever asked for the mail."""


@dataclass(frozen=True)
class Letter:
    """One mail that an act writes. `key` is its idempotency key; `facts` are those of its kind (`mailer.filling`)."""

    kind: str
    key: str
    issuer_id: str
    earner_id: str | None
    rcpt_to: str
    facts: Mapping[str, Fact]
    language: str | None = None
    """None: the issuer's."""
    badge_class_id: str | None = None
    batch_id: str | None = None


def write_letter(connection: Connection, office: Office, letter: Letter, now: datetime) -> bool:
    """Enqueue `letter`, due at once; False if the ledger has it already. Raises `BrokenTemplateError`."""
    wanted = Wanted(letter.kind, letter.issuer_id, letter.badge_class_id, letter.language)
    published = office.publisher.publish(connection, wanted, now)
    if isinstance(published, PublishRefused):
        raise BrokenTemplateError(published.reason)
    message = NewMessage(
        idempotency_key=letter.key,
        kind=letter.kind,
        stream=NOTICES[letter.kind].stream,
        issuer_id=letter.issuer_id,
        rcpt_to=letter.rcpt_to,
        domain=letter.rcpt_to.rpartition("@")[2],
        template_digest=published.digest,
        facts=json.dumps(letter.facts, ensure_ascii=False),
        written_at=now,
        due_at=now,
        batch_id=letter.batch_id,
        earner_id=letter.earner_id,
    )
    return enqueue(connection, [message], office.site.mail_domain).inserted == 1
