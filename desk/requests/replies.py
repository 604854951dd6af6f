"""Answers from the guides, and handing a request to a person.

Here belong which answer fits which intent, in one table, and who is told that a person reads their mail.
"""

from collections.abc import Mapping

from sqlmodel import col

from badges.tables import Assertion, BadgeClass
from desk.mailing import Fact
from desk.requests.answering import ON_RECORD
from desk.requests.authority import select_held
from desk.requests.case import Answer, Case, Done
from desk.requests.tickets import TicketState
from desk.words import Intent, Role

ANSWERS: Mapping[Intent, str] = {
    Intent.REGISTRATION: "answer_registration",
    Intent.PASSWORD_RESET: "answer_password",
    Intent.UNLOCK: "answer_unlock",
    Intent.LINKEDIN_ADD: "answer_linkedin_add",
    Intent.LINKEDIN_IMAGE: "answer_linkedin_image",
    Intent.NAME_CHANGE: "answer_name_change",
    Intent.EMAIL_CHANGE: "answer_email_change",
    Intent.PROFILE_CHANGE: "answer_profile_change",
    Intent.LOGIN_TROUBLE: "answer_login_trouble",
    Intent.PDF_CERTIFICATE: "answer_pdf",
    Intent.RESUME_OR_WEBSITE: "answer_resume",
    Intent.EMAIL_SIGNATURE: "answer_signature",
    Intent.RESEND: "answer_resend",
}
"""The kind of mail that answers a question; for the other intents there is none, and a person reads the mail."""

_NO_RECEIPT = frozenset({Intent.OTHER, Intent.ABUSE})
"""Strangers are not told of these: it may be anything, and nothing is to come back to whoever sends it."""


def answer_question(case: Case) -> Done:
    """Answer from the guides; an earner is shown the newest badge."""
    question = case.order.guide or case.order.intent
    kind = ANSWERS.get(question)
    if kind is None:
        return hand_over(case, f"there is no answer about {question} in the guides")
    return Done(TicketState.CLOSED, Answer(kind, _find_newest_badge(case)))


def put_on_desk(case: Case) -> Done:
    """Have a person read it, and say so to whoever may know."""
    asker = case.order.asker
    is_told = asker.role in ON_RECORD or case.order.intent not in _NO_RECEIPT
    return Done(TicketState.OPEN, Answer("ticket_received", {}) if is_told else None)


def hand_over(case: Case, why: str) -> Done:
    """The same for a request that could not be dealt with as it was decided."""
    case.note(why)
    return put_on_desk(case)


def _find_newest_badge(case: Case) -> dict[str, Fact]:
    asker = case.order.asker
    if asker.role is not Role.EARNER or asker.earner_id is None:
        return {"badge": None, "assertion": None}
    held = select_held(asker.earner_id).where(col(Assertion.held_at).is_(None)).limit(1)
    query = held.with_only_columns(col(BadgeClass.name), col(Assertion.id))
    row = case.connection.execute(query).first()
    return {"badge": row[0], "assertion": row[1]} if row else {"badge": None, "assertion": None}
