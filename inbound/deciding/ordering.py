"""The order to the desk that follows from a ruling.

Here belongs putting it together, with the last word that no rules file has: nothing is done for anybody on a wish that
is not sure, without the change that is to be made, or in the name of an issuer for somebody who has not proven to be
its contact. Such an order becomes a ticket. Pure.
"""

from dataclasses import dataclass, replace
from typing import Any

from desk.requests.orders import Asker, MailThread, Order
from desk.words import Intent, Outcome, Role
from inbound.deciding.checking import Checked
from inbound.facts import Facts
from inbound.identity import Identity
from inbound.understanding.wish import Confidence, Wish

_CHANGES_SOMETHING = frozenset({Outcome.APPLY, Outcome.CONFIRM, Outcome.SEND_LINK, Outcome.RESEND})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of one mail."""

    outcome: Outcome
    rule: str
    """The rule's id; empty where none matched or a fault interrupted."""
    reason: str
    """In words that staff can read."""


def hold_back(ruling: Ruling, facts: Facts, checked: Checked) -> Ruling:
    """Return the ruling, or a ticket where the outcome needs more than the mail gives, whatever the rules say."""
    reason = _find_hindrance(ruling.outcome, facts, checked)
    return ruling if reason is None else Ruling(Outcome.TICKET, ruling.rule, f"{ruling.reason} But {reason}.")


def _find_hindrance(outcome: Outcome, facts: Facts, checked: Checked) -> str | None:
    if outcome not in _CHANGES_SOMETHING:
        return None
    is_unsubscribing = facts.intent is Intent.UNSUBSCRIBE
    is_change = not facts.is_done_already and not is_unsubscribing
    hindrances = {
        "what is asked for is not certain enough to act on it": facts.confidence is not Confidence.SURE,
        "something that is needed is missing": bool(facts.lacks),
        "it is not certain whom it is about": bool(facts.problems),
        "somebody must look at it first": is_change and bool(facts.doubts),
        "only an authenticated contact of the issuer may have it done": (
            outcome is Outcome.APPLY and is_change and facts.role is not Role.ISSUER
        ),
        "nothing is sent on the word of an address that is not on record": (
            facts.role is Role.UNKNOWN and not (outcome is Outcome.APPLY and is_unsubscribing)
        ),
        "nothing says what would be changed": is_change and not checked.changes,
    }
    return next((reason for reason, stands in hindrances.items() if stands), None)


def make_order(  # noqa: PLR0913, PLR0917 - one argument for each thing that was found out
    ruling: Ruling,
    facts: Facts,
    identity: Identity,
    wish: Wish,
    checked: Checked,
    thread: MailThread,
    evidence: dict[str, Any],
    ticket_id: str | None = None,
) -> Order:
    """Return what the desk is to do. `ticket_id`: the open request that the mail goes on with."""
    asker = Asker(
        role=identity.role,
        address=identity.address,
        name=facts.sender_name,
        issuer_id=checked.issuer.issuer_id if checked.issuer else None,
        earner_id=identity.earner.earner_id if identity.earner else None,
        language=wish.language,
    )
    is_nothing_to_do = checked.is_done_already and ruling.outcome is Outcome.APPLY
    order = Order(
        outcome=ruling.outcome,
        intent=wish.intent,
        asker=asker,
        thread=thread,
        changes=() if is_nothing_to_do else checked.changes,
        lacks=tuple(sorted(lack.value for lack in checked.lacks)),
        reason=" ".join([ruling.reason, *(f"{fault}." for fault in checked.faults)]),
        text=facts.text,
        evidence=evidence,
        done_already=is_nothing_to_do,
    )
    return replace(order, ticket_id=ticket_id)
