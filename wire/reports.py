"""What comes back about a mail: delivery reports and complaints in any mail system's form, as one kind of value each.

Here belongs what a report means. The standard forms are read in `dsn` and `arf`, the others in `bounce_texts`.
A report proves nothing: whoever knows an address can write one. What is believed is decided where it is booked, by
`envelope_ids` and `message_id`, which only those know who had the mail in hand.
"""

from dataclasses import dataclass, replace
from functools import partial

from wire.arf import FeedbackReport, read_feedback_report
from wire.bounce_texts import (
    find_code,
    is_after_data,
    is_from_machine,
    is_told_of_recipient,
    looks_like_report,
    read_failures,
)
from wire.causes import Cause, Fault
from wire.dsn import RecipientStatus, find_addresses, find_status, read_delivery_status
from wire.parts import Message, read_message
from wire.returned import Returned, part_report
from wire.status import judge_status
from wire.status_texts import find_cause

_REACHED = {"delivered", "relayed", "expanded"}
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_MAY_RETURN = {Cause.DISABLED}
"""Mailboxes that exist: a suspended or sleeping one may be opened again, so a report of it condemns no address."""
_SAYS_NOTHING = {"", "0.0", "2.0", "7.1"}
"""Subject and detail that stand for `other` (RFC 3463 section 3), and the one that servers give for all refusals."""
_NO_FAILURE = {"not-spam", "auth-failure"}
"""Feedback that is no complaint of a recipient (RFC 5965 section 7.3, RFC 6591)."""


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """What became of the mail for one recipient."""

    final_recipient: str
    original_recipient: str
    """Empty where the report does not name it."""
    action: str
    """failed, delayed, delivered, relayed or expanded (RFC 3464 section 2.3.3)."""
    hard: bool | None
    """The address reaches nobody, and will not. None: not yet decided, the mail is only delayed."""
    cause: Cause | None
    """None where it arrived."""
    reason: str
    """In plain words, for staff and issuers."""
    status: str
    diagnostic_code: str
    """What the refusing system wrote."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A report on the delivery of one mail."""

    recipients: tuple[ReportedRecipient, ...]
    message_id: str | None
    """Of the returned mail, without angle brackets."""
    envelope_ids: tuple[str, ...]
    """The `id` of each `bounce+id@` found in it."""


@dataclass(frozen=True, slots=True)
class ComplaintReport:
    """A recipient's complaint about one mail, passed on by the mailbox provider."""

    feedback_type: str
    final_recipients: tuple[str, ...]
    """Empty where the provider hides them."""
    message_id: str | None
    envelope_ids: tuple[str, ...]
    reason: str

    @property
    def is_complaint(self) -> bool:
        """False for feedback that tells of no displeasure, such as not-spam."""
        return self.feedback_type not in _NO_FAILURE


def read_report(data: bytes) -> DeliveryReport | ComplaintReport | None:
    """Return the report that a mail is; None where it is none. Never raises, and takes time linear in the size."""
    return tell_report(read_message(data))


def tell_report(message: Message) -> DeliveryReport | ComplaintReport | None:
    """The same for a message that is taken apart already."""
    returned = part_report(message)
    complaint = _read_complaint(message, returned)
    if complaint:
        return complaint
    recipients = _read_statuses(message, returned)
    if not recipients and returned.is_report and is_from_machine(message.header):
        # Some gateways wrap the report of the next system whole. Only one wrapping is taken off.
        message = read_message(returned.raw)
        returned = part_report(message)
        recipients = _read_statuses(message, returned)
    recipients = recipients or _read_free_text(message, returned)
    reported = tuple(_judge(each, returned.own_text) for each in recipients)
    return DeliveryReport(reported, returned.message_id, returned.envelope_ids) if reported else None


