"""The facts of a mail, put together from what was read, who wrote it and what the request comes to.

Here belongs filling `inbound.facts.Facts`, and nothing that decides. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace

from inbound.deciding.checking import Checked
from inbound.facts import Facts
from inbound.identity import Identity
from inbound.reading.mail import Reading
from inbound.understanding.particulars import Particulars
from inbound.understanding.wish import Wish
from wire.reports import ComplaintReport, DeliveryReport

_ALL_ACTIONS = ("failed", "delayed", "relayed", "expanded", "delivered")
"""Of a report on several recipients, the first of these counts."""


def gather_first_facts(reading: Reading, rcpt_to: Sequence[str], size: int, *, is_repeat: bool) -> Facts:
    """Return what is known before anybody asks who wrote: enough to tell reports, automatic mail and repeats."""
    return Facts(
        recipient=_tell_recipient(rcpt_to),
        report=_tell_report(reading.report),
        automatic=reading.automatic.kind.value if reading.automatic else None,
        is_repeat=is_repeat,
        subject=reading.subject,
        text=reading.sections.new_text,
        full_text=reading.sections.full_text,
        headers=reading.headers,
        attachments=tuple(attachment.file_name.lower() for attachment in reading.attachments),
        size=size,
    )


def gather_facts(  # noqa: PLR0913, PLR0917 - one argument for each thing that was found out
    first: Facts,
    reading: Reading,
    identity: Identity,
    wish: Wish,
    particulars: Particulars,
    checked: Checked,
    thread: str,
) -> Facts:
    """Return everything that a rule may ask about. `thread` is none, ours or ticket."""
    holdings = identity.earner.holdings if identity.earner else ()
    return replace(
        first,
        thread=thread,
        role=identity.role,
        authentication=identity.verdict.value,
        sender=identity.address,
        sender_name=reading.sender_name,
        issuer=checked.issuer.slug if checked.issuer else "",
        intent=wish.intent,
        confidence=wish.confidence,
        asked=wish.asked,
        language=wish.language,
        guess=wish.guess,
        guess_confidence=wish.guess_confidence,
        people=len(particulars.people),
        lacks=checked.lacks,
        problems=checked.problems,
        doubts=checked.doubts,
        is_done_already=checked.is_done_already,
        offers_pdf=any(holding.issuer.offers_pdf for holding in holdings),
    )


def _tell_recipient(rcpt_to: Sequence[str]) -> str:
    """Return what kind of address of ours the mail came to: the most specific one of several."""
    locals_ = [address.rpartition("@")[0].lower() or address.lower() for address in rcpt_to]
    for kind in ("bounce", "reply"):
        if any(local.startswith(f"{kind}+") for local in locals_):
            return kind
    return next((kind for kind in ("abuse", "postmaster") if locals_ and set(locals_) == {kind}), "support")


def _tell_report(report: DeliveryReport | ComplaintReport | None) -> str | None:
    match report:
        case None:
            return None
        case ComplaintReport():
            return "complaint"
        case DeliveryReport(recipients):
            actions = {recipient.action for recipient in recipients}
            found = next((action for action in _ALL_ACTIONS if action in actions), "failed")
            return found if found in ("failed", "delayed") else "relayed"
