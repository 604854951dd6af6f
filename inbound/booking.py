"""Booking what comes back against the mail that it is about: failures, delays, arrivals, complaints.

Here belongs what is believed of a report, and what follows. What a report says is read in `wire.reports`; which state
of a message may follow which stands in `mailer.queue.states`.

Anybody can write a report. One counts as genuine only if it names the message by what only those know who had the mail
in hand: the id in `bounce+id@`, or the Message-ID together with the recipient. Of others it is noted that they came.
A mailbox that is "closed" or "disabled" is no reason to suppress its address where a report says so: somebody may open
it again, and the report may be a week old. Where the receiving system says it to our own relay, now, it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from desk.hooks.events import EventKind
from desk.hooks.mails import tell_of_report
from desk.sendings.braking import Brake
from mailer.queue.reported import find_by_id, find_by_message_id, note, note_arrival, note_bounce
from mailer.queue.suppressions import Suppressed, suppress
from wire.reports import ComplaintReport, DeliveryReport, ReportedRecipient

_BOUNCE_ADDRESS = re.compile(r"bounce\+([a-z2-7]{1,64})@", re.IGNORECASE)
_MOST_IDS = 20
"""Ids of one report that are looked up."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of a report."""

    message_id: str | None
    """The ledger's id of the mail that it is about; None where it does not prove to be about one of ours."""
    words: str
    """For staff."""


@dataclass(frozen=True, slots=True)
class _Message:
    id: str
    rcpt_to: str
    batch_id: str | None


def name_report(report: DeliveryReport | ComplaintReport, booked: Booked) -> str:
    """Return in one word what a report tells of a mail of ours, for logs and counts."""
    if booked.message_id is None:
        return "unproven"
    if isinstance(report, ComplaintReport):
        return "complaint" if report.is_complaint else "feedback"
    actions = {each.action for each in report.recipients}
    return next((action for action in ("failed", "delayed") if action in actions), "delivered")


def find_message(
    connection: Connection, report: DeliveryReport | ComplaintReport, rcpt_to: Sequence[str] = ()
) -> str | None:
    """Return the ledger's id of the mail that a report to the addresses `rcpt_to` proves to be about."""
    found = _find(connection, report, rcpt_to)
    return found.id if found else None


def book_report(
    connection: Connection,
    report: DeliveryReport | ComplaintReport,
    rcpt_to: Sequence[str],
    now: datetime,
    brake: Brake | None = None,
) -> Booked:
    """Write down what a report says, in the caller's transaction. The same report again changes nothing.

    `brake` pauses the batch if it has too many of these.
    """
    message = _find(connection, report, rcpt_to)
    if message is None:
        return Booked(None, f"{_tell(report)} It does not prove to be about a mail of ours: noted, nothing more.")
    if isinstance(report, ComplaintReport):
        booked, is_news = _book_complaint(connection, report, message, now)
        # Looking is a count of the whole batch: who sends a report again and again must not have it for each.
        look = brake.at_complaint if brake and is_news else None
    else:
        booked = _book_delivery(connection, report, message, now)
        look = brake.at_bounce if brake else None
    braked = look(connection, message.batch_id, now) if look and message.batch_id else None
    return replace(booked, words=f"{booked.words} Its sending is paused: {braked.because}.") if braked else booked


def _find(connection: Connection, report: DeliveryReport | ComplaintReport, rcpt_to: Sequence[str]) -> _Message | None:
    own = [match[1] for address in rcpt_to if (match := _BOUNCE_ADDRESS.match(address))]
    for envelope_id in dict.fromkeys(each.lower() for each in (*own, *report.envelope_ids[:_MOST_IDS])):
        if found := find_by_id(connection, envelope_id):
            return _Message(*found)
    addresses = _list_addresses(report)
    if report.message_id and addresses and (found := find_by_message_id(connection, report.message_id, addresses)):
        return _Message(*found)
    return None


def _list_addresses(report: DeliveryReport | ComplaintReport) -> list[str]:
    """Return the recipients that a report names, as they stand there and in small letters."""
    if isinstance(report, ComplaintReport):
        named = report.final_recipients
    else:
        named = tuple(a for each in report.recipients for a in (each.final_recipient, each.original_recipient))
    return list(dict.fromkeys(form for address in named[:_MOST_IDS] if address for form in (address, address.lower())))


def _book_complaint(
    connection: Connection, report: ComplaintReport, message: _Message, now: datetime
) -> tuple[Booked, bool]:
    """Return with it whether the address was not on the list before."""
    if not report.is_complaint:
        return Booked(message.id, f"Feedback that is no complaint ({report.feedback_type}): noted."), False
    is_news = _suppress(connection, message, f"complaint: {report.reason}", now)
    note(connection, message.id, f"a complaint came back: {report.reason}")
    tell_of_report(connection, message.id, EventKind.MAIL_COMPLAINED, report.reason, now)
    return Booked(message.id, f"{report.reason} {message.rcpt_to} gets no more mail."), is_news


def _book_delivery(connection: Connection, report: DeliveryReport, message: _Message, now: datetime) -> Booked:
    recipient = _choose_recipient(report, message)
    words = f"{recipient.reason} {recipient.diagnostic_code}".strip()
    if recipient.action == "failed":
        is_news = note_bounce(connection, message.id, f"a report came back: {words}", now)
        if is_news:
            tell_of_report(connection, message.id, EventKind.MAIL_BOUNCED, words, now)
        if recipient.hard and _is_about(recipient, message):
            _suppress(connection, message, f"bounced: {words}", now)
            return Booked(message.id, f"{recipient.reason} {message.rcpt_to} gets no more mail.")
        return Booked(
            message.id, recipient.reason if is_news else f"{recipient.reason} That was known, or changes nothing."
        )
    if recipient.action == "delayed":
        note(connection, message.id, f"a report came back: {words}")
    else:
        note_arrival(connection, message.id, f"a report came back: {words}", now)
    return Booked(message.id, recipient.reason)


def _choose_recipient(report: DeliveryReport, message: _Message) -> ReportedRecipient:
    """Each of our mails has one recipient: of several in a report, the one that it went to counts."""
    return next((each for each in report.recipients if _is_about(each, message)), report.recipients[0])


def _is_about(recipient: ReportedRecipient, message: _Message) -> bool:
    """Whether the report is about the very address that the mail went to, not one that it was forwarded to."""
    named = {recipient.final_recipient.lower(), recipient.original_recipient.lower()} - {""}
    return not named or message.rcpt_to.lower() in named


def _suppress(connection: Connection, message: _Message, reason: str, now: datetime) -> bool:
    return suppress(connection, [Suppressed(message.rcpt_to, reason, now, source_message_id=message.id)]) > 0


def _tell(report: DeliveryReport | ComplaintReport) -> str:
    if isinstance(report, ComplaintReport):
        return f"{', '.join(report.final_recipients[:3]) or 'Nobody named'}: {report.reason}"
    first = report.recipients[0]
    return f"{first.final_recipient or 'Nobody named'}: {first.reason}"