def _read_complaint(message: Message, returned: Returned) -> ComplaintReport | None:
    part = next((part for part in message.parts if part.media_type == "message/feedback-report"), None)
    if part:
        feedback = read_feedback_report(part.content)
        return _complain(feedback, feedback.original_rcpt_to or _read_to(returned), returned)
    reported = returned.header.first("x-hmxmroriginalrecipient")
    if reported and message.header.first("subject").lower().startswith("complaint about message"):
        # Outlook.com's junk mail reporting wraps the mail without a report part.
        return _complain(FeedbackReport("abuse"), tuple(find_addresses(reported)), returned)
    return None


def _complain(feedback: FeedbackReport, recipients: tuple[str, ...], returned: Returned) -> ComplaintReport:
    kind = feedback.feedback_type or "abuse"
    reason = f"The recipient's mail provider reports the mail ({kind})."
    if kind == "abuse":
        reason = "The recipient marked the mail as spam."
    return ComplaintReport(kind, recipients, returned.message_id, returned.envelope_ids, reason)


def _read_to(returned: Returned) -> tuple[str, ...]:
    return tuple(find_addresses(returned.header.first("to")))


def _read_statuses(message: Message, returned: Returned) -> tuple[RecipientStatus, ...]:
    """The recipients of the status parts, where the mail is a report and not a person's mail with one attached."""
    kind = message.header.first("content-type").lower()
    if not kind.startswith("multipart/report") and not is_from_machine(message.header):
        return ()
    statuses = [read_delivery_status(part.content) for part in message.parts if part.media_type in _STATUS_TYPES]
    found = [recipient for status in statuses for recipient in status.recipients]
    named = [each for each in found if each.final_recipient or each.original_recipient]
    words = " ".join(returned.own_text[:2_000].split())
    return tuple(each if each.diagnostic_code else replace(each, diagnostic_code=words) for each in named)


def _read_free_text(message: Message, returned: Returned) -> tuple[RecipientStatus, ...]:
    if not looks_like_report(message.header, returned.own_text):
        return ()
    return read_failures(message.header, returned)


def _judge(each: RecipientStatus, own_text: str) -> ReportedRecipient:
    action = each.action or "failed"
    judged = partial(
        ReportedRecipient,
        final_recipient=each.final_recipient or each.original_recipient,
        original_recipient=each.original_recipient,
        action=action,
        status=each.status,
        diagnostic_code=each.diagnostic_code,
    )
    if action in _REACHED:
        reason = "The mail was delivered." if action == "delivered" else "The mail was passed on."
        return judged(hard=False, cause=None, reason=reason)
    cause, permanent = _find_cause(each)
    if action == "delayed":
        return judged(hard=None, cause=cause, reason=f"Delivery is delayed and tried again. {cause.words}")
    hard = permanent and cause.fault is Fault.ADDRESS and cause not in _MAY_RETURN
    return judged(hard=hard and _is_about_address(each, own_text), cause=cause, reason=cause.words)


def _is_about_address(each: RecipientStatus, own_text: str) -> bool:
    """Whether words such as `550 User unknown` mean the address.

    Content filters, those of phone companies above all, answer so to refuse a mail that they have read. So a reply
    needs a witness: a status code that says something, or the sign that it answered RCPT.
    """
    enhanced = find_status(each.diagnostic_code) or each.status
    told = f"{each.diagnostic_code}\n{own_text}"
    if is_after_data(told):
        return enhanced.partition(".")[2].startswith("1.")
    is_specific = enhanced.partition(".")[2] not in _SAYS_NOTHING
    return is_specific or find_code(each.diagnostic_code) is None or is_told_of_recipient(told)


def _find_cause(each: RecipientStatus) -> tuple[Cause, bool]:
    """The cause, and whether it is permanent: a report of failure without any code counts as final."""
    code = find_code(each.diagnostic_code)
    enhanced = find_status(each.diagnostic_code) or each.status
    if not code and not enhanced:
        return find_cause(each.diagnostic_code) or Cause.UNTOLD, True
    verdict = judge_status(code, enhanced or None, each.diagnostic_code)
    # The sending system gave up: under 4yz too, a mailbox that was not there in all those days does not exist.
    return verdict.cause, verdict.permanent or verdict.cause is Cause.NO_MAILBOX
