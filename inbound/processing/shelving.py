"""When dealing with a mail fails: tried again a few times, then put on the shelf with a ticket for a person.

Here belongs that no mail is lost and none is tried for ever. What a mail leads to where all goes well stands in `step`.
"""

from datetime import timedelta
from time import perf_counter

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from badges.transactions import may_pass, reading
from desk.requests.carrying_out import carry_out
from desk.requests.orders import Asker, MailThread, Order
from desk.words import Intent, Outcome, Role
from inbound.authentication.author import read_author
from inbound.counting import count_processed, count_report
from inbound.processing.claims import ClaimedDelivery, ClaimLostError, finish, give_back
from inbound.processing.recording import MarkTakenError
from inbound.processing.room import Unreadable
from inbound.processing.step import Dealt, PutOff, Tools, deal_with
from inbound.tables import RawMail
from wire.address import Address, fold_address
from wire.message import read_header

MOST_TRIES = 3
"""How often a mail is begun with before a person gets it as it is."""
_FIRST_PAUSE = timedelta(seconds=10)
_HEADER_BYTES = 256 << 10

_log = structlog.get_logger("badgepost.processing")


def process(delivery: ClaimedDelivery, tools: Tools) -> str:
    """Deal with a claimed delivery, whatever comes; return what it came to, in one word for the log.

    Raises only what says that the database is away: then nothing can be written down, and it is to be tried again.
    """
    began = perf_counter()
    result = _process(delivery, tools, began)
    count_processed(result, perf_counter() - began)
    return result


def _process(delivery: ClaimedDelivery, tools: Tools, began: float) -> str:
    if delivery.tries > MOST_TRIES:
        return _shelve(delivery, tools, "each time that it was begun with, the process ended")
    try:
        return _conclude(deal_with(delivery, tools), delivery, tools, began)
    except ClaimLostError:
        _log.warning("claim_lost", delivery=delivery.id)
        return "lost"
    except MarkTakenError:
        return _give_back(delivery, tools, "the same mail was dealt with meanwhile")
    except Exception as fault:
        if isinstance(fault, DBAPIError) and may_pass(fault):
            raise
        _log.exception("processing_fault", delivery=delivery.id, tries=delivery.tries)
        return _give_back(delivery, tools, f"{type(fault).__name__}: {fault}")


def _conclude(came_to: Dealt | PutOff | Unreadable, delivery: ClaimedDelivery, tools: Tools, began: float) -> str:
    match came_to:
        case Dealt():
            _tell(came_to, delivery, perf_counter() - began)
            return came_to.outcome.value
        case PutOff(due_at):
            with tools.office.engine.begin() as connection:
                give_back(connection, delivery.id, tools.who, due_at, counts=False)
            _log.info("put_off", delivery=delivery.id, raw_mail=delivery.raw_mail_id, until=due_at.isoformat())
            return "put_off"
        case Unreadable(reason):
            return _shelve(delivery, tools, f"it could not be read: {reason}")


def _tell(dealt: Dealt, delivery: ClaimedDelivery, seconds: float) -> None:
    more = {}
    if dealt.report:
        count_report(dealt.report)
        more = {"report": dealt.report, "message": dealt.message_id}
    _log.info(
        "processed",
        delivery=delivery.id,
        raw_mail=delivery.raw_mail_id,
        peer=delivery.peer_address,
        domain=delivery.mail_from.rpartition("@")[2],
        outcome=dealt.outcome.value,
        rule=dealt.rule,
        ticket=dealt.ticket_id,
        seconds=round(seconds, 4),
        **more,
    )


def _give_back(delivery: ClaimedDelivery, tools: Tools, reason: str) -> str:
    if delivery.tries >= MOST_TRIES:
        return _shelve(delivery, tools, f"an error interrupted it each time: {reason}")
    with tools.office.engine.begin() as connection:
        due_at = tools.clock() + _FIRST_PAUSE * 4 ** (delivery.tries - 1)
        give_back(connection, delivery.id, tools.who, due_at, counts=True)
    return "again"


def _shelve(delivery: ClaimedDelivery, tools: Tools, reason: str) -> str:
    """Open a ticket; should even that fail, keep the mail where `badgepost inbound list` shows it."""
    _log.error("shelved", delivery=delivery.id, reason=reason)
    try:
        order = _make_order(delivery, tools, reason)
        with tools.office.engine.begin() as connection:
            finish(connection, delivery.id, tools.who, shelved=True)
            carry_out(connection, tools.office, order, tools.clock())
    except ClaimLostError:
        return "lost"
    except Exception as fault:
        if isinstance(fault, DBAPIError) and may_pass(fault):
            raise
        _log.exception("shelved_without_ticket", delivery=delivery.id)
        with tools.office.engine.begin() as connection:
            finish(connection, delivery.id, tools.who, shelved=True)
    return "shelved"


def _make_order(delivery: ClaimedDelivery, tools: Tools, reason: str) -> Order:
    """A ticket from the header alone, read here: it is short, and its reader takes linear time."""
    with reading(tools.office.engine).connect() as connection:
        header, _ = read_header(_load_header(connection, delivery.raw_mail_id))
    author = read_author(header)
    address = fold_address(author) if isinstance(author, Address) else ""
    subject = header.first("subject")
    return Order(
        outcome=Outcome.TICKET,
        intent=Intent.OTHER,
        asker=Asker(Role.UNKNOWN, address, "", None, None, "en"),
        thread=MailThread(delivery.raw_mail_id, "", (), subject or "A mail that could not be dealt with"),
        changes=(),
        lacks=(),
        reason=f"Nobody has understood this mail: {reason}.",
        text="",
    )


def _load_header(connection: Connection, raw_mail_id: str) -> bytes:
    content = connection.execute(select(col(RawMail.content)).where(col(RawMail.id) == raw_mail_id)).scalar_one()
    return bytes(content[:_HEADER_BYTES])
