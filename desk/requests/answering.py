"""Answering whoever wrote: to the address of the mail alone, and not too often.

Here belong who is answered, the limits that keep two machines from talking to each other all day (RFC 3834 section 2),
and the facts that put an answer into its thread. What an answer says is for the outcomes to say.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select
from sqlmodel import col

from badges.ids import make_id
from desk.mailing import Fact, Letter
from desk.office import Office
from desk.people import find_issuer
from desk.requests.case import Answer, Case
from desk.requests.orders import Asker, Order
from desk.requests.plain import clean_line, clean_message_ids
from desk.tables import AutomaticAnswer
from desk.words import Intent, Role
from mailer.notices import Stream
from mailer.queue.suppressions import EVERY
from mailer.queue.tables import Suppression
from wire.address import AddressFault, parse_address

WINDOW = timedelta(days=1)
MOST_A_DAY = 5
"""Automatic answers to one address within `WINDOW`; one for each intent."""

ON_RECORD = frozenset({Role.ISSUER, Role.CLAIMED_ISSUER, Role.EARNER})
"""Whose addresses we know: what they wrote may stand in a mail to them."""


def answer(case: Case, told: Answer) -> str | None:
    """Write the answer, or return why nobody is answered. The caller has taken the address's turn."""
    asker = case.order.asker
    speaker = find_speaker(case.connection, asker)
    silence = _find_silence(case, speaker)
    if silence is not None:
        return silence
    letter = Letter(
        kind=told.kind,
        # One for each mail, whatever else goes wrong: nobody gets two answers to one mail.
        key=f"answer/{case.order.thread.raw_mail_id or make_id()}",
        issuer_id=speaker,
        earner_id=asker.earner_id,
        rcpt_to=asker.address,
        language=asker.language,
        facts={**thread_facts(case.order, case.reference), **told.facts},
    )
    entry_id = case.send(letter)
    if entry_id is None:
        return "this mail was answered before"
    values = {
        "id": make_id(),
        "address": asker.address,
        "intent": case.order.intent.value,
        "ticket_entry_id": entry_id,
        "answered_at": case.now,
    }
    case.connection.execute(insert(AutomaticAnswer).values(values))
    return None


def thread_facts(order: Order, reference: str) -> dict[str, Fact]:
    """Return what every answer to a mail records (RFC 5322 section 3.6.4).

    The subject is repeated only to somebody on record whose mail is proven to be theirs: with a forged From, somebody
    else would read a stranger's words in a mail of ours.
    """
    answered = clean_message_ids([order.thread.message_id])
    return {
        "name": clean_line(order.asker.name),
        "reference": reference,
        "in_reply_to": answered[0] if answered else "",
        "references": " ".join(clean_message_ids(order.thread.references)),
        "re_subject": clean_line(order.thread.subject) if _is_proven(order) else None,
    }


def _is_proven(order: Order) -> bool:
    verdict = (order.evidence.get("authentication") or {}).get("verdict")
    return order.asker.role in ON_RECORD and verdict == "pass"


def find_speaker(connection: Connection, asker: Asker) -> str | None:
    """Return the issuer in whose name somebody is answered; None: the service speaks for itself, as to strangers."""
    if asker.role is Role.EARNER:
        return find_issuer(connection, asker.earner_id) if asker.earner_id else None
    return asker.issuer_id if asker.role in ON_RECORD else None


def _find_silence(case: Case, speaker: str | None) -> str | None:
    address = case.order.asker.address
    if not address or isinstance(parse_address(address), AddressFault):
        return "From holds no address that could be answered"
    if is_ours(case.office, address):
        return "the mail comes from an address of ours"
    if is_suppressed(case.connection, address, speaker):
        return "the address is on the suppression list"
    if _count_answers(case, address, case.order.intent):
        return "this address was answered about the same today"
    if _count_answers(case, address) >= MOST_A_DAY:
        return f"this address has had {MOST_A_DAY} answers today"
    return None


def sweep_answers(office: Office, now: datetime) -> int:
    """Forget answers that no limit counts any more; return how many."""
    is_over = col(AutomaticAnswer.answered_at) <= now - WINDOW
    with office.engine.begin() as connection:
        return connection.execute(delete(AutomaticAnswer).where(is_over)).rowcount


def is_ours(office: Office, address: str) -> bool:
    """Tell whether mail to `address` would come back to us."""
    site = office.site
    ours = {site.account_from.lower(), site.notices_from.lower(), office.support_address.lower()}
    folded = address.lower()
    return folded in ours or folded.rpartition("@")[2] == site.mail_domain.lower()


def is_suppressed(connection: Connection, address: str, issuer_id: str | None) -> bool:
    """Tell whether account mail to `address` is on the suppression list."""
    query = select(col(Suppression.address)).where(
        col(Suppression.address) == address,
        col(Suppression.issuer_id).in_([EVERY, issuer_id or EVERY]),
        col(Suppression.stream).in_([EVERY, Stream.ACCOUNT.value]),
    )
    return connection.execute(query.limit(1)).first() is not None


def _count_answers(case: Case, address: str, intent: Intent | None = None) -> int:
    query = select(func.count()).where(
        col(AutomaticAnswer.address) == address, col(AutomaticAnswer.answered_at) > case.now - WINDOW
    )
    if intent is not None:
        query = query.where(col(AutomaticAnswer.intent) == intent.value)
    return case.connection.execute(query).scalar_one()
