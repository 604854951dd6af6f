"""What staff decide about mails that go out, and about addresses that are not sent to: with a trace in the audit trail.

Here belong the acts; what each does to the ledger stands in `mailer.queue.decisions`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select
from sqlmodel import col

from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from mailer.notices import Stream
from mailer.queue.decisions import Named, cancel, hold, retry
from mailer.queue.suppressions import EVERY, Suppressed, suppress, unsuppress
from mailer.queue.tables import Message
from wire.address import AddressFault, fold_address, parse_address

LONGEST_REASON = 200


class Decision(StrEnum):
    """What is to become of mails."""

    RETRY = "retry"
    """Tried now: what waits, is held, ended without being sent, or is in doubt."""
    HOLD = "hold"
    CANCEL = "cancel"


_ACTS: Mapping[Decision, tuple[Act, Callable[[Connection, Named, str, datetime], int]]] = {
    Decision.RETRY: (Act.MAIL_RETRIED, retry),
    Decision.HOLD: (Act.MAIL_HELD, hold),
    Decision.CANCEL: (Act.MAIL_CANCELLED, cancel),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """How many mails it was done to; none, if it is no longer possible."""

    count: int


@dataclass(frozen=True, slots=True)
class NoMessage:
    """There is no such mail."""


def decide_message(
    office: Office, message_id: str, decision: Decision, actor: Actor, now: datetime
) -> Decided | NoMessage:
    """Do with one mail what somebody decided."""
    act, decide = _ACTS[decision]
    query = select(col(Message.state), col(Message.issuer_id)).where(col(Message.id) == message_id)
    with office.engine.begin() as connection:
        found = connection.execute(query).first()
        if found is None:
            return NoMessage()
        count = decide(connection, Named.MESSAGE, message_id, now)
        if count:
            subject, detail = Subject("message", message_id), {"before": {"state": found.state}}
            note_act(connection, actor, act, now, issuer_id=found.issuer_id, subject=subject, detail=detail)
    return Decided(count)


def decide_address(office: Office, address: str, decision: Decision, actor: Actor, now: datetime) -> Decided:
    """Do with all mails to an address what somebody decided; those that are past it stay as they are."""
    act, decide = _ACTS[decision]
    with office.engine.begin() as connection:
        count = decide(connection, Named.ADDRESS, address, now)
        if count:
            note_act(connection, actor, act, now, subject=Subject("address", address), detail={"mails": count})
    return Decided(count)


@dataclass(frozen=True, slots=True)
class SuppressionChanged:
    """The list is as it was asked for."""

    address: str
    count: int
    """How many entries were put on it or taken off."""


@dataclass(frozen=True, slots=True)
class NoAddress:
    """What was typed is no address, or there is no entry for it."""

    reason: str = ""


def add_suppression(  # noqa: PLR0913, PLR0917 - whom, which mail, why, by whom, when
    office: Office, address: str, stream: Stream | None, reason: str, actor: Actor, now: datetime
) -> SuppressionChanged | NoAddress:
    """Send no more to an address. Counts for what is queued already."""
    parsed = parse_address(address.strip())
    if isinstance(parsed, AddressFault):
        return NoAddress(parsed.reason)
    folded, why = fold_address(parsed), " ".join(reason.split())[:LONGEST_REASON] or f"put on the list by {actor.name}"
    with office.engine.begin() as connection:
        entry = Suppressed(folded, why, now, stream=stream.value if stream else EVERY)
        count = suppress(connection, [entry])
        if count:
            detail = {"stream": entry.stream, "reason": why}
            note_act(connection, actor, Act.SUPPRESSION_ADDED, now, subject=Subject("address", folded), detail=detail)
    return SuppressionChanged(folded, count)


def remove_suppression(  # noqa: PLR0913, PLR0917 - whom, which entry, why, by whom, when
    office: Office, address: str, issuer_id: str, stream: str, reason: str, actor: Actor, now: datetime
) -> SuppressionChanged | NoAddress:
    """Take one entry off the list. What was suppressed stays so; `decide_message` tries it again."""
    with office.engine.begin() as connection:
        count = unsuppress(connection, address, issuer_id, stream)
        if not count:
            return NoAddress()
        why = " ".join(reason.split())[:LONGEST_REASON]
        detail = {"stream": stream, "issuer": issuer_id, "reason": why}
        subject = Subject("address", address)
        note_act(
            connection,
            actor,
            Act.SUPPRESSION_REMOVED,
            now,
            issuer_id=issuer_id or None,
            subject=subject,
            detail=detail,
        )
    return SuppressionChanged(address, count)
