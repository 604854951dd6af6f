"""What is told of requests, as far as they concern an issuer: what its contacts ask for, what earners ask that was
passed on to it, what was proposed on its authority.

Here belongs that only, in the transaction in which it happens. An event names a request and says how it stands; who
wrote, and what, is for the console to show.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from badges.ids import make_id
from desk.hooks.events import EventKind, Happened
from desk.hooks.telling import tell_hooks

_TICKET = text("SELECT reference, intent, outcome, state FROM ticket WHERE id = :ticket_id")
_CONCERNED = text("""
    SELECT DISTINCT hook_endpoint.issuer_id FROM ticket JOIN hook_endpoint ON (
        hook_endpoint.issuer_id = ticket.issuer_id
        OR hook_endpoint.issuer_id IN (SELECT issuer_id FROM proposal WHERE proposal.ticket_id = ticket.id)
    )
    WHERE ticket.id = :ticket_id AND hook_endpoint.disabled_at IS NULL AND hook_endpoint.deleted_at IS NULL
""")
_PROPOSAL = text("SELECT ticket_id, issuer_id, intent, needs, state FROM proposal WHERE id = :proposal_id")


def tell_of_ticket(
    connection: Connection, ticket_id: str, kind: EventKind, now: datetime, *, relayed_to: str | None = None
) -> None:
    """Tell every issuer that a ticket concerns, or the one that it is `relayed_to`, what has become of it."""
    found = [relayed_to] if relayed_to else connection.execute(_CONCERNED, {"ticket_id": ticket_id}).scalars()
    issuer_ids = list(found)
    if not issuer_ids:
        return
    ticket = _read_ticket(connection, ticket_id)
    data = {"request": ticket.reference, "intent": ticket.intent, "outcome": ticket.outcome, "state": ticket.state}
    key = make_id()
    tell_hooks(connection, [Happened(issuer_id, kind, key, data) for issuer_id in issuer_ids], now)


def tell_of_proposal(connection: Connection, proposal_id: str, now: datetime) -> None:
    """Tell the issuer on whose authority something was proposed how it was decided."""
    proposal = connection.execute(_PROPOSAL, {"proposal_id": proposal_id}).one()
    data = {
        "request": _read_ticket(connection, proposal.ticket_id).reference,
        "proposal": proposal_id,
        "intent": proposal.intent,
        "needs": proposal.needs,
        "decision": proposal.state,
    }
    tell_hooks(connection, [Happened(proposal.issuer_id, EventKind.REQUEST_DECIDED, proposal_id, data)], now)


def _read_ticket(connection: Connection, ticket_id: str) -> Row[Any]:
    return connection.execute(_TICKET, {"ticket_id": ticket_id}).one()
