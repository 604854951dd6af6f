"""The order to the desk that follows from what the rules decided.

Here belongs putting it together. What the facts of a mail must warrant stands in `inbound.rules.assurance`; here it is
only seen to what no fact tells, namely that there is a change to be made at all. Pure.
"""

from dataclasses import replace
from typing import Any

from badges.register import KnownIssuer
from desk.requests.orders import Asker, MailThread, Order
from desk.words import Intent, Outcome, Role
from inbound.deciding.checking import Checked
from inbound.facts import Facts
from inbound.identity import Identity
from inbound.rules.rule import Decided

_MAKES_A_CHANGE = frozenset({Outcome.APPLY, Outcome.CONFIRM, Outcome.SEND_LINK, Outcome.RESEND})


def demand_change(decided: Decided, facts: Facts, checked: Checked) -> Decided:
    """Return the decision, or a ticket where something would be done and nothing says what."""
    stops_own_mail = facts.role is Role.UNKNOWN and facts.intent is Intent.UNSUBSCRIBE
    has_something_to_do = checked.changes or facts.is_done_already or stops_own_mail
    if decided.outcome not in _MAKES_A_CHANGE or has_something_to_do:
        return decided
    return replace(decided, outcome=Outcome.TICKET, reason=f"{decided.reason}; but nothing says what would be changed")


def describe_asker(identity: Identity, issuer: KnownIssuer | None, sender_name: str, language: str) -> Asker:
    """Return who asks; `issuer` is the one on whose authority it would be done."""
    return Asker(
        role=identity.role,
        address=identity.address,
        name=sender_name,
        issuer_id=issuer.issuer_id if issuer else None,
        earner_id=identity.earner.earner_id if identity.earner else None,
        language=language,
    )


def make_order(  # noqa: PLR0913, PLR0917 - one argument for each thing that was found out
    decided: Decided,
    facts: Facts,
    asker: Asker,
    checked: Checked,
    thread: MailThread,
    evidence: dict[str, Any],
    ticket_id: str | None = None,
) -> Order:
    """Return what the desk is to do. `ticket_id`: the open request that the mail goes on with."""
    is_nothing_to_do = checked.is_done_already and decided.outcome is Outcome.APPLY
    return Order(
        outcome=decided.outcome,
        intent=decided.intent,
        asker=asker,
        thread=thread,
        changes=checked.changes,
        lacks=tuple(sorted(lack.value for lack in checked.lacks)),
        reason="; ".join([decided.reason, *checked.faults]),
        text=facts.text,
        evidence=evidence,
        done_already=is_nothing_to_do,
        ticket_id=ticket_id,
        guide=decided.reply if decided.reply is not decided.intent else None,
        queue=decided.queue,
        priority=decided.priority,
        note=decided.note,
    )
