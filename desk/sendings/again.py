"""Sending once more to those of a batch whom it did not reach, or who have not opened their account.

Here belongs who may order it, and how often; which mails are written stands in `desk.resending`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlmodel import col

from badges.transactions import take_turn
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.tables import AuditEvent
from desk.office import Office
from desk.resending import NotResent, Resent, resend_failed, resend_unopened
from desk.sendings.steering import NoBatch
from mailer.queue.tables import Batch

PAUSE = timedelta(hours=1)
"""Between two orders about one batch: a second click orders nothing."""


class Whom(StrEnum):
    """To whom of a batch."""

    FAILED = "failed"
    UNOPENED = "unopened"


@dataclass(frozen=True)
class ResendOrdered:
    """To be carried out now (`carry_out_resend`)."""

    batch_id: str
    whom: Whom


@dataclass(frozen=True)
class TooSoon:
    """It was ordered less than an hour ago."""


def order_resend(  # noqa: PLR0913, PLR0917 - who, whose, which, to whom
    office: Office, actor: Actor, issuer_id: str, batch_id: str, whom: Whom, now: datetime
) -> ResendOrdered | NoBatch | TooSoon:
    """Note that somebody has a batch sent once more. At most once an hour."""
    with office.engine.begin() as connection:
        take_turn(connection)
        which = col(Batch.id) == batch_id, col(Batch.issuer_id) == issuer_id
        if connection.execute(select(col(Batch.id)).where(*which)).first() is None:
            return NoBatch()
        about = col(AuditEvent.subject_kind) == "batch", col(AuditEvent.subject_id) == batch_id
        recent = col(AuditEvent.act) == Act.BATCH_RESENT, col(AuditEvent.made_at) > now - PAUSE
        if connection.execute(select(func.count()).select_from(AuditEvent).where(*about, *recent)).scalar_one():
            return TooSoon()
        subject, detail = Subject("batch", batch_id), {"whom": whom.value}
        note_act(connection, actor, Act.BATCH_RESENT, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return ResendOrdered(batch_id, whom)


def carry_out_resend(office: Office, ordered: ResendOrdered, now: datetime) -> Resent | NotResent:
    """Write the mails that were ordered. Takes as long as the batch is large."""
    resend = resend_failed if ordered.whom is Whom.FAILED else resend_unopened
    return resend(office, ordered.batch_id, now)
