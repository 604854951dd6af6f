"""What earners ask of an issuer, and what others ask in its name: listed, granted, declined.

Here belong the list, and the acts that do what the signed links in the mails do (`desk.requests.proposal_links`), on
the word of somebody who manages the issuer. What waits for support is listed, too: it is the issuer's own request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, literal, or_, select, tuple_
from sqlmodel import col

from badges.columns import Instant
from badges.tables import Assertion, BadgeClass, Earner, EarnerAddress
from badges.transactions import reading
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.recipients.filters import Cursor
from desk.recipients.results import ActDone, ChangeAsked, ChangeMade, ChangeRefused
from desk.requests.agreeing import agree, close_if_settled, decline, fail
from desk.requests.applying import NotApplied
from desk.requests.case import Answer, Docket
from desk.requests.plain import clean_line
from desk.requests.proposals import Needs, ProposalState, Proposed, hold_proposal
from desk.requests.recorded import Planned, read_plan
from desk.requests.requester import write_to_requester
from desk.requests.tickets import EntryKind, TicketState, hold_ticket
from desk.requests.told import tell_plan
from desk.tables import Proposal, Ticket, TicketEntry

PAGE = 30
_LONGEST_WORDS = 2000
_MOST_ENTRIES = 500
_MOMENT = timedelta(seconds=1)
"""A ticket's clock may be ahead of the proposal's by the entries of one act."""


@dataclass(frozen=True, slots=True)
class WishedChange:
    """One change that is asked for, as the record was then."""

    kind: str
    earner_id: str
    name: str
    address: str
    new_name: str
    new_address: str
    badge: str
    fault: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A proposal with what the one who asks has written."""

    proposal_id: str
    reference: str
    needs: str
    """issuer (an earner asks), contact (a mail in the issuer's name that nothing proves), staff (support looks)."""
    intent: str
    state: str
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str
    asked_by: str
    words: str
    changes: Sequence[WishedChange]

    @property
    def is_open(self) -> bool:
        """Whether the issuer may decide it."""
        return self.state == ProposalState.PENDING and self.needs != Needs.STAFF


def list_wishes(  # noqa: PLR0913 - whose, which, from where, how many
    engine: Engine, issuer_id: str, now: datetime, *, is_open: bool, after: Cursor | None = None, limit: int = PAGE
) -> tuple[list[Wish], Cursor | None]:
    """Return what waits, or the history, the newest first, and where it goes on."""
    # What an earner has written to support, and support decides, is between them.
    is_for_issuer = or_(col(Proposal.needs) != Needs.STAFF.value, col(Ticket.issuer_id) == issuer_id)
    query = _WISHES.where(col(Proposal.issuer_id) == issuer_id, is_for_issuer)
    pending = col(Proposal.state) == ProposalState.PENDING.value
    alive = pending & ((col(Proposal.expires_at) > now) | (col(Proposal.needs) == Needs.STAFF.value))
    query = query.where(alive if is_open else ~alive)
    if after is not None:
        place = tuple_(literal(after.created_at, Instant), literal(after.assertion_id))
        query = query.where(tuple_(col(Proposal.created_at), col(Proposal.id)) < place)
    query = query.order_by(col(Proposal.created_at).desc(), col(Proposal.id).desc()).limit(limit + 1)
    with reading(engine).connect() as connection:
        rows = connection.execute(query).all()
        wishes = _read_wishes(connection, issuer_id, rows[:limit], now)
    last = wishes[-1] if len(rows) > limit else None
    return wishes, Cursor(last.created_at, last.proposal_id) if last else None


def grant_wish(office: Office, actor: Actor, issuer_id: str, proposal_id: str, now: datetime) -> ActDone:
    """Make the changes; the earner is told of them. What cannot be made any more goes to support."""
    with office.engine.begin() as connection:
        proposed = _hold(connection, issuer_id, proposal_id, now)
        if isinstance(proposed, ChangeRefused):
            return proposed
        docket = _docket(connection, office, proposed, actor, now)
        is_waiting = hold_ticket(connection, proposed.ticket_id) is TicketState.WAITING
        done = agree(docket, proposed)
        if isinstance(done, NotApplied):
            fail(docket, proposed, done)
            return ChangeAsked(proposed.reference)
        if is_waiting:
            close_if_settled(docket)
        _note(connection, actor, Act.CHANGE_APPROVED, proposed, now)
        return ChangeMade(done.group_id)


def decline_wish(  # noqa: PLR0913, PLR0917 - who, what, why
    office: Office, actor: Actor, issuer_id: str, proposal_id: str, reason: str, now: datetime
) -> ActDone:
    """Decline the changes. An earner who asked is told, with the reason if there is one."""
    why = clean_line(reason) or None
    with office.engine.begin() as connection:
        proposed = _hold(connection, issuer_id, proposal_id, now)
        if isinstance(proposed, ChangeRefused):
            return proposed
        docket = _docket(connection, office, proposed, actor, now)
        is_waiting = hold_ticket(connection, proposed.ticket_id) is TicketState.WAITING
        decline(docket, proposed, why)
        if proposed.needs is Needs.ISSUER:  # whoever claimed to be a contact is told nothing
            told = {"changes": tell_plan(connection, proposed.plan), "reason": why}
            write_to_requester(docket, Answer("request_declined", told))
        if is_waiting:
            close_if_settled(docket)
        _note(connection, actor, Act.CHANGE_DECLINED, proposed, now)
        return ChangeMade()


