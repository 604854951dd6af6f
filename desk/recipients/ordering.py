"""An issuer's own order: what a manager in the console, or another system, asks for as a contact does by mail.

Here belongs making the order and carrying it out, so that ticket, trail, receipt and undoing are those of a mail with
the same wish. What may be done at once is judged by the acts, by docs/support-policy.md.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import Issuer
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.recipients.results import ChangeAsked, ChangeMade
from desk.requests.carrying_out import carry_out
from desk.requests.orders import Asker, Change, MailThread, Order
from desk.words import Intent, Outcome, Role


def carry_out_for(  # noqa: PLR0913, PLR0917 - who orders what, for whom, why
    connection: Connection,
    office: Office,
    actor: Actor,
    issuer_id: str,
    outcome: Outcome,
    changes: Sequence[Change],
    act: Act,
    now: datetime,
    words: str = "",
) -> ChangeMade | ChangeAsked:
    """Do or propose `changes`, all of one kind and about one earner, and note the act in the trail."""
    intent = changes[0].kind
    language = connection.execute(select(col(Issuer.language)).where(col(Issuer.id) == issuer_id)).scalar_one()
    order = Order(
        outcome,
        intent,
        # A token has no mailbox: what becomes of its order, it reads in the answer.
        Asker(Role.ISSUER, actor.name if actor.member_id else "", actor.name, issuer_id, None, language),
        MailThread("", "", (), _SUBJECTS[intent]),
        tuple(changes),
        (),
        "asked for in the console" if actor.member_id else "asked for by another system",
        words,
        {"by": actor.name, "way": "console" if actor.member_id else "api"},
    )
    done = carry_out(connection, office, order, now)
    is_made = done.group_id is not None
    detail = {"reference": done.reference, "changes": [_describe(change) for change in changes]}
    subject = Subject("earner", changes[0].earner_id)
    word = act if is_made else Act.CHANGE_PROPOSED
    note_act(connection, actor, word, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return ChangeMade(done.group_id) if is_made else ChangeAsked(done.reference or "")


_SUBJECTS = {
    Intent.NAME_CHANGE: "Name correction",
    Intent.EMAIL_CHANGE: "Change of address",
    Intent.UNLOCK: "Unlocking",
    Intent.REVOKE: "Revocation",
}


def _describe(change: Change) -> dict[str, str]:
    told = {
        "kind": change.kind.value,
        "new_name": change.new_name,
        "new_address": change.new_address,
        "assertion": change.assertion_id,
    }
    return {key: value for key, value in told.items() if value}
