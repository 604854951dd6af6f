"""Sending earners what they lost: a password link, the mail about a badge. Always to the address on record.

Here belong the outcomes `send_link` and `resend`. Each such mail voids older links, so the limits of the web form hold
for each earner's address, whoever asks.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from badges.transactions import take_turn
from desk.password_requests import admit, send_link
from desk.people import Person, find_by_id
from desk.requests.authority import check_change
from desk.requests.case import Answer, Case, Docket, Done
from desk.requests.orders import Change
from desk.requests.records import Unfit
from desk.requests.replies import hand_over
from desk.requests.tickets import EntryKind, TicketState
from desk.requests.told import tell_asker
from desk.resending import Resent, resend_awards
from desk.words import Intent, Outcome, Role


class Sent(Enum):
    """What came of one mail."""

    SENT = "queued to {address}"
    TOO_OFTEN = "not to {address}: it was sent such mail too often today"
    NOTHING = "not to {address}: there is nothing to send"
    NOT_THEIRS = "not for {address}: this is not for the asker to ask"


SENDS = frozenset({Intent.PASSWORD_RESET, Intent.RESEND})
"""Kinds of change that write no record and send a mail."""

RECEIPTS: Mapping[Intent, str] = {Intent.PASSWORD_RESET: "link_sent", Intent.RESEND: "mail_resent"}
"""What an issuer is told."""


def send_order(case: Case) -> Done:
    """Mail each earner who is named, or the one who asks."""
    order = case.order
    is_earner = order.asker.role is Role.EARNER
    wanted = _list_own(case) if is_earner else list(order.changes)
    issuer_id = None if is_earner else order.asker.issuer_id
    sent = send_to_all(case, wanted, issuer_id) if is_earner or issuer_id else []
    if not sent:
        return hand_over(case, "no mail could be sent")
    if is_earner:
        return Done(TicketState.CLOSED)  # the mail itself is the answer
    state = TicketState.CLOSED if len(sent) == len(wanted) else TicketState.OPEN
    told = {"changes": tell_asker(case.connection, sent, order.asker.issuer_id)}
    return Done(state, Answer(RECEIPTS[sent[0].kind], told))


def send_to_all(docket: Docket, wanted: Sequence[Change], issuer_id: str | None) -> list[Change]:
    """Send on the word of `issuer_id` (None: the earner's own) and note what came of it; return what was sent."""
    take_turn(docket.connection)
    sent = []
    # In an order that all transactions share, so that none waits for another in a circle.
    for change in sorted(wanted, key=lambda change: change.earner_id):
        person = find_by_id(docket.connection, change.earner_id) if change.earner_id else None
        came_to = _send(docket, change, person, issuer_id)
        address = person.address if person else "an earner who is not named"
        docket.note(came_to.value.format(address=address), EntryKind.CHANGE)
        sent += [change] if came_to is Sent.SENT else []
    return sent


def _list_own(case: Case) -> list[Change]:
    asker = case.order.asker
    own = [change for change in case.order.changes if change.earner_id == asker.earner_id]
    kind = _KIND_OF[case.order.outcome]
    return own[:1] or ([Change(kind, asker.earner_id)] if asker.earner_id else [])


_KIND_OF = {Outcome.SEND_LINK: Intent.PASSWORD_RESET, Outcome.RESEND: Intent.RESEND}


def _send(docket: Docket, change: Change, person: Person | None, issuer_id: str | None) -> Sent:
    if person is None or change.kind not in SENDS:
        return Sent.NOT_THEIRS
    if issuer_id is not None and isinstance(check_change(docket.connection, change, issuer_id), Unfit):
        return Sent.NOT_THEIRS
    if not admit(docket.connection, person.address, None, docket.now):
        return Sent.TOO_OFTEN
    if change.kind is Intent.PASSWORD_RESET:
        is_sent = send_link(docket.connection, docket.office, person, docket.now)
    else:
        resent = resend_awards(
            docket.connection, docket.office, person, docket.now, issuer_id=issuer_id, assertion_id=change.assertion_id
        )
        is_sent = isinstance(resent, Resent)
    return Sent.SENT if is_sent else Sent.NOTHING
