"""Which ticket a mail goes on with: by the address it came to, by the mails it names, by a reference in its subject.

Here belongs finding it. All of these are names that anybody may write, so none is authority: a mail joins a ticket only
where its writer is the ticket's requester, or another contact of the issuer whose ticket it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select
from sqlmodel import col

from desk.requests.orders import Asker, MailThread
from desk.requests.plain import clean_message_ids
from desk.requests.references import find_references
from desk.tables import Ticket, TicketEntry
from desk.words import Role

_ISSUER_ROLES = frozenset({Role.ISSUER.value, Role.CLAIMED_ISSUER.value})


@dataclass(frozen=True, slots=True)
class Joined:
    """The mail goes on with this ticket."""

    ticket_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class NamesAnother:
    """The mail names a ticket that is not its writer's: it gets one of its own, with a note that says so."""

    reference: str


@dataclass(frozen=True, slots=True)
class NoThread:
    """The mail names no ticket."""


def find_thread(connection: Connection, thread: MailThread, asker: Asker) -> Joined | NamesAnother | NoThread:
    """Tell which ticket a mail of `asker` goes on with. Changes nothing."""
    other: str | None = None
    for ticket in _find_named(connection, thread):
        if _is_theirs(ticket, asker):
            goes_on = _follow_merging(connection, ticket)
            joined = goes_on if _is_theirs(goes_on, asker) else ticket
            return Joined(joined.id, joined.reference)
        other = other or ticket.reference
    return NoThread() if other is None else NamesAnother(other)


def is_same_side(one: Row[Any], other: Row[Any]) -> bool:
    """Tell whether whoever may join the ticket `one` may join `other`: they are of one requester, or of one issuer."""
    asker = Asker(Role(one.role), one.requester_address, "", one.issuer_id, None, "en")
    return _is_theirs(other, asker)


def _follow_merging(connection: Connection, ticket: Row[Any]) -> Row[Any]:
    """Return the ticket on which a merged one goes on. There is one step at most: what was merged is merged no further
    than that (`arranging`)."""
    if ticket.merged_into is None:
        return ticket
    return connection.execute(_TICKETS.where(col(Ticket.id) == ticket.merged_into)).one()


def _is_theirs(ticket: Row[Any], asker: Asker) -> bool:
    if not asker.address:
        return False
    if ticket.requester_address == asker.address:
        return True
    is_colleague = asker.role in _ISSUER_ROLES and ticket.role in _ISSUER_ROLES
    return is_colleague and asker.issuer_id is not None and ticket.issuer_id == asker.issuer_id


def _find_named(connection: Connection, thread: MailThread) -> Iterator[Row[Any]]:
    """Yield the tickets that a mail names, the surest first."""
    if thread.answers_message is not None:
        yield from _find_by_entry(connection, col(TicketEntry.message_id) == thread.answers_message)
    named = clean_message_ids(thread.references)
    if named:
        yield from _find_by_entry(connection, col(TicketEntry.internet_message_id).in_(named))
    for reference in find_references(thread.subject):
        yield from connection.execute(_TICKETS.where(col(Ticket.reference) == reference))


_TICKETS: Select[*tuple[Any, ...]] = select(
    col(Ticket.id),
    col(Ticket.reference),
    col(Ticket.role),
    col(Ticket.issuer_id),
    col(Ticket.requester_address),
    col(Ticket.merged_into),
)


def _find_by_entry(connection: Connection, which: ColumnElement[bool]) -> list[Row[Any]]:
    """Return tickets by an entry: those that have written such a mail first (one that came in may stand on two tickets,
    where a mail was split), then those with the newest entries."""
    query = _TICKETS.join(TicketEntry, col(TicketEntry.ticket_id) == col(Ticket.id)).where(which)
    is_ours = col(TicketEntry.message_id).is_not(None)
    return list(connection.execute(query.order_by(is_ours.desc(), col(TicketEntry.created_at).desc()).limit(20)))
