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
from sqlmodel import SQLModel, col

from badges.account_tables import AccountEvent, PendingAddress, Profile, Session, ShareClick
from badges.credential_tables import Credential
from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress, Issuer
from badges.transactions import reading
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
    "member": "who works in the console, which is no earner's account",
    "search_entry": "by which words staff find a mail or a request; the words themselves stand with the requests",
    "ticket_view": "who of the staff has a request open, and what they have not sent yet",
    "proposal": "an issuer's or staff's decision in the making; what it came to stands in `record_change`",
}
"""Tables that lead to a person by way of another and are not in the document, each with the reason."""

_Query = Select[*tuple[Any, ...]]


def take_own_data(office: Office, owner: SignedIn, source: str, now: datetime) -> bytes:
    """Return the document about `owner` as UTF-8; the trail notes that it was taken."""
    with office.engine.begin() as connection:
        note_event(connection, owner.earner_id, EventKind.DATA_DOWNLOADED, now, source=source)
    with reading(office.engine).connect() as connection:
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
_ADDRESSES = select(col(EarnerAddress.address)).where(col(EarnerAddress.earner_id) == _WHO)


def _columns(table: type[SQLModel], names: str) -> list[Any]:
    return [getattr(table, name) for name in names.split()]


def _own(table: type[SQLModel], names: str, order: str) -> _Query:
    """Return a query for these columns of a table that names the earner, sorted by `order`."""
    [whose] = _columns(table, "earner_id")
    return select(*_columns(table, names)).where(whose == _WHO).order_by(*_columns(table, order))


_PARTS: Mapping[str, _Query] = {
    "earner": select(*_columns(Earner, "id name language created_at")).where(col(Earner.id) == _WHO),
    "earner_address": _own(EarnerAddress, "address is_primary confirmed_at", "address"),
    "pending_address": _own(PendingAddress, "address asked_at", "asked_at"),
    "profile": _own(Profile, "employer title phone website photo changed_at", "earner_id"),
    "account": _own(Account, "password_set_at failed_logins failed_at locked_at", "id"),
    "session": select(*_columns(Session, "created_at seen_at source"))
    .join(Account, col(Account.id) == col(Session.account_id))
    .where(col(Account.earner_id) == _WHO)
    .order_by(col(Session.created_at)),
    "account_event": _own(AccountEvent, "kind made_by source detail made_at", "made_at"),
    "assertion": _own(
        Assertion,
        "id state issued_on expires_on evidence_url narrative revocation_reason held_at hidden_at opened_at created_at",
        "issued_on id",
    )
    .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
    .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
    .add_columns(col(BadgeClass.name).label("badge"), col(Issuer.name).label("issuer")),
    "credential": select(
        *_columns(Credential, "id assertion_id earner_name address attested_at replaced_by replaced_at")
    )
    .join(Assertion, col(Assertion.id) == col(Credential.assertion_id))
    .where(col(Assertion.earner_id) == _WHO)
    .order_by(col(Credential.attested_at), col(Credential.id)),
    "share_click": select(*_columns(ShareClick, "assertion_id kind made_at"))
    .join(Assertion, col(Assertion.id) == col(ShareClick.assertion_id))
    .where(col(Assertion.earner_id) == _WHO)
    .order_by(col(ShareClick.made_at)),
    "message": _own(Message, "id kind rcpt_to state written_at state_at", "written_at id")
    # What became of a mail to an address that they have only named tells whether we know it: that is its reader's.
    .where(or_(col(Message.kind) != CONFIRM_ADDRESS, col(Message.rcpt_to).in_(_ADDRESSES))),
    "suppression": select(*_columns(Suppression, "address stream reason created_at")).where(
        col(Suppression.address).in_(_ADDRESSES)
    ),
    "ticket": _own(Ticket, "reference intent state role subject requester_address created_at updated_at", "created_at"),
    "ticket_entry": select(col(Ticket.reference), *_columns(TicketEntry, "text created_at"))
    .join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
    .where(
        col(Ticket.earner_id) == _WHO,
        col(TicketEntry.kind) == EntryKind.MAIL_IN.value,
        # What an issuer writes of a person may be about others, too.
        col(TicketEntry.author).in_(_ADDRESSES),
    )
    .order_by(col(TicketEntry.created_at)),
    "record_change": _own(RecordChange, "kind before after asked_by made_at undone_at undone_by", "made_at"),
}
"""What is read of each table."""