def _hold(connection: Connection, issuer_id: str, proposal_id: str, now: datetime) -> Proposed | ChangeRefused:
    proposed = hold_proposal(connection, proposal_id, now)
    if proposed is None or proposed.issuer_id != issuer_id or proposed.needs is Needs.STAFF:
        return ChangeRefused("unknown")
    return proposed if proposed.state is ProposalState.PENDING else ChangeRefused("decided")


def _docket(connection: Connection, office: Office, proposed: Proposed, actor: Actor, now: datetime) -> Docket:
    return Docket(connection, office, proposed.ticket_id, proposed.reference, now, actor.name)


def _note(connection: Connection, actor: Actor, act: Act, proposed: Proposed, now: datetime) -> None:
    detail = {"reference": proposed.reference, "intent": proposed.intent.value}
    subject = Subject("proposal", proposed.proposal_id)
    note_act(connection, actor, act, now, issuer_id=proposed.issuer_id, subject=subject, detail=detail)


_WISHES: Select[*tuple[Any, ...]] = select(
    col(Proposal.id),
    col(Proposal.ticket_id),
    col(Ticket.reference),
    col(Proposal.needs),
    col(Proposal.intent),
    col(Proposal.state),
    col(Proposal.created_at),
    col(Proposal.expires_at),
    col(Proposal.decided_at),
    col(Proposal.decided_by),
    col(Ticket.requester_address),
    col(Proposal.changes),
).join(Ticket, col(Ticket.id) == col(Proposal.ticket_id))


def _read_wishes(connection: Connection, issuer_id: str, rows: Sequence[Row[Any]], now: datetime) -> list[Wish]:
    plans = {row.id: read_plan(row.changes)[:PAGE] for row in rows}
    changes = [planned.change for plan in plans.values() for planned in plan]
    people = _find_people(connection, issuer_id, {change.earner_id for change in changes})
    badges = _find_badges(connection, issuer_id, {change.assertion_id for change in changes if change.assertion_id})
    words = _find_words(connection, rows)
    return [
        Wish(
            row.id,
            row.reference,
            row.needs,
            row.intent,
            row.state if row.state != "pending" or row.needs == Needs.STAFF or row.expires_at > now else "expired",
            row.created_at,
            row.expires_at,
            row.decided_at,
            row.decided_by or "",
            row.requester_address,
            words.get(row.id, ""),
            [_tell(planned, people, badges) for planned in plans[row.id]],
        )
        for row in rows
    ]


def _tell(planned: Planned, people: Mapping[str, tuple[str, str]], badges: Mapping[str, str]) -> WishedChange:
    change, before = planned.change, planned.before or {}
    name, address = people.get(change.earner_id, ("", ""))
    return WishedChange(
        change.kind.value,
        change.earner_id if name else "",
        (before.get("name") or name) if name else "",
        (before.get("primary") or address) if name else "",
        change.new_name or "",
        change.new_address or "",
        badges.get(change.assertion_id or "", ""),
        change.fault or "",
    )


def _find_people(connection: Connection, issuer_id: str, earner_ids: set[str]) -> dict[str, tuple[str, str]]:
    """Return name and primary address of those who hold something of this issuer; of others it learns nothing."""
    held = select(col(Assertion.earner_id)).join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
    held = held.where(col(BadgeClass.issuer_id) == issuer_id, col(Assertion.earner_id).in_(earner_ids))
    query = (
        select(col(Earner.id), col(Earner.name), col(EarnerAddress.address))
        .join(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .where(col(Earner.id).in_(held))
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _find_badges(connection: Connection, issuer_id: str, assertion_ids: set[str]) -> dict[str, str]:
    query = (
        select(col(Assertion.id), col(BadgeClass.name))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.id).in_(assertion_ids), col(BadgeClass.issuer_id) == issuer_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _find_words(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """Return, by proposal, the mail that led to it: what was passed on to the issuer, and nothing written since."""
    query = select(col(TicketEntry.ticket_id), col(TicketEntry.created_at), col(TicketEntry.text)).where(
        col(TicketEntry.ticket_id).in_({row.ticket_id for row in rows}),
        col(TicketEntry.kind) == EntryKind.MAIL_IN.value,
    )
    entries = connection.execute(query.order_by(col(TicketEntry.created_at)).limit(_MOST_ENTRIES)).all()
    return {
        row.id: entry.text[:_LONGEST_WORDS]
        for row in rows
        for entry in entries  # the last that fits counts
        if entry.ticket_id == row.ticket_id and entry.created_at <= row.created_at + _MOMENT
    }
