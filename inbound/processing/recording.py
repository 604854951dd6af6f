"""Writing down what was decided on a delivery, and by which marks its mail is known again.

Here belong the rows. Everything runs in the transaction that carries the decision out.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from badges.ids import make_id
from desk.requests.plain import clean_line
from desk.search.index import Findable, index_mail
from inbound.authentication.dns import Evidence
from inbound.judging import Judgement
from inbound.processing.claims import ClaimedDelivery
from inbound.recorded import write_evidence, write_facts
from inbound.tables import Decision, MailMark

_MARK = MailMark.__table__  # type: ignore[attr-defined]


class MarkTakenError(Exception):
    """The same mail was dealt with meanwhile, under another delivery."""


def record_decision(  # noqa: PLR0913, PLR0917 - what was decided, and what came of it
    connection: Connection,
    delivery: ClaimedDelivery,
    judgement: Judgement,
    reason: str,
    ticket_id: str | None,
    evidence: Iterable[Evidence],
    now: datetime,
) -> None:
    """Write the decision on a delivery. A second one for the same delivery is a fault of the database's to refuse."""
    identity = judgement.identity
    values = {
        "id": make_id(),
        "delivery_id": delivery.id,
        "raw_mail_id": delivery.raw_mail_id,
        "ticket_id": ticket_id,
        "role": identity.role.value if identity else None,
        "intent": judgement.decided.intent.value if identity else None,
        "outcome": judgement.decided.outcome.value,
        "rule": judgement.decided.rule,
        "rules_version": judgement.rules_version,
        "reason": reason,
        "facts": write_facts(judgement.facts),
        "authentication": json.dumps((identity.authentication if identity else None) or {}),
        "evidence": write_evidence(evidence),
        "decided_at": now,
    }
    connection.execute(insert(Decision).values(values))
    if ticket_id is None and not judgement.facts.is_repeat:
        facts = judgement.facts
        sender = next((value for name, value in facts.headers if name.lower() == "from"), delivery.mail_from)
        subject, sender = clean_line(facts.subject), clean_line(sender)
        index_mail(connection, delivery.raw_mail_id, subject, Findable(sender, (subject, facts.text)))


def keep_marks(connection: Connection, content_mark: str | None, others: Iterable[str], raw_mail_id: str) -> None:
    """Keep the marks of a mail. Raises `MarkTakenError` if its content has come under another name meanwhile."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    marks = [*([content_mark] if content_mark else []), *others]
    if marks:
        rows = [{"mark": mark, "raw_mail_id": raw_mail_id} for mark in sorted(set(marks))]
        connection.execute(dialect.insert(_MARK).on_conflict_do_nothing(index_elements=["mark"]), rows)
    if content_mark:
        query = select(col(MailMark.raw_mail_id)).where(col(MailMark.mark) == content_mark)
        if connection.execute(query).scalar_one() != raw_mail_id:
            raise MarkTakenError(content_mark)
