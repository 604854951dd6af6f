"""Writing decided awards in bulk: a chunk's earners, addresses, accounts, assertions, credentials and messages.

Here belongs what the rows hold. The transaction is the act's (`desk.issue`): all chunks of a roster are one commit.
No password is hashed here: an account is born without one, and its link is minted when the mail is sent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from badges.assertions import AssertionState
from badges.columns import to_microseconds
from badges.names import make_name_key
from badges.openbadges.achievement import Achieved
from desk.credentials.writing import NewCredential, write_credentials
from desk.issuing.deciding import NewAward, Terms
from desk.issuing.holders import Holder
from mailer.notices import NOTICES
from mailer.queue.ledger import NewMessage, enqueue

KIND = "issuance"

_EARNER = text("""
    INSERT INTO earner (id, name, name_key, language, created_at)
    VALUES (:id, :name, :name_key, :language, :created_at)
""")
_ADDRESS = text("INSERT INTO earner_address (address, earner_id, is_primary) VALUES (:address, :earner_id, :primary)")
_ACCOUNT = text("""
    INSERT INTO account (id, earner_id, link_serial, link_spent_serial, failed_logins)
    VALUES (:id, :earner_id, :serial, 0, 0)
""")
_SERIAL = text("UPDATE account SET link_serial = :serial WHERE id = :id AND link_serial < :serial")
_ASSERTION = text("""
    INSERT INTO assertion (
        id, badge_class_id, earner_id, state, issued_on, expires_on, evidence_url, narrative, created_at
    ) VALUES (
        :id, :badge_class_id, :earner_id, :state, :issued_on, :expires_on, :evidence_url, :narrative, :created_at
    )
""")


@dataclass(frozen=True)
class Writing:
    """What all rows of one batch have in common."""

    terms: Terms
    achieved: Achieved
    batch_id: str
    mail_domain: str
    templates: Mapping[str, str]
    """Digest of the published template by language."""
    now: datetime
    due_at: datetime
    not_later_than: datetime | None


def write_awards(connection: Connection, awards: Sequence[NewAward], writing: Writing) -> None:
    """Write one chunk of awards with their messages."""
    _write_earners(connection, [award for award in awards if award.is_new_earner], writing)
    _raise_serials(connection, [a for a in awards if a.serial is not None and not a.is_new_earner])
    rows = [_assertion_row(award, writing) for award in awards]
    connection.execute(_ASSERTION, rows)
    write_credentials(connection, writing.achieved, map(_attest, awards), writing.now)
    enqueue(connection, (_compose_message(award, writing) for award in awards), writing.mail_domain)


def facts_of(award: NewAward) -> dict[str, str | int | None]:
    """Return the recorded values of an issuance mail, as `mailer.filling` reads them."""
    return {
        "name": award.holder.name,
        "address": award.holder.address,
        "issued": award.issued_on.isoformat(),
        "expires": award.expires_on.isoformat() if award.expires_on else None,
        "assertion": award.assertion_id,
        "credential": award.assertion_id,
        "account": award.holder.account_id,
        "serial": award.serial,
    }


def _write_earners(connection: Connection, awards: Sequence[NewAward], writing: Writing) -> None:
    if not awards:
        return
    holders = [award.holder for award in awards]
    created_at = to_microseconds(writing.now)
    connection.execute(_EARNER, [_earner_row(holder, created_at) for holder in holders])
    connection.execute(_ADDRESS, [{"address": h.address, "earner_id": h.earner_id, "primary": True} for h in holders])
    connection.execute(
        _ACCOUNT, [{"id": h.account_id, "earner_id": h.earner_id, "serial": h.link_serial} for h in holders]
    )


def _earner_row(holder: Holder, created_at: int) -> dict[str, object]:
    return {
        "id": holder.earner_id,
        "name": holder.name,
        "name_key": make_name_key(holder.name),
        "language": holder.language,
        "created_at": created_at,
    }


def _raise_serials(connection: Connection, awards: Sequence[NewAward]) -> None:
    if awards:
        connection.execute(_SERIAL, [{"id": a.holder.account_id, "serial": a.serial} for a in awards])


def _assertion_row(award: NewAward, writing: Writing) -> dict[str, object]:
    return {
        "id": award.assertion_id,
        "badge_class_id": writing.terms.badge_class_id,
        "earner_id": award.holder.earner_id,
        "state": AssertionState.ISSUED.value,
        "issued_on": award.issued_on.isoformat(),
        "expires_on": award.expires_on.isoformat() if award.expires_on else None,
        "evidence_url": award.evidence_url,
        "narrative": award.narrative,
        "created_at": to_microseconds(writing.now),
    }


def _attest(award: NewAward) -> NewCredential:
    # The first credential of an award bears its id, so the address of the one leads to the other.
    return NewCredential(award.assertion_id, award.assertion_id, award.holder.name, award.holder.address)


def _compose_message(award: NewAward, writing: Writing) -> NewMessage:
    return NewMessage(
        idempotency_key=f"{KIND}/{award.assertion_id}",
        kind=KIND,
        stream=NOTICES[KIND].stream,
        issuer_id=writing.terms.issuer_id,
        rcpt_to=award.holder.address,
        domain=award.holder.address.rpartition("@")[2],
        template_digest=writing.templates[award.language],
        facts=json.dumps(facts_of(award), ensure_ascii=False),
        written_at=writing.due_at,
        due_at=writing.due_at,
        not_later_than=writing.not_later_than,
        batch_id=writing.batch_id,
        earner_id=award.holder.earner_id,
    )
