"""Letters on a ticket that answer no mail just come in: what staff write, what became of a proposal.

Here belongs who they go to and how they thread. They are not counted as automatic answers: a person has caused each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select
from sqlmodel import col

from badges.ids import make_id
from desk.mailing import Fact, Letter
from desk.office import Office
from desk.people import find_by_address, find_issuer
from desk.requests.answering import ON_RECORD, is_ours, is_suppressed
from desk.requests.case import Answer, Docket
from desk.requests.tickets import EntryKind
from desk.tables import Ticket, TicketEntry
from desk.words import Role

_THREAD_LENGTH = 20


@dataclass(frozen=True, slots=True)
class NotWritten:
    """Nobody can be written to; `reason` is one line."""

    reason: str


def write_to_requester(
    docket: Docket, told: Answer, words: str = "", *, language: str | None = None
) -> NotWritten | None:
    """Write to whoever opened the ticket, at the address that it came from. `words`: what a person wrote."""
    letter = address_letter(docket.connection, docket.office, docket.ticket_id, told, language)
    if isinstance(letter, NotWritten):
        return letter
    docket.send(letter, words)
    return None


def address_letter(
    connection: Connection, office: Office, ticket_id: str, told: Answer, language: str | None = None
) -> Letter | NotWritten:
    """Return the letter to whoever opened the ticket, in `language` or theirs; or why nobody can be written to."""
    ticket = connection.execute(_TICKETS.where(col(Ticket.id) == ticket_id)).one()
    earner_id = _find_own_earner(connection, ticket)
    speaker = _find_speaker(connection, ticket, earner_id)
    address = ticket.requester_address
    if not address:
        return NotWritten("the mail came from no plain address")
    if is_ours(office, address):
        return NotWritten(f"{address} is an address of ours")
    if is_suppressed(connection, address, speaker):
        return NotWritten(f"{address} is on the suppression list")
    return Letter(
        kind=told.kind,
        key=f"{told.kind}/{ticket_id}/{make_id()}",
        issuer_id=speaker,
        earner_id=earner_id,
        rcpt_to=address,
        language=language or ticket.language,
        facts={**_thread_facts(connection, ticket), **told.facts},
    )


def first_facts(name: str, reference: str) -> dict[str, Fact]:
    """Return what an answer records that begins a thread: it goes to somebody who has written nothing."""
    return {"name": name, "reference": reference, "in_reply_to": "", "references": "", "re_subject": None}


_TICKETS: Select[*tuple[Any, ...]] = select(
    col(Ticket.id),
    col(Ticket.reference),
    col(Ticket.subject),
    col(Ticket.role),
    col(Ticket.issuer_id),
    col(Ticket.earner_id),
    col(Ticket.requester_address),
    col(Ticket.requester_name),
    col(Ticket.language),
)


def _thread_facts(connection: Connection, ticket: Row[Any]) -> Mapping[str, Fact]:
    query = (
        select(col(TicketEntry.kind), col(TicketEntry.internet_message_id))
        .where(col(TicketEntry.ticket_id) == ticket.id, col(TicketEntry.internet_message_id).is_not(None))
        .order_by(col(TicketEntry.created_at).desc())
        .limit(_THREAD_LENGTH)
    )
    newest = connection.execute(query).all()
    answered = next((row[1] for row in newest if row[0] == EntryKind.MAIL_IN), "")
    return {
        "name": ticket.requester_name,
        "reference": ticket.reference,
        "in_reply_to": answered,
        "references": " ".join(str(row[1]) for row in reversed(newest)),
        "re_subject": ticket.subject if ticket.role in ON_RECORD else None,
    }


def _find_own_earner(connection: Connection, ticket: Row[Any]) -> str | None:
    """Return who the requester is, if an earner: never whom the ticket is about, which staff may change."""
    if ticket.role != Role.EARNER:
        return None
    person = find_by_address(connection, ticket.requester_address)
    return person.earner_id if person else None


def _find_speaker(connection: Connection, ticket: Row[Any], earner_id: str | None) -> str | None:
    if ticket.role == Role.EARNER:
        return find_issuer(connection, earner_id) if earner_id else None
    # A stranger is answered in no issuer's name, whichever the ticket is about.
    return ticket.issuer_id if ticket.role in ON_RECORD else None
