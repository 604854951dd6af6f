"""What support staff do with tickets. Each act is one transaction, says who did it, and stands in the audit trail.

Here belong the acts that console, API and command line share. Deciding proposals stands in `staff_decisions`, what is
done with a ticket as a whole in `arranging` and `linking`, looking at tickets in `ticket_list`.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.requests.case import Answer, Docket
from desk.requests.requester import NotWritten, write_to_requester
from desk.requests.ticket_list import find_ticket_id
from desk.requests.ticket_views import forget_note, forget_reply
from desk.requests.tickets import EntryKind, TicketState, hold_ticket, set_state
from desk.tables import Ticket
from mailer.quoting import CUT, MOST_CHARACTERS, MOST_LINES, tidy_lines


@dataclass(frozen=True, slots=True)
class TicketDone:
    """Done."""

    reference: str
    waits: bool = False
    """Agreed to by one member, and another has to agree before anything changes."""


@dataclass(frozen=True, slots=True)
class TicketRefused:
    """Nothing was done; `reason` is one line."""

    reason: str
    is_overtaken: bool = False
    """Somebody else has acted on the ticket since it was looked at."""


Detail = Mapping[str, Any]
"""What the audit trail tells of an act, besides who, what and when."""
Deed = Callable[[Docket], TicketRefused | Detail]


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and on what they have seen."""

    actor: Actor
    seen: datetime | None = None
    """`updated_at` of the ticket as they saw it: if it is another by now, nothing is done. None: whatever it is."""


def assign(  # noqa: PLR0913 - which, to whom, by whom, when
    office: Office, reference: str, member: str | None, actor: Actor, now: datetime, *, seen: datetime | None = None
) -> TicketDone | TicketRefused:
    """Give a ticket to a member of staff; None: to nobody."""

    def deed(docket: Docket) -> Detail:
        given = update(Ticket).where(col(Ticket.id) == docket.ticket_id).values(assigned_to=member)
        docket.connection.execute(given)
        docket.note(member or "nobody", EntryKind.ASSIGNMENT)
        return {"to": member}

    return on_ticket(office, reference, By(actor, seen), Act.TICKET_ASSIGNED, now, deed)


def add_note(  # noqa: PLR0913 - which, what, who, when
    office: Office, reference: str, text: str, actor: Actor, now: datetime, *, seen: datetime | None = None
) -> TicketDone | TicketRefused:
    """Write a note that only staff see."""

    def deed(docket: Docket) -> TicketRefused | Detail:
        if fault := _find_fault(text):
            return TicketRefused(f"a note {fault}")
        docket.note(text)
        forget_note(docket.connection, docket.ticket_id, actor.member_id)
        return {}

    return on_ticket(office, reference, By(actor, seen), Act.TICKET_NOTED, now, deed)


def reply(  # noqa: PLR0913 - what, who, when, and how the ticket is left
    office: Office,
    reference: str,
    text: str,
    actor: Actor,
    now: datetime,
    *,
    seen: datetime | None = None,
    language: str | None = None,
    leaves: TicketState = TicketState.WAITING,
) -> TicketDone | TicketRefused:
    """Write to the requester, in `language` or theirs, and leave the ticket waiting for the answer, which comes back
    onto it; or closed."""

    def deed(docket: Docket) -> TicketRefused | Detail:
        if fault := _find_fault(text):
            return TicketRefused(f"a reply {fault}")
        if _is_merged(docket):
            return TicketRefused("this ticket was merged: answer on the one that it goes on with")
        answer = Answer("staff_reply", {"text": tidy_lines(text)})
        refused = write_to_requester(docket, answer, text, language=language)
        if isinstance(refused, NotWritten):
            return TicketRefused(f"nobody can be written to: {refused.reason}")
        set_state(docket.connection, docket.ticket_id, leaves, actor.name, now)
        forget_reply(docket.connection, docket.ticket_id, actor.member_id)
        return {"left": leaves.value}

    return on_ticket(office, reference, By(actor, seen), Act.TICKET_REPLIED, now, deed)


def close(
    office: Office, reference: str, actor: Actor, now: datetime, *, seen: datetime | None = None
) -> TicketDone | TicketRefused:
    """Close a ticket. What is proposed on it stays as it is."""
    return _put(office, reference, TicketState.CLOSED, By(actor, seen), now)


def reopen(
    office: Office, reference: str, actor: Actor, now: datetime, *, seen: datetime | None = None
) -> TicketDone | TicketRefused:
    """Open a ticket again; one that was merged stands on its own again."""
    return _put(office, reference, TicketState.OPEN, By(actor, seen), now)


def on_ticket(  # noqa: PLR0913, PLR0917 - which, who, what and when
    office: Office,
    reference: str,
    by: By,
    act: Act,
    now: datetime,
    deed: Deed,
    within: Connection | None = None,
) -> TicketDone | TicketRefused:
    """Do `deed` on the ticket, which nobody else changes meanwhile, and note it in the audit trail: in a transaction of
    its own, or `within` the caller's."""
    with nullcontext(within) if within is not None else office.engine.begin() as connection:
        found = find_ticket_id(connection, reference)
        if found is None:
            return TicketRefused(f"there is no ticket {reference}")
        ticket_id, known_as = found
        hold_ticket(connection, ticket_id)
        newest = select(col(Ticket.updated_at)).where(col(Ticket.id) == ticket_id)
        if by.seen is not None and connection.execute(newest).scalar_one() != by.seen:
            return TicketRefused("somebody else has acted on this ticket meanwhile", is_overtaken=True)
        done = deed(Docket(connection, office, ticket_id, known_as, now, by.actor.name))
        if isinstance(done, TicketRefused):
            return done
        detail = {"reference": known_as, **done}
        issuer_id = detail.pop("issuer_id", None)
        subject = Subject("ticket", ticket_id)
        note_act(connection, by.actor, act, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return TicketDone(known_as, waits=bool(detail.get("waits")))


def _is_merged(docket: Docket) -> bool:
    query = select(col(Ticket.merged_into)).where(col(Ticket.id) == docket.ticket_id)
    return docket.connection.execute(query).scalar_one() is not None


def _find_fault(text: str) -> str:
    """Return what is wrong with words of staff; empty if nothing is. What is too long must not be cut unseen."""
    tidy = tidy_lines(text)
    if not tidy:
        return "needs words"
    is_cut = tidy.endswith(CUT) and not text.rstrip().endswith(CUT)
    return f"has at most {MOST_LINES} lines and {MOST_CHARACTERS} characters" if is_cut else ""


def _put(office: Office, reference: str, state: TicketState, by: By, now: datetime) -> TicketDone | TicketRefused:
    def deed(docket: Docket) -> TicketRefused | Detail:
        changed = set_state(docket.connection, docket.ticket_id, state, by.actor.name, now)
        return {} if changed else TicketRefused(f"{docket.reference} is {state} already")

    act = Act.TICKET_CLOSED if state is TicketState.CLOSED else Act.TICKET_REOPENED
    return on_ticket(office, reference, by, act, now, deed)
