"""Everything that is kept about a person, for that person: one JSON document.

Here belong gathering it and the list of what is left out and why. Every table that names an earner, an account or an
award stands either in `_PARTS` or in `LEFT_OUT`; a test sees to it. Secrets (hashes of passwords and tokens, what only
links may hold) are never among the columns that are read.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, or_, select
from sqlmodel import col

from badges.account_tables import AccountEvent, PendingAddress, Profile, Session, ShareClick
from badges.credential_tables import Credential
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress, Issuer
from desk.accounts.naming_addresses import CONFIRM_ADDRESS
from desk.accounts.sessions import SignedIn
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.requests.tickets import EntryKind
from desk.tables import RecordChange, Ticket, TicketEntry
from mailer.queue.tables import Message, Suppression

LEFT_OUT: Mapping[str, str] = {
    "delivery": "mail from the person as it came in, which they have; their words stand with the requests",
    "raw_mail": "the same",
    "mail_mark": "the same: tells a mail that comes twice",
    "decision": "what was read out of such a mail, for staff; what was done stands with the request",
    "automatic_answer": "counts answers for a day; the answers themselves stand with the mails",
    "issuer": "an organization's own record",
    "issuer_contact": "who speaks for an issuer is the issuer's record",
    "password_request": "counts requests for a day, by a hash of what was typed",
    "stranger_login": "counts log-ins with addresses that nobody has, by a hash of what was typed",
    "attempt": "how each mail was handed over, between mail servers; what became of it stands with the mail",
    "proposal": "an issuer's or staff's decision in the making; what it came to stands in `record_change`",
}
"""Tables that lead to a person by way of another and are not in the document, each with the reason."""

_Query = Select[*tuple[Any, ...]]


def take_own_data(office: Office, owner: SignedIn, source: str, now: datetime) -> bytes:
    """Return the document about `owner` as UTF-8; the trail notes that it was taken."""
    with office.engine.begin() as connection:
        note_event(connection, owner.earner_id, EventKind.DATA_DOWNLOADED, now, source=source)
        document = {"made_at": now.isoformat(), **gather_own_data(connection, owner.earner_id)}
    return json.dumps(document, ensure_ascii=False, indent=2, default=_write).encode()


def gather_own_data(connection: Connection, earner_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows about an earner, by the name of their table."""
    return {name: _read(connection, query, earner_id) for name, query in _PARTS.items()}


def _read(connection: Connection, query: _Query, earner_id: str) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(query, {"earner_id": earner_id})]


def _write(value: object) -> str:
    """Return what JSON has no word for as text: moments and days in ISO 8601, bytes in base64."""
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} is not for this document")


_WHO: BindParameter[str] = bindparam("earner_id")


def _of(table: Any, *columns: Any) -> _Query:
    return select(*columns).where(col(table.earner_id) == _WHO)


_ADDRESSES = select(col(EarnerAddress.address)).where(col(EarnerAddress.earner_id) == _WHO)

_PARTS: Mapping[str, _Query] = {
    "earner": select(col(Earner.id), col(Earner.name), col(Earner.language), col(Earner.created_at)).where(
        col(Earner.id) == _WHO
    ),
    "earner_address": _of(
        EarnerAddress, col(EarnerAddress.address), col(EarnerAddress.is_primary), col(EarnerAddress.confirmed_at)
    ).order_by(col(EarnerAddress.is_primary).desc(), col(EarnerAddress.address)),
    "pending_address": _of(PendingAddress, col(PendingAddress.address), col(PendingAddress.asked_at)),
    "profile": _of(
        Profile,
        col(Profile.employer),
        col(Profile.title),
        col(Profile.phone),
        col(Profile.website),
        col(Profile.photo),
        col(Profile.changed_at),
    ),
    "account": _of(
        Account,
        col(Account.password_set_at),
        col(Account.failed_logins),
        col(Account.failed_at),
        col(Account.locked_at),
    ),
    "session": select(col(Session.created_at), col(Session.seen_at), col(Session.source))
    .join(Account, col(Account.id) == col(Session.account_id))
    .where(col(Account.earner_id) == _WHO)
    .order_by(col(Session.created_at)),
    "account_event": _of(
        AccountEvent,
        col(AccountEvent.kind),
        col(AccountEvent.made_by),
        col(AccountEvent.source),
        col(AccountEvent.detail),
        col(AccountEvent.made_at),
    ).order_by(col(AccountEvent.made_at)),
    "assertion": _of(
        Assertion,
        col(Assertion.id),
        col(BadgeClass.name).label("badge"),
        col(Issuer.name).label("issuer"),
        col(Assertion.state),
        col(Assertion.issued_on),
        col(Assertion.expires_on),
        col(Assertion.revocation_reason),
        col(Assertion.held_at),
        col(Assertion.hidden_at),
        col(Assertion.created_at),
    )
    .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
    .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
    .order_by(col(Assertion.issued_on), col(Assertion.id)),
    "credential": select(
        col(Credential.id),
        col(Credential.assertion_id),
        col(Credential.earner_name),
        col(Credential.address),
        col(Credential.attested_at),
        col(Credential.replaced_by),
        col(Credential.replaced_at),
    )
    .join(Assertion, col(Assertion.id) == col(Credential.assertion_id))
    .where(col(Assertion.earner_id) == _WHO)
    .order_by(col(Credential.attested_at), col(Credential.id)),
    "share_click": select(col(ShareClick.assertion_id), col(ShareClick.kind), col(ShareClick.made_at))
    .join(Assertion, col(Assertion.id) == col(ShareClick.assertion_id))
    .where(col(Assertion.earner_id) == _WHO)
    .order_by(col(ShareClick.made_at)),
    "message": _of(
        Message,
        col(Message.id),
        col(Message.kind),
        col(Message.rcpt_to),
        col(Message.state),
        col(Message.written_at),
        col(Message.state_at),
    )
    # What became of a mail to an address that they have only named tells whether we know it: that is its reader's.
    .where(or_(col(Message.kind) != CONFIRM_ADDRESS, col(Message.rcpt_to).in_(_ADDRESSES)))
    .order_by(col(Message.written_at), col(Message.id)),
    "suppression": select(
        col(Suppression.address), col(Suppression.stream), col(Suppression.reason), col(Suppression.created_at)
    ).where(col(Suppression.address).in_(_ADDRESSES)),
    "ticket": _of(
        Ticket,
        col(Ticket.reference),
        col(Ticket.intent),
        col(Ticket.state),
        col(Ticket.role),
        col(Ticket.subject),
        col(Ticket.requester_address),
        col(Ticket.created_at),
        col(Ticket.updated_at),
    ).order_by(col(Ticket.created_at)),
    "ticket_entry": select(col(Ticket.reference), col(TicketEntry.text), col(TicketEntry.created_at))
    .join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
    .where(
        col(Ticket.earner_id) == _WHO,
        col(TicketEntry.kind) == EntryKind.MAIL_IN.value,
        # What an issuer writes of a person may be about others, too.
        col(TicketEntry.author).in_(_ADDRESSES),
    )
    .order_by(col(TicketEntry.created_at)),
    "record_change": _of(
        RecordChange,
        col(RecordChange.kind),
        col(RecordChange.before),
        col(RecordChange.after),
        col(RecordChange.asked_by),
        col(RecordChange.made_at),
        col(RecordChange.undone_at),
        col(RecordChange.undone_by),
    ).order_by(col(RecordChange.made_at)),
}
"""What is read of each table."""
